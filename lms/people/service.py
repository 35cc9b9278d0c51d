"""The verbs about people: their details, what they agreed to, sensitive facts. Merging is in ``merging``."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.audit import service as audit
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people import rules
from lms.people.consent_texts import CURRENT, TEXTS
from lms.people.ethnic_groups import ethnic_groups
from lms.people.merging import (
    MOVERS,
    DuplicatePair,
    Mover,
    add_mover,
    count_duplicates,
    declare_different,
    duplicates_of,
    likely_duplicates,
    merge,
    undo_merge,
)
from lms.people.models import Consent, ConsentMethod, ConsentPurpose, Person, SensitiveRecord, Sex
from lms.units.models import Unit, UnitClosure, UnitLevel
from translations import names, phones
from translations.partial_dates import PartialDate

__all__ = [
    "MOVERS",
    "RELATED",
    "DuplicatePair",
    "Mover",
    "PersonData",
    "Related",
    "add_mover",
    "change_person",
    "commune_of",
    "consent_states",
    "consents_of",
    "count_duplicates",
    "declare_different",
    "duplicates_of",
    "likely_duplicates",
    "merge",
    "needs_guardian",
    "record_consent",
    "register_person",
    "related_to",
    "search",
    "sensitive_of",
    "set_sensitive",
    "undo_merge",
]


@dataclass(frozen=True)
class PersonData:
    """What is written down about a person. Phones may be as typed; they are stored as E.164."""

    name: str
    birth: PartialDate | None = None
    sex: Sex | None = None
    phone: str | None = None
    phone_owner: str | None = None
    residential_group_id: uuid.UUID | None = None
    place: str | None = None
    language: str = "vi"
    guardian_name: str | None = None
    guardian_phone: str | None = None
    guardian_relation: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, person: Person) -> PersonData:
        """The data of a person as they are now."""
        return cls(**{field.name: getattr(person, field.name) for field in fields(cls)})


def register_person(
    session: Session,
    unit_id: uuid.UUID,
    data: PersonData,
    *,
    actor: Actor,
    now: datetime,
    person_id: uuid.UUID | None = None,
    walk_in: bool = False,
) -> Person:
    """Add a person to a unit (a commune, or a residential group of it).

    ``person_id`` is given when a device made the key. ``walk_in`` lets a child in without a guardian's name.
    Raises DomainError with the field's name for anything that cannot be right.
    """
    unit_id = commune_of(session, unit_id)
    _check(session, unit_id, data, now=now, guardian_later=walk_in)
    person = Person(id=person_id or new_key(), unit_id=unit_id, created_at=now, **columns(data))
    session.add(person)
    session.flush()
    audit.record(session, "person.registered", actor=actor, now=now, subject=person)
    return person


def change_person(
    session: Session, person: Person, data: PersonData, *, actor: Actor, now: datetime
) -> Person:
    """Write down other data; the audit log gets the names of the changed fields only. Raises DomainError."""
    _check(session, person.unit_id, data, now=now)
    values = columns(data)
    changed = sorted(name for name, value in values.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, values[name])
    session.flush()
    if changed:
        shown = [name for name in changed if name not in ("name_folded", "name_sort")]
        audit.record(session, "person.changed", actor=actor, now=now, subject=person, fields=shown)
    return person


def columns(data: PersonData) -> dict[str, Any]:
    """The columns of a person row for ``data``, the derived ones included."""
    name = names.clean(data.name)
    birth = data.birth
    return {
        "name": name,
        "name_folded": names.fold(name),
        "name_sort": names.sort_text(name),
        "birth_year": birth.year if birth else None,
        "birth_month": birth.month if birth else None,
        "birth_day": birth.day if birth else None,
        "sex": data.sex,
        "phone": phones.parse(data.phone) if data.phone else None,
        "phone_owner": data.phone_owner or None,
        "residential_group_id": data.residential_group_id,
        "place": data.place or None,
        "language": data.language,
        "guardian_name": names.clean(data.guardian_name) if data.guardian_name else None,
        "guardian_phone": phones.parse(data.guardian_phone) if data.guardian_phone else None,
        "guardian_relation": data.guardian_relation or None,
        "note": data.note or None,
    }


def commune_of(session: Session, unit_id: uuid.UUID) -> uuid.UUID:
    """The unit that keeps the people of ``unit_id``: a residential group's commune, otherwise the unit
    itself.

    Raises DomainError("unknown_unit").
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise DomainError("unknown_unit", _l("There is no such unit."), field="unit_id")
    return unit.parent_id if unit.level is UnitLevel.GROUP and unit.parent_id else unit.id


