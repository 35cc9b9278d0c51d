"""What each first page shows."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.attendance.models import Attendance, AttendanceStatus
from lms.classes import service as classes
from lms.classes.models import ClassSession, ClassStaff, ClassState, CourseClass, SessionState
from lms.classes.service import ClassSummary
from lms.completion import service as completion
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.home import rules

MOST_CLASSES = 200
ATTENDED = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


@dataclass(frozen=True)
class Need:
    """Something that needs the secretary: what (a code), in which class, and how many people it is about."""

    code: str
    summary: ClassSummary
    count: int = 0
    session_id: uuid.UUID | None = None


ORDER = (
    "assign_trainer",
    "waiting",
    "one_short",
    "issue_certificates",
    "decide_completion",
    "take_attendance",
    "add_sessions",
    "set_place",
    "open",
    "import_roster",
    "give_places",
    "finish",
)
"""The needs that the page names, the first first; putting a class away can wait."""


def needs(session: Session, *, now: datetime) -> dict[str, list[Need]]:
    """What needs somebody, by code in ``ORDER``. A constant number of queries."""
    query = classes.filtered_classes(None, "", now=now).limit(MOST_CLASSES)
    found = classes.summaries(session, session.scalars(query).all(), now=now)
    short = _one_short(session, found)
    by_code: dict[str, list[Need]] = defaultdict(list)
    for each in found:
        for step in each.steps:
            by_code[step.code].append(Need(step.code, each, session_id=step.session_id))
        if each.waiting and each.state in ("draft", "open", "running"):
            by_code["waiting"].append(Need("waiting", each, each.waiting))
        if count := short.get(each.course_class.id):
            by_code["one_short"].append(Need("one_short", each, count))
    return {code: by_code[code] for code in ORDER if code in by_code}


def _one_short(session: Session, found: Sequence[ClassSummary]) -> dict[uuid.UUID, int]:
    """How many people of each class would complete with one more session: none lies ahead, nobody decided yet."""
    over = {
        each.course_class.id: each
        for each in found
        if each.held
        and not each.decided
        and each.next_session is None
        and each.state in ("running", "finished")
    }
    query = (
        select(Attendance.class_id, Attendance.person_id, func.count())
        .where(Attendance.class_id.in_(over), Attendance.status.in_(ATTENDED))
        .group_by(Attendance.class_id, Attendance.person_id)
    )
    attended: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for class_id, person_id, count in session.execute(query):
        attended[class_id][str(person_id)] = count
    return {
        key: rules.one_short(attended[key], completion.rule_of(each.course_class).sessions_needed(each.held))
        for key, each in over.items()
    }


@dataclass(frozen=True)
class Meeting:
    """A session on a first page, with the number of its lesson (counted over sessions that are not cancelled)."""

    session: ClassSession
    lesson: int
    enrolled: int

    @property
    def course_class(self) -> CourseClass:
        """The class that meets."""
        return self.session.course_class


def own_meetings(session: Session, actor: Actor, *, now: datetime) -> list[Meeting]:
    """The sessions of today and the seven days after, of classes that the actor is on the staff of."""
    mine = select(ClassStaff.class_id).where(ClassStaff.user_id == actor.id)
    today = local_date(now)
    return _meetings(
        session,
        ClassSession.class_id.in_(mine),
        ClassSession.local_date.between(today, today + timedelta(days=7)),
        CourseClass.state.in_([ClassState.OPEN, ClassState.RUNNING]),
        now=now,
    )


def week_meetings(session: Session, *, now: datetime) -> list[Meeting]:
    """The sessions from today to the sixth day after, of all classes that the session may see."""
    today = local_date(now)
    return _meetings(
        session,
        ClassSession.local_date.between(today, today + timedelta(days=6)),
        CourseClass.state.in_([ClassState.OPEN, ClassState.RUNNING]),
        now=now,
    )


def _meetings(session: Session, *conditions: Any, now: datetime) -> list[Meeting]:
    query = (
        select(ClassSession)
        .join(CourseClass, CourseClass.id == ClassSession.class_id)
        .where(ClassSession.state != SessionState.CANCELLED, *conditions)
        .order_by(ClassSession.starts_at, ClassSession.id)
        .limit(MOST_CLASSES)
        .options(
            joinedload(ClassSession.venue),
            joinedload(ClassSession.course_class).joinedload(CourseClass.venue),
            joinedload(ClassSession.course_class).selectinload(CourseClass.sessions),
        )
    )
    meetings = list(session.scalars(query))
    owners = {meeting.class_id: meeting.course_class for meeting in meetings}
    enrolled = {
        each.course_class.id: each.enrolled
        for each in classes.summaries(session, list(owners.values()), now=now)
    }
    return [Meeting(each, _lesson(each), enrolled[each.class_id]) for each in meetings]


def _lesson(meeting: ClassSession) -> int:
    counted = [each.id for each in meeting.course_class.sessions if each.state is not SessionState.CANCELLED]
    return counted.index(meeting.id) + 1


def next_meeting(meetings: Sequence[Meeting], *, now: datetime) -> Meeting | None:
    """The session to show large: one under way, one of today that still needs attendance, or the next one."""
    for each in meetings:
        over = each.session.ends_at <= now
        if not over or each.session.state is SessionState.PLANNED:
            return each
    return None
