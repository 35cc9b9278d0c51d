"""What is printed: the frozen line of a certificate, and the documents made from it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certificates import designs, packages
from certificates.engine import lock
from certificates.errors import CertificateError
from certificates.fields import FieldRule
from certificates.keys import TokenKey
from certificates.press import Made, Press
from courses import catalogue
from lms.certificates import rules, sealing
from lms.certificates.models import Certificate, Issuer
from lms.certificates.pictures import PICTURES, bare, with_pictures
from lms.classes.models import ClassSession, CourseClass, SessionState
from lms.completion.service import Candidate
from lms.people.models import Person
from lms.trust.service import Seal
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
        "course_title": entry.titles,
        "period_from": course.held[0].local_date.isoformat(),
        "period_to": course.held[-1].local_date.isoformat(),
        "sessions": len(course.held),
        "hours": int(course.hours) if course.hours == int(course.hours) else course.hours,
        "result": PASSED,
        "issued_on": issued_on.isoformat(),
        **issuer_part(issuer),
        "competences": list(entry.competences),
    }
    if course.course_class.title != entry.titles:
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
    line: dict[str, Any], *, number: int, year: int, symbol: str, code: str, public_url: str, key: TokenKey
) -> dict[str, Any]:
    """A line with its number, code and signed addresses: complete, and frozen from now on."""
    whole = {
        **line,
        "number": rules.printed_number(number, symbol),
        "register_no": rules.register_number(number, year),
        "code": rules.printed_code(code),
    }
    return {**whole, "verify_url": sealing.addresses(whole, public_url, key)}


def why_not_printable(
    issuer: Issuer, line: dict[str, Any], *, design: str | None = None
) -> CertificateError | None:
    """The first refusal of a line in any language of the issuer's design (or another one), before it is given a
    number; None when it can be set.
    """
    name = design or issuer.design
    trial = numbered(
        line,
        number=99999,
        year=2099,
        symbol=issuer.number_symbol,
        code="0" * rules.CODE_LENGTH,
        public_url="https://lop-so.example.vn",
        key=sealing.trial_key(),
    )
    trial = with_pictures(trial, issuer.pictures)
    for language in design_of(name).languages:
        with lock:
            page = press(name, language).set(trial)
        if isinstance(page, Made):
            return page.refusal
    return None


@cache
def design_of(name: str) -> designs.Design:
    """A design of the library, or one that a unit uploaded, read once."""
    if not name.startswith(OWN_DESIGN):
        return designs.load(name)
    folder = next(designs_folder().glob(f"*/{name.removeprefix(OWN_DESIGN)}"), Path(name))
    return packages.named(designs.load(folder), name)


OWN_DESIGN: Final = "unit-"
"""What the names of designs begin with that units uploaded; the rest is the key of the design."""


def designs_folder() -> Path:
    """Where the designs of units are kept: a folder a unit, in it one a design."""
    folder: Path = current_app.config["SETTINGS"].instance_dir
    return folder / "designs"


@lru_cache(maxsize=96)
def press(design: str, language: str, seal: Seal | None = None) -> Press:
    """The press of a design and language; what it compiled stays for the next certificate.

    With a seal its papers carry the branch's credential, and its signature if it has a key for that.
    """
    if seal is None:
        return Press(design_of(design), language)
    credentials = sealing.Credentials(seal.branch_id, seal.token)
    return Press(design_of(design), language, signer=seal.signer, credential=credentials)


NO_FIELD = FieldRule("text")


def certificate_designs() -> list[designs.Design]:
    """The designs for certificates; there are others, for thanks to volunteers."""
    found = [design_of(name) for name in designs.DESIGNS]
    return [design for design in found if design.fields.get("course_title", NO_FIELD).required]


def group_sort(person: Person) -> str:
    """What sorts a print file by residential group first: the group's name, with its number as a number."""
    group = person.residential_group
    name = group.latest.folded if group else (person.place or "")
    return "".join(part.zfill(6) if part.isdigit() else part for part in _split_numbers(name))[:400]


def _split_numbers(text: str) -> list[str]:
    return re.split(r"(\d+)", text)


def people_with_groups(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Person]:
    """People, their residential groups loaded with the units above."""
    group = joinedload(Person.residential_group)
    above = joinedload(Person.residential_group).joinedload(Unit.parent).joinedload(Unit.parent)
    return session.scalars(select(Person).where(Person.id.in_(ids)).options(group, above)).all()


def person_now(session: Session, person_id: uuid.UUID) -> Person | None:
    """The person, or the one that the record was merged into."""
    person = session.scalar(select(Person).where(Person.id == person_id))
    if person is not None and person.merged_into_id is not None:
        person = session.scalar(select(Person).where(Person.id == person.merged_into_id)) or person
    return person


def renewed_line(
    certificate: Certificate, person: Person | None, issuer: Issuer, issued_on: date
) -> dict[str, Any]:
    """The line of a certificate that replaces another: the person and the issuer as they are now, the rest as
    printed.
    """
    line = {
        **bare(certificate.printed),
        "issued_on": issued_on.isoformat(),
        **issuer_part(issuer),
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


def issuer_part(issuer: Issuer) -> dict[str, Any]:
    """The part of a line that the issuer's settings give."""
    return {
        "place": issuer.place,
        "issuer_name": issuer.branch.name,
        "issuer_lines": issuer.heading,
        "issuer_title": issuer.certifier,
        "signatory_position": issuer.signatory_position,
        "signatory_name": issuer.signatory_name,
        **{kind: digest for kind in PICTURES if (digest := getattr(issuer, f"{kind}_digest"))},
    }


SPECIMEN_NAME = "Nguyễn Văn Mẫu"


def specimen_line(issuer: Issuer, *, on: date, design: str | None = None) -> dict[str, Any]:
    """A line of nobody with an issuer's settings; number and code are zeros."""
    sample = design_of(design or issuer.design).sample
    return {
        **{key: value for key, value in sample.items() if key not in ("logo", "seal", "signature")},
        **issuer_part(issuer),
        "name": SPECIMEN_NAME,
        "honorific": "adult",
        "issued_on": on.isoformat(),
        "residence": issuer.place,
    }


def specimen(issuer: Issuer, language: str, *, on: date, public_url: str, design: str | None = None) -> bytes:
    """A certificate of nobody, to look at, in the issuer's design or another one."""
    line = numbered(
        specimen_line(issuer, on=on, design=design),
        number=0,
        year=on.year,
        symbol=issuer.number_symbol,
        code="0" * rules.CODE_LENGTH,
        public_url=public_url,
        key=sealing.trial_key(),
    )
    return press(design or issuer.design, language).one(with_pictures(line, issuer.pictures))
