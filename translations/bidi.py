"""Direction of plain text, and keeping a text of another direction from disturbing its surroundings."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from translations.locales import Direction, Locale

FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"

# Arabic letter mark, LRM, RLM, embeddings and overrides, isolates
_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def isolate(text: str) -> str:
    """Return the text between U+2068 and U+2069: the plain-text form of ``<bdi>`` (UAX #9, 2.4)."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def isolate_foreign(text: str, locale: Locale) -> str:
    """Return the text, isolated when letters in it run against the language's direction."""
    against = {"L"} if locale.is_rtl else {"R", "AL"}
    return isolate(text) if any(unicodedata.bidirectional(char) in against for char in text) else text


def strip_marks(text: str) -> str:
    """Return the text without invisible direction characters, for comparing, sorting and files."""
    return _MARKS.sub("", text)


def direction(text: str) -> Direction | None:
    """Return the direction of the first strong character (UAX #9, P2), or ``None`` when there is none."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return "ltr"
        if kind in {"R", "AL"}:
            return "rtl"
    return None
