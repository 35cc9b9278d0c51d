"""Numbers and lists as each language writes them; Latin digits everywhere, no invisible direction marks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from translations.bidi import isolate, isolate_foreign, strip_marks
from translations.locales import Locale


def decimal(value: float | Decimal, locale: Locale, digits: int = 2) -> str:
    """Return a number with at most ``digits`` decimals: vi "1.234,5", en and ar "1,234.5"."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return strip_marks(format_decimal(value, pattern, locale=locale.code))


def count(number: int, locale: Locale) -> str:
    """Return a whole number with its thousands grouped: vi "12.345", en and ar "12,345"."""
    return decimal(number, locale, digits=0)


def percent(fraction: float | Decimal, locale: Locale, digits: int = 0) -> str:
    """Return a share of 1 as a percentage, at most ``digits`` decimals: 0.845 -> vi "84,5%", ar "84.5%".

    In Arabic it is isolated: after Arabic letters the sign would come to stand on the other side.
    """
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + "%"
    written = strip_marks(format_percent(fraction, pattern, locale=locale.code))
    return isolate(written) if locale.is_rtl else written


def join(items: Sequence[str], locale: Locale) -> str:
    """Return an enumeration, "A, B và C", "A, B, and C", "A وB وC"; items of the other direction isolated."""
    return format_list([isolate_foreign(item, locale) for item in items], locale=locale.code)
