"""Which mark wins, and what attendance comes to."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.attendance import rules
from lms.core.keys import new_key

T = datetime(2026, 11, 22, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_device_clock_is_corrected() -> None:
    slow_by_a_day = timedelta(days=1)
    assert rules.effective_time(T - slow_by_a_day, T, slow_by_a_day) == T


def test_no_mark_is_made_in_the_future() -> None:
    assert rules.effective_time(T + HOUR, T, timedelta(0)) == T


@given(
    st.lists(
        st.tuples(st.datetimes(timezones=st.just(UTC)), st.integers(0, 9), st.uuids()),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_every_order_of_arrival_ends_the_same(marks: list[tuple[datetime, int, uuid.UUID]]) -> None:
    def winner(order: tuple[tuple[datetime, int, uuid.UUID], ...]) -> tuple[datetime, int, uuid.UUID]:
        held = order[0]
        for mark in order[1:]:
            if rules.winning_key(*mark) > rules.winning_key(*held):
                held = mark
        return held

    assert len({winner(order) for order in permutations(marks)}) == 1


REVIEWS = [
    ({}, None),
    ({"permitted": False}, "not_permitted"),
    ({"cancelled": True}, "session_cancelled"),
    ({"enrolled": False}, "not_enrolled"),
    ({"effective_at": T - 2 * HOUR}, "session_not_started"),
    ({"effective_at": T - HOUR / 2}, None),
    ({"effective_at": T + timedelta(days=15), "by_device": True}, "clock_suspect"),
    ({"effective_at": T + timedelta(days=15), "by_device": False}, None),
]


@pytest.mark.parametrize(("changes", "reason"), REVIEWS)
def test_why_a_mark_waits_for_a_person(changes: dict[str, object], reason: str | None) -> None:
    usual = {
        "permitted": True,
        "enrolled": True,
        "cancelled": False,
        "starts_at": T,
        "effective_at": T,
        "by_device": True,
    }
    assert rules.review_reason(**{**usual, **changes}) == reason  # type: ignore[arg-type]


def test_the_same_form_makes_the_same_marks() -> None:
    form, person = new_key(), new_key()
    first = rules.form_mark_id(form, person, "", "present")
    assert first == rules.form_mark_id(form, person, "", "present")
    assert first != rules.form_mark_id(form, person, "", "late")
    assert first != rules.form_mark_id(new_key(), person, "", "present")
    assert first.version == 7
    low, high = rules.form_mark_range(form)
    assert low <= first <= high


def test_counts() -> None:
    counts = rules.count(["present", "late", "excused", "present"], held=6)
    assert (counts.attended, counts.excused, counts.absent, counts.rate) == (3, 1, 0, 0.5)
    assert rules.count([], held=0).rate is None
