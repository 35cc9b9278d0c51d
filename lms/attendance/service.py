"""The verbs of attendance: marking, walk-ins, the roll and the register."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload, load_only

from lms import signals
from lms.attendance import merging as _merging  # noqa: F401 - registers what a merge does to attendance
from lms.attendance import rules
from lms.attendance.models import Attendance, AttendanceMark, AttendanceStatus
from lms.attendance.register import Register, RegisterRow, attendance_counts, history, markers, register_of
from lms.audit import service as audit
from lms.classes import service as classes
from lms.classes.models import (
    ClassSession,
    Enrolment,
    EnrolmentSource,
    EnrolmentState,
    SessionState,
)
from lms.core.access import Actor, everything
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people import service as people
from lms.people.models import Person
from translations.partial_dates import PartialDate

__all__ = [
    "REFUSALS",
    "NewMark",
    "Receipt",
    "Register",
    "RegisterRow",
    "RollEntry",
    "add_walk_in",
    "attendance_counts",
    "history",
    "markers",
    "marks_shown",
    "record_marks",
    "register_of",
    "require_open",
    "roll",
    "undo_marks",
    "welcome",
]

REFUSALS = {
    rules.NOT_STARTED: _l(
        "This session has not begun yet. Attendance can be taken from one hour before it starts."
    ),
    rules.CANCELLED: _l("This session was cancelled, so there is no attendance to take."),
    rules.NOT_ENROLLED: _l("This person is not enrolled in the class. Add them as a walk-in first."),
    rules.NOT_PERMITTED: _l(
        "You are not on the staff of this class any more. The mark is kept for the manager to look at."
    ),
    rules.CLOCK_SUSPECT: _l(
        "The clock of the phone does not fit this session. The mark is kept for a person to look at."
    ),
    "unknown_session": _l("This session does not exist any more."),
}


@dataclass(frozen=True)
class NewMark:
    """A mark as a device made it. ``marked_at`` is the device's time, ``supersedes`` the mark it was looking at."""

    id: uuid.UUID
    session_id: uuid.UUID
    person_id: uuid.UUID
    status: AttendanceStatus
    marked_at: datetime
    device_id: uuid.UUID | None = None
    device_sequence: int = 0
    supersedes: uuid.UUID | None = None

    def same_as(self, stored: AttendanceMark | NewMark) -> bool:
        """Whether ``stored`` has the content of this mark."""
        return (
            stored.session_id,
            stored.person_id,
            stored.status,
            stored.marked_at,
            stored.device_sequence,
        ) == (
            self.session_id,
            self.person_id,
            self.status,
            self.marked_at,
            self.device_sequence,
        )


@dataclass(frozen=True)
class Receipt:
    """What became of a mark: ``accepted``, ``already_had``, ``conflict`` or ``needs_review`` with the reason's code."""

    id: uuid.UUID
    outcome: str
    reason: str | None = None


@dataclass(frozen=True)
class RollEntry:
    """A person on the roll of a session with the present status, if any, and the mark that it comes from."""

    person: Person
    status: AttendanceStatus | None
    mark_id: uuid.UUID | None


def record_marks(
    session: Session,
    marks: Sequence[NewMark],
    *,
    actor: Actor,
    now: datetime,
    clock_offset: timedelta = timedelta(0),
) -> list[Receipt]:
    """Append marks and derive who is present; one receipt a mark, in the order given.

    A mark that is there already is not added again; the same id with other content is a conflict; a mark
    that cannot count is kept for review. ``clock_offset`` is the server's time minus the device's. Must run
    as a writer.
    """
    stored: dict[uuid.UUID, AttendanceMark | NewMark] = {
        **_stored_marks(session, [mark.id for mark in marks])
    }
    meetings = _Meetings.load(session, {mark.session_id for mark in marks})
    receipts, rows = [], []
    for mark in marks:
        old = stored.get(mark.id)
        if old is not None:
            receipts.append(Receipt(mark.id, "already_had" if mark.same_as(old) else "conflict"))
            continue
        meeting = meetings.by_id.get(mark.session_id)
        if meeting is None:
            receipts.append(Receipt(mark.id, "needs_review", "unknown_session"))
            continue
        row = _row(mark, meeting, meetings, actor=actor, now=now, clock_offset=clock_offset)
        stored[mark.id] = mark
        rows.append(row)
        receipts.append(Receipt(mark.id, "needs_review" if row["review"] else "accepted", row["review"]))
    if rows:
        session.execute(insert(AttendanceMark), rows)
    counting = [row for row in rows if row["review"] is None]
    _derive(session, counting, meetings)
    for meeting_id, number in _numbers(row["session_id"] for row in counting).items():
        signals.send_after_commit(session, signals.attendance_recorded, session_id=meeting_id, marks=number)
    return receipts


