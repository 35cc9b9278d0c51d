"""Finding one row for a page."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm.interfaces import ORMOption

from lms.core.db import Model, db

Row = TypeVar("Row", bound=Model)


def get_or_404(table: type[Row], key: uuid.UUID, *options: ORMOption) -> Row:
    """The row with ``key`` if this request may see it; otherwise the same 404 as for one that never was."""
    rows: Any = table
    row: Any = db.session.scalar(select(rows).where(rows.id == key).options(*options))
    if row is None:
        abort(404)
    return row
