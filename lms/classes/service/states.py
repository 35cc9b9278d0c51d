"""A class is opened, runs, is finished and put away."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lms.audit import service as audit
from lms.classes import rules
from lms.classes.models import ClassState, CourseClass, SessionState
from lms.core.access import Actor, Role
from lms.core.errors import DomainError

LACKING = {
    "sessions": _l("The class has no session yet: please add at least one."),
    "trainer": _l("Nobody teaches the class yet: please choose a trainer."),
    "place": _l("The class has no place yet: please choose a venue or give the address of the online room."),
}


def refuse_closed(course_class: CourseClass) -> None:
    """Raise DomainError "class_closed" when the class is finished or archived."""
    if course_class.state in rules.CLOSED:
        raise DomainError("class_closed", _l("The class is finished, so this can no longer be changed."))


def _go(
    session: Session, course_class: CourseClass, target: ClassState, *, actor: Actor, now: datetime
) -> None:
    if not rules.may_go(course_class.state, target):
        raise DomainError(
            "wrong_state",
            _l("The class has moved on in the meantime, so this is no longer possible."),
            status=409,
            details={"state": course_class.state.value},
        )
    course_class.state = target
    session.flush()
    audit.record(session, f"class.{target.value}", actor=actor, now=now, subject=course_class)


def has_place(course_class: CourseClass) -> bool:
    """Whether people know where to go: a venue of the class or of every session, or an online address."""
    meetings = [meeting for meeting in course_class.sessions if meeting.state is not SessionState.CANCELLED]
    everywhere = bool(meetings) and all(meeting.venue_id for meeting in meetings)
    return bool(course_class.venue_id or course_class.online_address or everywhere)


def open_class(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """Open a draft for enrolment.

    Raises DomainError "not_ready", its sentence naming each thing that is missing; "wrong_state".
    """
    meetings = [meeting for meeting in course_class.sessions if meeting.state is not SessionState.CANCELLED]
    missing = rules.missing_to_open(
        sessions=len(meetings),
        trainers=sum(member.role is Role.TRAINER for member in course_class.staff),
        has_place=has_place(course_class),
    )
    if missing:
        sentence = " ".join(str(LACKING[name]) for name in missing)
        raise DomainError("not_ready", sentence, details={"missing": missing})
    _go(session, course_class, ClassState.OPEN, actor=actor, now=now)


def reopen_draft(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """Make an open class a draft again, before its first session; raises DomainError "wrong_state"."""
    begin_if_due(session, course_class, actor=actor, now=now)
    _go(session, course_class, ClassState.DRAFT, actor=actor, now=now)


def start_class(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """Let an open class run; nothing happens when it runs already. Raises DomainError "wrong_state"."""
    if course_class.state is not ClassState.RUNNING:
        _go(session, course_class, ClassState.RUNNING, actor=actor, now=now)


def first_beginning(course_class: CourseClass) -> datetime | None:
    """When the first session that is not cancelled begins."""
    begins = [
        meeting.starts_at for meeting in course_class.sessions if meeting.state is not SessionState.CANCELLED
    ]
    return min(begins, default=None)


def begin_if_due(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """Let an open class run when its first session has begun; a verb that depends on it calls this first."""
    if rules.state_at(course_class.state, first_beginning(course_class), now) != course_class.state:
        start_class(session, course_class, actor=actor, now=now)


def note_begun(session: Session, course_class: CourseClass) -> None:
    """Let an open class run because people sit in it: part of taking attendance, whose entry tells who and when."""
    if course_class.state is ClassState.OPEN:
        course_class.state = ClassState.RUNNING
        session.flush()


def finish_class(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """End a running class. Raises DomainError "sessions_ahead", "nothing_held", "wrong_state"."""
    begin_if_due(session, course_class, actor=actor, now=now)
    planned = [meeting for meeting in course_class.sessions if meeting.state is SessionState.PLANNED]
    if any(meeting.ends_at > now for meeting in planned):
        raise DomainError(
            "sessions_ahead",
            _l("The class still has sessions ahead. Please hold or cancel them before finishing the class."),
        )
    if not any(meeting.state is SessionState.HELD for meeting in course_class.sessions):
        raise DomainError(
            "nothing_held",
            _l("No session has attendance yet. Please take attendance before finishing the class."),
        )
    _go(session, course_class, ClassState.FINISHED, actor=actor, now=now)


def archive_class(session: Session, course_class: CourseClass, *, actor: Actor, now: datetime) -> None:
    """Put away a finished class, or a draft that came to nothing. Raises DomainError "wrong_state"."""
    _go(session, course_class, ClassState.ARCHIVED, actor=actor, now=now)
