"""People who learn: what is known of them, what they agreed to, and merges that can be undone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.access import Scope, Scoped
from lms.core.append_only import append_only
from lms.core.db import Keyed, Model, choice, sort_text
from lms.units.models import Unit, below
from translations.partial_dates import PartialDate


class Sex(StrEnum):
    """As a person states it; optional."""

    FEMALE = "female"
    MALE = "male"


class Person(Keyed, Scoped, Model):
    """A participant. The full name as typed is the truth; the other name columns are derived from it."""

    __tablename__ = "person"
    __table_args__ = (
        Index(None, "unit_id", "name_sort"),
        Index(None, "unit_id", "name_folded", "birth_year"),
        CheckConstraint("birth_month IS NULL OR birth_year IS NOT NULL", name="month_has_year"),
        CheckConstraint("birth_day IS NULL OR birth_month IS NOT NULL", name="day_has_month"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(240))
    name_sort: Mapped[str] = mapped_column(sort_text(800))
    birth_year: Mapped[int | None]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    sex: Mapped[Sex | None] = mapped_column(choice(Sex, "sex"))
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    phone_owner: Mapped[str | None] = mapped_column(String(120))
    residential_group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    place: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="vi")
    guardian_name: Mapped[str | None] = mapped_column(String(120))
    guardian_phone: Mapped[str | None] = mapped_column(String(20))
    guardian_relation: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(500))
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]

    residential_group: Mapped[Unit | None] = relationship(foreign_keys=[residential_group_id])

    @property
    def birth(self) -> PartialDate | None:
        """The birth date as precisely as it is known."""
        return PartialDate(self.birth_year, self.birth_month, self.birth_day) if self.birth_year else None

    @birth.setter
    def birth(self, value: PartialDate | None) -> None:
        self.birth_year = value.year if value else None
        self.birth_month = value.month if value else None
        self.birth_day = value.day if value else None

    also_visible: ClassVar[list[Callable[[Scope], ColumnElement[bool]]]] = []
    """Further ways to see a person, added by the features that know them (being on the staff of the person's
    class).
    """

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """People of the scope's units, and those who are visible in another way."""
        condition: ColumnElement[bool] = cls.unit_id.in_(below(scope.unit_ids))
        for way in cls.also_visible:
            condition = condition | way(scope)
        return condition


class PersonScoped(Scoped):
    """A scoped table with a ``person_id``: visible when the person's unit is; never to staff of single
    classes.
    """

    person_id: Mapped[uuid.UUID]

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Rows of people of the scope's units."""
        people = select(Person.__table__.c.id).where(Person.__table__.c.unit_id.in_(below(scope.unit_ids)))
        return cls.person_id.in_(people)


class ConsentPurpose(StrEnum):
    """What a person is asked to agree to, each on its own."""

    ATTEND = "attend"
    CERTIFICATE = "certificate"
    PHOTO = "photo"
    FOLLOW_UP = "follow_up"


class ConsentMethod(StrEnum):
    """How the agreement was given (a verifiable act)."""

    PAPER = "paper"
    ORAL_WITNESSED = "oral_witnessed"
    TICKED = "ticked"


class Consent(Keyed, PersonScoped, Model):
    """A person agreed, or took the agreement back. The newest row of a purpose holds."""

    __tablename__ = "consent"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(choice(ConsentPurpose, "purpose"))
    given: Mapped[bool]
    text_version: Mapped[str] = mapped_column(String(20))
    method: Mapped[ConsentMethod] = mapped_column(choice(ConsentMethod, "method"))
    by_guardian: Mapped[bool] = mapped_column(default=False)
    witness: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime]
    taken_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))


append_only(Consent.__table__)  # type: ignore[arg-type]


class SensitiveRecord(PersonScoped, Model):
    """Sensitive facts, kept apart from the person so that no list reads them by accident."""

    __tablename__ = "sensitive_record"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    disability: Mapped[bool | None]
    help_needed: Mapped[str | None] = mapped_column(String(300))
    poor_household: Mapped[bool | None]
    ethnicity: Mapped[str | None] = mapped_column(String(2))
    updated_at: Mapped[datetime]


class PersonMerge(Keyed, PersonScoped, Model):
    """One person's rows moved to another; ``moved`` lists them, so that it can be undone."""

    __tablename__ = "person_merge"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kept_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    moved: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
    merged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]


class NotDuplicate(PersonScoped, Model):
    """Two people who look alike and were found to be two."""

    __tablename__ = "not_duplicate"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    decided_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str | None] = mapped_column(Text)
