"""The language of a request, and how templates write dates, numbers and texts in it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from blinker import Signal
from flask import Flask, g, has_request_context, request
from flask_babel import Babel

import translations
from translations import dates, messages, numbers, phones
from translations.locales import DEFAULT, LOCALES, Locale, locale

COOKIE = "lms_language"
TEXT_SIZE_COOKIE = "lms_text_size"
TEXT_SIZES = ("normal", "large", "larger")

babel = Babel()

language_chosen = Signal()
"""Sent by the application with ``language`` when a person chooses one, so that accounts can keep it."""


def current_language() -> str:
    """The code of the language in force: chosen in the address, remembered, the account's, or Vietnamese.

    The browser's own wish does not count: cheap phones are often left in English by whoever sold them.
    """
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        g.language = next((code for code in _wishes() if code in LOCALES), DEFAULT)
    return str(g.language)


def _wishes() -> list[str]:
    actor_language = getattr(g, "actor_language", None)
    return [
        wish
        for wish in (request.args.get("lang"), request.cookies.get(COOKIE), actor_language)
        if wish is not None
    ]


def current_locale() -> Locale:
    """The locale in force."""
    return locale(current_language())


def text_size() -> str:
    """The text size that the person chose."""
    wish = request.cookies.get(TEXT_SIZE_COOKIE, "normal") if has_request_context() else "normal"
    return wish if wish in TEXT_SIZES else "normal"


def pick(texts: dict[str, str] | str | None, language: str | None = None) -> str:
    """The text in the language in force, falling back to Vietnamese, then to any there is."""
    if not texts:
        return ""
    if isinstance(texts, str):
        return texts
    return (
        texts.get(language or current_language())
        or texts.get(DEFAULT)
        or next(filter(None, texts.values()), "")
    )


def _day(value: date | datetime) -> date:
    return dates.local(value).date() if isinstance(value, datetime) else value


def init_i18n(app: Flask) -> None:
    """Connect Flask-Babel to our catalogues and give templates their filters."""
    messages.ensure_compiled()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(translations.__file__).parent)
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    babel.init_app(app, locale_selector=current_language)
    app.jinja_env.filters.update(
        date=lambda value: dates.short_date(_day(value), current_locale()),
        long_date=lambda value: dates.long_date(_day(value), current_locale()),
        weekday_date=lambda value: dates.weekday_date(_day(value), current_locale()),
        date_time=lambda value: dates.date_time(value, current_locale()),
        time=dates.clock_time,
        time_range=lambda start, end: dates.time_range(start, end, current_locale()),
        number=lambda value: numbers.decimal(value, current_locale()),
        percent=lambda fraction: numbers.percent(fraction, current_locale()),
        phone=lambda value: phones.display(value) if value else "",
        birth=lambda value: dates.short_date(value, current_locale()) if value else "",
        pick=pick,
    )

    @app.context_processor
    def languages() -> dict[str, Any]:
        return {"locale": current_locale(), "locales": list(LOCALES.values()), "text_size": text_size()}
