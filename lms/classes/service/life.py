"""A class is made, changed, copied and found."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalogue
from lms.audit import service as audit
from lms.classes import rules
from lms.classes.models import (
    ClassMode,
    ClassState,
    CourseClass,
    SessionState,
)
from lms.classes.service.enrolments import fill_places
from lms.classes.service.meetings import schedule_session
from lms.classes.service.staff import assign_staff
from lms.classes.service.states import refuse_closed
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import is_key
from lms.units.models import Branch, Unit, UnitClosure
from lms.venues.models import Venue

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
    assert unit_code is not None
    # Whoever makes a class there waits for this row, so that two cannot get one number. (SQLite has one writer.)
    session.execute(select(Unit.id).where(Unit.id == owner_id).with_for_update())
    # The table rather than the entity: codes of classes that the actor may not see count as well.
    taken = CourseClass.__table__.c.code
    existing = session.scalars(select(taken).where(taken.startswith(f"{unit_code}-{year % 100:02}-"))).all()
    return rules.next_code(str(unit_code), year, existing)


def change_class(
    session: Session, course_class: CourseClass, *, actor: Actor, now: datetime, **values: Any
) -> None:
    """Change fields of a class by name; more places let the first of the waiting list in.

    Raises DomainError "class_closed" once it is finished, and what ``create_class`` raises.
    """
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
