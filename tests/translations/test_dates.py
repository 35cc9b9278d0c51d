from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations import bidi, dates
from translations.locales import LOCALES, locale
from translations.partial_dates import PROBLEMS, DateError, PartialDate, age_on

VI, EN, AR = locale("vi"), locale("en"), locale("ar")
TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2025, 9, 15), "ngày 15 tháng 9 năm 2025"),
        (date(2025, 3, 9), "ngày 09 tháng 3 năm 2025"),
        (date(2025, 1, 10), "ngày 10 tháng 01 năm 2025"),
        (date(2025, 12, 31), "ngày 31 tháng 12 năm 2025"),
        (PartialDate(1958, 2), "tháng 02 năm 1958"),
        (PartialDate(1958), "1958"),
    ],
)
def test_long_dates_in_vietnamese(day: date | PartialDate, written: str) -> None:
    assert dates.long_date(day, VI) == written


def test_dates_in_the_other_languages() -> None:
    day = date(2025, 9, 15)
    assert dates.long_date(day, EN) == "15 September 2025"
    assert dates.long_date(day, AR) == "15 سبتمبر 2025"
    assert dates.short_date(day, VI) == "15/09/2025"
    assert dates.short_date(day, EN) == "15 Sep 2025"
    assert dates.short_date(day, AR) == "15/09/2025"


def test_partial_dates_show_what_is_known() -> None:
    month, year = PartialDate(1958, 5), PartialDate(1958)
    assert [dates.short_date(month, one) for one in (VI, EN, AR)] == ["05/1958", "May 1958", "05/1958"]
    assert [dates.long_date(month, one) for one in (VI, EN, AR)] == [
        "tháng 5 năm 1958",
        "May 1958",
        "مايو 1958",
    ]
    assert {dates.short_date(year, one) for one in (VI, EN, AR)} == {"1958"}
    assert {dates.long_date(year, one) for one in (VI, EN, AR)} == {"1958"}


def test_weekday_and_date() -> None:
    monday, sunday = date(2025, 9, 15), date(2025, 9, 21)
    assert dates.weekday_date(monday, VI) == "Thứ Hai, 15/09/2025"
    assert dates.weekday_date(monday, EN) == "Monday, 15 September 2025"
    assert dates.weekday_date(monday, AR) == "الاثنين، 15 سبتمبر 2025"
    assert dates.weekday(sunday, VI) == "Chủ Nhật"


def test_instants_are_shown_on_the_clock_of_vietnam() -> None:
    instant = datetime(2025, 9, 14, 18, 5, tzinfo=UTC)
    assert dates.date_time(instant, VI) == "15/09/2025, 01:05"
    assert dates.date_time(instant, EN) == "15 Sep 2025, 01:05"
    assert dates.date_time(instant, AR) == "15/09/2025، 01:05"
    assert dates.clock_time(instant) == "01:05"
    assert dates.at_local(date(2025, 9, 15), time(1, 5)) == instant
    assert dates.local(instant).date() == date(2025, 9, 15)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.local(datetime(2025, 9, 15, 7, 30))


def test_times_have_24_hours_and_ranges_are_isolated_in_arabic_only() -> None:
    assert dates.clock_time(time(14, 5)) == "14:05"
    assert dates.time_range(time(7, 30), time(9), VI) == "07:30–\u206009:00"
    assert dates.time_range(time(7, 30), time(9), EN) == "07:30–\u206009:00"
    assert dates.time_range(time(7, 30), time(9), AR) == "من\u00a007:30 إلى\u00a009:00"


def test_date_ranges() -> None:
    first, last = date(2025, 9, 15), date(2025, 9, 20)
    assert dates.date_range(first, last, VI) == "15/09/2025 – 20/09/2025"
    assert dates.date_range(first, last, EN) == "15 Sep 2025 – 20 Sep 2025"
    assert dates.date_range(first, last, AR) == "من 15/09/2025 إلى 20/09/2025"
    assert dates.date_range(first, first, AR) == "15/09/2025"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(list(LOCALES.values())))
def test_dates_carry_no_invisible_marks_and_only_latin_digits(day: date, one) -> None:
    for written in (dates.short_date(day, one), dates.long_date(day, one), dates.weekday_date(day, one)):
        assert bidi.strip_marks(written) == written
        assert str(day.year) in written


