"""What units are called in each language."""

from __future__ import annotations

import pytest

from lms.units import rules
from lms.units.rules import UnitName
from translations.bidi import strip_marks

LOC_NINH = UnitName("ward", "Lộc Ninh", "Loc Ninh")
DONG_NAI = UnitName("city", "Đồng Nai", "Dong Nai", "دونغ ناي")


@pytest.mark.parametrize(
    ("name", "vi", "en", "ar"),
    [
        (LOC_NINH, "phường Lộc Ninh", "Loc Ninh Ward", "حيّ Lộc Ninh"),
        (DONG_NAI, "thành phố Đồng Nai", "Dong Nai City", "مدينة دونغ ناي"),
        (
            UnitName("province", "Lạng Sơn", "Lang Son", "لانغ سون"),
            "tỉnh Lạng Sơn",
            "Lang Son Province",
            "مقاطعة لانغ سون",
        ),
        (UnitName("commune", "Công Sơn", "Cong Son"), "xã Công Sơn", "Cong Son Commune", "بلدية Công Sơn"),
        (
            UnitName("special_zone", "Lý Sơn", "Ly Son"),
            "đặc khu Lý Sơn",
            "Ly Son Special Zone",
            "منطقة Lý Sơn الخاصة",
        ),
        (
            UnitName("residential_group", "Tổ dân phố số 3", "Tổ dân phố số 3"),
            "Tổ dân phố số 3",
            "Residential Group 3",
            "المجموعة السكنية 3",
        ),
        (
            UnitName("residential_group", "12", "12"),
            "tổ dân phố 12",
            "Residential Group 12",
            "المجموعة السكنية 12",
        ),
        (UnitName("village", "Ấp Bắc", "Ấp Bắc"), "Ấp Bắc", "Bắc Village", "قرية Bắc"),
        (UnitName("village", "Bản Lác", "Bản Lác"), "Bản Lác", "Lác Village", "قرية Lác"),
        (UnitName("village", "Bảnh", "Bảnh"), "thôn Bảnh", "Bảnh Village", "قرية Bảnh"),
    ],
)
def test_a_unit_has_its_title_in_each_language(name: UnitName, vi: str, en: str, ar: str) -> None:
    assert [strip_marks(rules.title(name, language)) for language in ("vi", "en", "ar")] == [vi, en, ar]


def test_a_vietnamese_name_is_isolated_in_arabic_and_an_arabic_one_is_not() -> None:
    assert "\u2068Lộc Ninh\u2069" in rules.title(LOC_NINH, "ar")
    assert "\u2068" not in rules.title(DONG_NAI, "ar")
    assert "\u2068" not in rules.title(LOC_NINH, "vi")


def test_the_full_title_goes_from_near_to_far_with_the_comma_of_the_language() -> None:
    assert rules.full_title(LOC_NINH, [DONG_NAI], "vi") == "phường Lộc Ninh, thành phố Đồng Nai"
    assert rules.full_title(LOC_NINH, [DONG_NAI], "en") == "Loc Ninh Ward, Dong Nai City"
    assert strip_marks(rules.full_title(LOC_NINH, [DONG_NAI], "ar")) == "حيّ Lộc Ninh، مدينة دونغ ناي"


def test_groups_are_listed_by_their_numbers() -> None:
    names = ["Tổ dân phố số 10", "Tổ dân phố số 2", "Thôn Đoài", "Thôn Bắc", "Tổ dân phố số 2A"]
    assert sorted(names, key=rules.sort_key) == [
        "Thôn Bắc",
        "Thôn Đoài",
        "Tổ dân phố số 2",
        "Tổ dân phố số 2A",
        "Tổ dân phố số 10",
    ]
