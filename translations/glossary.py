"""The field's own words in the three languages (``glossary.csv``)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from translations.locales import LOCALES, Locale

GLOSSARY: Final = Path(__file__).with_name("glossary.csv")


def term(key: str, locale: Locale | str) -> str:
    """Return the preferred word for a key ("participant" -> "học viên"); raise ``KeyError`` if unknown."""
    return alternatives(key, locale)[0]


def alternatives(key: str, locale: Locale | str) -> tuple[str, ...]:
    """Return every word in use for a key, the preferred one first."""
    return terms()[key][locale if isinstance(locale, str) else locale.code]


@cache
def terms() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the whole glossary: key -> language code -> words."""
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return {
            row["key"]: {code: tuple(row[code].split(" / ")) for code in LOCALES}
            for row in csv.DictReader(file)
        }
