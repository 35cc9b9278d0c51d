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

from certificates.errors import CertificateError
from certificates.keys import TokenKey
from lms import signals
from lms.audit import service as audit
from lms.certificates import printing, rules
from lms.certificates.appearance import (
    designs,
    remove_picture,
    set_picture,
    unit_designs,
    upload_design,
    use_design,
)
from lms.certificates.issuers import branches, issuer_of, proposal, set_issuer, unit_title
from lms.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificateEventKind,
    CertificateSeries,
    CertificateState,
    Issuer,
)
from lms.certificates.papers import Paper, edition, papers, print_file
from lms.certificates.printing import specimen
from lms.certificates.register import (
    Entry,
    certificates_of,
    certificates_of_class,
    class_of,
    entry,
    events_of,
    filters,
    find_by_code,
    holders,
    no_longer_valid,
    person_with,
    printing_order,
    replaced_by,
    search,
    staff_names,
)
from lms.certificates.rules import place_in_register, says_the_same, typed_code
from lms.certificates.sealing import address, credential, site_of, status_address
from lms.certificates.showing import facts, sentence
from lms.classes.models import CourseClass
from lms.completion import service as completion
from lms.completion.service import Candidate
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people.models import Person
from lms.trust import service as trust
from translations import names

__all__ = [
    "Entry",
    "Issued",
    "Paper",
    "Readiness",
    "address",
    "branches",
    "certificates_of",
    "certificates_of_class",
    "class_of",
    "credential",
    "designs",
    "edition",
    "entry",
    "events_of",
    "facts",
    "filters",
    "find_by_code",
    "issue",
    "issuer_of",
    "no_longer_valid",
    "papers",
    "person_with",
    "place_in_register",
    "print_file",
    "printing_order",
    "proposal",
    "readiness",
    "reissue",
    "remove_picture",
    "replaced_by",
    "require_valid",
    "revoke",
    "says_the_same",
    "search",
    "sentence",
    "set_issuer",
    "set_picture",
    "site_of",
    "specimen",
    "staff_names",
    "status_address",
    "typed_code",
    "unit_designs",
    "unit_title",
    "upload_design",
    "use_design",
    "waiting",
]

REASON_MINIMUM, REASON_LONGEST = 10, 500


@dataclass
class Issued:
    """What one press of "issue" came to: new certificates, and the people whose paper cannot be set, and why."""

    certificates: list[Certificate] = field(default_factory=list)
    refused: list[tuple[Person, CertificateError]] = field(default_factory=list)


@dataclass(frozen=True)
class Readiness:
    """Who would get a certificate now and from which number on, and whose paper cannot be set, with the reason."""

    people: list[Person]
    refused: list[tuple[Person, CertificateError]]
    first_number: int
    symbol: str

    @property
    def first(self) -> str:
        """The first number that would be given."""
        return rules.printed_number(self.first_number, self.symbol)

    @property
    def last(self) -> str:
        """The last number that would be given."""
        return rules.printed_number(self.first_number + len(self.people) - 1, self.symbol)


def readiness(session: Session, course_class: CourseClass, issuer: Issuer, *, now: datetime) -> Readiness:
    """Who completed and has no valid certificate of this class, and the numbers they would get. Writes nothing."""
    waiting = _without_certificate(session, course_class, completion.candidates(session, course_class))
    course = printing.course_of(session, course_class, issuer)
    issued_on = local_date(now)
    lines = _lines(session, waiting, course, issued_on) if course.held else []
    series = session.get(CertificateSeries, (course_class.branch_id, issued_on.year))
    return Readiness(
        [candidate.person for candidate, _line, refusal in lines if refusal is None],
        [(candidate.person, refusal) for candidate, _line, refusal in lines if refusal is not None],
        (series.last_number if series else 0) + 1,
        issuer.number_symbol,
    )


def _lines(
    session: Session, waiting: Sequence[Candidate], course: printing.Course, issued_on: date
) -> list[tuple[Candidate, dict[str, Any], CertificateError | None]]:
    """The line of everybody, with why it cannot be printed if so."""
    printing.people_with_groups(session, [each.person.id for each in waiting])
    common = printing.common_line(course, issued_on=issued_on)
    found = []
    for candidate in waiting:
        line = {**common, **printing.personal_line(course, candidate, issued_on=issued_on)}
        found.append((candidate, line, printing.why_not_printable(course.issuer, line)))
    return found


def _without_certificate(
    session: Session, course_class: CourseClass, candidates: Sequence[Candidate]
) -> list[Candidate]:
    have = holders(session, course_class.id)
    return [each for each in candidates if each.completed and each.person.id not in have]


def waiting(session: Session, course_class: CourseClass) -> list[uuid.UUID]:
    """Who completed and has no valid certificate of this class, in Vietnamese order."""
    found = _without_certificate(session, course_class, completion.candidates(session, course_class))
    return [candidate.person.id for candidate in found]


