"""Finds out whether a person on a roster is already known. Plain values only; fast enough for whole wards."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

from translations.names import clean, fold
from translations.partial_dates import PartialDate

Kind = Literal["new", "known", "likely"]


@dataclass(frozen=True, slots=True)
class Known:
    """A person to compare with. `unit` is any key of where the person belongs (a ward, a class).

    `folded` is `fold(name)`, for whoever has it already.
    """

    person_id: Hashable
    name: str
    birth: PartialDate | None
    phone: str | None = None
    place: str | None = None
    unit: Hashable = None
    folded: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """`known`: the same person. `likely`: ask. `new`: nobody like this; then `person_id` is None."""

    kind: Kind
    person_id: Hashable = None


NEW = Match("new")

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def name_key(name: str) -> str:
    """The name with its marks, but without case and wherever in a syllable the tone is written.

    ``name_key("Vũ Thị Thuý Hoà") == name_key("VŨ THỊ THÚY HÒA")``, while "Hoa" and "Hòa" differ.
    """
    words = unicodedata.normalize("NFD", clean(name).casefold()).split()
    return " ".join(_TONES.sub("", word) + "".join(sorted(_TONES.findall(word))) for word in words)


class People:
    """Known people by folded name and year of birth. Add each new person of a file while the file is read."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by_name: defaultdict[tuple[str, int | None], list[Known]] = defaultdict(list)
        self._by_id: dict[Hashable, Known] = {}
        for person in known:
            self.add(person)

    def add(self, person: Known) -> None:
        """Make one more person known."""
        year = person.birth.year if person.birth else None
        self._by_name[person.folded or fold(person.name), year].append(person)
        self._by_id.setdefault(person.person_id, person)

    def person(self, person_id: Hashable) -> Known:
        """The known person with an id; the one added first when there are several."""
        return self._by_id[person_id]

    def match(
        self,
        name: str,
        birth: PartialDate,
        phone: str | None = None,
        place: str | None = None,
        unit: Hashable = None,
        *,
        folded: str | None = None,
    ) -> Match:
        """Compare a person with all known ones.

        Known: same name (whatever the placing of tones), same birth to the same precision, and the same
        phone; or one of the two has no phone, and both belong to the same unit and not to two different
        places in it. Likely: same folded name and year of birth, and the same phone or the same unit. A
        name alone says nothing: four in ten people are called Nguyễn.
        """
        folded = folded or fold(name)
        candidates = self._by_name.get((folded, birth.year), [])
        key = name_key(name) if candidates else ""
        for other in candidates:
            if other.birth == birth and name_key(other.name) == key:
                if phone and phone == other.phone:
                    return Match("known", other.person_id)
                if not (phone and other.phone) and _same_unit(unit, other) and not _other_place(place, other):
                    return Match("known", other.person_id)
        for other in (*candidates, *self._by_name.get((folded, None), ())):
            if (phone and phone == other.phone) or _same_unit(unit, other):
                return Match("likely", other.person_id)
        return NEW


def _same_unit(unit: Hashable, other: Known) -> bool:
    return unit is not None and unit == other.unit


def _other_place(place: str | None, other: Known) -> bool:
    return bool(place and other.place) and fold(place or "") != fold(other.place or "")
