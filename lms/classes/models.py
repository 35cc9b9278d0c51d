"""Classes: a course given to a group of people, its meetings, its staff, and who is enrolled."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.accounts.models import User
from lms.core.access import Role, Scope, Scoped
from lms.core.db import Keyed, Model, choice
from lms.people.models import Person
from lms.units.models import Branch, Unit, below
from lms.venues.models import Venue
from translations import names


class ClassMode(StrEnum):
    """How a class is held."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    BLENDED = "blended"
    HANDS_ON = "hands_on"
    TRAVELLING = "travelling"


class ClassState(StrEnum):
    """Where a class stands in its life; only forward, but for reopening a draft."""

    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    FINISHED = "finished"
    ARCHIVED = "archived"


class CourseClass(Keyed, Scoped, Model):
    """A course of the library, at a version, given to a group of people.

    ``code`` is the short name that staff type; ``title_folded`` is for searching.
    """

    __tablename__ = "course_class"
    __table_args__ = (
        Index(None, "unit_id", "state"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("attendance_percent BETWEEN 0 AND 100", name="attendance_percent_range"),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    branch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("branch.id"), index=True)
    course_slug: Mapped[str] = mapped_column(String(80))
    course_version: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, Any]]
    title_folded: Mapped[str] = mapped_column(String(1000), default="")
    age_groups: Mapped[list[str]]
    mode: Mapped[ClassMode] = mapped_column(choice(ClassMode, "mode"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"), index=True)
    online_address: Mapped[str | None] = mapped_column(String(300))
    capacity: Mapped[int]
    state: Mapped[ClassState] = mapped_column(choice(ClassState, "state"), default=ClassState.DRAFT)
    attendance_percent: Mapped[int] = mapped_column(default=80)
    tasks_required: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))

    unit: Mapped[Unit] = relationship()
    branch: Mapped[Branch] = relationship()
    venue: Mapped[Venue | None] = relationship()
    sessions: Mapped[list[ClassSession]] = relationship(
        back_populates="course_class", order_by="ClassSession.starts_at", cascade="all, delete-orphan"
    )
    staff: Mapped[list[ClassStaff]] = relationship(
        back_populates="course_class", order_by="ClassStaff.added_at", cascade="all, delete-orphan"
    )

    @validates("title")
    def _fold_title(self, _name: str, title: dict[str, str]) -> dict[str, str]:
        self.title_folded = names.fold(" ".join(title.values()))[:1000]
        return title

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Classes of the scope's units, and those that the actor is on the staff of."""
        condition = cls.unit_id.in_(below(scope.unit_ids))
        return condition | cls.id.in_(staffed(scope)) if scope.staff_id else condition


class ClassStaff(Keyed, Model):
    """A trainer or a helper of a class."""

    __tablename__ = "class_staff"
    __table_args__ = (UniqueConstraint("class_id", "user_id"),)

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    added_at: Mapped[datetime]

    course_class: Mapped[CourseClass] = relationship(back_populates="staff")
    user: Mapped[User] = relationship()


def staffed(scope: Scope) -> Any:
    """A subquery of the ids of the classes that the scope's person is on the staff of, where the role holds."""
    classes = CourseClass.__table__.c
    return (
        select(classes.id)
        .join(ClassStaff.__table__, ClassStaff.__table__.c.class_id == classes.id)
        .where(
            ClassStaff.__table__.c.user_id == scope.staff_id,
            ClassStaff.__table__.c.role.in_(sorted(scope.staff_roles)),
            classes.unit_id.in_(below(scope.staff_unit_ids)),
        )
    )


class ClassScoped(Scoped):
    """A scoped table with a ``class_id``: visible when the class is."""

    class_id: Mapped[uuid.UUID]

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Rows of the classes in the scope."""
        classes = CourseClass.__table__.c
        condition = cls.class_id.in_(select(classes.id).where(classes.unit_id.in_(below(scope.unit_ids))))
        return condition | cls.class_id.in_(staffed(scope)) if scope.staff_id else condition


class SessionState(StrEnum):
    """What became of a session."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class ClassSession(Keyed, ClassScoped, Model):
    """One meeting of a class. It keeps its local day and wall times as well as the instants."""

    __tablename__ = "class_session"
    __table_args__ = (
        Index(None, "class_id", "starts_at"),
        Index(None, "local_date"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"))
    local_date: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    state: Mapped[SessionState] = mapped_column(choice(SessionState, "state"), default=SessionState.PLANNED)
    cancel_reason: Mapped[str | None] = mapped_column(String(200))

    course_class: Mapped[CourseClass] = relationship(back_populates="sessions")
    venue: Mapped[Venue | None] = relationship()


class EnrolmentState(StrEnum):
    """Whether a person has a place."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class EnrolmentSource(StrEnum):
    """How the enrolment came about."""

    FORM = "form"
    ROSTER = "roster"
    WALK_IN = "walk_in"


class Enrolment(Keyed, ClassScoped, Model):
    """A person's place in a class or on its waiting list (in the order of ``enrolled_at``)."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("class_id", "person_id"), Index(None, "class_id", "state"))

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState, "state"))
    source: Mapped[EnrolmentSource] = mapped_column(choice(EnrolmentSource, "source"))
    enrolled_at: Mapped[datetime]

    course_class: Mapped[CourseClass] = relationship()
    person: Mapped[Person] = relationship()


def _enrolled_with(scope: Scope) -> ColumnElement[bool]:
    if not scope.staff_id:
        return false()
    enrolment = Enrolment.__table__.c
    return Person.id.in_(select(enrolment.person_id).where(enrolment.class_id.in_(staffed(scope))))


Person.also_visible.append(_enrolled_with)