def issue(
    session: Session,
    course_class: CourseClass,
    *,
    public_url: str,
    actor: Actor,
    now: datetime,
    person_ids: Sequence[uuid.UUID] | None = None,
    decided: bool = False,
) -> Issued:
    """Give a certificate to everybody who completed and has none (or to ``person_ids`` of them).

    With ``decided`` it was written down before who completed, and is not again. Numbers follow each other without a
    gap: the series is locked first, and only a line that can be printed in every language gets one. Raises
    DomainError when the issuer is not set up or no session was held.
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
    if decided:
        people = completion.candidates(session, course_class, person_ids)
    else:
        people = completion.decide_class(session, course_class, actor=actor, now=now)
    due = _without_certificate(session, course_class, people)
    if person_ids is not None:
        due = [each for each in due if each.person.id in set(person_ids)]
    result = _issue_to(session, due, course, series, issued_on, public_url, actor=actor, now=now)
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
    due: Sequence[Candidate],
    course: printing.Course,
    series: CertificateSeries,
    issued_on: date,
    public_url: str,
    *,
    actor: Actor,
    now: datetime,
) -> Issued:
    result = Issued()
    key = trust.seal_for_issuing(session, course.issuer.branch, actor=actor, now=now).token
    for candidate, line, refusal in _lines(session, due, course, issued_on):
        if refusal is not None:
            result.refused.append((candidate.person, refusal))
            continue
        origin = _Origin(
            course.course_class.id,
            candidate.person.id,
            course.issuer,
            candidate.person.birth_year,
            printing.group_sort(candidate.person),
            key,
        )
        result.certificates.append(
            _enter(session, line, origin, series, issued_on, public_url, actor=actor, now=now)
        )
    session.flush()
    return result


@dataclass(frozen=True)
class _Origin:
    """Where a certificate comes from, what it is sorted and opened by, and what its code is signed with."""

    class_id: uuid.UUID
    person_id: uuid.UUID
    issuer: Issuer
    birth_year: int | None
    group_sort: str
    key: TokenKey


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
) -> Certificate:
    """Add the register entry with the next number."""
    series.last_number += 1
    code, issuer = rules.new_code(), origin.issuer
    certificate = Certificate(
        id=new_key(),
        branch_id=issuer.branch_id,
        unit_id=issuer.unit_id,
        year=series.year,
        number=series.last_number,
        code=code,
        class_id=origin.class_id,
        person_id=origin.person_id,
        birth_year=origin.birth_year,
        name_folded=names.fold(line["name"]),
        name_sort=names.sort_text(line["name"]),
        group_sort=origin.group_sort,
        design=issuer.design,
        printed=printing.numbered(
            line,
            number=series.last_number,
            year=series.year,
            symbol=issuer.number_symbol,
            code=code,
            public_url=public_url,
            key=origin.key,
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
    reason = _reason(reason)
    _lock_valid(session, certificate)
    certificate.state = CertificateState.REVOKED
    _happened(session, certificate, CertificateEventKind.REVOKED, reason, actor=actor, now=now)
    audit.record(session, "certificate.revoked", actor=actor, now=now, subject=certificate)
    signals.send_after_commit(
        session,
        signals.certificate_revoked,
        certificate_id=certificate.id,
        code=certificate.code,
        reason=reason,
    )


def reissue(
    session: Session, certificate: Certificate, *, reason: str, public_url: str, actor: Actor, now: datetime
) -> Certificate:
    """Give a new certificate with a new number in place of one; the old one stays findable and says what replaced it.

    The person's details are taken anew (that is usually why), what was achieved stays as it was printed.
    """
    reason = _reason(reason)
    _lock_valid(session, certificate)
    issuer = session.scalars(
        select(Issuer).where(Issuer.branch_id == certificate.branch_id).options(joinedload(Issuer.branch))
    ).one()
    issued_on = local_date(now)
    series = _locked_series(session, certificate.branch_id, issued_on.year)
    person = printing.person_now(session, certificate.person_id)
    line = printing.renewed_line(certificate, person, issuer, issued_on)
    refusal = printing.why_not_printable(issuer, line)
    if refusal is not None:
        raise DomainError("not_printable", sentence(refusal))
    certificate.state = CertificateState.REPLACED
    session.flush()
    origin = _Origin(
        certificate.class_id,
        certificate.person_id,
        issuer,
        person.birth_year if person else certificate.birth_year,
        printing.group_sort(person) if person else certificate.group_sort,
        trust.seal_for_issuing(session, issuer.branch, actor=actor, now=now).token,
    )
    new = _enter(session, line, origin, series, issued_on, public_url, actor=actor, now=now)
    session.flush()
    certificate.replaced_by_id = new.id
    _happened(session, certificate, CertificateEventKind.REPLACED, reason, actor=actor, now=now)
    audit.record(session, "certificate.reissued", actor=actor, now=now, subject=certificate)
    return new


def require_valid(certificate: Certificate) -> None:
    """Raise DomainError unless the certificate holds."""
    if certificate.state is not CertificateState.VALID:
        raise DomainError(
            "not_valid",
            _l("This certificate does not hold any more: it was revoked, or another replaced it."),
        )


def _lock_valid(session: Session, certificate: Certificate) -> None:
    # Of two people who press at once, the second sees what the first did.
    session.refresh(certificate, with_for_update={"of": Certificate})
    require_valid(certificate)


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not REASON_MINIMUM <= len(reason) <= REASON_LONGEST:
        raise DomainError(
            "reason_missing",
            _l(
                "Please write the reason in a sentence of at most 500 characters; it is kept with the decision."
            ),
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
