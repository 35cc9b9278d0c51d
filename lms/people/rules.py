"""What can be a person's details, who needs a guardian, and which consent holds. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from translations import names, phones
from translations.locales import LOCALES
from translations.messages import N_
from translations.partial_dates import EARLIEST_YEAR, PartialDate, age_on

CHILD_UNDER: Final = 16
"""Law on Children 2016, article 1."""

OWN_WORD_FROM: Final = 7
"""From this age on a child is asked too before something private is published (Law 91/2025/QH15, article 24).
"""

LONGEST: Final = {"phone_owner": 120, "place": 200, "guardian_relation": 60, "note": 500, "help_needed": 300}

FAULTS: Final[dict[str, str]] = {
    **{f"name_{code}": sentence for code, sentence in names.PROBLEMS.items()},
    **{f"guardian_name_{code}": sentence for code, sentence in names.PROBLEMS.items()},
    "birth_future": N_("The date is in the future."),
    "birth_too_early": N_("The date is before the year 1900."),
    "phone_invalid": N_("This is not a Vietnamese phone number. Example: 0912 345 678."),
    "text_too_long": N_("The text is too long."),
    "language_unknown": N_("Please choose one of the languages."),
    "guardian_missing": N_("This person is under 16. Please write the name of a parent or guardian."),
}
"""Message id of every code; the codes are stable."""


@dataclass(frozen=True)
class Fault:
    """One thing that cannot stay as it is: the field and a key of ``FAULTS``."""

    field: str
    code: str


class Details(Protocol):
    """What the rules read of a person."""

    @property
    def name(self) -> str: ...
    @property
    def birth(self) -> PartialDate | None: ...
    @property
    def language(self) -> str: ...
    @property
    def guardian_name(self) -> str | None: ...


def faults(details: Details, *, today: date, guardian_later: bool = False) -> list[Fault]:
    """Everything that is wrong with a person's details, in the order of the form.

    ``guardian_later`` lets a child in without a guardian's name: at the door, and from a list.
    """
    found = [Fault("name", f"name_{code}") for code in names.problems(details.name)[:1]]
    if details.birth is not None:
        if details.birth.first_day > today:
            found.append(Fault("birth", "birth_future"))
        elif details.birth.year < EARLIEST_YEAR:
            found.append(Fault("birth", "birth_too_early"))
    for field in ("phone", "guardian_phone"):
        number = getattr(details, field)
        if number and phones.parse(number) is None:
            found.append(Fault(field, "phone_invalid"))
    if details.language not in LOCALES:
        found.append(Fault("language", "language_unknown"))
    if details.guardian_name:
        codes = names.problems(details.guardian_name)
        found += [Fault("guardian_name", f"guardian_name_{code}") for code in codes[:1]]
    elif (
        not guardian_later
        and is_child(details.birth, today)
        and not any(fault.field == "birth" for fault in found)
    ):
        found.append(Fault("guardian_name", "guardian_missing"))
    for field, longest in LONGEST.items():
        if len(getattr(details, field, None) or "") > longest:
            found.append(Fault(field, "text_too_long"))
    return found


def is_child(birth: PartialDate | None, today: date) -> bool:
    """Whether the person is under 16; an unknown birth is taken for an adult's."""
    return birth is not None and age_on(birth, today) < CHILD_UNDER


def needs_guardian(birth: PartialDate | None, guardian_name: str | None, today: date) -> bool:
    """Whether a guardian's name is still to be asked for."""
    return is_child(birth, today) and not guardian_name


class Agreement(Protocol):
    """What the rules read of a consent."""

    given: bool
    by_guardian: bool


def consent_holds(
    newest_first: Iterable[Agreement], *, birth: PartialDate | None, today: date, published: bool
) -> bool:
    """Whether there is consent to one purpose, from the rows of that purpose, the newest first.

    For a child the guardian's word counts; where something is ``published``, from the age of 7 also the
    child's own, and each can take it back. For anybody else the newest word counts, whoever gave it.
    """
    rows = list(newest_first)
    if not is_child(birth, today):
        return bool(rows) and rows[0].given
    voices = [True, False] if published and age_on(birth, today) >= OWN_WORD_FROM else [True]  # type: ignore[arg-type]
    return all(next((row.given for row in rows if row.by_guardian is voice), False) for voice in voices)
