"""A class is made, changed, opened, run, finished and put away; and who teaches it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalogue
from lms.accounts.models import Grant, User
from lms.audit import service as audit
from lms.classes import rules
from lms.classes.models import (
    ClassMode,
    ClassStaff,
    ClassState,
    CourseClass,
    SessionState,
)
from lms.core.access import OWN_CLASS_ROLES, Actor, Role, public_rows
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import is_key
from lms.units.models import Branch, Unit, UnitClosure
from lms.venues.models import Venue
from translations import names

CHANGEABLE = frozenset(
    {
        "branch_id",
        "title",
        "age_groups",
        "mode",
        "capacity",
        "venue_id",
        "online_address",
        "attendance_percent",
        "tasks_required",
    }
)
CAN_BE = {
    Role.TRAINER: Role.TRAINER,
    Role.MANAGER: Role.TRAINER,
    Role.ADMIN: Role.TRAINER,
    Role.HELPER: Role.HELPER,
}
"""What somebody with a role at the unit can be in a class."""

LACKING = {
    "sessions": _l("The class has no session yet: please add at least one."),
    "trainer": _l("Nobody teaches the class yet: please choose a trainer."),
    "place": _l("The class has no place yet: please choose a venue or give the address of the online room."),
}


def create_class(
    session: Session,
    *,
    unit_id: uuid.UUID,
    branch_id: uuid.UUID,
    course_slug: str,
    title: dict[str, str],
    age_groups: list[str],
    mode: ClassMode | str,
    capacity: int,
    venue_id: uuid.UUID | None = None,
    online_address: str | None = None,
    attendance_percent: int = 80,
    tasks_required: bool = True,
    actor: Actor,
    now: datetime,
) -> CourseClass:
    """Make a draft of a class; an empty ``title`` is the course's own, in each language.

    Raises DomainError "unknown_course", "unknown_unit", "unknown_branch", "unknown_venue", "no_age_group",
    "unknown_age_group", "bad_capacity".
    """
    course = _course(course_slug)
    if session.get(Unit, unit_id) is None:
        raise DomainError("unknown_unit", _l("There is no such unit."), field="unit_id")
    values = {
        "branch_id": branch_id,
        "title": dict(title) or dict(course.titles),
        "age_groups": age_groups,
        "mode": ClassMode(mode),
        "capacity": capacity,
        "venue_id": venue_id,
        "online_address": online_address,
        "attendance_percent": attendance_percent,
        "tasks_required": tasks_required,
    }
    _check_values(session, values)
    course_class = CourseClass(
        code=_new_code(session, unit_id, local_date(now).year),
        unit_id=unit_id,
        course_slug=course_slug,
        course_version=str(course.version),
        state=ClassState.DRAFT,
        created_at=now,
        created_by=actor.id,
        **values,
    )
    session.add(course_class)
    session.flush()
    audit.record(session, "class.created", actor=actor, now=now, subject=course_class, code=course_class.code)
    return course_class


def last_made(session: Session, actor: Actor) -> CourseClass | None:
    """The class that the actor made last: its place and organisation are a good guess for the next one."""
    query = select(CourseClass).where(CourseClass.created_by == actor.id)
    return session.scalar(query.order_by(CourseClass.created_at.desc(), CourseClass.id.desc()).limit(1))


def _course(slug: str) -> Any:
    try:
        return catalogue.load(slug)
    except LookupError:
        raise DomainError(
            "unknown_course", _l("There is no such course in the library."), field="course_slug"
        ) from None


def _check_values(session: Session, values: dict[str, Any]) -> None:
    if "branch_id" in values and _missing(session, Branch, values["branch_id"]):
        raise DomainError("unknown_branch", _l("There is no such organisation here."), field="branch_id")
    if values.get("venue_id") and _missing(session, Venue, values["venue_id"]):
        raise DomainError("unknown_venue", _l("There is no such venue here."), field="venue_id")
    if "age_groups" in values:
        if not values["age_groups"]:
            raise DomainError(
                "no_age_group", _l("Please say who the class is for: at least one group."), field="age_groups"
            )
        if not set(values["age_groups"]) <= set(rules.AgeGroup):
            raise DomainError("unknown_age_group", _l("There is no such age group."), field="age_groups")
    if "capacity" in values and not 1 <= values["capacity"] <= 10_000:
        raise DomainError(
            "bad_capacity", _l("The number of places must be between 1 and 10,000."), field="capacity"
        )


def _missing(session: Session, table: Any, key: uuid.UUID) -> bool:
    return session.scalar(select(table.id).where(table.id == key)) is None


def _new_code(session: Session, unit_id: uuid.UUID, year: int) -> str:
    """The next code of the commune (or province) that the unit is or lies in."""
    nearest = (
        select(Unit.id, Unit.code)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, Unit.code.is_not(None))
        .order_by(UnitClosure.depth)
        .limit(1)
    )
    owner_id, unit_code = session.execute(nearest).one()
    # Whoever makes a class there waits for this row, so that two cannot get one number. (SQLite has one writer.)
    session.execute(select(Unit.id).where(Unit.id == owner_id).with_for_update())
    # The table rather than the entity: codes of classes that the actor may not see count as well.
    taken = CourseClass.__table__.c.code
    existing = session.scalars(select(taken).where(taken.startswith(f"{unit_code}-{year % 100:02}-"))).all()
    return rules.next_code(unit_code, year, existing)


def change_class(
    session: Session, course_class: CourseClass, *, actor: Actor, now: datetime, **values: Any
) -> None:
    """Change fields of a class by name; more places let the first of the waiting list in.

    Raises DomainError "class_closed" once it is finished, and what ``create_class`` raises.
    """
    from lms.classes.service.enrolments import fill_places

    if unknown := set(values) - CHANGEABLE:
        raise TypeError(f"cannot change {sorted(unknown)}")
    refuse_closed(course_class)
    _check_values(session, values)
    if "title" in values and not values["title"]:
        values["title"] = dict(_course(course_class.course_slug).titles)
    changed = [name for name, value in values.items() if getattr(course_class, name) != value]
    for name in changed:
        setattr(course_class, name, values[name])
    session.flush()
    fill_places(session, course_class, actor=actor, now=now)
    if changed:
        audit.record(session, "class.changed", actor=actor, now=now, subject=course_class, fields=changed)


def copy_class(
    session: Session, course_class: CourseClass, *, first_day: date, actor: Actor, now: datetime
) -> CourseClass:
    """Make a draft like ``course_class``: its staff, and its sessions moved so that the first is on ``first_day``.

    The distances between the sessions stay; cancelled ones are left out. Nobody is enrolled.
    Raises what ``create_class`` and ``schedule_session`` raise.
    """
    from lms.classes.service.meetings import schedule_session

    copied = create_class(
        session,
        unit_id=course_class.unit_id,
        course_slug=course_class.course_slug,
        actor=actor,
        now=now,
        **{name: getattr(course_class, name) for name in CHANGEABLE},
    )
    for member in course_class.staff:
        assign_staff(session, copied, member.user, member.role, actor=actor, now=now)
    meetings = [meeting for meeting in course_class.sessions if meeting.state is not SessionState.CANCELLED]
    for meeting in meetings:
        schedule_session(
            session,
            copied,
            day=first_day + (meeting.local_date - meetings[0].local_date),
            start=meeting.start_time,
            end=meeting.end_time,
            venue_id=meeting.venue_id,
            actor=actor,
            now=now,
        )
    return copied


# --- states ---------------------------------------------------------------------------------------


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


# --- staff ----------------------------------------------------------------------------------------


def assign_staff(
    session: Session, course_class: CourseClass, user: User, role: Role | str, *, actor: Actor, now: datetime
) -> ClassStaff:
    """Make somebody trainer or helper of a class; again with another role changes the role.

    Raises DomainError "wrong_role", "not_staff_here" (without that role at the unit the class would stay hidden from
    them), "class_closed".
    """
    role = Role(role)
    if role not in OWN_CLASS_ROLES:
        raise DomainError("wrong_role", _l("Please choose trainer or helper."), field="staff")
    refuse_closed(course_class)
    if (user.id, role) not in {
        (each.id, may_be) for each, may_be in possible_staff(session, [course_class.unit_id])
    }:
        raise DomainError(
            "not_staff_here",
            _l(
                "This person has no such role in this unit yet. Please give the role on the page of staff first."
            ),
            field="staff",
        )
    member = next((each for each in course_class.staff if each.user_id == user.id), None)
    if member is None:
        member = ClassStaff(user_id=user.id, user=user, role=role, added_at=now)
        course_class.staff.append(member)
    member.role = role
    session.flush()
    audit.record(
        session,
        "class.staff_added",
        actor=actor,
        now=now,
        subject=course_class,
        user=str(user.id),
        role=role.value,
    )
    return member


def possible_staff(session: Session, unit_ids: Collection[uuid.UUID]) -> list[tuple[User, Role]]:
    """Who can teach or help in classes of the units, as which; a manager there can teach as well. By name."""
    above = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id.in_(unit_ids))
    query = (
        select(User, Grant.role)
        .join(Grant, Grant.user_id == User.id)
        .where(User.active, Grant.unit_id.in_(above), Grant.role.in_(CAN_BE))
    )
    pairs = {(user, CAN_BE[role]) for user, role in session.execute(public_rows(query))}
    return sorted(pairs, key=lambda pair: (names.sort_text(pair[0].name), pair[1] is Role.HELPER))


def remove_staff(
    session: Session, course_class: CourseClass, member: ClassStaff, *, actor: Actor, now: datetime
) -> None:
    """Take a trainer or helper off a class. Raises DomainError "class_closed"."""
    refuse_closed(course_class)
    course_class.staff.remove(member)
    session.flush()
    audit.record(
        session, "class.staff_removed", actor=actor, now=now, subject=course_class, user=str(member.user_id)
    )


# --- finding --------------------------------------------------------------------------------------


def find_class(session: Session, reference: str) -> CourseClass:
    """The class with a code ("00082-26-01") or id; raises DomainError "unknown_class" (404)."""
    reference = reference.strip()
    found = CourseClass.code == reference
    if len(reference) >= 32 and is_key(reference):
        found = CourseClass.id == uuid.UUID(reference)
    course_class = session.scalar(select(CourseClass).where(found))
    if course_class is None:
        raise DomainError(
            "unknown_class", _l("There is no class %(code)s.", code=reference[:40]), status=404, field="class"
        )
    return course_class
