"""Reads CSV of any delimiter and encoding met in Vietnamese offices."""

import csv
import io
import re
import unicodedata
from itertools import islice

from lms.rosters.headings import field_of
from lms.rosters.tables import HEADING_SEARCH_ROWS, Cell, Limits, Table, UnreadableRoster, build_table

Numbered = list[tuple[int, tuple[Cell, ...]]]

# Excel's own way to keep the zero of a phone number in CSV: ="0912345678".
_QUOTED_NUMBER = re.compile(r'="([+0-9 ./-]*)"')


def clean_text(text: str) -> str:
    """NFC without outer spaces, and without the apostrophe by which a spreadsheet marks text."""
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text[:1] == "'":
        return text[1:].lstrip()
    if text[:2] == '="' and (quoted := _QUOTED_NUMBER.fullmatch(text)):
        return quoted[1]
    return text


def read_csv(data: bytes, limits: Limits) -> Table:
    text, encoding = decode(data)
    first_line, _, rest = text.partition("\n")
    announced = re.fullmatch(r'"?sep=([,;\t|])"?\r?', first_line)
    skipped = 0
    if announced:  # Excel's own announcement of the delimiter; it is a row of the file
        text, skipped = rest, 1
    table = _best_delimiter(text, announced[1] if announced else ",;\t", skipped, limits)
    if table is None or table.delimiter is None:
        raise UnreadableRoster("no_rows")
    numbered = _records(text, table.delimiter, skipped, limits)
    table = build_table(
        numbered, kind="csv", encoding=encoding, delimiter=table.delimiter, guess=not table.recognised
    )
    if table is None or not table.rows:
        raise UnreadableRoster("no_rows")
    return table


def _best_delimiter(text: str, delimiters: str, skipped: int, limits: Limits) -> Table | None:
    """The start of the file, split in the way that gives the most headings."""
    samples = {
        delimiter: _records(text, delimiter, skipped, limits, most=HEADING_SEARCH_ROWS)
        for delimiter in delimiters
    }
    for guess in (False, True):
        tables = [
            build_table(numbered, kind="csv", delimiter=delimiter, guess=guess)
            for delimiter, numbered in samples.items()
        ]
        found = [table for table in tables if table is not None]
        if found:
            return max(found, key=_headings_used)
    return None


def _headings_used(table: Table) -> tuple[int, int]:
    return sum(1 for heading in table.headings if field_of(heading)), sum(
        1 for heading in table.headings if heading
    )


def _records(text: str, delimiter: str, skipped: int, limits: Limits, *, most: int | None = None) -> Numbered:
    """Rows that are not blank, with their numbers; `most` reads only the first ones, in peace."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    numbered: Numbered = []
    number = skipped
    try:
        for number, record in enumerate(islice(reader, most), skipped + 1):
            cells = tuple(map(clean_text, record))
            if any(cells):
                numbered.append((number, cells))
                if len(numbered) > limits.max_rows:
                    raise UnreadableRoster("too_many_rows", limit=limits.max_rows)
    except csv.Error as error:
        if most is None:
            raise UnreadableRoster("unclosed_quote", row=number + 1) from error
    return numbered


_COMBINING_TONES = "\u0300\u0309\u0303\u0301\u0323"
_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
# Signs that a single-byte text shows where it meant a letter of another Vietnamese code page (TCVN3, VNI).
_SIGN_IN_WORD = re.compile(
    r"[^\W\d_][\u00a1-\u00bf\u00d7\u00f7\u0192\u2020-\u2030\u20ab]|[\u00a1-\u00bf\u00d7\u00f7\u20ab][^\W\d_]"
)
_STRAY_TONE = re.compile(f"(?<![{_VOWELS}])[{_COMBINING_TONES}]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: UTF-8, UTF-16 or Windows-1258.

    Windows-1258 writes five tones as combining marks after the vowel. A mark that follows anything else
    shows that the bytes are of another code page (windows-1252, TCVN3, VNI), and then no guess is made.

    Raises UnreadableRoster("not_a_table") for binary data, "unknown_encoding" where letters would be guessed.
    """
    text, encoding = _decode_unicode(data)
    if text is None:
        text, encoding = _decode_1258(data), "windows-1258"
    if _CONTROL.search(text):
        raise UnreadableRoster("not_a_table")
    return text, encoding


def _decode_unicode(data: bytes) -> tuple[str | None, str]:
    encoding = "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        sample = data[:4096]
        zeros_even, zeros_odd = sample[::2].count(0), sample[1::2].count(0)
        if zeros_odd > max(len(sample) / 8, 4 * zeros_even):
            encoding = "utf-16-le"
        elif zeros_even > max(len(sample) / 8, 4 * zeros_odd):
            encoding = "utf-16-be"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            return None, ""
        raise UnreadableRoster("damaged") from error


def _decode_1258(data: bytes) -> str:
    if _CONTROL.search(data.decode("latin-1")):
        raise UnreadableRoster("not_a_table")
    try:
        text = data.decode("cp1258")
    except UnicodeDecodeError as error:
        raise UnreadableRoster("unknown_encoding") from error
    if _STRAY_TONE.search(text) or _SIGN_IN_WORD.search(text):
        raise UnreadableRoster("unknown_encoding")
    return text
