"""The decisions about classes, as tables of cases."""

from datetime import UTC, date, datetime, time

import pytest

from lms.classes.rules import (
    AgeGroup,
    ClassFacts,
    FoldedAgeGroup,
    Slot,
    age_group,
    folded,
    holiday,
    may_go,
    missing_to_open,
    next_code,
    next_steps,
    series_days,
    session_oddities,
    session_problem,
    state_at,
)
from translations.partial_dates import PartialDate

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("birth", "group"),
    [
        (PartialDate(2010, 11, 24), "youth"),  # sixteen today
        (PartialDate(2010, 11, 25), "child"),  # sixteen tomorrow
        (PartialDate(2010, 11), "child"),  # some day of November: perhaps not sixteen yet
        (PartialDate(2010, 10), "youth"),
        (PartialDate(2010), "child"),  # counts as born on 31 December
        (PartialDate(2009), "youth"),
        (PartialDate(1995, 11, 25), "youth"),  # thirty
        (PartialDate(1995, 11, 24), "middle"),  # thirty-one today
        (PartialDate(1966, 11, 25), "middle"),
        (PartialDate(1966, 11, 24), "elder"),
        (PartialDate(1966), "middle"),
        (PartialDate(1965), "elder"),
        (PartialDate(1928), "elder"),
        (None, None),
    ],
)
def test_age_group_on_the_day_of_the_session(birth: PartialDate | None, group: str | None) -> None:
    assert age_group(birth, DAY) == group


def test_the_same_person_is_in_another_group_in_a_later_session() -> None:
    born = PartialDate(1966, 11, 30)
    assert [age_group(born, date(2026, 11, day)) for day in (29, 30)] == [AgeGroup.MIDDLE, AgeGroup.ELDER]


def test_four_groups_fold_into_two() -> None:
    assert folded([AgeGroup.CHILD, AgeGroup.YOUTH]) == {FoldedAgeGroup.YOUNGER}
    assert folded([AgeGroup.MIDDLE, None, AgeGroup.ELDER]) == {FoldedAgeGroup.MIDDLE_AND_ELDER}
    assert folded(AgeGroup) == set(FoldedAgeGroup)


STATES = ("draft", "open", "running", "finished", "archived")
ALLOWED = {
    ("draft", "open"),
    ("draft", "archived"),
    ("open", "draft"),
    ("open", "running"),
    ("running", "finished"),
    ("finished", "archived"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("target", STATES)
def test_a_class_only_goes_forward_but_for_reopening_a_draft(state: str, target: str) -> None:
    assert may_go(state, target) == ((state, target) in ALLOWED)


@pytest.mark.parametrize(
    ("state", "hour", "at_that_hour"),
    [("open", 11, "open"), ("open", 12, "running"), ("draft", 12, "draft"), ("finished", 12, "finished")],
)
def test_an_open_class_runs_from_the_moment_its_first_session_begins(
    state: str, hour: int, at_that_hour: str
) -> None:
    begins = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert state_at(state, begins, datetime(2026, 11, 24, hour, tzinfo=UTC)) == at_that_hour


def test_what_is_missing_to_open_is_named_one_by_one() -> None:
    assert missing_to_open(sessions=0, trainers=0, has_place=False) == ["sessions", "trainer", "place"]
    assert missing_to_open(sessions=3, trainers=0, has_place=True) == ["trainer"]
    assert missing_to_open(sessions=1, trainers=1, has_place=True) == []


@pytest.mark.parametrize(
    ("existing", "code"),
    [
        ([], "00082-26-01"),
        (["00082-26-01", "00082-26-09"], "00082-26-10"),
        (["00082-26-99"], "00082-26-100"),
        (["00082-26-100", "00082-26-99"], "00082-26-101"),
        (["00082-25-07"], "00082-26-01"),
    ],
)
def test_codes_count_on_within_a_commune_and_year(existing: list[str], code: str) -> None:
    assert next_code("00082", 2026, existing) == code


def slot(start: int, end: int, day: date = DAY) -> Slot:
    return Slot(day, time(start), time(end))


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("new", "others", "problem"),
    [
        (slot(8, 10), [], None),
        (slot(10, 8), [], "ends_before_start"),
        (slot(8, 8), [], "ends_before_start"),
        (slot(8, 10), [slot(10, 12)], None),  # one after the other
        (slot(8, 10), [slot(9, 11)], "overlap"),
        (slot(8, 12), [slot(9, 10)], "overlap"),
        (slot(9, 10), [slot(8, 12)], "overlap"),
        (slot(8, 10), [slot(8, 10, date(2026, 11, 25))], None),
        (slot(8, 10, date(2062, 11, 24)), [], "too_far"),
        (slot(8, 10, date(2024, 11, 24)), [], "too_far"),
        (slot(8, 10, date(2026, 11, 1)), [], None),  # a class of last week, written down from paper
    ],
)
def test_when_a_session_cannot_be(new: Slot, others: list[Slot], problem: str | None) -> None:
    assert session_problem(new, others, TODAY) == problem


@pytest.mark.parametrize(
    ("new", "odd"),
    [
        (slot(8, 10), []),
        (slot(8, 13), ["long"]),
        (slot(8, 10, date(2026, 11, 20)), ["past"]),
        (slot(3, 5), ["unusual_hour"]),
        (slot(21, 23), ["unusual_hour"]),
    ],
)
def test_what_is_odd_about_a_session_but_allowed(new: Slot, odd: list[str]) -> None:
    assert session_oddities(new, TODAY) == odd


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 24), "Vietnamese Culture Day"),
        (date(2026, 2, 17), "Lunar New Year (Tết)"),
        (date(2026, 2, 19), "Lunar New Year (Tết)"),
        (date(2026, 4, 27), "Hùng Kings' Commemoration Day"),
        (date(2026, 5, 1), "International Labour Day"),
        (date(2026, 9, 2), "National Day"),
        (date(2026, 8, 31), "a day off in exchange for a working Saturday"),
        (date(2026, 11, 23), None),
    ],
)
def test_public_holidays_have_a_name_that_can_be_translated(day: date, name: str | None) -> None:
    assert holiday(day) == name


