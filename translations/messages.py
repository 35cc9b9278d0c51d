"""Translated texts for code that has no Flask: gettext on our catalogues, with the language given.

In the floors above, ``flask_babel`` reads the same catalogues from ``CATALOGUES``, domain ``DOMAIN``.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from translations.locales import LOCALES, Locale

CATALOGUES: Final = Path(__file__).resolve().parent
"""Directory of ``<locale>/LC_MESSAGES/<domain>.po``; the value for ``BABEL_TRANSLATION_DIRECTORIES``."""

DOMAIN: Final = "messages"
"""The domain of our own texts; others (texts of libraries) may lie beside it."""


def gettext_noop(message: str) -> str:
    """Mark a text for translation and return it unchanged; whoever shows it passes it to ``gettext``."""
    return message


N_ = gettext_noop


class Translator:
    """The texts of one language, called as Flask-Babel's functions are."""

    def __init__(self, locale: Locale, catalogue: stdlib_gettext.NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue

    def gettext(self, message: str, **variables: Any) -> str:
        """Return the translation of an English sentence, its ``%(name)s`` filled from ``variables``."""
        return _filled(self._catalogue.gettext(message), variables)

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """Return the form that the language uses for ``num``; ``%(num)s`` is filled with it."""
        return _filled(self._catalogue.ngettext(singular, plural, num), {"num": num, **variables})

    def pgettext(self, context: str, message: str, **variables: Any) -> str:
        """Return the translation of a sentence in a context that tells it from an equal English one."""
        return _filled(self._catalogue.pgettext(context, message), variables)

    __call__ = gettext


def _filled(text: str, variables: dict[str, Any]) -> str:
    return text % variables if variables else text


def translator(locale: Locale | str, domain: str = DOMAIN) -> Translator:
    """Return the texts of a language (a ``Locale`` or its code); an untranslated text stays English."""
    chosen = LOCALES[locale] if isinstance(locale, str) else locale
    return _translator(chosen, domain)


@cache
def _translator(locale: Locale, domain: str) -> Translator:
    ensure_compiled()
    return load(locale, domain)


def load(locale: Locale, domain: str = DOMAIN, directory: Path = CATALOGUES) -> Translator:
    """Return the texts of a compiled catalogue as it is now; without one every text stays English."""
    mo = directory / locale.code / "LC_MESSAGES" / f"{domain}.mo"
    if not mo.exists():
        return Translator(locale, stdlib_gettext.NullTranslations())
    with mo.open("rb") as file:
        return Translator(locale, stdlib_gettext.GNUTranslations(file))


def po_files(directory: Path = CATALOGUES) -> Iterator[tuple[Locale, Path]]:
    """Yield every catalogue that exists: its language and its .po file."""
    for locale in LOCALES.values():
        for path in sorted((directory / locale.code / "LC_MESSAGES").glob("*.po")):
            yield locale, path


def ensure_compiled(directory: Path = CATALOGUES) -> list[Path]:
    """Compile each catalogue whose .mo is missing or older than its .po; return the .mo files written.

    Cheap when nothing is to be done (a few ``stat``), so that an application calls it at every start.
    """
    return [compile_catalogue(path) for _, path in po_files(directory) if _is_stale(path)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns


def compile_catalogue(po: Path) -> Path:
    """Write the .mo beside a .po file, whole or not at all, and return its path."""
    mo = po.with_suffix(".mo")
    with po.open("rb") as source:
        catalogue = read_po(source)
    # Several processes may start at once: each writes its own file and the last rename wins.
    descriptor, temporary = tempfile.mkstemp(dir=mo.parent, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as target:
            write_mo(target, catalogue)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(mo)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return mo
