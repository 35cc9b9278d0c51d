"""Reads the sheet of an XLSX workbook that holds a roster."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from lms.rosters.csv_files import Numbered, clean_text
from lms.rosters.tables import Cell, Limits, Table, UnreadableRoster, build_table

# The last row a spreadsheet program can show; a file that names a later one is not from such a program.
_LAST_ROW = 1_048_576


def read_workbook(data: bytes, limits: Limits) -> Table:
    """Read the first visible sheet that has a heading row of a roster.

    A formula counts as its stored result, which is what the person sees, or as its own text when none is
    stored. Raises UnreadableRoster.
    """
    try:
        _check_archive(data, limits)
        with warnings.catch_warnings():
            # openpyxl warns of decoration that it does not keep (validation lists, missing styles).
            warnings.simplefilter("ignore")
            table = _first_roster(data, limits)
    except UnreadableRoster:
        raise
    except Exception as error:
        raise UnreadableRoster("damaged") from error
    if table is None or not table.rows:
        raise UnreadableRoster("no_rows")
    return table


def _open(data: bytes, *, results: bool) -> Any:
    """A workbook with the stored results of formulas, or with the formulas themselves."""
    import openpyxl  # here, because it takes 12 MB, and most processes never read a workbook

    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=results)


def _check_archive(data: bytes, limits: Limits) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if sum(entry.file_size for entry in entries) > limits.max_unpacked_bytes or len(entries) > 1000:
            raise UnreadableRoster("unpacks_too_large")
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableRoster("password")
        if "xl/workbook.bin" in names or any(name.startswith("Index/") for name in names):
            raise UnreadableRoster("other_spreadsheet")  # .xlsb and Numbers
        if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
            raise UnreadableRoster("other_spreadsheet")
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise UnreadableRoster("not_a_table")


def _first_roster(data: bytes, limits: Limits) -> Table | None:
    workbook = _open(data, results=True)
    sheets: list[tuple[str, Numbered]] = []
    try:
        for index, sheet in enumerate(workbook.worksheets):
            if sheet.sheet_state != "visible":
                continue
            rows = _raw_rows(sheet, limits)
            if _has_formulas(data, sheet):
                rows = _fill_missing_results(data, index, rows, limits)
            filled = _filled_rows(rows, limits)
            table = build_table(filled, kind="xlsx", sheet=sheet.title)
            if table is not None:
                return table
            sheets.append((sheet.title, filled))
    finally:
        workbook.close()
    guessed = (build_table(filled, kind="xlsx", sheet=title, guess=True) for title, filled in sheets)
    return next((table for table in guessed if table is not None), None)


def _raw_rows(sheet: Any, limits: Limits) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # some programs write a wrong one
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(
        min_row=1, max_row=_LAST_ROW, min_col=1, max_col=limits.max_columns, values_only=True
    )
    return rows


def _has_formulas(data: bytes, sheet: Any) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read(sheet._worksheet_path.lstrip("/"))
    return b"<f>" in content or b"<f " in content


def _fill_missing_results(
    data: bytes, index: int, rows: Iterator[tuple[Any, ...]], limits: Limits
) -> Iterator[tuple[Any, ...]]:
    """Put the text of a formula where no result of it is stored, so that the cell does not look empty."""
    workbook = _open(data, results=False)
    try:
        for results, formulas in zip(rows, _raw_rows(workbook.worksheets[index], limits), strict=False):
            yield tuple(
                getattr(formula, "text", formula) if result is None else result
                for result, formula in zip(results, formulas, strict=False)
            )
    finally:
        workbook.close()


def _filled_rows(rows: Iterator[tuple[Any, ...]], limits: Limits) -> Numbered:
    filled = []
    for number, values in enumerate(rows, 1):
        if not any(value is not None for value in values):
            continue
        cells = tuple(_cell(value) for value in values)
        if any(cells):
            filled.append((number, cells))
            if len(filled) > limits.max_rows:
                raise UnreadableRoster("too_many_rows", limit=limits.max_rows)
    width = max((index for _, cells in filled for index, cell in enumerate(cells, 1) if cell), default=0)
    return [(number, cells[:width]) for number, cells in filled]


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
