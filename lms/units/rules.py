"""How a unit is called: the words of its kind around its name, in each language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from translations import names
from translations.bidi import isolate_foreign
from translations.locales import LOCALES
from translations.messages import N_, translator

_TITLES: Final = {
    "city": N_("%(name)s City"),
    "province": N_("%(name)s Province"),
    "ward": N_("%(name)s Ward"),
    "commune": N_("%(name)s Commune"),
    "special_zone": N_("%(name)s Special Zone"),
    "residential_group": N_("Residential Group %(name)s"),
    "village": N_("%(name)s Village"),
}
"""The title of a unit by its type."""

KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "residential_group": ("tổ dân phố số", "tổ dân phố", "khu phố", "khu dân cư", "tổ"),
    "village": ("thôn", "bản", "ấp", "buôn", "bon", "làng", "phum", "sóc", "xóm", "khu dân cư"),
}
"""What residential groups and villages are called; people write the word as part of the name."""


@dataclass(frozen=True)
class UnitName:
    """A unit's type and names in a period; ``arabic`` is None when no Arabic name is known."""

    type: str
    vietnamese: str
    english: str
    arabic: str | None = None


def title(name: UnitName, language: str) -> str:
    """The kind and the name: "phường Cửa Nam", "Cua Nam Ward"; a name of another script comes isolated.

    The kind starts with a small letter in Vietnamese, as in the middle of a sentence and an address.
    """
    if name.type in KIND_WORDS and language == "vi":
        return name.vietnamese if _has_kind_word(name) else _framed(name.type, name.vietnamese, language)
    return _framed(name.type, _short(name, language), language)


def full_title(name: UnitName, above: list[UnitName], language: str) -> str:
    """The title and those of the units above it, nearest first: "phường Cửa Nam, thành phố Hà Nội"."""
    comma = "، " if language == "ar" else ", "
    return comma.join(title(each, language) for each in [name, *above])


def at_the_start(text: str) -> str:
    """A title as it stands in a heading or a list: "Phường Cửa Nam"."""
    return text[:1].upper() + text[1:]


def sort_key(vietnamese: str) -> tuple[tuple[int, int | str], ...]:
    """The order of units in a list: by letters, with numbers in a name by value (Tổ 2 before Tổ 10)."""
    parts = re.split(r"(\d+)", names.fold(vietnamese))
    return tuple((0, int(part)) if part.isdecimal() else (1, part.strip()) for part in parts if part)


def _framed(kind: str, name: str, language: str) -> str:
    return translator(LOCALES[language]).gettext(_TITLES[kind], name=isolate_foreign(name, LOCALES[language]))


def _short(name: UnitName, language: str) -> str:
    bare = _without_kind_word(name)
    if language == "ar":
        return name.arabic or bare
    if language == "en":
        return name.english if bare == name.vietnamese else bare
    return bare


def _has_kind_word(name: UnitName) -> bool:
    return _without_kind_word(name) != name.vietnamese


def _without_kind_word(name: UnitName) -> str:
    """The part of a residential group's name that follows its kind: "Tổ dân phố số 3" is "3"."""
    for word in KIND_WORDS.get(name.type, ()):
        start = len(word)
        if (
            names.clean(name.vietnamese)[:start].casefold() == word
            and name.vietnamese[start : start + 1] == " "
        ):
            return name.vietnamese[start:].strip()
    return name.vietnamese
