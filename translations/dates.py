"""Dates and times as each language writes them, on the clock of Vietnam.

Latin digits, 24 hours, no invisible direction marks; ranges are in words in Arabic.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from translations.locales import Locale
from translations.partial_dates import PartialDate

TIME_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
"""The clock of every class; no summer time."""

_SHORT = {"vi": "dd/MM/yyyy", "en": "d MMM y", "ar": "dd/MM/yyyy"}
_SHORT_MONTH = {"vi": "MM/yyyy", "en": "MMM y", "ar": "MM/yyyy"}
_WORD_JOINER, _NO_BREAK = "\u2060", "\u00a0"
_COMMA = {"vi": ",", "en": ",", "ar": "،"}


def local(instant: datetime) -> datetime:
    """Return an instant on the clock of Vietnam; raise ``ValueError`` when it has no time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(TIME_ZONE)


def at_local(day: date, clock: time) -> datetime:
    """Return the instant of a day and wall time in Vietnam."""
    return datetime.combine(day, clock, tzinfo=TIME_ZONE)


def short_date(day: date | PartialDate, locale: Locale) -> str:
    """Return a date for tables: vi and ar "05/02/2026", en "5 Feb 2026"; what is not known is left out."""
    partial = PartialDate.of(day)
    if partial.month is None:
        return str(partial.year)
    patterns = _SHORT_MONTH if partial.day is None else _SHORT
    return format_date(partial.first_day, patterns[locale.code], locale=locale.code)


def long_date(day: date | PartialDate, locale: Locale) -> str:
    """Return a date for sentences and documents; what is not known is left out.

    vi "ngày 05 tháng 02 năm 2026" (zero before days under 10 and months 1 and 2: Decree 30/2020/NĐ-CP),
    en "5 February 2026", ar "5 فبراير 2026".
    """
    partial = PartialDate.of(day)
    if partial.month is None:
        return str(partial.year)
    if locale.code == "vi":
        month = f"{partial.month:02}" if partial.month <= 2 else str(partial.month)
        day_part = "" if partial.day is None else f"ngày {partial.day:02} "
        return f"{day_part}tháng {month} năm {partial.year}"
    return format_date(partial.first_day, "MMMM y" if partial.day is None else "d MMMM y", locale=locale.code)


def weekday(day: date, locale: Locale) -> str:
    """Return the name of the day of the week: "Thứ Hai", "Monday", "الاثنين"."""
    return str(get_day_names("wide", locale=locale.code)[day.weekday()])


def weekday_date(day: date, locale: Locale) -> str:
    """Return weekday and date: "Thứ Hai, 15/09/2025", "Monday, 15 September 2025", the same in Arabic."""
    written = short_date(day, locale) if locale.code == "vi" else long_date(day, locale)
    return f"{weekday(day, locale)}{_COMMA[locale.code]} {written}"


def clock_time(moment: time | datetime) -> str:
    """Return a time of day, "07:30", the same in every language; an instant is first brought to Vietnam."""
    return (local(moment) if isinstance(moment, datetime) else moment).strftime("%H:%M")


def date_time(instant: datetime, locale: Locale) -> str:
    """Return date and time of an instant in Vietnam: vi "15/09/2025, 14:05", en "15 Sep 2025, 14:05"."""
    here = local(instant)
    return f"{short_date(here.date(), locale)}{_COMMA[locale.code]} {clock_time(here)}"


def time_range(start: time, end: time, locale: Locale) -> str:
    """Return "07:30–09:00", which no line may break; in Arabic in words, ar "من 07:30 إلى 09:00".

    With a dash between two numbers an Arabic reader could take either for the first.
    """
    first, last = clock_time(start), clock_time(end)
    if locale.code == "ar":
        return f"من{_NO_BREAK}{first} إلى{_NO_BREAK}{last}"
    return f"{first}–{_WORD_JOINER}{last}"


def date_range(start: date, end: date, locale: Locale) -> str:
    """Return two dates, or one when they are the same: "15/09/2025 – 20/09/2025", ar "من … إلى …"."""
    first, last = short_date(start, locale), short_date(end, locale)
    if first == last:
        return first
    return f"من {first} إلى {last}" if locale.code == "ar" else f"{first} – {last}"
