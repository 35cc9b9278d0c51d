"""Counts that lie across features: for the pages of classes, and for reports by unit."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, distinct, exists, func, or_, select
from sqlalchemy.orm import Session

from lms.attendance.models import Attendance, AttendanceStatus
from lms.certificates.models import Certificate, CertificateState
from lms.classes import service as classes
from lms.classes.models import ClassSession, CourseClass, Enrolment, EnrolmentState, SessionState
from lms.classes.service import AgeGroup, age_group
from lms.completion.models import Completion
from lms.people.models import Person
from lms.units.models import Unit, UnitClosure
from translations.partial_dates import PartialDate

_CAME = case((Attendance.status.in_([AttendanceStatus.PRESENT, AttendanceStatus.LATE]), 1), else_=0)
_MARKED = Attendance.status != AttendanceStatus.CLEARED


def attendance_counts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Marks of attendance that hold, and those of them that say that somebody came, by class."""
    query = (
        select(Attendance.class_id, func.count(), func.sum(_CAME))
        .where(Attendance.class_id.in_(ids), _MARKED)
        .group_by(Attendance.class_id)
    )
    return {key: {"marked": marked, "came": came} for key, marked, came in session.execute(query)}


def completion_counts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """People decided, those who completed, and those of them who have no certificate that holds, by class.

    A manager's decision about single people, taken before the class was decided, is none about the class. A certificate
    of a record that was merged counts for the record that was kept.
    """
    person = Person.__table__.c
    has_one = exists().where(
        Certificate.class_id == Completion.class_id,
        Certificate.state == CertificateState.VALID,
        or_(
            Certificate.person_id == Completion.person_id,
            Certificate.person_id.in_(select(person.id).where(person.merged_into_id == Completion.person_id)),
        ),
    )
    query = (
        select(
            Completion.class_id,
            func.count(),
            func.sum(case((Completion.completed, 1), else_=0)),
            func.sum(case((Completion.completed & ~has_one, 1), else_=0)),
            func.sum(case((Completion.overridden, 0), else_=1)),
        )
        .where(Completion.class_id.in_(ids))
        .group_by(Completion.class_id)
    )
    return {
        key: {"decided": decided if by_rule else 0, "completed": completed, "due": due}
        for key, decided, completed, due, by_rule in session.execute(query)
    }


def certificate_counts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Certificates that hold, by class."""
    query = (
        select(Certificate.class_id, func.count())
        .where(Certificate.class_id.in_(ids), Certificate.state == CertificateState.VALID)
        .group_by(Certificate.class_id)
    )
    return {key: {"certificates": count} for key, count in session.execute(query)}


for _counter in (attendance_counts, completion_counts, certificate_counts):
    if _counter not in classes.FIGURES:
        classes.FIGURES.append(_counter)


# --- by unit --------------------------------------------------------------------------------------


@dataclass
class UnitFigures:
    """What happened in a unit in a period; people are counted once however many classes they were in."""

    states: Counter[str] = field(default_factory=Counter)
    people: int = 0
    came: int = 0
    marked: int = 0
    certificates: int = 0

    @property
    def classes(self) -> int:
        """All classes, whatever their state."""
        return self.states.total()

    @property
    def rate(self) -> float | None:
        """The share of marks that say that somebody came."""
        return self.came / self.marked if self.marked else None


@dataclass
class Figures:
    """The figures of a period: all together, by unit, and people by age group."""

    total: UnitFigures
    by_unit: dict[uuid.UUID, UnitFigures]
    by_age: dict[str, int]


def figures(
    session: Session, *, first: date, last: date, unit_id: uuid.UUID | None, now: datetime
) -> Figures:
    """What happened from ``first`` to ``last``, both included, in the units that the session may see.

    Classes are those with a session in the period that was not cancelled; attendance is that of the sessions in it,
    certificates those issued in it. ``unit_id`` narrows to a unit and those below. A constant number of queries.
    """
    meeting = ClassSession.local_date.between(first, last) & (ClassSession.state != SessionState.CANCELLED)
    inside = _inside(unit_id)
    counted = select(ClassSession.class_id).where(meeting)
    chosen = select(CourseClass.id).where(CourseClass.id.in_(counted), *inside(CourseClass.unit_id))
    by_unit: dict[uuid.UUID, UnitFigures] = defaultdict(UnitFigures)
    total = UnitFigures()
    state = classes.current_state(now)
    for key, name, count in session.execute(
        select(CourseClass.unit_id, state, func.count())
        .where(CourseClass.id.in_(chosen))
        .group_by(CourseClass.unit_id, state)
    ):
        by_unit[key].states[str(name)] += count
        total.states[str(name)] += count
    enrolled = (Enrolment.state == EnrolmentState.ENROLLED) & Enrolment.class_id.in_(chosen)
    people = func.count(distinct(Enrolment.person_id))
    for key, count in session.execute(
        select(CourseClass.unit_id, people)
        .join(Enrolment, Enrolment.class_id == CourseClass.id)
        .where(enrolled)
        .group_by(CourseClass.unit_id)
    ):
        by_unit[key].people = count
    total.people = session.scalar(select(people).where(enrolled)) or 0
    for key, marked, came in session.execute(
        select(CourseClass.unit_id, func.count(), func.sum(_CAME))
        .join(Attendance, Attendance.class_id == CourseClass.id)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(meeting, _MARKED, *inside(CourseClass.unit_id))
        .group_by(CourseClass.unit_id)
    ):
        by_unit[key].marked, by_unit[key].came = marked, came
        total.marked, total.came = total.marked + marked, total.came + came
    for key, count in session.execute(
        select(Certificate.unit_id, func.count())
        .where(
            Certificate.issued_on.between(first, last),
            Certificate.state == CertificateState.VALID,
            *inside(Certificate.unit_id),
        )
        .group_by(Certificate.unit_id)
    ):
        by_unit[key].certificates = count
        total.certificates += count
    return Figures(total, dict(by_unit), _by_age(session, meeting, enrolled))


def _inside(unit_id: uuid.UUID | None) -> Any:
    def conditions(column: Any) -> list[Any]:
        if unit_id is None:
            return []
        below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == unit_id)
        return [column.in_(below)]

    return conditions


def _by_age(session: Session, meeting: Any, enrolled: Any) -> dict[str, int]:
    """People by the age group they are in on the day of their first session in the period."""
    first: Any = (
        select(Enrolment.person_id, func.min(ClassSession.local_date).label("day"))
        .join(ClassSession, ClassSession.class_id == Enrolment.class_id)
        .where(enrolled, meeting)
        .group_by(Enrolment.person_id)
    )
    begun = first.subquery()
    # The table rather than the entity: who is in a class here counts, also when registered in another unit.
    person = Person.__table__.c
    born = (person.birth_year, person.birth_month, person.birth_day)
    query = (
        select(begun.c.day, *born, func.count())
        .join(begun, begun.c.person_id == person.id)
        .group_by(begun.c.day, *born)
    )
    counts: Counter[str] = Counter()
    for day, year, month, day_of_month, count in session.execute(query):
        group = age_group(PartialDate(year, month, day_of_month) if year else None, day)
        counts[group or "unknown"] += count
    return {name: counts[name] for name in (*AgeGroup, "unknown")}


def unit_names(session: Session, ids: Sequence[uuid.UUID]) -> list[Unit]:
    """The units with their names."""
    return list(session.scalars(select(Unit).where(Unit.id.in_(ids))))
