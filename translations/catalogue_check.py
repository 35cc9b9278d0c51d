"""Checking the catalogues: what is missing, what differs between a text and its translation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from translations.catalogues import (
    PROJECT,
    Key,
    Source,
    extract,
    forms_of,
    key_of,
    path_of,
    read,
    singular,
    texts,
)
from translations.locales import LOCALES, Locale
from translations.messages import CATALOGUES, DOMAIN, po_files

_PLACEHOLDER = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_LONE_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?!\(\w+\)|%)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MAY_SPELL_THE_NUMBER = {"zero", "one", "two"}
_COUNTERS = {"num", "n", "count"}


def check(project: Path = PROJECT, directory: Path = CATALOGUES) -> list[str]:
    """Return every fault of the catalogues as a line of text; an empty list means that all is well."""
    source = extract(project)
    faults = [f"cannot read {name}" for name in source.unreadable]
    for locale in LOCALES.values():
        if not path_of(locale, directory).exists():
            faults.append(f"{locale.code}/{DOMAIN}: the catalogue is missing")
    for locale, path in po_files(directory):
        where = f"{locale.code}/{path.stem}"
        catalogue = read(path)
        faults += [f"{where}: {fault}" for fault in check_catalogue(locale, catalogue)]
        if path.stem == DOMAIN:
            faults += [f"{where}: {fault}" for fault in _compare(source, catalogue)]
    return faults + list(_uneven_domains(directory))


def _uneven_domains(directory: Path) -> Iterator[str]:
    """Yield the texts of other domains that one of Vietnamese and Arabic has and the other lacks."""
    domains = {path.stem for _, path in po_files(directory)} - {DOMAIN}
    for domain in sorted(domains):
        keys = {code: _keys(read(path_of(LOCALES[code], directory, domain))) for code in ("vi", "ar")}
        for code, other in (("vi", "ar"), ("ar", "vi")):
            for _, text in sorted(keys[other] - keys[code], key=str):
                yield f"{code}/{domain}: missing, though {other} has it: {text!r}"


def _keys(catalogue: Catalog) -> set[Key]:
    return {key_of(message) for message in texts(catalogue)}


def check_texts(keys: set[Key], directory: Path = CATALOGUES) -> list[str]:
    """Return the faults of some texts' translations: those that one has just filled in."""
    return [
        f"{locale.code}/{DOMAIN}: {fault}"
        for locale in LOCALES.values()
        for message in texts(read(path_of(locale, directory)))
        if key_of(message) in keys
        for fault in message_faults(locale, message)
    ]


def _compare(source: Source, catalogue: Catalog) -> Iterator[str]:
    present = _keys(catalogue)
    for _, text in sorted(source.keys() - present, key=str):
        yield f"not in the catalogue yet (run extract): {text!r}"
    for _, text in sorted(present - source.keys(), key=str):
        yield f"no longer in the sources: {text!r}"


def check_catalogue(locale: Locale, catalogue: Catalog) -> Iterator[str]:
    """Yield the faults of one catalogue's entries."""
    for message in catalogue.obsolete.values():
        yield f"obsolete (extract --prune drops it): {singular(message)!r}"
    if catalogue.plural_forms != locale.plural_header:
        yield f"the plural header is {catalogue.plural_forms!r}, not {locale.plural_header!r}"
        return
    for message in texts(catalogue):
        yield from message_faults(locale, message)


def message_faults(locale: Locale, message: Message) -> Iterator[str]:
    """Yield the faults of one translation."""
    if message.fuzzy:
        yield f"fuzzy, so unused: {singular(message)!r}"
    forms = forms_of(message)
    categories = ("other",) if isinstance(message.id, str) else locale.plural_categories
    if len(forms) != len(categories) or not all(form.strip() for form in forms):
        yield f"missing translation: {singular(message)!r}"
        return
    for category, form in zip(categories, forms, strict=True):
        for fault in _form_faults(message, category, form):
            yield f"{fault}: {singular(message)!r} -> {form!r}"


def _form_faults(message: Message, category: str, form: str) -> Iterator[str]:
    one, many = (message.id, message.id) if isinstance(message.id, str) else message.id
    model = one if category == "one" else many
    wanted, found = _placeholders(model), _placeholders(form)
    if not isinstance(message.id, str) and category in _MAY_SPELL_THE_NUMBER:
        # «فصل واحد» says "one class" without a figure
        optional = _COUNTERS | (_placeholders(many).keys() ^ _placeholders(one).keys())
        wanted = Counter({name: count for name, count in wanted.items() if name not in optional})
        found = Counter({name: count for name, count in found.items() if name not in optional})
    if wanted != found:
        yield "placeholders differ"
    if ("%%" in model or wanted) and _LONE_PERCENT.search(form.replace("%%", "")):
        yield "a per cent sign must be doubled"
    elif "%%" in form and "%" in model and "%%" not in model:
        yield "a per cent sign must not be doubled"
    if sorted(_TAG.findall(model)) != sorted(_TAG.findall(form)):
        yield "HTML tags differ"
    if _margins(model) != _margins(form):
        yield "leading or trailing space differs"


def _placeholders(text: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(text.replace("%%", "")))


def _margins(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
