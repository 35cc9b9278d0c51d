"""Keeping the catalogues: extracting texts from the sources, merging translations, writing the .po files.

The files are written so that the changes of two people merge quietly: sorted by text, without line numbers
and dates.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import tempfile
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2 import TemplateError

from translations.locales import LOCALES, Locale
from translations.messages import CATALOGUES, DOMAIN

PROJECT: Final = CATALOGUES.parent
SOURCE_FOLDERS: Final = ("lms", "courses", "certificates", "translations")
CONTEXT_SEPARATOR: Final = "\x04"
"""Between context and message id in the keys of a fill file, as gettext itself joins them."""

# What to look for: position of the message (and plural) among the arguments; "c" marks a context.
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext_noop": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_UNREADABLE: Final = (SyntaxError, UnicodeDecodeError, tokenize.TokenError, TemplateError, OSError)
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
Fills = Mapping[Key, list[str]]
"""Translations by key, each a list of plural forms."""


@dataclass
class Source:
    """The texts found in the sources."""

    messages: Catalog = field(default_factory=Catalog)
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be parsed, each with the reason; their texts are unknown."""

    def keys(self) -> set[Key]:
        """Return context and message id of every text."""
        return {key_of(message) for message in texts(self.messages)}


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
    except _UNREADABLE as error:
        # one person's half-written file must not keep the others from their translations
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
    entries = io.BytesIO()
    write_po(entries, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    header = _HEADER.format(own_name=locale.own_name, code=locale.code, plural_header=locale.plural_header)
    content = header.encode() + entries.getvalue().rstrip(b"\n") + b"\n"
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".po.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def merge(source: Catalog, old: Catalog, locale: Locale, fills: Fills, *, prune: bool = False) -> Catalog:
    """Return a catalogue of the texts in the sources with the translations known from ``old`` and ``fills``.

    English translates itself. A text that is not in the sources is kept as obsolete, so that its translation
    comes back with it; ``prune`` drops it.
    """
    merged = Catalog(locale=locale.code, charset="utf-8")
    merged.mime_headers = [("Plural-Forms", locale.plural_header)]
    if locale.code == "en":
        for message in texts(source):
            merged.add(message.id, message.id, context=message.context)
        return merged
    before = {key_of(message): message for message in [*old.obsolete.values(), *texts(old)]}
    known = {key: forms_of(message) for key, message in before.items()} | dict(fills)
    used = {key_of(message) for message in texts(source)}
    for message in texts(source):
        string = _string(message, known.get(key_of(message), []), locale)
        merged.add(message.id, string, context=message.context)
    if not prune:
        for key in sorted(known.keys() - used, key=str):
            _add_obsolete(merged, key, before.get(key), known[key])
    return merged


def _add_obsolete(merged: Catalog, key: Key, before: Message | None, forms: list[str]) -> None:
    if not any(forms):
        return
    context, text = key
    # one that was filled in before any source has it: its English plural is not known yet
    new_id = text if len(forms) == 1 else (text, text)
    message_id = before.id if before is not None else new_id
    string = forms[0] if isinstance(message_id, str) else tuple(forms)
    merged.obsolete[(text, context or "")] = Message(message_id, string, context=context)


def texts(catalogue: Catalog) -> list[Message]:
    """Return the messages of a catalogue without its header."""
    return [message for message in catalogue if message.id]


def forms_of(message: Message) -> list[str]:
    """Return the translation as a list of plural forms, of one when it has no plural."""
    return [message.string] if isinstance(message.string, str) else list(message.string or [])


def _string(message: Message, forms: list[str], locale: Locale) -> str | tuple[str, ...]:
    """Return what to write as translation; forms that do not suit the message any more count as missing."""
    wanted = 1 if isinstance(message.id, str) else len(locale.plural_categories)
    fitting = forms if len(forms) == wanted else [""] * wanted
    return fitting[0] if isinstance(message.id, str) else tuple(fitting)


def parse_fills(data: object) -> dict[str, dict[Key, list[str]]]:
    """Read the content of a fill file: message id -> language -> text or list of plural forms.

    A message id with a context is written ``context U+0004 id``. Returns language -> key -> forms.
    Raises ``ValueError`` naming the first entry that is not of that shape.
    """
    if not isinstance(data, dict):
        raise ValueError("a fill file holds one object: message id -> translations")
    fills: dict[str, dict[Key, list[str]]] = {code: {} for code in LOCALES}
    for text, translations in data.items():
        if not isinstance(translations, dict):
            raise ValueError(f"{text!r}: expected an object of languages")
        context, _, message_id = text.rpartition(CONTEXT_SEPARATOR)
        for code, value in translations.items():
            if code not in LOCALES:
                raise ValueError(f"{text!r}: {code!r} is none of our languages")
            fills[code][(context or None, message_id)] = _parse_forms(value, f"{text!r}, {code!r}")
    return fills


def _parse_forms(value: object, where: str) -> list[str]:
    forms = [value] if isinstance(value, str) else value
    if not isinstance(forms, list) or not all(isinstance(form, str) for form in forms):
        raise ValueError(f"{where}: expected a text or a list of plural forms")
    return forms


@dataclass
class Update:
    """What ``update`` did."""

    source: Source
    replaced: list[str]
    """Translations that were there and became others: somebody else may have meant them."""


def update(
    fills: Mapping[str, Fills] | None = None,
    *,
    prune: bool = False,
    project: Path = PROJECT,
    directory: Path = CATALOGUES,
) -> Update:
    """Bring every language's catalogue up to date with the sources, under the lock; put translations in."""
    with locked(directory):
        result = Update(extract(project), [])
        for locale in LOCALES.values():
            path = path_of(locale, directory)
            old, filled = read(path), (fills or {}).get(locale.code, {})
            if locale.code != "en":
                result.replaced += _replaced(old, filled, locale)
            write(path, locale, merge(result.source.messages, old, locale, filled, prune=prune))
    return result


def _replaced(old: Catalog, fills: Fills, locale: Locale) -> Iterator[str]:
    for message in texts(old):
        before, after = forms_of(message), fills.get(key_of(message))
        if after is not None and any(before) and before != after:
            yield f"{locale.code}: {singular(message)!r}: {before} -> {after}"
