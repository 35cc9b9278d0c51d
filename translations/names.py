"""People's names: cleaning, searching, sorting the Vietnamese way, and what cannot be a name.

A name is one text, kept as the person writes it. Its parts are only guessed, for sorting: the last word is
the given name, the first the family name, the rest the middle names. An Arabic name is sorted as written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from translations.messages import N_

MAX_LENGTH: Final = 120
"""Longest name accepted, in characters after cleaning."""

PROBLEMS: Final[dict[str, str]] = {
    "empty": N_("The name is missing."),
    "too_long": N_("The name is too long: at most 120 characters."),
    "direction_character": N_(
        "The name contains invisible characters that turn the writing direction around."
    ),
    "control_character": N_("The name contains characters that cannot be printed."),
    "formula": N_("The name looks like a formula or a web address."),
    "digits_only": N_("The name has only digits."),
    "no_letter": N_("The name has no letter."),
}
"""Message id of every code that ``problems`` can return."""

# Invisible and meaningless in a name: soft hyphen, grapheme joiner, Arabic letter mark, zero-width
# characters, LRM, RLM, word joiner and invisible operators, variation selectors, BOM. The embeddings and
# isolates that can turn a whole line around (U+202A-E, U+2066-9) are not removed in silence: `problems`
# names them.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SPACES = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")

_STROKES = str.maketrans(
    {"đ": "d", "ð": "d", "ɖ": "d", "ƀ": "b", "’": "'", "ʼ": "'", "‘": "'", "\u0640": None}
)

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; ngang has no mark
_LETTER_MARKS = "\u0306\u0302\u031b"  # those that make ă â ê ô ơ ư letters of their own
_END = " "  # ends a level of the sort text; smaller than every weight
_PUNCTUATION = {" ": "!", "-": '"', ".": "#", "'": "$"}
_OTHER_SYMBOL = "%"
_LETTERS = {letter: chr(ord("A") + index) for index, letter in enumerate(_ALPHABET)}


def clean(text: str) -> str:
    """Return the text as it should be stored: NFC, no invisible characters, single plain spaces, trimmed."""
    if text.isascii():  # nothing invisible in it and nothing to compose
        return _SPACES.sub(" ", text).strip(" ")
    # Removing a character can bring a letter and its mark together, so NFC comes last.
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip(" "))


def fold(text: str) -> str:
    """Return the text for searching: cleaned, without case, marks, tatweel and harakat, with d for đ.

    ``fold("Nguyễn Thị Thuỷ") == fold("NGUYEN THI THUY") == "nguyen thi thuy"``
    """
    decomposed = unicodedata.normalize("NFD", clean(text).casefold()).translate(_STROKES)
    bare = _LATIN_MARKS.sub("", decomposed)
    if bare.isascii():  # Vietnamese names, first for speed: lists have thousands
        return bare
    bare = "".join(char for char in bare if not unicodedata.category(char).startswith("M"))
    return unicodedata.normalize("NFC", bare)


_VOWEL_Y = re.compile(r"\b(qu|[bcdghklmnprstvx]+)y\b")
_WEAK_ARABIC = str.maketrans({"ى": "ي", "ة": "ه"})


def weak_fold(text: str) -> str:
    """Return ``fold`` with spellings united that people mix: Lý/Lí, Mỹ/Mĩ, Quý/Quí; in Arabic ى/ي and ة/ه.

    Good for suggesting, too weak for deciding that two names are one.
    """
    return _VOWEL_Y.sub(r"\1i", fold(text)).translate(_WEAK_ARABIC)


def upper(name: str) -> str:
    """Return the cleaned name in capitals, marks kept: ``NGUYỄN THỊ ÁNH``. Arabic has none and stays."""
    return clean(name).upper()


def sort_text(name: str) -> str:
    """Return a text whose plain code-point order is the order of Vietnamese class lists.

    Given name, then family name, then middle names; in each the letters decide (a ă â b c d đ e ê …), then
    the tones (ngang, huyền, hỏi, ngã, sắc, nặng); lower case before upper at the very end. The order of ICU's
    collation "vi". Store it in a column with a binary collation ("C" in PostgreSQL).
    """
    cleaned = clean(name)
    levels = [level for part in _parts(cleaned) for level in _weights(part)]
    return _END.join([*levels, cleaned.swapcase()])


sort_key = sort_text
"""Key for ``sorted``: the same text."""


def _parts(cleaned: str) -> tuple[str, str, str]:
    """Split a cleaned name into given, family and middle names."""
    words = cleaned.split(" ")
    if len(words) == 1 or _is_arabic(cleaned):
        return cleaned, "", ""
    return words[-1], words[0], " ".join(words[1:-1])


def _is_arabic(text: str) -> bool:
    first_letter = next((char for char in text if char.isalpha()), "")
    return bool(first_letter) and unicodedata.bidirectional(first_letter) == "AL"


@lru_cache(maxsize=4096)  # people share their family and middle names
def _weights(text: str) -> tuple[str, str]:
    """Return the primary (letters) and secondary (tones) weights of a text."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFD", text.casefold().replace("\u0640", "")):
        if not unicodedata.combining(char):
            letters.append(char)
            tones.append("0")
        elif not letters:
            continue
        elif (
            char in _LETTER_MARKS and (letter := unicodedata.normalize("NFC", letters[-1] + char)) in _LETTERS
        ):
            letters[-1] = letter
        else:
            tones[-1] = str(_TONES.index(char) + 1) if char in _TONES else "6"
    return "".join(map(_primary, letters)), "".join(tones).rstrip("0")


def _primary(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    plain = letter.translate(_STROKES)
    if plain in _LETTERS:
        return _LETTERS[plain]
    if plain in _PUNCTUATION:
        return _PUNCTUATION[plain]
    return plain if plain.isdigit() or plain > "\x7f" else _OTHER_SYMBOL


def problems(name: str) -> list[str]:
    """Return why a text, as it was typed or read from a file, cannot be a person's name; empty when it can.

    The codes are stable and are the keys of ``PROBLEMS``.
    """
    cleaned = clean(name)
    if not cleaned:
        return ["empty"]
    found: list[str] = []
    if len(cleaned) > MAX_LENGTH:
        found.append("too_long")
    if _DIRECTION.search(name):
        found.append("direction_character")
    if "\ufffd" in cleaned or (not cleaned.isprintable() and any(map(_is_unprintable, cleaned))):
        found.append("control_character")
    if cleaned[0] in "=+-@" or "://" in cleaned:
        found.append("formula")
    if not any(char.isalpha() for char in cleaned):
        found.append("digits_only" if any(char.isdigit() for char in cleaned) else "no_letter")
    return found


def _is_unprintable(char: str) -> bool:
    # controls, lone surrogates, private use, unassigned, and the sign of a text read in a wrong encoding
    return unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} or char == "\ufffd"
