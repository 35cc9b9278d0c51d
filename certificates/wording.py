"""From a line of data to the texts that a certificate shows in one language.

A design's wording has, for each language, a text for every line of the page. A text may be
- a sentence with places, `"Sinh ngày: {birth}"`: when a place has no value, the line is left out;
- a list of such sentences: those that have their values are joined by the wording's `separator`;
- a table of variants for agreement with the person: `{youth_union, female, child_male, any, …}`;
- a table of plural forms by CLDR category, for `sessions` and `hours`: `{one, few, many, other}`.
"""

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale as BabelLocale

from certificates.designs import PLACE, Design
from certificates.fields import birth_parts, image_bytes, is_empty
from translations import bidi, dates, names
from translations.locales import LOCALES
from translations.partial_dates import PartialDate

PLURALS: Final = ("sessions", "hours")
NOT_LINES: Final = frozenset({"separator", *PLURALS})
YEAR: Final = re.compile(r"\d{4}")
Texts = dict[str, str | list[str]]


@dataclass(frozen=True)
class Content:
    """All that a certificate shows: texts by line, pictures by name, the QR code's address and the title."""

    locale: str
    person: str
    title: str
    texts: Texts
    images: dict[str, bytes]
    qr: str


def compose(design: Design, locale: str, data: Mapping[str, Any]) -> Content:
    """Put a checked line of data into the design's words.

    Raises `CertificateError` when the data do not obey the design's field rules.
    """
    design.validate(data)
    words = design.wording[locale]
    values = printed_values(design, locale, data)
    texts: Texts = {
        key: [isolate(line, locale, alone=True) for line in value]
        if isinstance(value, list)
        else isolate(value, locale, alone=True)
        for key, value in values.items()
    }
    texts |= {
        key: line_text(said, words, values, data, locale)
        for key, said in words.items()
        if key not in NOT_LINES
    }
    person = names.clean(data["name"])
    number = values.get("number", "")
    title = " – ".join(part for part in (document_title(words), person, str(number)) if part)
    images = {name: image_bytes(data[name]) for name, rule in design.fields.items()
              if rule.type == "image" and not is_empty(data.get(name))}  # fmt: skip
    return Content(locale, person, title, texts, images, str(data.get("verify_url") or ""))


def document_title(words: Mapping[str, Any]) -> str:
    """The title of the document, for its metadata."""
    return str(words.get("title", ""))


def printed_values(design: Design, locale: str, data: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Every given field as it is printed in the language."""
    values: dict[str, str | list[str]] = {}
    for field, rule in design.fields.items():
        value = chosen(data.get(field), locale)
        if is_empty(value):
            continue
        if rule.type == "lines":
            values[field] = [names.clean(line) for line in value if line.strip()]
        elif rule.type == "date":
            values[field] = date_text(field, value, locale)
        elif rule.type == "birth":
            text = birth_text(value, locale)
            values["birth_year" if YEAR.fullmatch(text) else "birth"] = text
        elif field in PLURALS:
            values[field] = plural_text(design.wording[locale], field, value, locale)
        elif field == "name":
            values[field] = names.upper(names.clean(value))
        elif rule.type in ("text", "count", "amount"):
            values[field] = names.clean(str(value))
    return values


def chosen(value: Any, locale: str) -> Any:
    """The value for the language when it is given per language; Vietnamese stands in for a missing one."""
    if isinstance(value, Mapping) and not (value.keys() & {"year", "month", "day"}):
        return value.get(locale) or value.get("vi") or next(iter(value.values()), None)
    return value


def date_text(field: str, value: datetime.date | str, locale: str) -> str:
    """A date in the language: in words for the day of issue, short for the period."""
    day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    write = dates.long_date if field == "issued_on" else dates.short_date
    return write(day, LOCALES[locale])


def birth_text(value: Any, locale: str) -> str:
    """A birth date known to the day, the month or the year."""
    if isinstance(value, str):
        return names.clean(value)
    return dates.short_date(PartialDate(*birth_parts(value)), LOCALES[locale])


def plural_text(words: Mapping[str, Any], field: str, value: float, locale: str) -> str:
    """A count with its noun, such as "05 buổi" or "5 جلسات"."""
    forms = words[field]
    category = plural_rule(locale)(value)
    number = f"{value:g}"
    if locale == "vi" and isinstance(value, int):
        number = f"{value:02d}"  # official Vietnamese papers write counts below ten with a zero
    elif locale == "vi":
        number = number.replace(".", ",")
    return str(forms.get(category, forms["other"])).replace("{n}", number)


@functools.cache
def plural_rule(locale: str) -> Any:
    """The CLDR plural category of a number in the language."""
    return BabelLocale.parse(locale).plural_form


def line_text(
    wording: Any, words: Mapping[str, Any], values: Mapping[str, Any], data: Mapping[str, Any], locale: str
) -> str:
    """The text of one line, empty when a place in it has no value."""
    if isinstance(wording, list):
        parts = [line_text(part, words, values, data, locale) for part in wording]
        return str(words.get("separator", " ")).join(part for part in parts if part)
    sentence = variant(wording, data) if isinstance(wording, Mapping) else str(wording)
    filled: list[str] = []
    for place in PLACE.findall(sentence):
        value = values.get(place, "")
        if not value and place in words and place not in values and place not in NOT_LINES:
            value = line_text(words[place], words, values, data, locale)
        if not value or isinstance(value, list):
            return ""
        filled.append(isolate(value, locale, alone=sentence == f"{{{place}}}"))
    pieces = iter(filled)
    return PLACE.sub(lambda _: next(pieces), sentence)


def variant(forms: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """The variant that agrees with the person's form of address and sex."""
    honorific, sex = data.get("honorific") or "adult", data.get("sex")
    for key in (f"{honorific}_{sex}", honorific, str(sex), "any"):
        if key in forms:
            return forms[key]
    return ""


def isolate(value: str, locale: str, *, alone: bool) -> str:
    """Keep a value of the other direction from reordering its neighbours, and its own brackets in their places.

    Among other words of a line from right to left, numbers such as 12/GCN and dates need it too.
    """
    if LOCALES[locale].is_rtl and not alone:
        return bidi.isolate(value)
    return bidi.isolate_foreign(value, LOCALES[locale])
