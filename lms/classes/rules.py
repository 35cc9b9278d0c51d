"""Decisions about classes on plain values: age groups, states, sessions and what is to be done next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

import holidays

from translations.messages import N_
from translations.partial_dates import PartialDate, age_on

# --- age groups -----------------------------------------------------------------------------------


class AgeGroup(StrEnum):
    """Whom a class is for, by age in whole years."""

    CHILD = "child"
    YOUTH = "youth"
    MIDDLE = "middle"
    ELDER = "elder"


class FoldedAgeGroup(StrEnum):
    """The two groups of reports that tell only children and youth from the others."""

    YOUNGER = "younger"
    MIDDLE_AND_ELDER = "middle_and_elder"


FOLDED: Final[Mapping[AgeGroup, FoldedAgeGroup]] = {
    AgeGroup.CHILD: FoldedAgeGroup.YOUNGER,
    AgeGroup.YOUTH: FoldedAgeGroup.YOUNGER,
    AgeGroup.MIDDLE: FoldedAgeGroup.MIDDLE_AND_ELDER,
    AgeGroup.ELDER: FoldedAgeGroup.MIDDLE_AND_ELDER,
}


def age_group(birth: PartialDate | date | None, day: date) -> AgeGroup | None:
    """Return the group of a person on the day of a session; None when the birth is not known.

    Children are under 16 (Law on Children 2016, art. 1), youth 16 to 30 (Youth Law 2020, art. 1), older people
    60 and over (Law on the Elderly 2009, art. 2). Of a partial date the latest possible day counts.
    """
    if birth is None:
        return None
    age = age_on(birth, day)
    if age < 16:
        return AgeGroup.CHILD
    if age <= 30:
        return AgeGroup.YOUTH
    return AgeGroup.MIDDLE if age < 60 else AgeGroup.ELDER


def folded(groups: Iterable[AgeGroup | None]) -> set[FoldedAgeGroup]:
    """Return the two-group form of some groups; unknown ones are left out."""
    return {FOLDED[group] for group in groups if group is not None}


def folded_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of people by age group as counts by the two groups; other keys stay."""
    result: dict[str, int] = dict.fromkeys(FoldedAgeGroup, 0)
    for name, count in counts.items():
        key = FOLDED[AgeGroup(name)] if name in set(AgeGroup) else name
        result[key] = result.get(key, 0) + count
    return result


# --- states ---------------------------------------------------------------------------------------

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"open", "archived"}),
    "open": frozenset({"draft", "running"}),
    "running": frozenset({"finished"}),
    "finished": frozenset({"archived"}),
    "archived": frozenset(),
}
"""From each state of a class the states it can go to: forward, but an open one can become a draft again."""

CLOSED: Final = frozenset({"finished", "archived"})
"""States in which sessions, staff and enrolments no longer change."""


def may_go(state: str, target: str) -> bool:
    """Return whether a class can go from one state to the other."""
    return target in TRANSITIONS[state]


def state_at(state: str, first_begins_at: datetime | None, now: datetime) -> str:
    """Return the state that holds at ``now``: an open class runs from the moment its first session begins."""
    begun = first_begins_at is not None and first_begins_at <= now
    return "running" if state == "open" and begun else state


def missing_to_open(*, sessions: int, trainers: int, has_place: bool) -> list[str]:
    """Return what a class lacks to be opened: of "sessions", "trainer", "place"."""
    lacks = {"sessions": sessions == 0, "trainer": trainers == 0, "place": not has_place}
    return [name for name, lacking in lacks.items() if lacking]


def next_code(unit_code: str, year: int, existing: Iterable[str]) -> str:
    """Return the next class code of a unit in a year: "00082-26-01" after none, "00082-26-100" after 99."""
    prefix = f"{unit_code}-{year % 100:02}-"
    numbers = [int(code.removeprefix(prefix)) for code in existing if code.startswith(prefix)]
    return f"{prefix}{max(numbers, default=0) + 1:02}"


# --- sessions -------------------------------------------------------------------------------------

FURTHEST_BACK: Final = timedelta(days=366)
FURTHEST_AHEAD: Final = timedelta(days=731)
LONG: Final = timedelta(hours=4)
USUAL_HOURS: Final = (time(6), time(22))


@dataclass(frozen=True)
class Slot:
    """A day with the wall times at which a session begins and ends."""

    day: date
    start: time
    end: time

    def overlaps(self, other: Slot) -> bool:
        """Return whether both are at the same time; one that begins as the other ends is not."""
        return self.day == other.day and self.start < other.end and other.start < self.end


