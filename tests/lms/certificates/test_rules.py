"""Numbers, codes and file names."""

import re

import pytest

from lms.certificates import rules
from lms.certificates.headings import Place, proposal

CUA_NAM = Place(
    {"vi": "phường Cửa Nam", "en": "Cua Nam Ward", "ar": "حيّ كوا نام"},
    {"vi": "Cửa Nam", "en": "Cua Nam", "ar": "كوا نام"},
)
HA_NOI = Place(
    {"vi": "thành phố Hà Nội", "en": "Ha Noi City", "ar": "مدينة هانوي"},
    {"vi": "Hà Nội", "en": "Ha Noi", "ar": "هانوي"},
)


def test_codes_differ_and_have_no_letter_that_looks_like_a_digit():
    codes = {rules.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", code) for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "7K2M9QWX4TB0",
        "7K2M-9QWX-4TB0",
        " 7k2m 9qwx 4tb0 ",
        "7K2M–9QWX–4TBO",
        "7K2M.9QWX.4TBo",
        "٧K٢M-٩QWX-٤TB٠",
        "７Ｋ２Ｍ９ＱＷＸ４ＴＢ０",
        "\u20667K2M-9QWX-4TB0\u2069",
    ],
)
def test_a_code_is_understood_however_it_is_typed(typed):
    assert rules.typed_code(typed) == "7K2M9QWX4TB0"


def test_letters_that_no_code_has_are_read_as_what_they_look_like():
    assert rules.typed_code("ILOU-0000-0000") == "110V00000000"


@pytest.mark.parametrize(
    "typed", ["", "7K2M", "7K2M-9QWX-4TB00", "7K2M-9QWX-4TB*", "Nguyễn Văn A", "²" * 12 + "½"]
)
def test_what_cannot_be_a_code_is_none(typed):
    assert rules.typed_code(typed) is None


def test_the_printed_code_can_be_typed_back():
    code = rules.new_code()
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", rules.printed_code(code))
    assert rules.typed_code(rules.printed_code(code)) == code


def test_numbers_below_ten_have_a_zero():
    assert rules.printed_number(7, "GCN-UBND") == "07/GCN-UBND"
    assert rules.printed_number(113, "GCN-ĐTN") == "113/GCN-ĐTN"
    assert rules.register_number(12, 2026) == "0012/2026"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nguyễn Văn Hùng", "0012-2026-nguyen-van-hung-vi.pdf"),
        ("Đặng Thị Ðào", "0012-2026-dang-thi-dao-vi.pdf"),
        ("محمد علي", "0012-2026-vi.pdf"),
        ("../../etc/passwd", "0012-2026-etc-passwd-vi.pdf"),
    ],
)
def test_file_names_are_readable_and_safe(name, expected):
    assert rules.file_name(12, 2026, name, "vi") == expected


def test_two_people_of_one_name_have_two_files():
    assert rules.file_name(1, 2026, "Nguyễn Văn Hùng", "vi") != rules.file_name(
        2, 2026, "Nguyễn Văn Hùng", "vi"
    )


@pytest.mark.parametrize(
    ("age", "organisation", "expected"),
    [
        (12, "youth_union", "child"),
        (16, "youth_union", "youth_union"),
        (30, "youth_union", "youth_union"),
        (31, "youth_union", "adult"),
        (20, "peoples_committee", "adult"),
        (None, "youth_union", "adult"),
    ],
)
def test_how_somebody_is_addressed(age, organisation, expected):
    assert rules.honorific(age, organisation) == expected


def test_a_peoples_committee_prints_its_own_heading():
    words = proposal("peoples_committee", {"vi": "Ủy ban nhân dân phường Cửa Nam"}, CUA_NAM, HA_NOI)
    assert words.design == "state"
    assert words.number_symbol == "GCN-UBND"
    assert words.heading["vi"] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG CỬA NAM"]
    assert words.heading["ar"] == ["اللجنة الشعبية", "لحيّ كوا نام"]
    assert words.certifier["vi"] == "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG CỬA NAM"
    assert words.certifier["en"] == "THE CHAIRMAN OF THE PEOPLE'S COMMITTEE OF CUA NAM WARD"
    assert words.place["vi"] == "Cửa Nam"


def test_the_youth_union_names_the_level_above_and_signs_for_its_committee():
    words = proposal("youth_union", {"vi": "Đoàn phường Cửa Nam"}, CUA_NAM, HA_NOI)
    assert words.design == "youth-union"
    assert words.number_symbol == "GCN-ĐTN"
    assert words.heading["vi"] == ["BCH ĐOÀN THÀNH PHỐ HÀ NỘI", "BAN CHẤP HÀNH ĐOÀN PHƯỜNG CỬA NAM"]
    assert words.signatory_position["vi"] == ["TM. BAN CHẤP HÀNH", "BÍ THƯ"]


def test_a_province_has_nobody_above():
    words = proposal("youth_union", {"vi": "Thành đoàn Hà Nội"}, HA_NOI, None)
    assert words.heading["vi"] == ["TRUNG ƯƠNG ĐOÀN TNCS HỒ CHÍ MINH", "BAN CHẤP HÀNH ĐOÀN THÀNH PHỐ HÀ NỘI"]


def test_the_arabic_article_joins_the_preposition():
    zone = Place(
        {"vi": "đặc khu Cát Hải", "en": "Cat Hai Special Zone", "ar": "المنطقة الخاصة كات هاي"}, CUA_NAM.name
    )
    words = proposal("peoples_committee", {"vi": "x"}, zone, HA_NOI)
    assert words.heading["ar"][1] == "للمنطقة الخاصة كات هاي"


def test_a_partner_stands_there_with_its_own_name():
    words = proposal("post", {"vi": "Bưu điện khu vực Bắc Hà", "en": "Bac Ha Post"}, CUA_NAM, HA_NOI)
    assert words.design == "plain"
    assert words.heading == {
        "vi": ["BƯU ĐIỆN KHU VỰC BẮC HÀ"],
        "en": ["BAC HA POST"],
        "ar": ["BƯU ĐIỆN KHU VỰC BẮC HÀ"],
    }
