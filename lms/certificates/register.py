"""Finding certificates: by code, person, class, and in the register."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts.models import User
from lms.certificates import rules
from lms.certificates.models import Certificate, CertificateEvent, CertificateState
from lms.classes.models import CourseClass
from lms.core.access import everything, public_rows
from lms.people.models import Person
from lms.units.models import Branch
from translations import names


def find_by_code(session: Session, typed: str) -> Certificate | None:
    """The certificate with a code, as typed or scanned by anybody; with its events and what replaced it."""
    code = rules.typed_code(typed)
    if code is None:
        return None
    with everything(session):
        query = (
            select(Certificate).where(Certificate.code == code).options(joinedload(Certificate.replaced_by))
        )
        certificate = session.scalars(query).first()
        if certificate is not None:
            _ = certificate.events
        return certificate


class Entry(NamedTuple):
    """What the register says of a number."""

    code: str
    state: CertificateState
    issued_on: date
    printed: dict[str, Any]


_ENTRY: Final = public_rows(
    select(Certificate.code, Certificate.state, Certificate.issued_on, Certificate.printed).where(
        Certificate.branch_id == bindparam("branch_id"),
        Certificate.year == bindparam("year"),
        Certificate.number == bindparam("number"),
    )
)


def entry(session: Session, branch_id: uuid.UUID, year: int, number: int) -> Entry | None:
    """What the register says of a number of an issuer, for whoever holds its signed code."""
    row = session.execute(_ENTRY, {"branch_id": branch_id, "year": year, "number": number}).first()
    return Entry(*row) if row else None


def events_of(session: Session, certificate: Certificate) -> Sequence[CertificateEvent]:
    """What happened to a certificate that somebody found by its code."""
    with everything(session):
        return certificate.events


def no_longer_valid(
    session: Session, branch_id: uuid.UUID | None = None, year: int | None = None
) -> list[tuple[uuid.UUID, int, int, CertificateState]]:
    """Issuer, year, number and state of the certificates that do not hold any more, in order."""
    columns = (Certificate.branch_id, Certificate.year, Certificate.number, Certificate.state)
    query = select(*columns).where(Certificate.state != CertificateState.VALID).order_by(*columns[:3])
    for column, value in ((Certificate.branch_id, branch_id), (Certificate.year, year)):
        if value is not None:
            query = query.where(column == value)
    with everything(session):
        return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def person_with(session: Session, typed: str, birth_year: int) -> uuid.UUID | None:
    """The person of the certificate with this code, when the year of birth fits. One query, whatever is wrong."""
    code = rules.typed_code(typed) or "0" * rules.CODE_LENGTH
    with everything(session):
        query = select(Certificate.person_id).where(
            Certificate.code == code, Certificate.birth_year == birth_year
        )
        return session.scalar(query)


def certificates_of(session: Session, person_id: uuid.UUID) -> Sequence[Certificate]:
    """Every certificate of a person, those of people merged into them included; newest first."""
    with everything(session):
        person = session.get(Person, person_id)
        kept = person.merged_into_id if person is not None and person.merged_into_id else person_id
        ids = [kept, *session.scalars(select(Person.id).where(Person.merged_into_id == kept))]
        query = (
            select(Certificate)
            .where(Certificate.person_id.in_(ids))
            .order_by(Certificate.issued_at.desc(), Certificate.number.desc())
        )
        return session.scalars(query).all()


def certificates_of_class(session: Session, class_id: uuid.UUID) -> Sequence[Certificate]:
    """The valid certificates of a class, by residential group and then name: as they are handed over."""
    return session.scalars(_handed_over(select(Certificate), class_id)).all()


def printing_order(session: Session, class_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """The keys and designs of ``certificates_of_class``, in its order: there may be thousands."""
    query = _handed_over(select(Certificate.id, Certificate.design), class_id)
    return [(key, design) for key, design in session.execute(query)]


def _handed_over(query: Any, class_id: uuid.UUID) -> Any:
    return query.where(
        Certificate.class_id == class_id, Certificate.state == CertificateState.VALID
    ).order_by(Certificate.group_sort, Certificate.name_sort, Certificate.number)


def holders(session: Session, class_id: uuid.UUID) -> set[uuid.UUID]:
    """The people with a valid certificate of a class; of merged records, the one that was kept."""
    person = Person.__table__.c
    query = (
        select(func.coalesce(person.merged_into_id, Certificate.person_id))
        .outerjoin(Person.__table__, person.id == Certificate.person_id)
        .where(Certificate.class_id == class_id, Certificate.state == CertificateState.VALID)
    )
    return set(session.scalars(query))


def search(
    text: str = "",
    *,
    branch_id: uuid.UUID | None = None,
    year: int | None = None,
    state: CertificateState | None = None,
    class_id: uuid.UUID | None = None,
) -> Select[Any]:
    """The register, newest first: by name (without regard to marks), number or code, and by the filters."""
    query = select(Certificate).order_by(
        Certificate.year.desc(), Certificate.issued_at.desc(), Certificate.id.desc()
    )
    conditions = [
        column == value
        for column, value in (
            (Certificate.branch_id, branch_id),
            (Certificate.year, year),
            (Certificate.state, state),
            (Certificate.class_id, class_id),
        )
        if value is not None
    ]
    if text := names.clean(text):
        conditions.append(_matches(text))
    return query.where(*conditions)


NUMBER = re.compile(r"0*(\d{1,6})(?:\s*/\s*(\d{4})|\s*/\s*\D.*)?")
"""A number as typed: "12", "0012/2026" of the register, "12/GCN-UBND" of the paper."""


def _matches(text: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if code := rules.typed_code(text):
        ways.append(Certificate.code == code)
    if (number := NUMBER.fullmatch(text)) and not code:
        numbered = Certificate.number == int(number[1])
        ways.append(and_(numbered, Certificate.year == int(number[2])) if number[2] else numbered)
    if not ways or any(char.isalpha() for char in text):
        words = names.fold(text).split()
        folded = " " + Certificate.name_folded
        ways.append(
            and_(*(folded.contains(" " + word, autoescape=True) for word in words)) if words else false()
        )
    return or_(*ways)


def filters(session: Session) -> tuple[list[Branch], list[int]]:
    """The issuers and years that the register has, for the filter links. Two queries."""
    issuers = select(Branch).where(Branch.id.in_(select(Certificate.branch_id)))
    years = select(Certificate.year).distinct().order_by(Certificate.year.desc())
    branches = sorted(session.scalars(issuers), key=lambda branch: names.fold(branch.name["vi"]))
    return branches, list(session.scalars(years))


# --- around a certificate --------------------------------------------------------------------------------


def class_of(session: Session, certificate: Certificate) -> CourseClass | None:
    """The class it was issued for, if it is still there and visible."""
    return session.scalar(select(CourseClass).where(CourseClass.id == certificate.class_id))


def replaced_by(session: Session, certificate: Certificate) -> Certificate | None:
    """The certificate that this one replaced."""
    return session.scalar(select(Certificate).where(Certificate.replaced_by_id == certificate.id))


def staff_names(session: Session, events: Sequence[CertificateEvent]) -> dict[uuid.UUID, str]:
    """The names of the staff who did something to a certificate."""
    ids = {event.by for event in events if event.by}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs for the type checker
