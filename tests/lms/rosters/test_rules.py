"""Deciding which rows of a roster are good, and who is already known."""

import json
from datetime import date
from pathlib import Path

import pytest

from lms.rosters.headings import recognise_columns
from lms.rosters.matching import Known, People, name_key
from lms.rosters.reading import read_table
from lms.rosters.rules import REASONS, CheckedTable, check_table, stored_name
from translations.messages import translator
from translations.partial_dates import PartialDate

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 9, 15)


def check(data: bytes | str, name: str = "x.csv") -> CheckedTable:
    table = read_table(data.encode() if isinstance(data, str) else data, name)
    columns = recognise_columns(table.headings, rows=[row.cells for row in table.rows[:50]])
    return check_table(table, columns, today=TODAY)


def one(cells: str, headings: str = "Họ tên,Ngày sinh,GT,SĐT"):
    checked = check(f"{headings}\n{cells}\n")
    assert not checked.problems
    (row,) = checked.rows
    return row


def test_every_line_of_the_bad_sample_is_named_but_the_two_good_ones():
    checked = check((DATA / "bad.csv").read_bytes())
    assert [(row.number, row.name) for row in checked.rows] == [(2, "Ôn Thị Lý"), (12, "Ôn Thị Lý")]
    assert [(problem.row, problem.column, problem.code) for problem in checked.problems] == [
        (3, "Họ và tên", "name_empty"),
        (4, "Ngày sinh", "birth_impossible"),
        (5, "Ngày sinh", "birth_in_future"),
        (6, "Điện thoại", "phone_invalid"),
        (7, "Họ và tên", "name_formula"),
        (8, "Họ và tên", "name_too_long"),
        (9, "Ngày sinh", "birth_missing"),
        (10, "Họ và tên", "name_direction_character"),
        (11, "Họ và tên", "name_digits_only"),
    ]


@pytest.mark.parametrize(("name", "people"), [("clean.csv", 38), ("messy.csv", 45), ("workbook.xlsx", 60)])
def test_the_good_samples_have_no_bad_line(name, people):
    checked = check((DATA / name).read_bytes(), name)
    assert checked.problems == ()
    assert len(checked.rows) == people


def test_a_messy_row_is_stored_tidily():
    rows = {row.number: row for row in check((DATA / "messy.csv").read_bytes()).rows}
    assert rows[3].name == "Triệu Đức Tùng"
    assert rows[3].birth == PartialDate(1948, 8, 26)
    assert rows[4].name == "Hoàng Thị Quỳnh Lý"
    assert rows[4].phone == "+84352276712"
    assert rows[5].sex is None  # an "x" under GT says nothing
    assert rows[38].name == "Đinh K'Rể"
    assert rows[11].birth == PartialDate(1938)


def test_ticks_numbers_and_notes_of_the_workbook():
    rows = {row.number: row for row in check((DATA / "workbook.xlsx").read_bytes()).rows}
    assert rows[7].birth == PartialDate(1974, 7, 26)
    assert rows[7].phone == "+84810884868"
    assert (rows[7].sex, rows[9].sex) == ("male", "female")
    assert rows[15].note == "Hộ nghèo"
    assert rows[19].name == "H'Hen Niê"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("HOÀNG THỊ QUỲNH LÝ", "Hoàng Thị Quỳnh Lý"),
        ("nguyễn văn đạt", "Nguyễn Văn Đạt"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("KSOR H-BLĂM", "Ksor H-Blăm"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("  Lò \u00a0 Thị\tMay ", "Lò Thị May"),
        ("NG. VĂN A", "NG. VĂN A"),
        ("AN", "AN"),
        ("Trần McLean", "Trần McLean"),
        ("Ðinh Văn Ðạt", "Đinh Văn Đạt"),
        ("محمد علي", "محمد علي"),
    ],
)
def test_capitals_of_names(typed, stored):
    assert stored_name(typed) == stored


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ("Lê An,,Nam,", "Ngày sinh", "birth_missing"),
        ("Lê An,31/04/1960,Nam,", "Ngày sinh", "birth_impossible"),
        ("Lê An,16/09/2026,Nam,", "Ngày sinh", "birth_in_future"),
        ("Lê An,1899,Nam,", "Ngày sinh", "birth_too_early"),
        ("Lê An,năm Tý,Nam,", "Ngày sinh", "birth_unreadable"),
        ("Lê An,5/3/58,Nam,", "Ngày sinh", "birth_short_year"),
        ("Lê An,1960,Nam,0155123456", "SĐT", "phone_invalid"),
        ("Lê An,1960,Nam,xem sau", "SĐT", "phone_invalid"),
        ("Nguy?n V?n An,1960,Nam,", "Họ tên", "name_damaged"),
        ("=1+1,1960,Nam,", "Họ tên", "name_formula"),
        ("Lê An,1960,Nam,0912345678,Cửa Nam", "", "cells_shifted"),
    ],
)
def test_bad_rows_name_column_and_reason(cells, column, code):
    checked = check(f"Họ tên,Ngày sinh,GT,SĐT\n{cells}\n")
    assert checked.rows == ()
    assert [(problem.row, problem.column, problem.code) for problem in checked.problems] == [
        (2, column, code)
    ]


