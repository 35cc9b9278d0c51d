"""From a line of data to the texts that a certificate shows in one language.

A design's wording has, for each language, a text for every line of the page. A text may be
- a sentence with places, `"Sinh ngày: {birth}"`: when a place has no value, the line is left out;
- a list of such sentences: those that have their values are joined by the wording's `separator`;
- a table of variants for agreement with the person: `{youth_union, female, child_male, any, …}`;
- a table of plural forms by CLDR category, for `sessions` and `hours`: `{one, few, many, other}`.
"""

import copy
import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale as BabelLocale

from certificates.designs import PLACE, Design, Wording
from certificates.fields import FieldRule, birth_parts, image_bytes, is_empty
from translations import bidi, dates, names
from translations.locales import LOCALES
from translations.partial_dates import PartialDate

PLURALS: Final = ("sessions", "hours")
NOT_LINES: Final = frozenset({"separator", *PLURALS})
YEAR: Final = re.compile(r"\d{4}")
Texts = dict[str, str | list[str]]


@dataclass(frozen=True)
class Printed:
    """A field as it is printed: for places in other lines, and as a line of its own."""

    values: dict[str, str | list[str]]
    texts: Texts


@dataclass(frozen=True)
class Content:
    """All that a certificate shows: texts by line, pictures by name, the QR code's address and the title."""

    locale: str
    person: str
    title: str
    texts: Texts
    images: dict[str, bytes]
    qr: str


class Composer:
    """Puts lines of data into a design's words in one language.

    What stays the same from one line of data to the next is checked and worded once.
    """

    def __init__(self, design: Design, locale: str) -> None:
        self.design = design
        self.locale = locale
        self.words: Wording = design.wording[locale]
        self.lines = [
            (key, said, places_of(said, self.words))
            for key, said in self.words.items()
            if key not in NOT_LINES
        ]
        self.raw: dict[str, Any] = {}
        self.printed: dict[str, Printed] = {}
        self.worded: dict[str, tuple[list[Any], str]] = {}

    def compose(self, data: Mapping[str, Any]) -> Content:
        """The texts of one certificate. Raises `CertificateError` when the data break the design's rules."""
        self.refresh(data)
        values: dict[str, str | list[str]] = {}
        texts: Texts = {}
        for printed in self.printed.values():
            values |= printed.values
            texts |= printed.texts
        agreement = (data.get("honorific"), data.get("sex"))
        for key, said, places in self.lines:
            inputs: list[Any] = [agreement, *map(values.get, places)]
            known = self.worded.get(key)
            if known is None or known[0] != inputs:
                known = self.worded[key] = (inputs, line_text(said, self.words, values, data, self.locale))
            texts[key] = known[1]
        person = names.clean(data["name"])
        title = " – ".join(
            str(part) for part in (self.words.get("title"), person, values.get("number")) if part
        )
        images = {
            name: image_bytes(data[name])
            for name, rule in self.design.fields.items()
            if rule.type == "image" and not is_empty(data.get(name))
        }
        return Content(
            self.locale, person, title, texts, images, str(chosen(data.get("verify_url"), self.locale) or "")
        )

    def refresh(self, data: Mapping[str, Any]) -> None:
        """Check and print the fields that differ from the last line of data."""
        fields = self.design.fields
        changed = {
            name: rule
            for name, rule in fields.items()
            if name not in self.raw or self.raw[name] != data.get(name)
        }
        if changed or any(name not in fields for name in data):
            self.raw = {name: value for name, value in self.raw.items() if name not in changed}
            self.design.validate(data, changed)
            for name, rule in changed.items():
                self.printed[name] = self.print_field(name, rule, chosen(data.get(name), self.locale))
            # A copy: whoever owns the data may change a list or a table in place
            self.raw |= {name: copy.deepcopy(data.get(name)) for name in changed}

    def print_field(self, field: str, rule: FieldRule, value: Any) -> Printed:
        """A field as it is printed: nothing, under its own name, or under a derived one."""
        if is_empty(value):
            return Printed({}, {})
        if rule.type == "lines":
            lines = [tidy(line) for line in value if line.strip()]
            return Printed(
                {field: lines}, {field: [isolate(line, self.locale, alone=True) for line in lines]}
            )
        key, text = field, ""
        if rule.type == "date":
            text = date_text(field, value, self.locale)
        elif rule.type == "birth":
            text = birth_text(value, self.locale)
            key = "birth_year" if YEAR.fullmatch(text) else "birth"
        elif field in PLURALS:
            text = plural_text(self.words, field, value, self.locale)
        elif field == "name":
            text = names.upper(names.clean(value))
        elif rule.type in ("text", "count", "amount"):
            text = tidy(str(value))
        return (
            Printed({key: text}, {key: isolate(text, self.locale, alone=True)}) if text else Printed({}, {})
        )


def tidy(text: str) -> str:
    """A text without odd spaces and invisible characters."""
    return names.clean(bidi.strip_marks(text))


def places_of(said: Any, words: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that a line's words depend on, through other lines too."""
    found: dict[str, None] = {}
    for place in PLACE.findall(str(said)):
        found[place] = None
        if place in words and place not in NOT_LINES:
            found |= dict.fromkeys(places_of(words[place], words))
    return tuple(found)


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
        return tidy(value)
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