class _Meetings:
    """The sessions that a batch of marks is for, who is enrolled in their classes, and which the actor may mark."""

    def __init__(self) -> None:
        self.by_id: dict[uuid.UUID, ClassSession] = {}
        self.permitted: set[uuid.UUID] = set()
        self.enrolled: set[tuple[uuid.UUID, uuid.UUID]] = set()

    @classmethod
    def load(cls, session: Session, ids: set[uuid.UUID]) -> _Meetings:
        found = cls()
        visible = session.scalars(select(ClassSession.id).where(ClassSession.id.in_(ids))).all()
        found.permitted = set(visible)
        with everything(session):
            query = (
                select(ClassSession)
                .where(ClassSession.id.in_(ids))
                .options(joinedload(ClassSession.course_class))
            )
            found.by_id = {meeting.id: meeting for meeting in session.scalars(query)}
            class_ids = {meeting.class_id for meeting in found.by_id.values()}
            enrolled = select(Enrolment.class_id, Enrolment.person_id).where(
                Enrolment.class_id.in_(class_ids), Enrolment.state == EnrolmentState.ENROLLED
            )
            found.enrolled = {(class_id, person_id) for class_id, person_id in session.execute(enrolled)}
        return found


def _stored_marks(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, AttendanceMark]:
    with everything(session):
        rows = session.scalars(select(AttendanceMark).where(AttendanceMark.id.in_(ids)))
        return {row.id: row for row in rows}


def _row(
    mark: NewMark,
    meeting: ClassSession,
    meetings: _Meetings,
    *,
    actor: Actor,
    now: datetime,
    clock_offset: timedelta,
) -> dict[str, Any]:
    """The columns of a mark: a dictionary, for rows of the mapped class cost twice the time of a roll call."""
    effective_at = rules.effective_time(mark.marked_at, now, clock_offset)
    review = rules.review_reason(
        permitted=meeting.id in meetings.permitted,
        enrolled=(meeting.class_id, mark.person_id) in meetings.enrolled,
        cancelled=meeting.state is SessionState.CANCELLED,
        starts_at=meeting.starts_at,
        effective_at=effective_at,
        by_device=mark.device_id is not None,
    )
    return {
        "id": mark.id,
        "class_id": meeting.class_id,
        "session_id": meeting.id,
        "person_id": mark.person_id,
        "status": mark.status,
        "device_id": mark.device_id,
        "device_sequence": mark.device_sequence,
        "marked_at": mark.marked_at,
        "effective_at": effective_at,
        "received_at": now,
        "marked_by": actor.id,
        "supersedes": mark.supersedes,
        "review": review,
    }


@dataclass(frozen=True)
class _State:
    """Someone's present state at a session, with what it takes to win over its mark."""

    status: AttendanceStatus
    mark_id: uuid.UUID
    key: tuple[datetime, int, int]


def _derive(session: Session, rows: list[dict[str, Any]], meetings: _Meetings) -> None:
    """Bring the present state up to date with the marks in ``rows``, all of them counting."""
    if not rows:
        return
    session_ids = {row["session_id"] for row in rows}
    with everything(session):
        before = _present(session, session_ids)
        after = dict(before)
        for row in rows:
            key = rules.winning_key(row["effective_at"], row["device_sequence"], row["id"])
            at = row["session_id"], row["person_id"]
            if at not in after or key > after[at].key:
                after[at] = _State(row["status"], row["id"], key)
        _write_states(session, before, after, meetings)
        for session_id in session_ids:
            marked = any(
                at[0] == session_id and state.status is not AttendanceStatus.CLEARED
                for at, state in after.items()
            )
            _note_held(session, meetings.by_id[session_id], marked)
        session.flush()


_States = dict[tuple[uuid.UUID, uuid.UUID], _State]
"""States by session and person."""


def _present(session: Session, session_ids: set[uuid.UUID]) -> _States:
    query = (
        select(
            Attendance.session_id,
            Attendance.person_id,
            Attendance.status,
            Attendance.mark_id,
            AttendanceMark.effective_at,
            AttendanceMark.device_sequence,
        )
        .join(AttendanceMark, AttendanceMark.id == Attendance.mark_id)
        .where(Attendance.session_id.in_(session_ids))
    )
    return {
        (row.session_id, row.person_id): _State(
            row.status,
            row.mark_id,
            rules.winning_key(row.effective_at, row.device_sequence, row.mark_id),
        )
        for row in session.execute(query)
    }


def _write_states(session: Session, before: _States, after: _States, meetings: _Meetings) -> None:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for (session_id, person_id), state in after.items():
        if before.get((session_id, person_id)) is state:
            continue
        row = {
            "session_id": session_id,
            "person_id": person_id,
            "class_id": meetings.by_id[session_id].class_id,
            "status": state.status,
            "mark_id": state.mark_id,
        }
        (changed if (session_id, person_id) in before else new).append(row)
    if new:
        session.execute(insert(Attendance), new)
    if changed:
        session.execute(update(Attendance), changed)


