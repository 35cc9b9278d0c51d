"""Reading roster files of every kind that offices send."""

import codecs
import io
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from lms.rosters.headings import lacking, recognise_columns
from lms.rosters.reading import Limits, UnreadableRoster, read_table

DATA = Path(__file__).parent / "data"
LIST = "STT,Họ và tên,Ngày sinh,Giới tính\n"
LIST += "1,Nguyễn Thị Ánh,05/03/1958,Nữ\n2,Đỗ Văn Thuỷ,1960,Nam\n3,Lò Hữu Bằng,1/2/1971,Nam\n"


def windows_1258(text: str) -> bytes:
    """Encode as Vietnamese Windows does: the letter first, then its tone as a mark."""
    out = bytearray()
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            decomposed = unicodedata.normalize("NFD", char)
            tone = next(mark for mark in decomposed if mark in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", decomposed.replace(tone, "")).encode("cp1258")
            out += tone.encode("cp1258")
    return bytes(out)


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refusal(data: bytes, filename: str = "x.csv", **limits: int) -> str:
    with pytest.raises(UnreadableRoster) as caught:
        read_table(data, filename, limits=Limits(**limits))
    return caught.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-bom", "utf-16-le", "utf-16-be", "utf-16-be-bom"],
)
def test_every_delimiter_and_unicode_encoding_gives_the_same_table(encode, form, delimiter):
    text = unicodedata.normalize(form, LIST.replace(",", delimiter))
    table = read_table(encode(text))
    assert table.headings == ("STT", "Họ và tên", "Ngày sinh", "Giới tính")
    assert [row.cells for row in table.rows] == [
        ("1", "Nguyễn Thị Ánh", "05/03/1958", "Nữ"),
        ("2", "Đỗ Văn Thuỷ", "1960", "Nam"),
        ("3", "Lò Hữu Bằng", "1/2/1971", "Nam"),
    ]


def test_windows_1258_is_composed():
    table = read_table(windows_1258(LIST))
    assert table.encoding == "windows-1258"
    assert [row.cells[1] for row in table.rows] == ["Nguyễn Thị Ánh", "Đỗ Văn Thuỷ", "Lò Hữu Bằng"]


@pytest.mark.parametrize(
    "garbage",
    [
        "Họ tên,Năm sinh\nHòa Bình,1950\n".replace("ọ", "o")
        .replace("ê", "e")
        .replace("ă", "a")
        .encode("cp1252"),
        b"Ho ten,Nam sinh\nNguy\xd4n Th\xde H\xb5,1950\n",  # TCVN3
        b"Ho ten,Nam sinh\nNguye\xe3n Th\xf2 H\xf8\xb0ng,1950\n",  # VNI
        LIST.encode()[:-40] + b"\xff\xc3\n",  # a UTF-8 file that was cut and patched
    ],
    ids=["windows-1252", "tcvn3", "vni", "broken-utf-8"],
)
def test_letters_are_never_guessed(garbage):
    assert refusal(garbage) == "unknown_encoding"


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    table = read_table('sep=;\nDanh sách lớp\n\nHọ tên;Ghi chú\nAn;"hai\ndòng"\n\nBình;\n'.encode())
    assert table.heading_row == 4
    assert [row.number for row in table.rows] == [5, 7]


def test_title_rows_two_heading_rows_and_column_numbers_are_no_people():
    table = read_table(
        workbook(
            [
                ["ỦY BAN NHÂN DÂN PHƯỜNG"],
                ["DANH SÁCH HỌC VIÊN"],
                ["Số TT", "Họ và tên", "Năm sinh", None, "Nơi cư trú"],
                [None, None, "Nam", "Nữ", None],
                ["(1)", "(2)", "(3)", "(4)", "(5)"],
                [1, "Trần Văn An", 1950, None, "Thôn 1"],
            ]
        )
    )
    assert table.headings == ("Số TT", "Họ và tên", "Nam", "Nữ", "Nơi cư trú")
    assert [row.cells[1] for row in table.rows] == ["Trần Văn An"]


def test_cells_of_a_workbook():
    rows = [
        ["Họ tên", "Ngày sinh", "SĐT", "Nữ"],
        ["An", date(1958, 3, 5), 912345678.0, True],
        ["Bình", 1960, None, False],
    ]
    table = read_table(workbook(rows))
    assert table.rows[0].cells == ("An", date(1958, 3, 5), "912345678", "x")
    assert table.rows[1].cells == ("Bình", "1960", "", "")


def test_the_first_visible_sheet_with_headings_is_read():
    book = openpyxl.Workbook()
    book.active.title = "Trang bìa"
    book.active.append(["Báo cáo", "quý 3"])
    hidden = book.create_sheet("Ẩn")
    hidden.append(["Họ tên", "Năm sinh"])
    hidden.append(["Người ẩn", 1950])
    hidden.sheet_state = "hidden"
    book.create_sheet("Trống")
    people = book.create_sheet("Danh sách")
    people.append(["Họ tên", "Năm sinh"])
    people.append(["Người hiện", 1950])
    file = io.BytesIO()
    book.save(file)
    table = read_table(file.getvalue())
    assert table.sheet == "Danh sách"
    assert [row.cells[0] for row in table.rows] == ["Người hiện"]


def test_a_formula_without_a_stored_result_is_not_an_empty_cell():
    table = read_table(
        workbook([["STT", "Họ tên", "Năm sinh"], ["=ROW()-1", '=HYPERLINK("http://x","a")', 1950]])
    )
    assert table.rows[0].cells[1].startswith("=HYPERLINK")


def test_apostrophes_and_excel_quoting_that_mean_text_are_removed():
    table = read_table('Họ tên,Năm sinh,SĐT\nH\'Hen Niê,\'1950,"=""0912345678"""\n'.encode())
    assert table.rows[0].cells == ("H'Hen Niê", "1950", "0912345678")


