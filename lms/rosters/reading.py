"""Reads a roster file, whatever office program wrote it, into plain rows of text and dates.

Nothing here knows what a person is: `headings` finds out which column is which, `lines` which rows hold a
person and `rules` whether such a row is good.
"""

from lms.rosters.csv_files import read_csv
from lms.rosters.tables import Cell, Limits, Row, Table, UnreadableRoster
from lms.rosters.workbooks import read_workbook

__all__ = ["Cell", "Limits", "Row", "Table", "UnreadableRoster", "read_table"]


def read_table(data: bytes, filename: str = "", *, limits: Limits | None = None) -> Table:
    """Read a CSV or XLSX roster. Its content decides which it is; its name only helps to refuse precisely.

    Raises UnreadableRoster when no table can be read with certainty: better no list than wrong names.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise UnreadableRoster("too_large", limit=limits.max_bytes // (1024 * 1024))
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableRoster("empty")
    if data.startswith(b"PK\x03\x04"):
        return read_workbook(data, limits)
    _refuse_other_formats(data, filename)
    return read_csv(data, limits)


def _refuse_other_formats(data: bytes, filename: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # An encrypted .xlsx is the same kind of container as an old .xls.
        code = "password" if "EncryptedPackage".encode("utf-16-le") in data else "legacy_xls"
        raise UnreadableRoster(code)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta")):
        code = "legacy_xls" if filename.lower().endswith(".xls") else "not_a_table"
        raise UnreadableRoster(code)
    if start.startswith(
        (b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        raise UnreadableRoster("not_a_table")