def _check(
    session: Session, unit_id: uuid.UUID, data: PersonData, *, now: datetime, guardian_later: bool = False
) -> None:
    for fault in rules.faults(data, today=local_date(now), guardian_later=guardian_later):
        raise DomainError(fault.code, _l(rules.FAULTS[fault.code]), field=fault.field)
    if data.residential_group_id is not None:
        inside = session.get(UnitClosure, (unit_id, data.residential_group_id))
        if inside is None:
            message = _l("This residential group belongs to another unit.")
            raise DomainError("group_of_other_unit", message, field="residential_group_id")


def search(text: str | None = None) -> Select[Any]:
    """People in Vietnamese order whose name or phone has what was typed; no text, everybody.

    Case, tones, the tone's place, diacritics and đ/d do not count; every word must begin a word of the name,
    so that "lan nguyen" finds Nguyễn Thị Lan. Four digits or more are looked for in the phone. Merged people
    are left out.
    """
    query = select(Person).where(Person.merged_into_id.is_(None)).order_by(Person.name_sort, Person.id)
    typed = names.clean(text or "")
    digits = "".join(char for char in typed if char.isdigit())
    if len(digits) >= 4 and not any(char.isalpha() for char in typed):
        whole = phones.parse(typed)
        if whole:
            return query.where((Person.phone == whole) | (Person.guardian_phone == whole))
        part = f"%{digits.removeprefix('0')}%"
        return query.where(Person.phone.like(part) | Person.guardian_phone.like(part))
    for word in names.fold(typed).split():
        query = query.where((" " + Person.name_folded).contains(" " + word, autoescape=True))
    return query


def namesakes(session: Session, unit_id: uuid.UUID, name: str, birth_year: int | None) -> list[Person]:
    """People of a commune with this name, however its letters are written, and this year of birth; at most eight."""
    query = (
        select(Person)
        .where(
            Person.unit_id == commune_of(session, unit_id),
            Person.name_folded == names.fold(name),
            Person.birth_year == birth_year,
            Person.merged_into_id.is_(None),
        )
        .options(joinedload(Person.residential_group))
        .order_by(Person.id)
        .limit(8)
    )
    return list(session.scalars(query))


@dataclass(frozen=True)
class Related:
    """Something of another feature that a person's page links to: a class, a certificate."""

    title: dict[str, Any] | str
    detail: Any
    endpoint: str
    values: dict[str, Any]


RELATED: list[Callable[[Session, Person], list[Related]]] = []
"""Registered by the features that have something to show on a person's page."""


def related_to(session: Session, person: Person) -> list[Related]:
    """What other features know of a person."""
    return [related for of in RELATED for related in of(session, person)]


def needs_guardian(birth: PartialDate | None, guardian_name: str | None, *, now: datetime) -> bool:
    """Whether a guardian's name is still to be asked for: the person is under 16 and none is written down."""
    return rules.needs_guardian(birth, guardian_name, local_date(now))


# --- consent ------------------------------------------------------------------------------------------------


