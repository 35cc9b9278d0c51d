"""Numbers, codes and file names of certificates: decisions on plain values."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date

from translations import names

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32: no I, L, O or U, so that nobody mistakes a letter for a digit."""

CODE_LENGTH = 12
"""Sixty bits: nobody finds a certificate by trying."""

_MISREAD = str.maketrans("ILOU", "110V")


def new_code() -> str:
    """A fresh verification code without hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def printed_code(code: str) -> str:
    """The code as it stands on the paper, in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def typed_code(text: str) -> str | None:
    """The code that somebody typed, with what is often misread put right; None when it cannot be one."""
    western = "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", text))
    code = re.sub(r"[\s\-‐-―.\u200b-\u200f\u2066-\u2069]", "", western).upper().translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def printed_number(number: int, symbol: str) -> str:
    """The number on the paper: "12/GCN-UBND"; below ten with a leading zero, as Decree 30/2020 has it."""
    return f"{number:02d}/{symbol}"


def register_number(number: int, year: int) -> str:
    """The number in the register: "0012/2025"."""
    return f"{number:04d}/{year}"


def place_in_register(printed: str, issued_on: date) -> tuple[int, int]:
    """Number and year of a printed number. Raises ValueError for what is none."""
    return int(printed.split("/", 1)[0]), issued_on.year


def shortened(text: str, most: int) -> str:
    """The text in at most ``most`` bytes of UTF-8, its end replaced by an ellipsis when it is longer."""
    text = unicodedata.normalize("NFC", text)
    if len(text.encode()) <= most:
        return text
    kept = text.encode()[: most - 3].decode(errors="ignore")
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def says_the_same(short: str, whole: str) -> bool:
    """Whether a text that may have been shortened is that of the register."""
    whole = unicodedata.normalize("NFC", whole)
    return short == whole or (short.endswith("…") and len(short) > 1 and whole.startswith(short[:-1]))


def file_name(number: int, year: int, name: str, language: str) -> str:
    """A readable name in ASCII; the number keeps namesakes apart: "0012-2025-nguyen-van-hung-vi.pdf"."""
    readable = re.sub(r"[^a-z0-9]+", "-", names.fold(name)).strip("-")[:60].strip("-")
    return "-".join(filter(None, [f"{number:04d}", str(year), readable, language])) + ".pdf"


def honorific(age: int | None, organisation: str) -> str:
    """How the paper addresses somebody: a child, a youth of the youth union, or an adult."""
    if age is not None and age < 16:
        return "child"
    if organisation == "youth_union" and age is not None and age <= 30:
        return "youth_union"
    return "adult"
