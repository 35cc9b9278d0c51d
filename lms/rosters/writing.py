"""Writes lists to XLSX and CSV, and the empty workbook that people fill in.

What is written here can be read back by `reading`. Nothing in a cell can become a formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Literal

import xlsxwriter

from translations.locales import Locale
from translations.messages import N_, Translator, translator
from translations.partial_dates import PartialDate

Value = str | int | float | date | PartialDate | None

# What spreadsheet programs take for the beginning of a formula; the wide forms too, in East Asian versions.
_FORMULA_START = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_PHONE = re.compile(r"\+\d{6,15}")
_MAX_CELL = 32_767  # Excel's longest text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its heading in the reader's language, and its width in characters."""

    heading: str
    width: float = 16


def write_table(
    file: BinaryIO,
    kind: Literal["xlsx", "csv"],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    locale: Locale,
    title: str = "",
) -> None:
    """Write a list row by row to a binary file; `rows` may be a generator of any length.

    Dates are written as Vietnamese lists have them, 05/03/1958, 03/1958 or 1958: none loses its precision.
    `title` names the sheet of a workbook.
    """
    if kind == "csv":
        _write_csv(file, columns, rows)
    else:
        _write_xlsx(file, columns, rows, locale, title)


def shown(value: Value) -> str | int | float:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, date | PartialDate):
        partial = PartialDate.of(value)
        parts = [f"{part:02}" for part in (partial.day, partial.month) if part is not None]
        return "/".join([*parts, f"{partial.year:04}"])
    return value[:_MAX_CELL] if isinstance(value, str) else value


def _write_csv(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    # The mark at the beginning tells Excel that this is UTF-8.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([_harmless(column.heading) for column in columns])
    writer.writerows([_harmless(shown(value)) for value in row] for row in rows)
    text.flush()
    text.detach()


def _harmless(value: str | int | float) -> str | int | float:
    """Put the apostrophe that means text before what would be a formula; a phone number keeps its +."""
    if isinstance(value, str) and _FORMULA_START.match(value) and not _PHONE.fullmatch(value):
        return f"'{value}"
    return value


def _write_xlsx(
    file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]], locale: Locale, title: str
) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet(_sheet_name(title))
        if locale.is_rtl:
            sheet.right_to_left()
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        # Format "@" keeps a phone or year text when someone edits the cell.
        body = workbook.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.heading, heading)
        for number, row in enumerate(rows, 1):
            for at, value in enumerate(map(shown, row)):
                if isinstance(value, str):
                    sheet.write_string(number, at, value, body)
                else:
                    sheet.write_number(number, at, value)


def _sheet_name(title: str) -> str:
    """A name that Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at an end."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:31].strip(" '") or "1"


# --- the template ---

# Heading, width, how to fill it in, example.
_TEMPLATE = (
    (N_("Full name"), 28, N_("Needed. Family name first, with diacritics."), "Nguyễn Thị Ánh"),
    (N_("Date of birth"), 14, N_("Needed. Day/month/year, or the year alone."), "05/03/1958"),
    (N_("Sex"), 10, N_("Male or female; may stay empty."), None),
    (N_("Phone number"), 16, N_("May stay empty; a family may share one."), "0912 345 678"),
    (N_("Residential group"), 22, N_("Residential group, village or address."), "Tổ dân phố số 12"),
    (N_("Guardian"), 28, N_("For a child under 16."), "Trần Văn Bình"),
    (N_("Guardian's phone"), 16, N_("For a child under 16."), "0912 345 678"),
    (N_("Note"), 24, N_("Anything the trainer should know."), None),
)


def write_template(file: BinaryIO, *, locale: Locale) -> None:
    """Write the workbook to fill in: headings on the first sheet, hints and an example on the second."""
    words = translator(locale)
    sexes = [words(N_("Female")), words(N_("Male"))]
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(_sheet_name(words(N_("List"))))
        guide = workbook.add_worksheet(_sheet_name(words(N_("How to fill it in"))))
        if locale.is_rtl:
            sheet.right_to_left()
            guide.right_to_left()
        sheet.freeze_panes(1, 0)
        for at, (heading, width, _, _) in enumerate(_TEMPLATE):
            sheet.set_column(at, at, width, text)
            sheet.write_string(0, at, words(heading), bold)
        sheet.data_validation(1, 2, 20_000, 2, {"validate": "list", "source": sexes, "error_type": "warning"})
        _write_guide(guide, bold, words, sexes[0])


def _write_guide(guide: "xlsxwriter.worksheet.Worksheet", bold: object, words: Translator, sex: str) -> None:
    guide.set_column(0, 0, 24)
    guide.set_column(1, 1, 48)
    guide.set_column(2, 2, 28)
    for at, title in enumerate((N_("Column"), N_("What to write"), N_("Example"))):
        guide.write_string(0, at, words(title), bold)
    for number, (heading, _, hint, example) in enumerate(_TEMPLATE, 1):
        guide.write_string(number, 0, words(heading))
        guide.write_string(number, 1, words(hint))
        guide.write_string(number, 2, sex if heading == "Sex" else example or "")
