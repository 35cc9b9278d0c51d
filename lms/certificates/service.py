"""The verbs of the register: issue without gaps, revoke, reissue, find."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from certificates.designs import DESIGNS
from certificates.errors import CertificateError
from lms import signals
from lms.audit import service as audit
from lms.certificates import printing, rules
from lms.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificateEventKind,
    CertificateSeries,
    CertificateState,
    Issuer,
)
from lms.classes.models import CourseClass
from lms.completion import service as completion
from lms.completion.service import Candidate
from lms.core.access import Actor, everything
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people.models import Person
from lms.units.models import Branch

REASON_MINIMUM = 10


@dataclass
class Issued:
    """What one press of "issue" came to: new certificates, and the people whose paper cannot be set, with the reason."""

    certificates: list[Certificate] = field(default_factory=list)
    refused: list[tuple[Person, CertificateError]] = field(default_factory=list)


def set_issuer(
    session: Session,
    branch: Branch,
    *,
    design: str,
    number_symbol: str,
    heading: dict[str, list[str]],
    certifier: dict[str, str],
    place: dict[str, str],
    signatory_position: dict[str, list[str]],
    signatory_name: str,
    actor: Actor,
    now: datetime,
) -> Issuer:
    """Write down what a branch prints on its certificates. Papers already issued keep what they have."""
    if design not in DESIGNS:
        raise DomainError("unknown_design", _l("There is no such design."), field="design")
    issuer = session.get(Issuer, branch.id)
    if issuer is None:
        issuer = Issuer(branch_id=branch.id, unit_id=branch.unit_id)
        session.add(issuer)
    issuer.design, issuer.number_symbol = design, number_symbol
    issuer.heading, issuer.certifier, issuer.place = heading, certifier, place
    issuer.signatory_position, issuer.signatory_name = signatory_position, signatory_name
    session.flush()
    audit.record(session, "issuer.set", actor=actor, now=now, unit_id=branch.unit_id, subject=branch)
    return issuer


def issuer_of(session: Session, course_class: CourseClass) -> Issuer | None:
    """What the class's branch prints, if it has been written down."""
    query = (
        select(Issuer).where(Issuer.branch_id == course_class.branch_id).options(joinedload(Issuer.branch))
    )
    return session.scalar(query)


@dataclass(frozen=True)
class Readiness:
    """Who would get a certificate now, and from which number to which."""

    candidates: list[Candidate]
    first_number: int
    symbol: str

    @property
    def first(self) -> str:
        """The first number that would be given."""
        return rules.printed_number(self.first_number, self.symbol)

    @property
    def last(self) -> str:
        """The last number that would be given."""
        return rules.printed_number(self.first_number + len(self.candidates) - 1, self.symbol)


def readiness(session: Session, course_class: CourseClass, *, now: datetime) -> Readiness:
    """Who completed and has no valid certificate of this class, and the numbers they would get."""
    waiting = _without_certificate(session, course_class, completion.candidates(session, course_class))
    issuer = issuer_of(session, course_class)
    series = session.get(CertificateSeries, (course_class.branch_id, local_date(now).year))
    return Readiness(
        waiting, (series.last_number if series else 0) + 1, issuer.number_symbol if issuer else ""
    )


def _without_certificate(
    session: Session, course_class: CourseClass, candidates: Sequence[Candidate]
) -> list[Candidate]:
    query = select(Certificate.person_id).where(
        Certificate.class_id == course_class.id, Certificate.state == CertificateState.VALID
    )
    have = set(session.scalars(query))
    return [each for each in candidates if each.completed and each.person.id not in have]


