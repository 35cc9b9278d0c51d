"""Places where classes meet."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.core.access import Scope
from lms.core.db import Keyed, Model
from lms.units.models import Unit, UnitScoped, below
from translations import names


class Venue(Keyed, UnitScoped, Model):
    """A house of culture, a school room, a travelling point's stop; ``name_folded`` is for searching."""

    __tablename__ = "venue"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    name_folded: Mapped[str] = mapped_column(String(320), default="")
    address: Mapped[str | None] = mapped_column(String(240))
    seats: Mapped[int | None]
    step_free: Mapped[bool | None]
    internet: Mapped[bool | None]
    archived: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()

    @validates("name")
    def _fold_name(self, _name: str, name: str) -> str:
        self.name_folded = names.fold(name)
        return name

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Also the venues of the units where the actor teaches: they stand on class pages."""
        return cls.unit_id.in_(below(scope.unit_ids | scope.staff_unit_ids))
