"""Keeping the catalogues: extracting texts from the sources, merging translations, writing .po files, checking them.

The .po files are written so that two people's changes merge quietly: sorted by text, no line numbers, no dates.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from translations.locales import LOCALES, Locale
from translations.messages import CATALOGUES, DOMAIN, po_files

PROJECT: Final = CATALOGUES.parent
SOURCE_FOLDERS: Final = ("lms", "courses", "certificates", "translations")
CONTEXT_SEPARATOR: Final = "\x04"
"""Between context and message id in the keys of a fill file, as gettext itself joins them."""

# What to look for: position of the message (and plural) among the arguments; "c" marks a context.
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_TEMPLATE_SUFFIXES: Final = {".html", ".txt", ".xml", ".j2"}
_HEADER = """\
# {own_name} texts of Lớp Số.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_header}\\n"

"""

Key = tuple[str | None, str]
"""Context and (singular) message id."""


@dataclass
class Source:
    """The texts found in the sources."""

    messages: Catalog = field(default_factory=Catalog)
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be parsed, each with the reason; their texts are unknown."""

    def keys(self) -> set[Key]:
        """Return context and message id of every text."""
        return {key_of(message) for message in self.messages if message.id}


def singular(message: Message) -> str:
    """Return the (singular) message id."""
    return message.id if isinstance(message.id, str) else message.id[0]


def key_of(message: Message) -> Key:
    """Return what identifies a message: its context and (singular) id."""
    return message.context, singular(message)


def extract(project: Path = PROJECT) -> Source:
    """Collect the texts of the Python files and Jinja templates under the project's packages."""
    source = Source()
    for folder in SOURCE_FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            method = _method(path)
            if method:
                _extract_file(source, path, method, str(path.relative_to(project)))
    return source


def _method(path: Path) -> str | None:
    if path.suffix == ".py":
        return "python"
    in_static = {"static", "node_modules"} & set(path.parts)
    return "jinja2" if path.suffix in _TEMPLATE_SUFFIXES and not in_static else None


def _extract_file(source: Source, path: Path, method: str, name: str) -> None:
    options = {"silent": "false", "encoding": "utf-8"} if method == "jinja2" else {}
    try:
        found = list(extract_from_file(method, path, keywords=_KEYWORDS, options=options))
    except (
        Exception
    ) as error:  # whatever a broken source raises: one person's half-written file must not stop others
        source.unreadable.append(f"{name}: {error}")
        return
    for line, message_id, _comments, context in found:
        source.messages.add(message_id, locations=[(name, line)], context=context)


@contextmanager
def locked(directory: Path = CATALOGUES) -> Iterator[None]:
    """Hold the catalogues for one process at a time; others wait."""
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"catalogues-{mark}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read(path: Path) -> Catalog:
    """Read a .po file; a missing one is an empty catalogue."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as source:
        return read_po(source)


def path_of(locale: Locale, directory: Path = CATALOGUES, domain: str = DOMAIN) -> Path:
    """Return where a language's catalogue of a domain lies."""
    return directory / locale.code / "LC_MESSAGES" / f"{domain}.po"


def write(path: Path, locale: Locale, catalogue: Catalog) -> None:
    """Write a .po file that depends on nothing but its messages; leave it alone when it would not change."""
    target = tempfile.SpooledTemporaryFile(max_size=1 << 22)
    write_po(target, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    target.seek(0)
    header = _HEADER.format(own_name=locale.own_name, code=locale.code, plural_header=locale.plural_header)
    content = header.encode() + target.read().rstrip(b"\n") + b"\n"
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".po.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def merge(
    source: Source, old: Catalog, locale: Locale, fills: Mapping[Key, list[str]], *, prune: bool
) -> Catalog:
    """Return a catalogue of the texts in the sources with the translations known from ``old`` and ``fills``.

    A text that is not in the sources is kept as obsolete, so that it comes back with them; ``prune`` drops it.
    """
    known: dict[Key, list[str]] = {}
    for message in [*old.obsolete.values(), *old]:
        if message.id and any(_forms(message)):
            known[key_of(message)] = _forms(message)
    known.update(fills)
    merged = Catalog(locale=locale.code, charset="utf-8")
    merged.mime_headers = [("Plural-Forms", locale.plural_header)]
    for message in source.messages:
        if message.id:
            forms = known.get(key_of(message), [])
            merged.add(
                message.id, _string(message, forms, locale), context=message.context, flags=message.flags
            )
    if not prune:
        _keep_obsolete(merged, old, known, source.keys())
    return merged


