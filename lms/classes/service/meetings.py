"""Sessions of a class: planned one by one or in a series, moved, cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import User
from lms.audit import service as audit
from lms.classes import rules
from lms.classes.models import ClassSession, ClassStaff, CourseClass, SessionState
from lms.classes.service.states import refuse_closed
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.i18n import current_locale
from lms.venues.models import Venue
from translations.bidi import isolate_foreign
from translations.dates import at_local

PROBLEMS = {
    "ends_before_start": (_l("The session must end after it begins."), "end"),
    "too_far": (_l("That day is too far away. Please check the year."), "day"),
    "overlap": (_l("The class already has a session at that time."), "start"),
}


def schedule_session(
    session: Session,
    course_class: CourseClass,
    *,
    day: date,
    start: time,
    end: time,
    venue_id: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> ClassSession:
    """Plan a meeting on a day at wall times in Vietnam; ``venue_id`` only where it is not the class's own.

    Raises DomainError "class_closed", "ends_before_start", "too_far", "overlap".
    """
    refuse_closed(course_class)
    slot = rules.Slot(day, start, end)
    _refuse_slot(slot, _slots(course_class), local_date(now))
    meeting = ClassSession(venue_id=venue_id, state=SessionState.PLANNED)
    _put(meeting, slot)
    course_class.sessions.append(meeting)
    course_class.sessions.sort(key=lambda each: each.starts_at)
    session.flush()
    audit.record(
        session, "session.planned", actor=actor, now=now, subject=meeting, unit_id=course_class.unit_id
    )
    return meeting


def schedule_series(
    session: Session,
    course_class: CourseClass,
    *,
    days: Iterable[date],
    start: time,
    end: time,
    venue_id: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> list[ClassSession]:
    """Plan a meeting at the same time on each of the days; all or none. Raises as ``schedule_session``."""
    taken, today = _slots(course_class), local_date(now)
    days = list(days)
    for day in days:
        _refuse_slot(rules.Slot(day, start, end), taken, today)
    return [
        schedule_session(
            session, course_class, day=day, start=start, end=end, venue_id=venue_id, actor=actor, now=now
        )
        for day in days
    ]


def move_session(
    session: Session,
    meeting: ClassSession,
    *,
    day: date,
    start: time,
    end: time,
    venue_id: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a planned session another time or venue; a cancelled one is planned again by it.

    Raises DomainError "session_held" when attendance was taken, and what ``schedule_session`` raises.
    """
    course_class = meeting.course_class
    refuse_closed(course_class)
    _refuse_held(meeting)
    slot = rules.Slot(day, start, end)
    _refuse_slot(slot, _slots(course_class, without=meeting), local_date(now))
    before = meeting.local_date
    _put(meeting, slot)
    meeting.venue_id = venue_id
    meeting.state = SessionState.PLANNED
    meeting.cancel_reason = None
    session.flush()
    course_class.sessions.sort(key=lambda each: each.starts_at)
    audit.record(
        session,
        "session.moved",
        actor=actor,
        now=now,
        subject=meeting,
        unit_id=course_class.unit_id,
        from_day=before.isoformat(),
        to_day=day.isoformat(),
    )