def test_unknown_headings_are_kept_to_be_named_by_hand():
    table = read_table("Người,Tuổi tác\nTrần Văn An,1950\n".encode())
    assert not table.recognised
    assert recognise_columns(table.headings) == {}
    assert lacking({}) == ["name", "birth"]
    by_hand = recognise_columns(table.headings, by_hand={"name": 0, "birth": 1})
    assert by_hand == {"name": 0, "birth": 1}
    assert lacking(by_hand) == []


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "x.csv", "empty"),
        (codecs.BOM_UTF8 + b" \r\n\r\n", "x.csv", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.xls", "legacy_xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", "password"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "x.xls", "legacy_xls"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "x.csv", "not_a_table"),
        (bytes(range(256)) * 40, "x.csv", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "x.csv", "not_a_table"),
        (b"PK\x03\x04 and then nothing", "x.xlsx", "damaged"),
        (b"one line of text", "x.csv", "no_rows"),
        ("Họ tên,Năm sinh\n".encode(), "x.csv", "no_rows"),
        ('Họ tên,Năm sinh\n"Trần An,1950\nLê Bình,1951\n'.encode(), "x.csv", "unclosed_quote"),
    ],
)
def test_files_that_are_no_roster_are_refused_with_a_stable_code(data, filename, code):
    assert refusal(data, filename) == code


def test_too_large_too_long_and_too_deep_files_are_refused():
    assert refusal(b"a" * (10 * 1024 * 1024 + 1)) == "too_large"
    assert refusal(LIST.encode(), max_rows=3) == "too_many_rows"
    rows = workbook([["Họ tên", "Năm sinh"], *[["Trần An", 1950]] * 5])
    assert refusal(rows, max_rows=5) == "too_many_rows"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    assert len(bomb.getvalue()) < 200_000
    assert refusal(bomb.getvalue()) == "unpacks_too_large"


def test_other_zip_files_are_refused():
    def archive(**members: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as target:
            for name, content in members.items():
                target.writestr(name.replace("__", "/"), content)
        return file.getvalue()

    assert refusal(archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")) == "other_spreadsheet"
    assert refusal(archive(word__document=b"<w/>")) == "not_a_table"
    damaged = workbook([["Họ tên", "Năm sinh"], ["Trần An", 1950]])
    with zipfile.ZipFile(io.BytesIO(damaged)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    members["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row r='1'><c"
    assert refusal(archive(**members)) == "damaged"


def test_a_cell_far_away_does_not_make_the_sheet_huge():
    book = openpyxl.Workbook()
    book.active.append(["Họ tên", "Năm sinh"])
    book.active.append(["Trần An", 1950])
    book.active.cell(row=1_000_000, column=16_000, value="lạc")
    file = io.BytesIO()
    book.save(file)
    table = read_table(file.getvalue())
    assert len(table.headings) <= 3
    assert [row.number for row in table.rows] == [2]


@pytest.mark.parametrize(
    ("name", "rows", "fields"),
    [
        ("clean.csv", 38, {"name", "birth", "sex", "phone", "ethnicity", "place"}),
        ("messy.csv", 45, {"number", "name", "birth", "sex", "phone", "place"}),
        ("bad.csv", 11, {"name", "birth", "sex", "phone"}),
        ("workbook.xlsx", 62, {"number", "name", "birth", "female", "phone", "ethnicity", "note"}),
    ],
)
def test_sample_rosters(name, rows, fields):
    table = read_table((DATA / name).read_bytes(), name)
    assert len(table.rows) == rows
    assert recognise_columns(table.headings).keys() == fields


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (
            ["Full name", "Date of birth", "Gender", "Phone", "Email"],
            ["name", "birth", "sex", "phone", "email"],
        ),
        (["TT", "HỌ VÀ TÊN (*)", "NTNS", "Phái", "ĐTDĐ"], ["number", "name", "birth", "sex", "phone"]),
        (["Họ và tên đệm", "Tên", "Năm sinh"], ["family_name", "given_name", "birth"]),
        (["Họ", "Đệm", "Tên", "Sinh ngày"], ["family_name", "middle_name", "given_name", "birth"]),
        (["Tên", "Nam", "Nữ", "Năm"], ["name", "male", "female", "birth"]),
        (
            ["Họ tên", "Ngày sinh", "Tháng sinh", "Năm sinh"],
            ["name", "birth_day", "birth_month", "birth_year"],
        ),
        (["Họ tên", "Ngày", "Tháng", "Năm"], ["name", "birth_day", "birth_month", "birth_year"]),
        (
            ["Họ tên", "Họ tên cha mẹ", "Số điện thoại phụ huynh", "Số điện thoại liên hệ"],
            ["name", "guardian", "guardian_phone", "phone"],
        ),
        (
            ["Họ và tên học viên", "Nơi ở hiện nay", "Dân tộc", "Ghi chú"],
            ["name", "place", "ethnicity", "note"],
        ),
    ],
)
def test_columns_are_recognised(headings, fields):
    assert recognise_columns(headings) == {field: at for at, field in enumerate(fields)}


def test_a_name_under_one_heading_over_two_columns():
    rows = [("1", "Nguyễn Thị", "Ánh", "1950"), ("2", "Trần Văn", "Bình", "1951")]
    columns = recognise_columns(["STT", "Họ và tên", "", "Năm sinh"], rows=rows)
    assert columns == {"number": 0, "family_name": 1, "given_name": 2, "birth": 3}


def test_a_mapping_by_hand_wins():
    columns = recognise_columns(["Họ tên", "Năm sinh", "SĐT"], by_hand={"note": 2, "birth": None})
    assert columns == {"name": 0, "note": 2}
