import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations import phones

with (Path(__file__).parent / "data" / "phone-vectors.csv").open(encoding="utf-8", newline="") as file:
    VECTORS = [(row["typed"], row["e164"] or None) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("typed", "number"), VECTORS)
def test_vectors(typed: str, number: str | None) -> None:
    assert phones.parse(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "912345678",
        "'0912345678",
        "912345678.0",
        "84912345678.0",
        "9.12345678E8",
        "8.4912345678e+10",
        "+84 (0)912 345 678",
        "+84-912-345-678",
        "84 0912345678",
        "(0912) 345-678",
        "\u202d0912345678".replace("\u202d", "\u200e"),
        "0912\u00a0345\u00a0678",
    ],
)
def test_one_mobile_in_many_shapes(typed: str) -> None:
    assert phones.parse(typed) == "+84912345678"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("844737697", "+84844737697"),  # nine digits: 084… without its zero, not the country code
        ("0844737697", "+84844737697"),
        ("0559123456", "+84559123456"),
        ("2438253536", "+842438253536"),
        ("0208 385 5123", "+842083855123"),
    ],
)
def test_more_numbers(typed: str, number: str) -> None:
    assert phones.parse(typed) == number


@pytest.mark.parametrize("middle", range(9))
def test_prefixes_not_yet_open(middle: int) -> None:
    assert phones.parse(f"055{middle}123456") is None


@pytest.mark.parametrize(
    "typed",
    [
        "01692345678",
        "0412345678",
        "0612345678",
        "091234567",
        "09123456789",
        "+1 202 555 0100",
        "+0912345678",
        "0912345678/0987654321",
        "0912345678 (con gái)",
        "912345678.5",
        "٠٩١٢٣٤٥٦٧٨",
        "++84912345678",
        "9E999999999",
    ],
)
def test_refused(typed: str) -> None:
    assert phones.parse(typed) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842438253536", "024 3825 3536"),
        ("+842838253536", "028 3825 3536"),
        ("+842083855123", "0208 385 5123"),
        ("+12025550100", "+12025550100"),
        ("", ""),
    ],
)
def test_display(number: str, shown: str) -> None:
    assert phones.display(number) == shown


@given(st.from_regex(r"\A0([3789][0-9]{8}|56[0-9]{7}|2[0-9]{9})\Z"))
def test_what_is_shown_reads_back_as_the_same_number(typed: str) -> None:
    number = phones.parse(typed)
    assert number == "+84" + typed[1:]
    assert phones.parse(phones.display(number)) == number
    assert phones.parse(typed[1:]) == number


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    number = phones.parse(text)
    assert number is None or number.startswith("+84")
