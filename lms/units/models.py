"""Administrative units, their names over time, and the organisations at them."""

from __future__ import annotations

import uuid
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.access import Scope
from lms.core.db import Keyed, Model, choice
from lms.core.scoping import UnitClosure, UnitScoped, below

__all__ = [
    "Branch",
    "Organisation",
    "Unit",
    "UnitClosure",
    "UnitLevel",
    "UnitPeriod",
    "UnitScoped",
    "UnitType",
    "below",
]


class UnitLevel(StrEnum):
    """Where a unit stands in the tree."""

    PROVINCE = "province"
    COMMUNE = "commune"
    GROUP = "group"


class UnitType(StrEnum):
    """What a unit is called by law in a period."""

    CITY = "city"
    PROVINCE = "province"
    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special_zone"
    RESIDENTIAL_GROUP = "residential_group"
    VILLAGE = "village"


class Unit(Keyed, Model):
    """A province, a commune-level unit or a residential group. Official units have a zero-padded code."""

    __tablename__ = "unit"

    code: Mapped[str | None] = mapped_column(String(10), unique=True)
    level: Mapped[UnitLevel] = mapped_column(choice(UnitLevel, "level"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)

    parent: Mapped[Unit | None] = relationship(remote_side="Unit.id")
    periods: Mapped[list[UnitPeriod]] = relationship(
        back_populates="unit", order_by="UnitPeriod.valid_from", lazy="selectin", cascade="all, delete-orphan"
    )

    def at(self, day: date) -> UnitPeriod:
        """Name and type as of ``day``; before the first period, the first."""
        past = [period for period in self.periods if period.valid_from <= day]
        return past[-1] if past else self.periods[0]

    @property
    def latest(self) -> UnitPeriod:
        """Name and type of the last known period."""
        return self.periods[-1]


class UnitPeriod(Model):
    """The name and the type of a unit from a date on."""

    __tablename__ = "unit_period"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    type: Mapped[UnitType] = mapped_column(choice(UnitType, "type"))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    name_ar: Mapped[str | None] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(120), index=True)

    unit: Mapped[Unit] = relationship(back_populates="periods")


class Organisation(StrEnum):
    """The kind of organisation that a branch belongs to."""

    PEOPLES_COMMITTEE = "peoples_committee"
    YOUTH_UNION = "youth_union"
    WOMENS_UNION = "womens_union"
    ELDERLY_ASSOCIATION = "elderly_association"
    VETERANS_ASSOCIATION = "veterans_association"
    POST = "post"
    TELECOM = "telecom"
    POLICE = "police"
    SCHOOL = "school"
    OTHER = "other"


class Branch(Keyed, UnitScoped, Model):
    """An organisation at a unit: the youth union of a ward, its People's Committee, the post office."""

    __tablename__ = "branch"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    organisation: Mapped[Organisation] = mapped_column(choice(Organisation, "organisation"))
    name: Mapped[dict[str, Any]]

    unit: Mapped[Unit] = relationship()

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Also the branches of the units where the actor teaches: their names stand on class pages."""
        return cls.unit_id.in_(below(scope.unit_ids | scope.staff_unit_ids))