# reading birth dates


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("05-01-1958", "1958-01-05"),
        ("'26/8/1948", "1948-08-26"),
        ("’26/8/1948", "1948-08-26"),
        ("3.1.1998", "1998-01-03"),
        ("12 / 03 / 1960", "1960-03-12"),
        (" 12/03/1960\u00a0", "1960-03-12"),
        ("12 3 1960", "1960-03-12"),
        ("'1939", "1939"),
        ("1958", "1958"),
        ("1958.0", "1958"),
        ("5/1958", "1958-05"),
        ("05-1958", "1958-05"),
        ("1958-01-05", "1958-01-05"),
        ("1958/1/5", "1958-01-05"),
        ("1958-05", "1958-05"),
        ("1958-01-05 00:00:00", "1958-01-05"),
        ("1958-01-05T00:00:00", "1958-01-05"),
        ("ngày 5 tháng 1 năm 1958", "1958-01-05"),
        ("Tháng 5 năm 1958", "1958-05"),
        ("năm 1958", "1958"),
        ("29/02/1956", "1956-02-29"),
        ("١٥/٠٩/١٩٥٨", "1958-09-15"),
        ("15/03/2026", "2026-03-15"),
        ("2026", "2026"),
    ],
)
def test_birth_dates_as_lists_have_them(typed: str, iso: str) -> None:
    assert PartialDate.parse(typed, today=TODAY).iso == iso


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "date_empty"),
        (" ' ", "date_empty"),
        ("31/02/1970", "date_impossible"),
        ("29/02/1957", "date_impossible"),
        ("12/31/1970", "date_impossible"),
        ("00/05/1950", "date_impossible"),
        ("13/1958", "date_impossible"),
        ("01/01/2190", "date_future"),
        ("16/03/2026", "date_future"),
        ("4/2026", "date_future"),
        ("2027", "date_future"),
        ("31/12/1899", "date_too_early"),
        ("0000", "date_impossible"),
        ("5/1/58", "date_short_year"),
        ("58", "date_short_year"),
        ("khoảng 1958", "date_unreadable"),
        ("5/1/195", "date_unreadable"),
        ("12/03-1960", "date_unreadable"),
        ("21234", "date_unreadable"),
        ("²/³/1958", "date_unreadable"),
        ("9" * 5000, "date_unreadable"),
    ],
)
def test_refused_birth_dates(typed: str, code: str) -> None:
    with pytest.raises(DateError) as refusal:
        PartialDate.parse(typed, today=TODAY)
    assert refusal.value.code == code
    assert str(refusal.value) == PROBLEMS[code]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = PartialDate.parse(text, today=TODAY)
    except DateError:
        return  # any other exception would fail the test
    assert date(1900, 1, 1) <= found.first_day <= TODAY


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["day", "month", "year"]))
def test_what_is_shown_or_stored_reads_back(day: date, precision: str) -> None:
    partial = PartialDate(
        day.year,
        None if precision == "year" else day.month,
        day.day if precision == "day" else None,
    )
    assert PartialDate.from_iso(partial.iso) == partial
    for written in (partial.iso, dates.short_date(partial, VI), dates.long_date(partial, VI)):
        assert PartialDate.parse(written, today=TODAY) == partial


@pytest.mark.parametrize(
    "text", ["", "58", "1958-5", "1958-01-05-01", "1958-02-30", "05/01/1958", "1958-01-05 "]
)
def test_stored_dates_have_one_form_only(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.from_iso(text)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="month"):
        PartialDate(1958, None, 5)


# ages


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (PartialDate(1966, 3, 15), date(2026, 3, 14), 59),
        (PartialDate(1966, 3, 15), date(2026, 3, 15), 60),
        (date(1966, 3, 15), date(2026, 3, 15), 60),
        (PartialDate(1966), date(2026, 12, 30), 59),
        (PartialDate(1966), date(2026, 12, 31), 60),
        (PartialDate(1966, 2), date(2026, 2, 27), 59),
        (PartialDate(1966, 2), date(2026, 2, 28), 60),
        (PartialDate(2008, 2, 29), date(2026, 2, 28), 17),
        (PartialDate(2008, 2, 29), date(2026, 3, 1), 18),
        (PartialDate(2026), date(2026, 3, 15), 0),
    ],
)
def test_age_counts_what_is_certain(birth: PartialDate | date, day: date, age: int) -> None:
    assert age_on(birth, day) == age
