"""The faces used in print, where they are on this machine, and the characters they lack.

They come from Debian and Ubuntu packages and are found through fontconfig, as WeasyPrint finds them.
"""

from __future__ import annotations

import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, Literal

from fontTools.ttLib import TTFont

from translations.locales import Locale

PACKAGES: Final = {
    "Noto Serif": "fonts-noto-core",
    "Noto Sans": "fonts-noto-core",
    "Noto Naskh Arabic": "fonts-noto-core",
    "Amiri": "fonts-hosny-amiri",
}
"""Font family -> the package that holds it."""

PRINT_CSS: Final = Path(__file__).with_name("print.css")
"""The base stylesheet of every printed document."""


class FontMissingError(LookupError):
    """A family that print needs is not on this machine."""

    def __init__(self, family: str) -> None:
        super().__init__(f'The font "{family}" is not installed: install the package {PACKAGES[family]}.')
        self.family = family


def missing_packages() -> list[str]:
    """Return the Debian packages to install before anything can be printed; empty when nothing lacks."""
    missing: list[str] = []
    for family, package in PACKAGES.items():
        try:
            font_file(family)
        except FontMissingError:
            missing.append(package)
    return sorted(set(missing))


@cache
def font_file(family: str) -> Path:
    """Return the file of a family's regular face; raise ``FontMissingError`` when there is none."""
    pattern = f"{family}:style=Regular"
    listing = subprocess.run(
        ["fc-list", "--format", "%{file}\\n", pattern], check=True, capture_output=True, text=True, timeout=60
    )
    files = sorted(listing.stdout.splitlines())
    if not files:
        raise FontMissingError(family)
    return Path(files[0])


@cache
def _characters(family: str) -> frozenset[int]:
    with TTFont(font_file(family), lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_glyphs(text: str, locale: Locale, style: Literal["serif", "sans"] = "serif") -> list[str]:
    """Return the characters of a text that no face of the language's print stack has, each once, in order.

    Spaces and invisible characters (joiners, direction marks) need no glyph.
    """
    families = locale.serif if style == "serif" else locale.sans
    return [
        char for char in dict.fromkeys(unicodedata.normalize("NFC", text)) if not _is_drawn(char, families)
    ]


def _is_drawn(char: str, families: tuple[str, ...]) -> bool:
    if unicodedata.category(char) in {"Cf", "Zs", "Zl", "Zp"} or char in "\t\n\r":
        return True
    return any(ord(char) in _characters(family) for family in families)