def issue(
    session: Session,
    course_class: CourseClass,
    *,
    public_url: str,
    actor: Actor,
    now: datetime,
    person_ids: Sequence[uuid.UUID] | None = None,
) -> Issued:
    """Give a certificate to everybody who completed and has none (or to ``person_ids`` of them).

    Numbers follow each other without a gap: the series is locked first, and only a line that can be printed in every
    language gets one. Raises DomainError when the issuer is not set up or no session was held.
    """
    issuer = issuer_of(session, course_class)
    if issuer is None:
        raise DomainError(
            "issuer_missing",
            _l("First write down who signs the certificates of this branch, then issue them."),
        )
    issued_on = local_date(now)
    series = _locked_series(session, course_class.branch_id, issued_on.year)
    course = printing.course_of(session, course_class, issuer)
    if not course.held:
        raise DomainError("no_session_held", _l("No session of this class has been held yet."))
    decided = completion.decide_class(session, course_class, actor=actor, now=now)
    waiting = _without_certificate(session, course_class, decided)
    if person_ids is not None:
        waiting = [each for each in waiting if each.person.id in set(person_ids)]
    result = _issue_to(session, waiting, course, series, issued_on, public_url, actor=actor, now=now)
    audit.record(
        session,
        "certificates.issued",
        actor=actor,
        now=now,
        unit_id=course_class.unit_id,
        subject=course_class,
        count=len(result.certificates),
        refused=len(result.refused),
    )
    return result


def _issue_to(
    session: Session,
    waiting: Sequence[Candidate],
    course: printing.Course,
    series: CertificateSeries,
    issued_on: date,
    public_url: str,
    *,
    actor: Actor,
    now: datetime,
) -> Issued:
    result = Issued()
    people = printing.people_with_groups(session, [each.person.id for each in waiting])
    common = printing.common_line(course, issued_on=issued_on)
    for candidate in waiting:
        line = {**common, **printing.personal_line(course, candidate, issued_on=issued_on)}
        refusal = printing.why_not_printable(course.issuer.design, line)
        if refusal is not None:
            result.refused.append((candidate.person, refusal))
            continue
        origin = _Origin(course.course_class.id, people[candidate.person.id], course.issuer)
        result.certificates.append(
            _enter(session, line, origin, series, issued_on, public_url, actor=actor, now=now)
        )
    session.flush()
    return result


@dataclass(frozen=True)
class _Origin:
    class_id: uuid.UUID
    person: Person | None
    issuer: Issuer


def _enter(
    session: Session,
    line: dict[str, Any],
    origin: _Origin,
    series: CertificateSeries,
    issued_on: date,
    public_url: str,
    *,
    actor: Actor,
    now: datetime,
    replaces: Certificate | None = None,
) -> Certificate:
    """Add the register entry with the next number."""
    series.last_number += 1
    code, person = rules.new_code(), origin.person
    symbol = origin.issuer.number_symbol
    certificate = Certificate(
        id=new_key(),
        branch_id=origin.issuer.branch_id,
        unit_id=origin.issuer.unit_id,
        year=series.year,
        number=series.last_number,
        code=code,
        class_id=origin.class_id,
        person_id=person.id if person else replaces.person_id if replaces else None,
        birth_year=person.birth_year if person else replaces.birth_year if replaces else None,
        name_sort=person.name_sort if person else replaces.name_sort if replaces else "",
        group_sort=printing.group_sort(person) if person else replaces.group_sort if replaces else "",
        design=origin.issuer.design,
        printed=printing.numbered(
            line, number=series.last_number, year=series.year, symbol=symbol, code=code, public_url=public_url
        ),
        issued_on=issued_on,
        issued_at=now,
        issued_by=actor.id,
    )
    session.add(certificate)
    session.add(
        CertificateEvent(certificate_id=certificate.id, kind=CertificateEventKind.ISSUED, at=now, by=actor.id)
    )
    signals.send_after_commit(
        session, signals.certificate_issued, certificate_id=certificate.id, code=certificate.code
    )
    return certificate


