"""The register of a class: sessions × people, what attendance comes to, and who marked what."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import User
from lms.attendance import rules
from lms.attendance.models import Attendance, AttendanceMark, AttendanceStatus
from lms.attendance.rules import Counts
from lms.classes.models import ClassSession, CourseClass, Enrolment, EnrolmentState, SessionState
from lms.people.models import Person


@dataclass(frozen=True)
class RegisterRow:
    """A person of the register: the status at each session (None: no mark) and what it comes to."""

    person: Person
    enrolment_state: EnrolmentState
    statuses: list[AttendanceStatus | None]
    counts: Counts


@dataclass(frozen=True)
class Register:
    """The register of a class: its sessions and a row a person, in Vietnamese order."""

    course_class: CourseClass
    sessions: list[ClassSession]
    rows: list[RegisterRow]

    @property
    def held(self) -> int:
        """How many sessions were held."""
        return sum(meeting.state is SessionState.HELD for meeting in self.sessions)

    def present_at(self, index: int) -> int:
        """How many people were at session ``index``."""
        return sum(row.statuses[index] in rules.ATTENDED for row in self.rows)


def register_of(session: Session, course_class: CourseClass) -> Register:
    """Sessions × people with statuses and rates; withdrawn people only when they were marked. Three queries."""
    sessions = list(
        session.scalars(
            select(ClassSession)
            .where(ClassSession.class_id == course_class.id)
            .order_by(ClassSession.starts_at)
        )
    )
    query = (
        select(Person, Enrolment.state)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.class_id == course_class.id, Enrolment.state != EnrolmentState.WAITING)
        .order_by(Person.name_sort, Person.birth_year, Person.id)
    )
    enrolled = session.execute(query).all()
    statuses: dict[tuple[uuid.UUID, uuid.UUID], AttendanceStatus] = {
        (person_id, session_id): status
        for person_id, session_id, status in session.execute(
            select(Attendance.person_id, Attendance.session_id, Attendance.status).where(
                Attendance.class_id == course_class.id, Attendance.status != AttendanceStatus.CLEARED
            )
        )
    }
    held = [meeting.id for meeting in sessions if meeting.state is SessionState.HELD]
    rows = []
    for person, state in enrolled:
        marks = [statuses.get((person.id, meeting.id)) for meeting in sessions]
        if state is EnrolmentState.WITHDRAWN and not any(marks):
            continue
        counts = rules.count(
            (statuses[person.id, key] for key in held if (person.id, key) in statuses), len(held)
        )
        rows.append(RegisterRow(person, state, marks, counts))
    return Register(course_class, sessions, rows)


def attendance_counts(
    session: Session, class_id: uuid.UUID, person_ids: Sequence[uuid.UUID] | None = None
) -> dict[uuid.UUID, Counts]:
    """What attendance comes to for each person enrolled or ever marked in a class (of ``person_ids`` if given). Three
    queries.
    """
    held = session.scalar(
        select(func.count(ClassSession.id)).where(
            ClassSession.class_id == class_id, ClassSession.state == SessionState.HELD
        )
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    enrolled = select(Enrolment.person_id).where(Enrolment.class_id == class_id)
    query = (
        select(Attendance.person_id, Attendance.status)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(
            Attendance.class_id == class_id,
            ClassSession.state == SessionState.HELD,
            Attendance.status != AttendanceStatus.CLEARED,
        )
    )
    if person_ids is not None:
        enrolled = enrolled.where(Enrolment.person_id.in_(person_ids))
        query = query.where(Attendance.person_id.in_(person_ids))
    for person_id in session.scalars(enrolled):
        found[person_id] = []
    for person_id, status in session.execute(query):
        found[person_id].append(status)
    return {person_id: rules.count(statuses, held or 0) for person_id, statuses in found.items()}


def history(session: Session, meeting: ClassSession, person_id: uuid.UUID) -> list[AttendanceMark]:
    """Every mark of a person at a session, newest first, those that did not count included."""
    query = select(AttendanceMark).where(
        AttendanceMark.session_id == meeting.id, AttendanceMark.person_id == person_id
    )
    return sorted(session.scalars(query), key=winning_key_of, reverse=True)


def markers(session: Session, marks: Sequence[AttendanceMark]) -> dict[uuid.UUID, str]:
    """The names of the staff who made ``marks``."""
    ids = {mark.marked_by for mark in marks if mark.marked_by}
    found = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in found}


def winning_key_of(mark: AttendanceMark) -> tuple[datetime, int, int]:
    """What decides which of a person's marks counts."""
    return rules.winning_key(mark.effective_at, mark.device_sequence, mark.id)
