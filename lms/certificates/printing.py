"""What is printed: the frozen line of a certificate, and the documents made from it."""

from __future__ import annotations

import contextlib
import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

import pikepdf
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certificates import designs
from certificates.engine import lock
from certificates.errors import CertificateError
from certificates.fields import FieldRule
from certificates.keys import TokenKey
from certificates.press import Made, Press
from certificates.printfile import write_print_file
from certificates.wording import Composer
from courses import catalogue
from lms.certificates import rules, sealing
from lms.certificates.models import Certificate, Issuer
from lms.classes.models import ClassSession, CourseClass, SessionState
from lms.completion.service import Candidate
from lms.people.models import Person
from lms.trust import service as trust
from lms.trust.service import Seal
from lms.units import service as units
from lms.units.models import Unit
from translations import dates
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


def why_not_printable(issuer: Issuer, line: dict[str, Any]) -> CertificateError | None:
    """The first refusal of a line in any language of the issuer's design, before it is given a number; None when
    it can be set.
    """
    design = design_of(issuer.design)
    trial = numbered(
        line,
        number=99999,
        year=2099,
        symbol=issuer.number_symbol,
        code="0" * rules.CODE_LENGTH,
        public_url="https://lop-so.example.vn",
        key=sealing.trial_key(),
    )
    for language in design.languages:
        with lock:
            page = press(issuer.design, language).set(trial)
        if isinstance(page, Made):
            return page.refusal
    return None


@cache
def design_of(name: str) -> designs.Design:
    """A design of the library, read once."""
    return designs.load(name)


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


@dataclass(frozen=True)
class Paper:
    """All that it takes to set a certificate, without the database: design, the frozen line, a readable name, and
    what the branch signs with at ``made_at``.
    """

    design: str
    line: dict[str, Any]
    number: int
    year: int
    seal: Seal | None = None
    made_at: datetime | None = None

    @classmethod
    def of(cls, certificate: Certificate) -> Paper:
        """The bare paper of a register entry."""
        return cls(certificate.design, certificate.printed, certificate.number, certificate.year)

    def file_name(self, language: str) -> str:
        """Unique for an issuer, and readable."""
        return rules.file_name(self.number, self.year, self.line["name"], language)

    @property
    def kind(self) -> tuple[str, Seal | None]:
        """Papers of one kind come from one press."""
        return self.design, self.seal

    def press(self, language: str) -> Press:
        """The press for this paper and others of its kind."""
        found = press(self.design, language, self.seal)
        if self.made_at is not None:
            found.sign_at(self.made_at)
            if isinstance(found.credential, sealing.Credentials):
                found.credential.now = self.made_at
        return found

    def pdf(self, language: str) -> bytes:
        """The certificate in one language."""
        return self.press(language).one(self.line)


def papers(session: Session, certificates: Sequence[Certificate], *, now: datetime) -> list[Paper]:
    """The papers of certificates, to be signed now by what their branches sign with. One query."""
    seals = trust.seals(session, [each.branch_id for each in certificates])
    return [
        replace(
            Paper.of(each), seal=seals.get(each.branch_id), made_at=now if each.branch_id in seals else None
        )
        for each in certificates
    ]


def edition(certificate: Certificate, language: str) -> bytes:
    """The bare certificate as a PDF in one language, from its frozen copy."""
    return Paper.of(certificate).pdf(language)


def print_file(papers: Sequence[Paper], language: str, title: str) -> bytes:
    """One PDF with a page a certificate, in the given order."""
    parts = [
        _print_part(design, language, [paper.line for paper in group], title)
        for design, group in groupby(papers, key=lambda paper: paper.design)
    ]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _print_part(design: str, language: str, lines: Sequence[dict[str, Any]], title: str) -> bytes:
    file = io.BytesIO()
    for made in write_print_file(press(design, language), lines, file, title):
        if made.refusal is not None:
            raise made.refusal
    return file.getvalue()


def _joined(parts: Sequence[bytes]) -> bytes:
    # Rare: the issuer changed its design between two certificates of one class.
    with contextlib.ExitStack() as sources, pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            whole.pages.extend(sources.enter_context(pikepdf.open(io.BytesIO(part))).pages)
        file = io.BytesIO()
        whole.save(file)
        return file.getvalue()


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
        **certificate.printed,
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
    }


