"""Birth dates of which only the month or only the year may be known, and the age that follows from them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from translations.messages import N_
from translations.names import clean

EARLIEST_YEAR: Final = 1900

PROBLEMS: Final[dict[str, str]] = {
    "date_empty": N_("The date is missing."),
    "date_unreadable": N_("This is not a date. Write it like 05/01/1958, or only the year."),
    "date_short_year": N_("Write the year with four digits."),
    "date_impossible": N_("There is no such day in the calendar."),
    "date_future": N_("The date is in the future."),
    "date_too_early": N_("The date is before the year 1900."),
}
"""Message id of every code of a ``DateError``."""


class DateError(ValueError):
    """A text that cannot be a birth date; ``code`` is a key of ``PROBLEMS``."""

    def __init__(self, code: str) -> None:
        super().__init__(PROBLEMS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, to the month or only to the year."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def of(cls, value: date | Self) -> Self:
        """Return a full date as a partial one, and a partial one as it is."""
        return cls(value.year, value.month, value.day) if isinstance(value, date) else value

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Read "1958", "1958-05" or "1958-01-05", as ``iso`` writes them; raise ``ValueError`` for others."""
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text, re.ASCII):
            raise ValueError(f"not a partial date: {text!r}")
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def parse(cls, text: str, *, today: date) -> Self:
        """Read a birth date as people type it and lists have it, day before month.

        "05-01-1958", "'26/8/1948", "3.1.1998", "5/1958", "1958", "1958-01-05", "ngày 5 tháng 1 năm 1958".
        Raises ``DateError``; ``today`` bounds the future.
        """
        numbers = _numbers(text)
        try:
            found = cls(*numbers)
        except ValueError:
            raise DateError("date_impossible") from None
        if found.year < EARLIEST_YEAR:
            raise DateError("date_too_early")
        if found.first_day > today:
            raise DateError("date_future")
        return found

    @property
    def iso(self) -> str:
        """The date as ISO 8601 writes it to its precision: for storage and for files."""
        parts = [f"{self.year:04}"] + [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def first_day(self) -> date:
        """The earliest day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        """The latest day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])


def age_on(birth: PartialDate | date, day: date) -> int:
    """Return the age in whole years that a person has reached on a day for certain, never below 0.

    Where the day or month of birth is unknown, the latest possible one counts.
    """
    born = PartialDate.of(birth).last_day
    return max(0, day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


_DAY_FIRST = re.compile(r"(\d{1,2})\s*([-/.\s])\s*(\d{1,2})\s*\2\s*(\d+)")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})\s*[-/.\s]\s*(\d+)")
_YEAR_AND_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_YEAR = re.compile(r"(\d+)(?:\.0+)?")
_VIETNAMESE_WORDS = re.compile(r"\s*(?:ngày|tháng|năm|sinh)\s*", re.IGNORECASE)


def _numbers(text: str) -> tuple[int, ...]:
    """Return year, month and day as far as the text has them."""
    typed = clean(text).lstrip("'’‘`").strip()
    typed = _VIETNAMESE_WORDS.sub(" ", typed).strip()
    if not typed:
        raise DateError("date_empty")
    if match := _YEAR_FIRST.fullmatch(typed):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _DAY_FIRST.fullmatch(typed):
        return _year(match[4]), int(match[3]), int(match[1])
    if match := _YEAR_AND_MONTH.fullmatch(typed):
        return int(match[1]), int(match[2])
    if match := _MONTH_AND_YEAR.fullmatch(typed):
        return _year(match[2]), int(match[1])
    if match := _YEAR.fullmatch(typed):
        return (_year(match[1]),)
    raise DateError("date_unreadable")


def _year(digits: str) -> int:
    if len(digits) == 2:
        raise DateError("date_short_year")
    if len(digits) != 4:
        raise DateError("date_unreadable")
    return int(digits)