def test_a_row_names_all_its_faults_at_once():
    problems = check("Họ tên,Ngày sinh,GT,SĐT\n77,31/02/1970,Nam,12\n").problems
    assert [problem.code for problem in problems] == ["name_digits_only", "birth_impossible", "phone_invalid"]


@pytest.mark.parametrize(
    ("mark", "sex"),
    [
        ("nữ", "female"),
        ("F", "female"),
        ("Nam", "male"),
        ("M.", "male"),
        ("x", None),
        ("", None),
        ("?", None),
    ],
)
def test_sex_marks(mark, sex):
    assert one(f"Lê An,1960,{mark},").sex == sex


def test_a_year_under_nam_or_nu_is_birth_and_sex():
    rows = check("Họ tên,Nam,Nữ\nLê An,1950,\nLê Bình,,3/1961\n").rows
    assert [(row.sex, row.birth.iso) for row in rows] == [("male", "1950"), ("female", "1961-03")]


def test_empty_cells_of_a_women_column_mean_men_only_where_it_is_used():
    assert [row.sex for row in check("Họ tên,Năm sinh,Nữ\nLê An,1950,x\nLê Ba,1950,\n").rows] == [
        "female",
        "male",
    ]
    assert [row.sex for row in check("Họ tên,Năm sinh,Nữ\nLê An,1950,\nLê Ba,1950,\n").rows] == [None, None]


def test_birth_in_three_columns_and_name_in_two():
    row = one("Nguyễn Thị,Ánh,5,3,1958", "Họ đệm,Tên,Ngày sinh,Tháng sinh,Năm sinh")
    assert (row.name, row.birth) == ("Nguyễn Thị Ánh", PartialDate(1958, 3, 5))
    assert one("Nguyễn Thị,Ánh,,,1958", "Họ đệm,Tên,Ngày sinh,Tháng sinh,Năm sinh").birth == PartialDate(1958)


def test_phones():
    assert one("Lê An,1960,,không có").phone is None
    both = one("Lê An,1960,,0912345678 / 024 3825 3536")
    assert (both.phone, both.note) == ("+84912345678", "024 3825 3536")


def test_footers_groups_blank_numbers_and_repeated_headings_are_no_people():
    text = """STT;Họ và tên;Năm sinh;Điện thoại
I;Tổ dân phố số 5;;
1;Lê An;1950;
STT;Họ và tên;Năm sinh;Điện thoại
2;Lê Bình;1951;
;Thôn Bản Áng;;
3;Bàn Văn Tổ;1952;
4;;;
;Tổng số: 3 học viên;;
;;;Cửa Nam, ngày 5 tháng 9 năm 2026
;NGƯỜI LẬP BIỂU;;BÍ THƯ
;(Ký, ghi rõ họ tên);;
;Trần Thị Ký;;Nguyễn Văn Chức
"""
    checked = check(text)
    assert checked.problems == ()
    assert [(row.number, row.name, row.place) for row in checked.rows] == [
        (3, "Lê An", "Tổ dân phố số 5"),
        (5, "Lê Bình", "Tổ dân phố số 5"),
        (7, "Bàn Văn Tổ", "Thôn Bản Áng"),
    ]