SPECIMEN_NAME = "Nguyễn Văn Mẫu"


def specimen_line(issuer: Issuer, *, on: date) -> dict[str, Any]:
    """A line of nobody with an issuer's settings; number and code are zeros."""
    sample = design_of(issuer.design).sample
    return {
        **{key: value for key, value in sample.items() if key not in ("logo", "seal", "signature")},
        **issuer_part(issuer),
        "name": SPECIMEN_NAME,
        "honorific": "adult",
        "issued_on": on.isoformat(),
        "residence": issuer.place,
    }


def specimen(issuer: Issuer, language: str, *, on: date, public_url: str) -> bytes:
    """A certificate of nobody, to look at."""
    line = numbered(
        specimen_line(issuer, on=on),
        number=0,
        year=on.year,
        symbol=issuer.number_symbol,
        code="0" * rules.CODE_LENGTH,
        public_url=public_url,
        key=sealing.trial_key(),
    )
    return press(issuer.design, language).one(line)


ISSUER_FIELDS = {
    "issuer_lines": "heading",
    "issuer_title": "certifier",
    "issuer_line": "certifier",
    "place": "place",
    "place_date": "place",
    "signatory_position": "signatory_position",
    "signatory_name": "signatory_name",
    "number": "number_symbol",
    "number_line": "number_symbol",
}
"""The setting of an issuer that a line of the paper comes from."""

FIELD_NAMES = {
    "name": _l("Full name"),
    "birth": _l("Date of birth"),
    "residence": _l("Place of residence"),
    "course_title": _l("Course"),
    "class_title": _l("Class"),
    "place": _l("Place of issue"),
    "number": _l("Number"),
    "issuer_name": _l("Issuer"),
    "issuer_lines": _l("Heading of the paper"),
    "issuer_title": _l("Who certifies"),
    "signatory_position": _l("Position of the signer"),
    "signatory_name": _l("Name of the signer"),
    "verify_url": _l("Address of this site"),
}


def sentence(error: CertificateError) -> str:
    """A refusal of the press as a sentence in the language in force."""
    return " ".join(gettext(reason.message, **named(reason.params)) for reason in error.reasons)


def named(params: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence, with the field's name in the language in force."""
    if "field" not in params:
        return params
    field = str(params["field"])
    return {**params, "field": str(FIELD_NAMES.get(field, field))}


FACTS = (
    ("name", _l("Full name")),
    ("birth", _l("Date of birth")),
    ("birth_year", _l("Year of birth")),
    ("residence", _l("Place of residence")),
    ("course_title", _l("Course")),
    ("class_title", _l("Class")),
    ("period", _l("Time of the class")),
    ("length", _l("Length")),
    ("attendance", _l("Sessions attended")),
    ("result", _l("Result")),
    ("number", _l("Number")),
    ("register_no", _l("Number in the register")),
    ("code", _l("Verification code")),
    ("issuer_name", _l("Issuer")),
    ("issuer_lines", _l("Heading of the paper")),
    ("issuer_title", _l("Who certifies")),
    ("place", _l("Place of issue")),
    ("issued_on", _l("Day of issue")),
    ("signatory_position", _l("Position of the signer")),
    ("signatory_name", _l("Name of the signer")),
)
"""Everything on the paper, in the order of reading."""


def facts(certificate: Certificate, language: str) -> list[tuple[str, Any, str | list[str]]]:
    """Everything printed, as (field, label, text or list of lines), written as on the paper of that language."""
    line = certificate.printed
    shown = dict(Composer(design_of(certificate.design), language).compose(line).texts)
    words = LOCALES[language]
    start, end = (date.fromisoformat(line[key]) for key in ("period_from", "period_to"))
    shown["period"] = dates.date_range(start, end, words)
    shown["length"] = gettext("%(sessions)s (%(hours)s)", sessions=shown["sessions"], hours=shown["hours"])
    shown["attendance"] = gettext("%(attended)s of %(held)s", attended=line["attended"], held=line["held"])
    return [(key, label, shown[key]) for key, label in FACTS if shown.get(key)]