def _locked_series(session: Session, branch_id: uuid.UUID, year: int) -> CertificateSeries:
    """The series of a branch and year, locked until the transaction ends, so that two presses take turns."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(CertificateSeries).values(branch_id=branch_id, year=year, last_number=0)
    session.execute(statement.on_conflict_do_nothing())
    query = select(CertificateSeries).where(
        CertificateSeries.branch_id == branch_id, CertificateSeries.year == year
    )
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def revoke(session: Session, certificate: Certificate, *, reason: str, actor: Actor, now: datetime) -> None:
    """Declare a certificate void, with the reason that its page will show."""
    _require_valid(certificate)
    certificate.state = CertificateState.REVOKED
    _happened(session, certificate, CertificateEventKind.REVOKED, _reason(reason), actor=actor, now=now)
    audit.record(session, "certificate.revoked", actor=actor, now=now, subject=certificate)
    signals.send_after_commit(
        session,
        signals.certificate_revoked,
        certificate_id=certificate.id,
        code=certificate.code,
        reason=_reason(reason),
    )


def reissue(
    session: Session, certificate: Certificate, *, reason: str, public_url: str, actor: Actor, now: datetime
) -> Certificate:
    """Give a new certificate with a new number in place of one; the old one stays findable and says what replaced it.

    The person's details are taken anew (that is usually why), what was achieved stays as it was printed.
    """
    _require_valid(certificate)
    reason = _reason(reason)
    issuer = session.scalars(
        select(Issuer).where(Issuer.branch_id == certificate.branch_id).options(joinedload(Issuer.branch))
    ).one()
    issued_on = local_date(now)
    series = _locked_series(session, certificate.branch_id, issued_on.year)
    person = printing.people_with_groups(session, [certificate.person_id]).get(certificate.person_id)
    line = printing.renewed_line(certificate, person, issuer, issued_on)
    refusal = printing.why_not_printable(issuer.design, line)
    if refusal is not None:
        raise DomainError("not_printable", printing.sentence(refusal))
    certificate.state = CertificateState.REPLACED
    session.flush()
    origin = _Origin(certificate.class_id, person, issuer)
    new = _enter(
        session, line, origin, series, issued_on, public_url, actor=actor, now=now, replaces=certificate
    )
    session.flush()
    certificate.replaced_by_id = new.id
    _happened(session, certificate, CertificateEventKind.REPLACED, reason, actor=actor, now=now)
    audit.record(session, "certificate.reissued", actor=actor, now=now, subject=certificate)
    return new


def _require_valid(certificate: Certificate) -> None:
    if certificate.state is not CertificateState.VALID:
        raise DomainError(
            "not_valid",
            _l("This certificate does not hold any more, so it cannot be revoked or replaced again."),
        )


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < REASON_MINIMUM:
        raise DomainError(
            "reason_missing",
            _l("Please write the reason in a sentence; it is kept with the decision."),
            field="reason",
        )
    return reason


def _happened(
    session: Session,
    certificate: Certificate,
    kind: CertificateEventKind,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        CertificateEvent(certificate_id=certificate.id, kind=kind, reason=reason, at=now, by=actor.id)
    )
    session.flush()


# --- finding ------------------------------------------------------------------------------------------------------------


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


def certificates_of(session: Session, person_id: uuid.UUID) -> Sequence[Certificate]:
    """Every certificate of a person, those of people merged into them included; newest first."""
    with everything(session):
        person = session.get(Person, person_id)
        kept = person.merged_into_id if person is not None and person.merged_into_id else person_id
        ids = [kept, *session.scalars(select(Person.id).where(Person.merged_into_id == kept))]
        query = (
            select(Certificate).where(Certificate.person_id.in_(ids)).order_by(Certificate.issued_at.desc())
        )
        return session.scalars(query).all()


def certificates_of_class(session: Session, class_id: uuid.UUID) -> Sequence[Certificate]:
    """The valid certificates of a class, by residential group and then name: the order in which they are handed over."""
    query = (
        select(Certificate)
        .where(Certificate.class_id == class_id, Certificate.state == CertificateState.VALID)
        .order_by(Certificate.group_sort, Certificate.name_sort, Certificate.number)
    )
    return session.scalars(query).all()