def test_a_person_with_a_name_only_is_bad_rather_than_overlooked():
    problems = check("STT;Họ và tên;Năm sinh\n1;Lê An;1950\n2;Lê Bình;\n3;;1960\n").problems
    assert [(problem.row, problem.code) for problem in problems] == [(3, "birth_missing"), (4, "name_empty")]


def test_reasons_are_sentences_in_every_language():
    problem = check("Họ tên,Ngày sinh\nLê An,31/02/1970\n").problems[0]
    sentences = {code: problem.sentence(translator(code).gettext) for code in ("vi", "en", "ar")}
    assert sentences["en"] == "31/02/1970 is not a date in the calendar."
    assert len(set(sentences.values())) == 3
    assert all("31/02/1970" in sentence for sentence in sentences.values())
    for code in ("vi", "ar"):
        for reason in REASONS.values():
            assert translator(code).gettext(reason) != reason


def test_a_long_or_turned_value_does_not_disorder_the_sentence():
    problem = check("Họ tên,Ngày sinh\nLê An,\u202e" + "9" * 300 + "\n").problems[0]
    sentence = problem.sentence(translator("en").gettext)
    assert "\u202e" not in sentence
    assert len(sentence) < 120
    json.dumps(sentence)


# --- who is known ---

AN = Known("an", "Vũ Thị Hoà", PartialDate(1958, 3, 5), "+84912345678", "Tổ 5", unit="ward")


@pytest.mark.parametrize(
    ("name", "birth", "phone", "place", "unit", "kind"),
    [
        ("Vũ Thị Hoà", (1958, 3, 5), "+84912345678", None, None, "known"),
        ("VŨ THỊ HÒA", (1958, 3, 5), "+84912345678", None, None, "known"),
        ("Vũ Thị Hòa", (1958, 3, 5), None, "tổ 5", "ward", "known"),
        ("Vũ Thị Hòa", (1958, 3, 5), None, "Tổ 7", "ward", "likely"),
        ("Vũ Thị Hòa", (1958, 3, 5), None, None, "elsewhere", "new"),
        ("Vũ Thị Hòa", (1958, 3, 5), "+84987654321", None, "ward", "likely"),
        ("Vũ Thị Hòa", (1958,), "+84912345678", None, None, "likely"),
        ("Vũ Thị Hoa", (1958, 3, 5), "+84912345678", None, None, "likely"),
        ("Vũ Thị Hòa", (1959, 3, 5), "+84912345678", None, "ward", "new"),
        ("Vũ Văn Hòa", (1958, 3, 5), "+84912345678", None, "ward", "new"),
    ],
)
def test_who_is_known(name, birth, phone, place, unit, kind):
    match = People([AN]).match(name, PartialDate(*birth), phone, place, unit)
    assert match.kind == kind
    assert match.person_id == (None if kind == "new" else "an")


def test_the_certain_match_wins_over_a_likely_one_that_came_first():
    other = Known("other", "Vũ Thị Hòa", PartialDate(1958), "+84912345678", unit="ward")
    match = People([other, AN]).match("Vũ Thị Hòa", PartialDate(1958, 3, 5), "+84912345678", unit="ward")
    assert (match.kind, match.person_id) == ("known", "an")


def test_people_met_in_the_file_become_known():
    people = People()
    kinds = []
    for row in check((DATA / "messy.csv").read_bytes()).rows:
        kinds.append(people.match(row.name, row.birth, row.phone, row.place, "ward").kind)
        people.add(Known(row.number, row.name, row.birth, row.phone, row.place, "ward"))
    assert kinds.count("known") == 1
    assert kinds[-1] == "known"  # line 46 repeats line 6


def test_name_key_minds_marks_but_not_their_place():
    assert name_key("Thuý Hoà Khoẻ Quý") == name_key("thúy hòa khỏe quý")
    assert name_key("Hoa") != name_key("Hòa")
    assert name_key("Đào") != name_key("Dào")