def record_consent(
    session: Session,
    person: Person,
    purpose: ConsentPurpose,
    *,
    given: bool,
    method: ConsentMethod,
    text_version: str = CURRENT,
    by_guardian: bool = False,
    witness: str | None = None,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Write down that a person (or the guardian) agreed to a purpose, or took it back. Earlier rows stay.

    Raises DomainError: a text version that there is not, or oral consent without a witness.
    """
    if text_version not in TEXTS:
        raise DomainError("unknown_text", _l("There is no such version of the text."), field="text_version")
    witness = names.clean(witness) if witness else None
    if given and method is ConsentMethod.ORAL_WITNESSED and not witness:
        message = _l("Please write who was there when the person agreed by word of mouth.")
        raise DomainError("witness_missing", message, field="witness")
    if witness and len(witness) > names.MAX_LENGTH:
        raise DomainError("text_too_long", _l("The text is too long."), field="witness")
    consent = Consent(
        person_id=person.id,
        purpose=purpose,
        given=given,
        text_version=text_version,
        method=method,
        by_guardian=by_guardian,
        witness=witness,
        at=now,
        taken_by=actor.id,
    )
    session.add(consent)
    session.flush()
    action = "consent.given" if given else "consent.withdrawn"
    audit.record(session, action, actor=actor, now=now, subject=person, purpose=purpose.value)
    return consent


def consents_of(session: Session, person: Person) -> Sequence[Consent]:
    """Every consent and withdrawal of a person and of those merged into this one, the newest first."""
    merged = select(Person.id).where(Person.merged_into_id == person.id)
    query = select(Consent).where((Consent.person_id == person.id) | Consent.person_id.in_(merged))
    return session.scalars(query.order_by(Consent.at.desc(), Consent.id.desc())).all()


def consent_states(
    consents: Iterable[Consent], person: Person, *, now: datetime
) -> dict[ConsentPurpose, bool]:
    """Which purposes a person agrees to now, from ``consents_of``."""
    rows = list(consents)
    return {
        purpose: rules.consent_holds(
            [row for row in rows if row.purpose is purpose],
            birth=person.birth,
            today=local_date(now),
            published=purpose is ConsentPurpose.PHOTO,
        )
        for purpose in ConsentPurpose
    }


# --- sensitive facts ----------------------------------------------------------------------------------------


def sensitive_of(session: Session, person: Person, *, actor: Actor, now: datetime) -> SensitiveRecord | None:
    """The sensitive facts of a person. Looking is recorded in the audit log in the same transaction."""
    audit.record(session, "sensitive.viewed", actor=actor, now=now, subject=person)
    session.flush()
    return session.scalar(select(SensitiveRecord).where(SensitiveRecord.person_id == person.id))


def set_sensitive(
    session: Session,
    person: Person,
    *,
    disability: bool | None = None,
    help_needed: str | None = None,
    poor_household: bool | None = None,
    ethnicity: str | None = None,
    actor: Actor,
    now: datetime,
) -> SensitiveRecord:
    """Write down sensitive facts (None: not known); the audit log gets the names of the changed fields only.

    ``ethnicity`` is a code of the official list. Raises DomainError.
    """
    if ethnicity and ethnicity not in ethnic_groups():
        raise DomainError("unknown_ethnicity", _l("Please choose a group of the list."), field="ethnicity")
    if help_needed and len(help_needed) > rules.LONGEST["help_needed"]:
        raise DomainError("text_too_long", _l("The text is too long."), field="help_needed")
    record = session.scalar(select(SensitiveRecord).where(SensitiveRecord.person_id == person.id))
    if record is None:
        record = SensitiveRecord(person_id=person.id)
        session.add(record)
    values = {
        "disability": disability,
        "help_needed": help_needed or None,
        "poor_household": poor_household,
        "ethnicity": ethnicity or None,
    }
    changed = sorted(name for name, value in values.items() if getattr(record, name) != value)
    for name in changed:
        setattr(record, name, values[name])
    record.updated_at = now
    session.flush()
    audit.record(session, "sensitive.changed", actor=actor, now=now, subject=person, fields=changed)
    return record