def cancel_session(
    session: Session, meeting: ClassSession, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Call a planned session off; the reason is shown to everybody. It no longer counts for completion.

    Raises DomainError "session_held", "no_reason", "class_closed".
    """
    refuse_closed(meeting.course_class)
    _refuse_held(meeting)
    if not reason.strip():
        raise DomainError("no_reason", _l("Please give the reason, for example: storm."), field="reason")
    meeting.state = SessionState.CANCELLED
    meeting.cancel_reason = reason.strip()[:200]
    session.flush()
    audit.record(
        session,
        "session.cancelled",
        actor=actor,
        now=now,
        subject=meeting,
        unit_id=meeting.course_class.unit_id,
    )


def delete_session(session: Session, meeting: ClassSession, *, actor: Actor, now: datetime) -> None:
    """Remove a session that was planned by mistake: only while the class is a draft.

    Raises DomainError "not_draft": later it is cancelled instead, with a reason that people can read.
    """
    course_class = meeting.course_class
    if course_class.state != "draft":
        raise DomainError(
            "not_draft", _l("People may know of this session already. Please cancel it and give the reason.")
        )
    _refuse_held(meeting)
    audit.record(
        session, "session.deleted", actor=actor, now=now, subject=meeting, unit_id=course_class.unit_id
    )
    course_class.sessions.remove(meeting)
    session.flush()


def _put(meeting: ClassSession, slot: rules.Slot) -> None:
    meeting.local_date, meeting.start_time, meeting.end_time = slot.day, slot.start, slot.end
    meeting.starts_at = at_local(slot.day, slot.start)
    meeting.ends_at = at_local(slot.day, slot.end)


def _slots(course_class: CourseClass, without: ClassSession | None = None) -> list[rules.Slot]:
    return [
        rules.Slot(meeting.local_date, meeting.start_time, meeting.end_time)
        for meeting in course_class.sessions
        if meeting.state is not SessionState.CANCELLED and meeting is not without
    ]


def _refuse_slot(slot: rules.Slot, others: Sequence[rules.Slot], today: date) -> None:
    problem = rules.session_problem(slot, others, today)
    if problem:
        sentence, field = PROBLEMS[problem]
        raise DomainError(problem, sentence, field=field)


def _refuse_held(meeting: ClassSession) -> None:
    if meeting.state is SessionState.HELD:
        raise DomainError(
            "session_held",
            _l("Attendance was taken at this session, so it can no longer be moved or cancelled."),
        )


# --- warnings -------------------------------------------------------------------------------------

ODDITIES = {
    "past": _l("This day is already over."),
    "long": _l("This is longer than four hours."),
    "unusual_hour": _l("This is very early or very late in the day."),
}


@dataclass(frozen=True)
class _Other:
    """A session of another class: when, where and whose."""

    slot: rules.Slot
    venue_id: uuid.UUID | None
    staff_id: uuid.UUID | None
    staff_name: str | None


def slot_warnings(
    session: Session,
    course_class: CourseClass,
    slots: Sequence[rules.Slot],
    *,
    venue_id: uuid.UUID | None = None,
    today: date,
    without: ClassSession | None = None,
) -> dict[rules.Slot, list[str]]:
    """What somebody planning sessions should know of each slot, in the language in force. Nothing is refused.

    A public holiday, an odd time, and the trainer or the venue being taken by another class. Two queries at most.
    """
    language = current_locale()
    venue_id = venue_id or course_class.venue_id
    staff_ids = [member.user_id for member in course_class.staff]
    others = _others(session, course_class, slots, venue_id, staff_ids)
    venue = (
        session.get(Venue, venue_id)
        if venue_id and any(other.venue_id == venue_id for other in others)
        else None
    )
    warnings: dict[rules.Slot, list[str]] = {}
    for slot in slots:
        found = [str(ODDITIES[code]) for code in rules.session_oddities(slot, today)]
        if name := rules.holiday(slot.day):
            found.append(_("Public holiday: %(name)s.", name=_(name)))
        if rules.session_problem(slot, _slots(course_class, without), today) == "overlap":
            found.append(str(PROBLEMS["overlap"][0]))
        clashing = [other for other in others if slot.overlaps(other.slot)]
        if venue and any(other.venue_id == venue_id for other in clashing):
            found.append(
                _(
                    "%(venue)s is taken by another class at that time.",
                    venue=isolate_foreign(venue.name, language),
                )
            )
        for staff_name in sorted(
            {o.staff_name for o in clashing if o.staff_name and o.staff_id in staff_ids}
        ):
            found.append(
                _("%(name)s has another class at that time.", name=isolate_foreign(staff_name, language))
            )
        warnings[slot] = found
    return warnings


def _others(
    session: Session,
    course_class: CourseClass,
    slots: Sequence[rules.Slot],
    venue_id: uuid.UUID | None,
    staff_ids: Sequence[uuid.UUID],
) -> list[_Other]:
    """Sessions of other classes on those days at the venue or with the staff.

    Read from the tables, past the scope: that a room or a trainer is taken must be known, though not by which class.
    """
    if not slots or not (venue_id or staff_ids):
        return []
    meetings, classes = ClassSession.__table__.c, CourseClass.__table__.c
    staff, users = ClassStaff.__table__.c, User.__table__.c
    where = func.coalesce(meetings.venue_id, classes.venue_id)
    query = (
        select(meetings.local_date, meetings.start_time, meetings.end_time, where, users.id, users.name)
        .select_from(ClassSession.__table__)
        .join(CourseClass.__table__, classes.id == meetings.class_id)
        .outerjoin(ClassStaff.__table__, staff.class_id == classes.id)
        .outerjoin(User.__table__, users.id == staff.user_id)
        .where(
            meetings.class_id != course_class.id,
            meetings.local_date.in_({slot.day for slot in slots}),
            meetings.state != SessionState.CANCELLED,
            (where == venue_id) | staff.user_id.in_(staff_ids),
        )
    )
    return [
        _Other(rules.Slot(day, start, end), place, staff_id, name)
        for day, start, end, place, staff_id, name in session.execute(query)
    ]