def _keep_obsolete(merged: Catalog, old: Catalog, known: Mapping[Key, list[str]], used: set[Key]) -> None:
    plurals = {key_of(m): m.id for m in [*old.obsolete.values(), *old] if not isinstance(m.id, str)}
    for key, forms in known.items():
        if key in used:
            continue
        context, text = key
        message_id = plurals.get(key, (text, text) if len(forms) > 1 else text)
        string = tuple(forms) if not isinstance(message_id, str) else forms[0]
        merged.obsolete[key] = Message(message_id, string, context=context)


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _string(message: Message, forms: list[str], locale: Locale) -> str | tuple[str, ...]:
    """Return what to write as the translation; English is its own when nothing else was filled in."""
    if isinstance(message.id, str):
        known = forms[0] if forms else ""
        return message.id if locale.code == "en" else known
    wanted = len(locale.plural_categories)
    if locale.code == "en" and len(forms) != wanted:
        return tuple(message.id)
    return tuple(forms[:wanted] + [""] * (wanted - len(forms)))


def parse_fills(data: Any) -> dict[str, dict[Key, list[str]]]:
    """Read the content of a fill file: message id -> language -> text or list of plural forms.

    Returns language -> key -> forms. Raises ``ValueError`` naming the first entry that is not of that shape.
    """
    if not isinstance(data, dict):
        raise ValueError("a fill file holds one object: message id -> translations")
    fills: dict[str, dict[Key, list[str]]] = {code: {} for code in LOCALES}
    for text, translations in data.items():
        context, _, message_id = text.rpartition(CONTEXT_SEPARATOR)
        if not isinstance(translations, dict):
            raise ValueError(f"{text!r}: expected an object of languages")
        for code, value in translations.items():
            forms = [value] if isinstance(value, str) else value
            if (
                code not in LOCALES
                or not isinstance(forms, list)
                or not all(isinstance(f, str) for f in forms)
            ):
                raise ValueError(
                    f"{text!r}, {code!r}: expected vi, ar or en with a text or a list of plural forms"
                )
            if len(forms) not in (1, len(LOCALES[code].plural_categories)):
                raise ValueError(
                    f"{text!r}, {code!r}: {len(LOCALES[code].plural_categories)} plural forms are needed"
                )
            fills[code][(context or None, message_id)] = forms
    return fills


def update(
    fills: Mapping[str, Mapping[Key, list[str]]] | None = None,
    *,
    prune: bool = False,
    project: Path = PROJECT,
    directory: Path = CATALOGUES,
) -> Source:
    """Bring every language's catalogue up to date with the sources, under the lock, and put translations in.

    Returns the texts found.
    """
    with locked(directory):
        source = extract(project)
        for locale in LOCALES.values():
            path = path_of(locale, directory)
            filled = dict((fills or {}).get(locale.code, {}))
            write(path, locale, merge(source, read(path), locale, filled, prune=prune))
    return source


# ---------------------------------------------------------------------------------------------------------- checks

_PLACEHOLDER = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_LONE_PERCENT = re.compile(r"%(?!\(\w+\)|%)")
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
        if f'"Plural-Forms: {locale.plural_header}\\n"' not in path.read_text(encoding="utf-8"):
            faults.append(f"{where}: the plural header is not {locale.plural_header!r}")
    return faults


def _compare(source: Source, catalogue: Catalog) -> Iterator[str]:
    present = {key_of(message) for message in catalogue if message.id}
    for _, text in sorted(source.keys() - present, key=str):
        yield f"not in the catalogue yet (run extract): {text!r}"
    for _, text in sorted(present - source.keys(), key=str):
        yield f"no longer in the sources: {text!r}"


def check_catalogue(locale: Locale, catalogue: Catalog) -> Iterator[str]:
    """Yield the faults of one catalogue's entries."""
    for message in catalogue.obsolete.values():
        yield f"obsolete (extract --prune drops it): {singular(message)!r}"
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"fuzzy, so unused: {singular(message)!r}"
        forms = _forms(message)
        wanted = 1 if isinstance(message.id, str) else len(locale.plural_categories)
        if len(forms) != wanted or not all(form.strip() for form in forms):
            yield f"missing translation: {singular(message)!r}"
            continue
        categories = ("other",) if isinstance(message.id, str) else locale.plural_categories
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
    if ("%%" in model or _placeholders(one) or _placeholders(many)) and _LONE_PERCENT.search(
        form.replace("%%", "")
    ):
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
