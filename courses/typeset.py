"""Sets lessons and sheets in type. The one module of `courses` that calls WeasyPrint."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from courses.catalogue import Course
from courses.lessons import SECTION_TITLES, Lesson
from translations.bidi import isolate
from translations.dates import long_date
from translations.fonts import PRINT_CSS
from translations.locales import LOCALES, Locale
from translations.messages import translator

_HERE = Path(__file__).parent
# WeasyPrint tells of faults by logging, which is one stream for the whole process.
_lock = threading.Lock()


class TypesetError(RuntimeError):
    """WeasyPrint warned, or wanted something from outside: the sheet would look different from what it should."""


class _NoFetching(URLFetcher):  # type: ignore[misc]
    """A sheet refers to nothing outside itself."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        raise FatalURLFetchingError(f"a sheet must not fetch {url}")


def lesson_sheet(course: Course, lesson_number: int, locale: Locale | str) -> bytes:
    """A lesson as a large-print A4 hand-out: a tagged PDF/UA with title and language.

    `lesson_number` counts from 1. Raises LookupError when there is no such lesson, TypesetError when WeasyPrint
    warns.
    """
    language = LOCALES[locale] if isinstance(locale, str) else locale
    return set_pages(sheet_html(course, lesson_number, language), "sheet.css")


def set_pages(html: str, stylesheet: str) -> bytes:
    """A page of this library as a tagged PDF/UA. Raises TypesetError when WeasyPrint warns."""
    with _lock, _warnings_fail():
        document = weasyprint.HTML(string=html, url_fetcher=_NoFetching())
        try:
            pdf = document.write_pdf(stylesheets=_stylesheets(stylesheet), pdf_variant="pdf/ua-1")
        except FatalURLFetchingError as error:
            raise TypesetError(str(error)) from error
    assert isinstance(pdf, bytes)
    return pdf


def sheet_html(course: Course, lesson_number: int, locale: Locale) -> str:
    """The page that `lesson_sheet` sets. Raises LookupError when there is no such lesson."""
    words = translator(locale)
    return (
        templates()
        .get_template("sheet.html")
        .render(
            _=words.gettext,
            locale=locale,
            lesson=_for_print(course.lesson(lesson_number, locale.code), locale),
            total=len(course.lessons[locale.code]),
            titles=SECTION_TITLES[locale.code],
            course_title=for_print(course.titles[locale.code], locale),
            version=for_print(course.version, locale),
            checked_on=long_date(course.checked_on, locale),
        )
    )


@cache
def templates() -> Environment:
    """The templates of this library's pages."""
    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)


@cache
def _stylesheets(own: str) -> list[Any]:
    return [weasyprint.CSS(filename=path) for path in (PRINT_CSS, _HERE / own)]


# Words of Latin letters with what belongs to them ("Wi-Fi", "CH Play", "4G", "dichvucong.gov.vn"), and numbers
# written in groups ("1900 0368"), which would change places in a right-to-left line.
_L = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_WORD = rf"[0-9]*[{_L}](?:[{_L}0-9.+-]*[{_L}0-9])?"
_LATIN = re.compile(rf"{_WORD}(?: {_WORD})*|[0-9]+(?:[ .\u00a0][0-9]+)+")
_BETWEEN_GROUPS = re.compile(r"(?<=[0-9]) (?=[0-9])")


def for_print(text: str, locale: Locale) -> str:
    """The text with numbers that stay on one line and, in a right-to-left language, with Latin words isolated."""
    text = _BETWEEN_GROUPS.sub("\u00a0", text)
    return _LATIN.sub(lambda word: isolate(word[0]), text) if locale.is_rtl else text


def _for_print(lesson: Lesson, locale: Locale) -> Lesson:
    def each(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(for_print(text, locale) for text in texts)

    return replace(
        lesson,
        title=for_print(lesson.title, locale),
        aim=for_print(lesson.aim, locale),
        steps=each(lesson.steps),
        practice=each(lesson.practice),
        check=each(lesson.check),
        remember=for_print(lesson.remember, locale),
    )


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _warnings_fail() -> Iterator[None]:
    collectors = {name: _Collector() for name in ("weasyprint", "fontTools")}
    for name, collector in collectors.items():
        logging.getLogger(name).addHandler(collector)
    try:
        yield
    finally:
        for name, collector in collectors.items():
            logging.getLogger(name).removeHandler(collector)
    if messages := [message for collector in collectors.values() for message in collector.messages]:
        raise TypesetError("; ".join(messages))
