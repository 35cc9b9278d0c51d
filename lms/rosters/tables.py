"""What a roster file is once it is read: headings and rows of plain cells, or a coded refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.rosters.headings import find_heading_row, is_column_numbers, merge_heading_rows
from translations.messages import N_

Cell = str | date

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_COLUMNS = 60

# Where to look for the heading row, and how many rows are enough to judge a delimiter.
HEADING_SEARCH_ROWS = 60


REFUSALS: dict[str, str] = {
    "empty": N_("The file is empty."),
    "too_large": N_(
        "The file is larger than %(limit)s MB. A list of people is much smaller: is it the right file?"
    ),
    "too_many_rows": N_("The file has more than %(limit)s rows. Split it into smaller files."),
    "unpacks_too_large": N_(
        "The workbook unpacks to far more data than a list of people has, so it was not opened."
    ),
    "legacy_xls": N_("This is an old Excel file (.xls). Open it and save it as an Excel workbook (.xlsx)."),
    "password": N_("The workbook is protected by a password. Save it without a password."),
    "other_spreadsheet": N_(
        "This spreadsheet is of another program. Save it as an Excel workbook (.xlsx) or as CSV."
    ),
    "not_a_table": N_("This is not a list in CSV or Excel (.xlsx) form."),
    "damaged": N_("The file is damaged and cannot be read. Save it again and retry."),
    "unclosed_quote": N_(
        "A quotation mark near row %(row)s is not closed, so the rows after it cannot be told apart."
    ),
    "unknown_encoding": N_(
        "The letters of this file cannot be read with certainty. "
        "Save it as an Excel workbook (.xlsx) or as CSV UTF-8."
    ),
    "no_rows": N_(
        "No list was found in the file: it needs a row of headings, such as “Full name”, and rows under it."
    ),
}


class UnreadableRoster(Exception):
    """The file cannot be read as a roster at all.

    `code` is one of `REFUSALS` and stays stable; `message` is the English msgid, `values` its placeholders.
    """

    def __init__(self, code: str, **values: str | int) -> None:
        self.code = code
        self.message = REFUSALS[code]
        self.values = values
        super().__init__(self.message % values if values else self.message)


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1, as a spreadsheet program shows it; cells are at least as many as headings."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The part of the file that is a table: its headings and all rows under them that are not blank.

    `recognised` is False when the heading row was only guessed. Cells of a row beyond the headings are kept.
    """

    headings: tuple[str, ...]
    heading_row: int
    rows: tuple[Row, ...]
    kind: str  # "csv" or "xlsx"
    recognised: bool = True
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused unread. Bytes are of the file as sent; unpacked bytes of the workbook inside it."""

    max_bytes: int = MAX_BYTES
    max_rows: int = MAX_ROWS
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES
    max_columns: int = MAX_COLUMNS


def build_table(
    numbered: Sequence[tuple[int, tuple[Cell, ...]]],
    *,
    kind: str,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    guess: bool = False,
) -> Table | None:
    """Find the headings among the rows that are not blank, and take what is under them.

    None when no row is recognised as headings; with `guess` the first row of two texts or more is then
    taken for them, so that a person can say by hand which column is which.
    """
    texts = [tuple(_as_text(cell) for cell in cells) for _, cells in numbered[:HEADING_SEARCH_ROWS]]
    at = find_heading_row(texts)
    recognised = at is not None
    if at is None and guess:
        at = next((index for index, row in enumerate(texts) if sum(1 for cell in row if cell) >= 2), None)
    if at is None:
        return None
    headings, first = texts[at], at + 1
    if recognised and first < len(texts):
        merged = merge_heading_rows(headings, texts[first])
        if merged is not None:
            headings, first = merged, first + 1
        if first < len(texts) and is_column_numbers(texts[first]):
            first += 1
    width = max((index for index, heading in enumerate(headings, 1) if heading), default=0)
    # A name split over two columns often has one heading over both, so one column more is kept.
    width = max(width, min(width + 1, max((len(cells) for _, cells in numbered[first:]), default=0)))
    rows = tuple(Row(number, _padded(cells, width)) for number, cells in numbered[first:])
    return Table(
        _padded(headings, width)[:width], numbered[at][0], rows, kind, recognised, sheet, encoding, delimiter
    )


def _padded(cells: tuple[Any, ...], width: int) -> tuple[Any, ...]:
    return cells if len(cells) >= width else cells + ("",) * (width - len(cells))


def _as_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.isoformat()