def test_every_tuesday_and_thursday_from_a_day_on_passing_over_a_holiday() -> None:
    days, skipped = series_days(date(2026, 11, 24), {1, 3}, 5)
    assert [day.isoformat() for day in days] == [
        "2026-11-26",
        "2026-12-01",
        "2026-12-03",
        "2026-12-08",
        "2026-12-10",
    ]
    assert skipped == [date(2026, 11, 24)]


def test_a_series_may_meet_on_holidays_and_needs_no_weekday() -> None:
    days, skipped = series_days(date(2026, 11, 24), (), 2, skip_holidays=False)
    assert (days, skipped) == ([date(2026, 11, 24), date(2026, 12, 1)], [])


READY = {"sessions": 3, "sessions_ahead": 3, "trainers": 1, "has_place": True, "enrolled": 20, "capacity": 30}


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        (
            {"state": "draft", "capacity": 30},
            ["add_sessions", "assign_trainer", "set_place", "import_roster"],
        ),
        ({"state": "draft", **READY}, ["open"]),
        ({"state": "draft", **READY, "enrolled": 0}, ["open", "import_roster"]),
        ({"state": "open", **READY}, []),
        ({"state": "open", **READY, "trainers": 0}, ["assign_trainer"]),
        ({"state": "running", **READY, "sessions_unmarked": 1}, ["take_attendance"]),
        ({"state": "running", **READY, "waiting": 2}, ["give_places"]),
        ({"state": "running", **READY, "waiting": 2, "enrolled": 30}, []),
        ({"state": "running", **READY, "sessions_ahead": 0, "sessions_held": 3}, ["finish"]),
        (
            {"state": "running", **READY, "sessions_ahead": 0, "sessions_held": 2, "sessions_unmarked": 1},
            ["take_attendance"],
        ),
        ({"state": "finished", **READY, "sessions_ahead": 0}, ["decide_completion"]),
        (
            {"state": "finished", **READY, "sessions_ahead": 0, "decided": 20, "certificates_due": 18},
            ["issue_certificates"],
        ),
        ({"state": "finished", **READY, "sessions_ahead": 0, "decided": 20}, ["archive"]),
        ({"state": "archived", **READY, "sessions_ahead": 0, "decided": 20}, []),
    ],
)
def test_what_is_to_be_done_next(facts: dict[str, object], steps: list[str]) -> None:
    assert next_steps(ClassFacts(**facts)) == steps  # type: ignore[arg-type]