def _note_held(session: Session, meeting: ClassSession, marked: bool) -> None:
    meeting.state = SessionState.HELD if marked else SessionState.PLANNED
    if marked:
        classes.note_begun(session, meeting.course_class)


def _numbers(ids: Any) -> dict[uuid.UUID, int]:
    numbers: dict[uuid.UUID, int] = defaultdict(int)
    for each in ids:
        numbers[each] += 1
    return numbers


def undo_marks(
    session: Session, meeting: ClassSession, form_id: uuid.UUID, *, actor: Actor, now: datetime
) -> int:
    """Take back what one press of "Save" marked, where it still holds; returns how many. History stays: new
    marks are added.
    """
    low, high = rules.form_mark_range(form_id)
    query = (
        select(AttendanceMark)
        .join(Attendance, Attendance.mark_id == AttendanceMark.id)
        .where(AttendanceMark.session_id == meeting.id, AttendanceMark.id.between(low, high))
    )
    holding = session.scalars(query).all()
    superseded = _stored_marks(session, [mark.supersedes for mark in holding if mark.supersedes])
    marks = []
    for mark in holding:
        earlier = superseded.get(mark.supersedes) if mark.supersedes else None
        status = earlier.status if earlier else AttendanceStatus.CLEARED
        marks.append(
            NewMark(new_key(), meeting.id, mark.person_id, status, marked_at=now, supersedes=mark.id)
        )
    record_marks(session, marks, actor=actor, now=now)
    return len(marks)


def require_open(meeting: ClassSession, *, now: datetime) -> None:
    """Refuse when attendance of ``meeting`` cannot be taken now."""
    if meeting.state is SessionState.CANCELLED:
        raise DomainError(rules.CANCELLED, REFUSALS[rules.CANCELLED])
    if now < meeting.starts_at - rules.MARK_EARLY:
        raise DomainError(rules.NOT_STARTED, REFUSALS[rules.NOT_STARTED])


def roll(session: Session, meeting: ClassSession) -> list[RollEntry]:
    """Everybody enrolled, in Vietnamese order, with the present status. One query."""
    query = (
        select(Person, Attendance.status, Attendance.mark_id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Attendance, (Attendance.person_id == Person.id) & (Attendance.session_id == meeting.id))
        .where(Enrolment.class_id == meeting.class_id, Enrolment.state == EnrolmentState.ENROLLED)
        .order_by(Person.name_sort, Person.birth_year, Person.id)
        .options(load_only(Person.name, Person.birth_year, Person.residential_group_id))
    )
    return [
        RollEntry(person, None if status is AttendanceStatus.CLEARED else status, mark_id)
        for person, status, mark_id in session.execute(query)
    ]


def marks_shown(session: Session, session_id: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    """The mark that each person's present status at a session comes from."""
    query = select(Attendance.person_id, Attendance.mark_id).where(Attendance.session_id == session_id)
    return {row.person_id: row.mark_id for row in session.execute(query)}


def add_walk_in(
    session: Session,
    meeting: ClassSession,
    *,
    name: str,
    birth: PartialDate | None,
    mark_id: uuid.UUID,
    person_id: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Person:
    """Register somebody who just came, enrol them (beyond the capacity if need be) and mark them present.

    ``person_id`` is given when a device made the person already; sent twice, it stays one person.
    """
    require_open(meeting, now=now)
    if person_id is not None and (known := session.get(Person, person_id)) is not None:
        return known
    course_class = meeting.course_class
    person = people.register_person(
        session,
        course_class.unit_id,
        people.PersonData(name=name, birth=birth),
        person_id=person_id,
        walk_in=True,
        actor=actor,
        now=now,
    )
    welcome(session, meeting, person, mark_id=mark_id, actor=actor, now=now)
    return person


def welcome(
    session: Session,
    meeting: ClassSession,
    person: Person,
    *,
    mark_id: uuid.UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Mark somebody who just came as present; without a place in the class, one is made, full or not."""
    require_open(meeting, now=now)
    course_class = meeting.course_class
    entry = next((each for each in roll(session, meeting) if each.person.id == person.id), None)
    if entry is None:
        classes.enrol(
            session,
            course_class,
            person,
            source=EnrolmentSource.WALK_IN,
            beyond_capacity=True,
            actor=actor,
            now=now,
        )
    supersedes = entry.mark_id if entry else None
    mark = NewMark(
        mark_id, meeting.id, person.id, AttendanceStatus.PRESENT, marked_at=now, supersedes=supersedes
    )
    record_marks(session, [mark], actor=actor, now=now)
    audit.record(
        session, "attendance.walk_in", actor=actor, now=now, unit_id=course_class.unit_id, subject=person
    )
