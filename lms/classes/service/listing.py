"""Lists of classes: searched and filtered."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import selectinload

from lms.classes.models import (
    ClassSession,
    ClassStaff,
    ClassState,
    CourseClass,
    Enrolment,
    EnrolmentState,
    SessionState,
)
from lms.core.access import Role
from lms.core.clock import local_date
from lms.units.models import below
from lms.venues.models import Venue
from translations import names

# Tables rather than entities: these only narrow classes further, which the session has narrowed to the scope already.
_meetings = ClassSession.__table__.c
_staff = ClassStaff.__table__.c
_enrolments = Enrolment.__table__.c
_venues = Venue.__table__.c


class ClassFilter(StrEnum):
    """What a list of classes shows; without one, all that are not archived."""

    WEEK = "week"
    NEEDS = "needs"
    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    FINISHED = "finished"
    ARCHIVED = "archived"


def filtered_classes(
    wanted: ClassFilter | None, text: str, *, unit_id: uuid.UUID | None = None, now: datetime
) -> Select[Any]:
    """The classes of a list, those that meet soonest first.

    ``text`` is looked for in title, code and venue, without regard to marks and case; ``unit_id`` narrows to a unit and
    those below it.
    """
    query = select(CourseClass).options(selectinload(CourseClass.unit), selectinload(CourseClass.branch))
    query = query.where(_condition(wanted, now))
    if unit_id is not None:
        query = query.where(CourseClass.unit_id.in_(below(frozenset({unit_id}))))
    for word in names.fold(text).split():
        pattern = f"%{word.replace('%', '').replace('_', '')}%"
        at_venue = exists().where(_venues.id == CourseClass.venue_id, _venues.name_folded.like(pattern))
        query = query.where(
            or_(
                CourseClass.title_folded.like(pattern),
                sql.lower(CourseClass.code).like(pattern),
                at_venue,
            )
        )
    next_meeting = (
        select(sql.min(_meetings.starts_at))
        .where(_meetings.class_id == CourseClass.id, _ahead(now))
        .correlate(CourseClass)
        .scalar_subquery()
    )
    return query.order_by(
        next_meeting.asc().nulls_last(), CourseClass.created_at.desc(), CourseClass.id.desc()
    )


def current_state(now: datetime) -> ColumnElement[str]:
    """The state of a class that holds at ``now``, for queries: see ``rules.state_at``."""
    begun = exists().where(
        _meetings.class_id == CourseClass.id,
        _meetings.state != SessionState.CANCELLED,
        _meetings.starts_at <= now,
    )
    return case(
        (and_(CourseClass.state == ClassState.OPEN, begun), ClassState.RUNNING.value), else_=CourseClass.state
    )


def _condition(wanted: ClassFilter | None, now: datetime) -> ColumnElement[bool]:
    if wanted is None:
        return CourseClass.state != ClassState.ARCHIVED
    if wanted is ClassFilter.WEEK:
        return meets_in_week(now)
    if wanted is ClassFilter.NEEDS:
        return needs_something(now)
    if wanted is ClassFilter.OPEN:
        return and_(CourseClass.state == ClassState.OPEN, current_state(now) != ClassState.RUNNING.value)
    if wanted is ClassFilter.RUNNING:
        return current_state(now) == ClassState.RUNNING.value
    return CourseClass.state == ClassState(wanted.value)


def meets_in_week(now: datetime) -> ColumnElement[bool]:
    """Classes with a session from the Monday to the Sunday around ``now``."""
    monday = local_date(now) - timedelta(days=local_date(now).weekday())
    return exists().where(
        _meetings.class_id == CourseClass.id,
        _meetings.state != SessionState.CANCELLED,
        _meetings.local_date.between(monday, monday + timedelta(days=6)),
    )


def _ahead(now: datetime) -> ColumnElement[bool]:
    return and_(_meetings.state == SessionState.PLANNED, _meetings.ends_at > now)


def without_trainer() -> ColumnElement[bool]:
    """Classes that nobody teaches."""
    return ~exists().where(_staff.class_id == CourseClass.id, _staff.role == Role.TRAINER)


def needs_something(now: datetime) -> ColumnElement[bool]:
    """Classes with a next step that somebody must do now: the query form of ``rules.next_steps``."""
    mine = _meetings.class_id == CourseClass.id
    unmarked = exists().where(
        mine, _meetings.state == SessionState.PLANNED, _meetings.local_date <= local_date(now)
    )
    nobody = ~exists().where(
        _enrolments.class_id == CourseClass.id, _enrolments.state == EnrolmentState.ENROLLED
    )
    over = ~exists().where(mine, _ahead(now))
    return or_(
        CourseClass.state.in_([ClassState.DRAFT, ClassState.FINISHED]),
        and_(
            CourseClass.state.in_([ClassState.OPEN, ClassState.RUNNING]),
            or_(without_trainer(), unmarked, nobody, over),
        ),
    )
