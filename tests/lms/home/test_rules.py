"""Which figures are shown, and of which days."""

from datetime import date

import pytest

from lms.home.rules import hidden, one_short, period, suppressed


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (4, True), (5, False), (90, False)])
def test_counts_that_point_at_somebody_are_hidden(count: int, is_hidden: bool) -> None:
    assert hidden(count) is is_hidden


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 10, "b": 20}, {"a": 10, "b": 20}),
        ({"a": 2, "b": 20, "c": 9}, {"a": None, "b": 20, "c": None}),  # the total would give a away
        ({"a": 2, "b": 3, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 2, "b": 0, "c": 0}, {"a": None, "b": 0, "c": 0}),
    ],
)
def test_a_hidden_count_cannot_be_worked_out_from_the_others(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert suppressed(counts) == shown


@pytest.mark.parametrize(
    ("attended", "needed", "short"),
    [({"x": 3, "y": 4, "z": 2}, 4, 1), ({"x": 3, "y": 3}, 4, 2), ({"x": 0}, 0, 0), ({}, 4, 0)],
)
def test_people_one_session_short(attended: dict[str, int], needed: int, short: int) -> None:
    assert one_short(attended, needed) == short


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", "2026-11-01", "2026-11-30"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods(name: str, first: str, last: str) -> None:
    assert period(name, date(2026, 11, 22)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_february_of_a_leap_year_ends_on_the_29th() -> None:
    assert period("month", date(2028, 2, 10))[1] == date(2028, 2, 29)
