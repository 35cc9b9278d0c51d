"""Lists that leave the program, and the template that people fill in."""

import csv
import io
from datetime import date

import openpyxl
import pytest

from lms.rosters.headings import recognise_columns
from lms.rosters.reading import UnreadableRoster, read_table
from lms.rosters.rules import check_table
from lms.rosters.writing import Column, write_table, write_template
from translations.locales import LOCALES
from translations.partial_dates import PartialDate

COLUMNS = [Column("Họ tên", 28), Column("Ngày sinh"), Column("SĐT"), Column("Ghi chú")]
ROWS = [
    ["Nguyễn Thị Ánh", PartialDate(1958, 3, 5), "+84912345678", "=1+1"],
    ["Trần An", PartialDate(1960), None, "@SUM(A1)"],
    ["Lê Bình", date(2001, 12, 1), "+84987654321", "-2+3"],
    ["محمد", PartialDate(1970, 2), None, '\t=HYPERLINK("http://x")'],
    ["Lò May", PartialDate(1971), None, "+1 người nhà"],
]


def written(kind, locale="vi") -> bytes:
    file = io.BytesIO()
    write_table(file, kind, COLUMNS, iter(ROWS), locale=LOCALES[locale], title="Lớp 1/2: [số]")
    return file.getvalue()


def test_csv_opens_in_excel_without_formulas():
    data = written("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["Nguyễn Thị Ánh", "05/03/1958", "+84912345678", "'=1+1"]
    assert [row[1] for row in rows[1:]] == ["05/03/1958", "1960", "01/12/2001", "02/1970", "1971"]
    assert [row[3][0] for row in rows[1:]] == ["'"] * 5


def test_workbook_holds_text_only_and_runs_from_the_right_in_arabic():
    for locale, rtl in (("ar", True), ("vi", False)):
        sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", locale))).active
        assert bool(sheet.sheet_view.rightToLeft) is rtl
        assert sheet.title == "Lớp 1 2   số"
        assert [cell.value for cell in sheet[2]] == ["Nguyễn Thị Ánh", "05/03/1958", "+84912345678", "=1+1"]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_written_can_be_read_back(kind):
    table = read_table(written(kind), f"x.{kind}")
    checked = check_table(table, recognise_columns(table.headings), today=date(2026, 1, 1))
    assert checked.problems == ()
    assert [(row.name, row.birth, row.phone) for row in checked.rows] == [
        (name, PartialDate.of(birth), phone) for name, birth, phone, _ in ROWS
    ]


@pytest.mark.parametrize("code", ["vi", "en", "ar"])
def test_the_template_is_understood_in_every_language_and_its_example_is_not_imported(code):
    file = io.BytesIO()
    write_template(file, locale=LOCALES[code])
    with pytest.raises(UnreadableRoster) as caught:
        read_table(file.getvalue(), "t.xlsx")
    assert caught.value.code == "no_rows"
    book = openpyxl.load_workbook(io.BytesIO(file.getvalue()))
    guide = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    book.active.append([example for _, _, example in guide])
    filled = io.BytesIO()
    book.save(filled)
    table = read_table(filled.getvalue())
    columns = recognise_columns(table.headings)
    assert set(columns) == {"name", "birth", "sex", "phone", "place", "guardian", "guardian_phone", "note"}
    (row,) = check_table(table, columns, today=date(2026, 1, 1)).rows
    assert (row.name, row.sex, row.phone) == ("Nguyễn Thị Ánh", "female", "+84912345678")