def session_problem(slot: Slot, others: Iterable[Slot], today: date) -> str | None:
    """Return why a session cannot be at ``slot``, or None.

    "ends_before_start"; "too_far" (over a year back or two ahead: a mistyped year); "overlap" with ``others``,
    the other sessions of the class.
    """
    if slot.end <= slot.start:
        return "ends_before_start"
    if not today - FURTHEST_BACK <= slot.day <= today + FURTHEST_AHEAD:
        return "too_far"
    return "overlap" if any(slot.overlaps(other) for other in others) else None


def session_oddities(slot: Slot, today: date) -> list[str]:
    """Return what is odd about a session but allowed: "past", "long", "unusual_hour"."""
    length = datetime.combine(slot.day, slot.end) - datetime.combine(slot.day, slot.start)
    first, last = USUAL_HOURS
    odd = {
        "past": slot.day < today,
        "long": length > LONG,
        "unusual_hour": slot.start < first or slot.end > last,
    }
    return [name for name, holds in odd.items() if holds]


HOLIDAYS: Final[Mapping[str, str]] = {
    "Lunar New Year": N_("Lunar New Year (Tết)"),
    "Hung Kings' Commemoration Day": N_("Hùng Kings' Commemoration Day"),
    "Liberation Day/Reunification Day": N_("Reunification Day"),
    "International Labor Day": N_("International Labour Day"),
    "National Day": N_("National Day"),
    "New Year's Day": N_("New Year's Day"),
    "Vietnam Cultural Day": N_("Vietnamese Culture Day"),
    "Day off": N_("a day off in exchange for a working Saturday"),
}
"""A part of the library's name of a holiday ("… (observed)", "Second Day of …"), and our message id."""


@cache
def _holidays(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("VN", language="en_US", years=year))


def holiday(day: date) -> str | None:
    """Return the message id of the public holiday on a day in Vietnam, or None."""
    name = _holidays(day.year).get(day)
    if name is None:
        return None
    return next((HOLIDAYS[key] for key in HOLIDAYS if key in name), name)


def series_days(
    first: date, weekdays: Collection[int], count: int, *, skip_holidays: bool = True
) -> tuple[list[date], list[date]]:
    """Return ``count`` days on ``weekdays`` (Monday is 0) from ``first`` on, and the holidays passed over.

    No weekday means that of ``first``. When holidays are not skipped, the second list is empty.
    """
    wanted = set(weekdays) or {first.weekday()}
    days: list[date] = []
    skipped: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() in wanted:
            (skipped if skip_holidays and holiday(day) else days).append(day)
        day += timedelta(days=1)
    return days, skipped


# --- what is to be done next ----------------------------------------------------------------------


@dataclass(frozen=True)
class ClassFacts:
    """What the next steps of a class follow from; counts of sessions leave cancelled ones out."""

    state: str
    sessions: int = 0
    sessions_ahead: int = 0
    sessions_held: int = 0
    sessions_unmarked: int = 0
    """Of today or earlier, but without attendance."""
    trainers: int = 0
    has_place: bool = False
    enrolled: int = 0
    waiting: int = 0
    capacity: int = 0
    decided: int = 0
    certificates_due: int = 0
    """People who completed and have no certificate yet."""


def next_steps(facts: ClassFacts) -> list[str]:
    """Return what is to be done for a class, the first thing first.

    Of "take_attendance", "add_sessions", "assign_trainer", "set_place", "open", "import_roster", "give_places",
    "finish", "decide_completion", "issue_certificates", "archive".
    """
    over = facts.sessions > 0 and facts.sessions_ahead == 0 and facts.sessions_unmarked == 0
    before = facts.state in ("draft", "open", "running")
    lacks = missing_to_open(sessions=facts.sessions, trainers=facts.trainers, has_place=facts.has_place)
    holds: Sequence[tuple[str, bool]] = [
        ("take_attendance", facts.state in ("open", "running") and facts.sessions_unmarked > 0),
        ("add_sessions", before and "sessions" in lacks),
        ("assign_trainer", before and "trainer" in lacks),
        ("set_place", before and "place" in lacks),
        ("open", facts.state == "draft" and not lacks),
        ("import_roster", before and not over and facts.enrolled == 0),
        ("give_places", before and facts.waiting > 0 and facts.enrolled < facts.capacity),
        ("finish", facts.state == "running" and over and facts.sessions_held > 0),
        ("decide_completion", facts.state == "finished" and facts.enrolled > 0 and facts.decided == 0),
        ("issue_certificates", facts.certificates_due > 0),
        ("archive", facts.state == "finished" and facts.decided > 0 and facts.certificates_due == 0),
    ]
    return [step for step, wanted in holds if wanted]
