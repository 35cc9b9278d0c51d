"""Tables whose rows belong to a unit, and which units lie below which.

It stands in the basement so that every feature, the audit log included, can have such tables; the units
themselves are a feature.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.access import Scope, Scoped
from lms.core.db import Model


class UnitClosure(Model):
    """Every unit with each of its ancestors, itself included."""

    __tablename__ = "unit_closure"
    __table_args__ = (Index(None, "descendant_id", "ancestor_id"),)

    ancestor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    descendant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    depth: Mapped[int]


def below(unit_ids: frozenset[uuid.UUID]) -> Any:
    """A subquery of the ids of ``unit_ids`` and of every unit below them."""
    return select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id.in_(sorted(unit_ids)))


class UnitScoped(Scoped):
    """A scoped table with a ``unit_id`` column that staff of single classes do not see."""

    unit_id: Mapped[uuid.UUID]

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Rows of the scope's units and of the units below them."""
        return cls.unit_id.in_(below(scope.unit_ids))
