"""What is printed: the frozen line of a certificate, and the documents made from it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certificates import designs
from certificates.errors import CertificateError
from certificates.typeset import page_html, render_pdf
from certificates.wording import compose
from courses import catalogue
from lms.certificates import rules
from lms.certificates.models import Certificate, Issuer
from lms.classes.models import ClassSession, CourseClass, SessionState
from lms.completion.service import Candidate
from lms.people.models import Person
from lms.units import service as units
from lms.units.models import Unit
from translations.locales import LOCALES
from translations.partial_dates import age_on

PASSED = {"vi": "Đạt", "en": "Passed", "ar": "اجتياز"}
"""The result on the paper; the Arabic noun fits men and women."""


@dataclass(frozen=True)
class Course:
    """What all certificates of a class have in common."""

    course_class: CourseClass
    issuer: Issuer
    held: Sequence[ClassSession]

    @property
    def hours(self) -> float:
        """Length of the held sessions together."""
        length = sum((meeting.ends_at - meeting.starts_at for meeting in self.held), timedelta())
        return round(length / timedelta(hours=1), 1)


def course_of(session: Session, course_class: CourseClass, issuer: Issuer) -> Course:
    """The held sessions of a class with its issuer."""
    query = (
        select(ClassSession)
        .where(ClassSession.class_id == course_class.id, ClassSession.state == SessionState.HELD)
        .order_by(ClassSession.starts_at)
    )
    return Course(course_class, issuer, session.scalars(query).all())


def common_line(course: Course, *, issued_on: date) -> dict[str, Any]:
    """The part of a line that everybody of a class shares."""
    entry, issuer = catalogue.load(course.course_class.course_slug), course.issuer
    line = {
        "course_title": dict(entry.title),
        "period_from": course.held[0].local_date.isoformat(),
        "period_to": course.held[-1].local_date.isoformat(),
        "sessions": len(course.held),
        "hours": int(course.hours) if course.hours == int(course.hours) else course.hours,
        "result": PASSED,
        "place": issuer.place,
        "issued_on": issued_on.isoformat(),
        "issuer_name": issuer.branch.name,
        "issuer_lines": issuer.heading,
        "issuer_title": issuer.certifier,
        "signatory_position": issuer.signatory_position,
        "signatory_name": issuer.signatory_name,
        "competences": list(entry.competences),
    }
    if course.course_class.title != dict(entry.title):
        line["class_title"] = course.course_class.title
    return line


def personal_line(course: Course, candidate: Candidate, *, issued_on: date) -> dict[str, Any]:
    """The part of a line that belongs to one person."""
    person = candidate.person
    age = age_on(person.birth, course.held[-1].local_date) if person.birth else None
    line: dict[str, Any] = {
        "name": person.name,
        "honorific": rules.honorific(age, course.issuer.branch.organisation.value),
        "sex": person.sex.value if person.sex else None,
        "attended": candidate.decision.attended,
        "held": candidate.decision.held,
        "residence": residence(person, course.course_class.unit, issued_on),
    }
    if person.birth:
        line["birth"] = {"year": person.birth_year, "month": person.birth_month, "day": person.birth_day}
    return {key: value for key, value in line.items() if value not in (None, "")}


def residence(person: Person, commune: Unit, on: date) -> dict[str, str] | str | None:
    """Where a person lives, as printed: the residential group with the commune, or the place as typed."""
    if person.residential_group is not None:
        group = person.residential_group
        return {code: units.full_title(group, code, on) for code in LOCALES}
    if person.place:
        return person.place
    return (
        {code: units.full_title(commune, code, on) for code in LOCALES}
        if person.unit_id == commune.id
        else None
    )


def numbered(
    line: dict[str, Any], *, number: int, year: int, symbol: str, code: str, public_url: str
) -> dict[str, Any]:
    """A line with its number, code and address: complete, and frozen from now on."""
    return {
        **line,
        "number": rules.printed_number(number, symbol),
        "register_no": rules.register_number(number, year),
        "code": rules.printed_code(code),
        "verify_url": f"{public_url.rstrip('/')}/v/{code}",
    }


def why_not_printable(design_name: str, line: dict[str, Any]) -> CertificateError | None:
    """The first refusal of a line in any language of its design, before it is given a number; None when it can be set."""
    design = designs.load(design_name)
    trial = numbered(
        line, number=99999, year=2099, symbol="GCN-UBND", code="0" * 12, public_url="https://example.vn"
    )
    try:
        for language in design.languages:
            page_html(design, compose(design, language, trial))
    except CertificateError as error:
        return error
    return None


def edition(certificate: Certificate, language: str) -> bytes:
    """The certificate as a PDF in one language, from its frozen copy."""
    return render_pdf(designs.load(certificate.design), language, certificate.printed)


def group_sort(person: Person) -> str:
    """What sorts a print file by residential group first: the group's name, with its number as a number."""
    group = person.residential_group
    name = group.latest.folded if group else (person.place or "")
    return "".join(part.zfill(6) if part.isdigit() else part for part in _split_numbers(name))[:400]


def _split_numbers(text: str) -> list[str]:
    return re.split(r"(\d+)", text)


def people_with_groups(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """People by id, their residential groups loaded with the units above."""
    group = joinedload(Person.residential_group)
    query = (
        select(Person)
        .where(Person.id.in_(ids))
        .options(group, group.joinedload(Unit.parent).joinedload(Unit.parent))
    )
    return {person.id: person for person in session.scalars(query)}


def renewed_line(
    certificate: Certificate, person: Person | None, issuer: Issuer, issued_on: date
) -> dict[str, Any]:
    """The line of a certificate that replaces another: the person and the issuer as they are now, the rest as printed."""
    line = {
        **certificate.printed,
        "place": issuer.place,
        "issued_on": issued_on.isoformat(),
        "issuer_name": issuer.branch.name,
        "issuer_lines": issuer.heading,
        "issuer_title": issuer.certifier,
        "signatory_position": issuer.signatory_position,
        "signatory_name": issuer.signatory_name,
    }
    if person is None:
        return line
    line["name"] = person.name
    line["sex"] = person.sex.value if person.sex else None
    line["birth"] = (
        {"year": person.birth_year, "month": person.birth_month, "day": person.birth_day}
        if person.birth
        else None
    )
    if (home := residence(person, issuer.branch.unit, issued_on)) is not None:
        line["residence"] = home
    return {key: value for key, value in line.items() if value is not None}


def sentence(error: CertificateError) -> str:
    """A refusal of the press as a sentence in the language in force."""
    return " ".join(gettext(reason.message, **reason.params) for reason in error.reasons)
