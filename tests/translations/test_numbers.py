from decimal import Decimal

import pytest

from translations import bidi, numbers
from translations.locales import locale

VI, EN, AR = locale("vi"), locale("en"), locale("ar")


def test_decimals_and_counts() -> None:
    assert [numbers.decimal(1234567.891, one) for one in (VI, EN, AR)] == [
        "1.234.567,89",
        "1,234,567.89",
        "1,234,567.89",
    ]
    assert numbers.decimal(Decimal("7.50"), VI) == "7,5"
    assert numbers.decimal(3, VI) == "3"
    assert [numbers.count(12345, one) for one in (VI, EN, AR)] == ["12.345", "12,345", "12,345"]
    assert numbers.count(0, AR) == "0"


def test_percentages_keep_the_sign_after_the_figure() -> None:
    assert [numbers.percent(0.845, one, digits=1) for one in (VI, EN, AR)] == [
        "84,5%",
        "84.5%",
        "\u206884.5%\u2069",
    ]
    assert [numbers.percent(0.8, one) for one in (VI, EN, AR)] == ["80%", "80%", "\u206880%\u2069"]
    assert numbers.percent(1, VI, digits=1) == "100%"


@pytest.mark.parametrize(
    ("items", "vi", "en"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A và B", "A and B"),
        (["A", "B", "C"], "A, B và C", "A, B, and C"),
    ],
)
def test_lists(items: list[str], vi: str, en: str) -> None:
    assert numbers.join(items, VI) == vi
    assert numbers.join(items, EN) == en


def test_lists_isolate_what_runs_the_other_way() -> None:
    assert numbers.join(["Lan", "خالد"], AR) == "\u2068Lan\u2069 وخالد"
    assert numbers.join(["Lan", "خالد"], VI) == "Lan và \u2068خالد\u2069"


def test_isolating_and_stripping() -> None:
    assert bidi.isolate("Lan") == "\u2068Lan\u2069"
    assert bidi.strip_marks("\u200f31\u200f/07\u200e \u2068Lan\u2069\u202e\u061c") == "31/07 Lan"
    assert bidi.isolate_foreign("0912", AR) == "0912"


@pytest.mark.parametrize(
    ("text", "direction"),
    [("Lan خالد", "ltr"), ("12. خالد Lan", "rtl"), ("שלום", "rtl"), ("0912 345", None), ("", None)],
)
def test_direction_is_that_of_the_first_strong_character(text: str, direction: str | None) -> None:
    assert bidi.direction(text) == direction
