"""Decisions of the first pages: which figures are too small to show, and which people are one session short."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Final

SMALL: Final = 5
"""Counts of people below this are not shown to those who may only see counts: they could point at somebody."""


def hidden(count: int) -> bool:
    """Return whether a count of people is too small to be shown; zero points at nobody."""
    return 0 < count < SMALL


def suppressed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the counts of a breakdown with the small ones replaced by None.

    When only one is hidden, the next smallest is too: otherwise the total would give it away.
    """
    gone = {name for name, count in counts.items() if hidden(count)}
    rest = sorted((count, name) for name, count in counts.items() if count and name not in gone)
    if len(gone) == 1 and rest:
        gone.add(rest[0][1])
    return {name: None if name in gone else count for name, count in counts.items()}


def one_short(attended: Mapping[str, int], needed: int) -> int:
    """Return how many people would complete with one more session."""
    return sum(count == needed - 1 for count in attended.values()) if needed > 0 else 0


def period(name: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of the "month", "quarter" or "year" around a day, or of the "last_year"."""
    if name == "month":
        return today.replace(day=1), _month_end(today.year, today.month)
    if name == "quarter":
        begins = today.month - (today.month - 1) % 3
        return date(today.year, begins, 1), _month_end(today.year, begins + 2)
    year = today.year - (name == "last_year")
    return date(year, 1, 1), date(year, 12, 31)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
