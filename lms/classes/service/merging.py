"""What becomes of enrolments when two records of one person are merged."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.models import Enrolment, EnrolmentSource, EnrolmentState
from lms.people import service as people

_BETTER = {EnrolmentState.WITHDRAWN: 0, EnrolmentState.WAITING: 1, EnrolmentState.ENROLLED: 2}


def move_enrolments(session: Session, from_id: uuid.UUID, to_id: uuid.UUID) -> dict[str, Any]:
    """Give a person's enrolments to another. Where both are in a class, the better enrolment stays, once."""
    kept = {row.class_id: row for row in _enrolments(session, to_id)}
    record: dict[str, Any] = {"moved": [], "removed": [], "improved": []}
    for row in _enrolments(session, from_id):
        twin = kept.get(row.class_id)
        if twin is None:
            row.person_id = to_id
            record["moved"].append(row.id.hex)
            continue
        record["removed"].append(_written(row))
        if _BETTER[row.state] > _BETTER[twin.state]:
            record["improved"].append({"id": twin.id.hex, "before": _written(twin), "after": row.state.value})
            twin.state, twin.enrolled_at, twin.source = row.state, row.enrolled_at, row.source
        session.delete(row)
    session.flush()
    return record


def return_enrolments(session: Session, from_id: uuid.UUID, to_id: uuid.UUID, record: dict[str, Any]) -> None:
    """Undo ``move_enrolments``; what somebody has changed since stays changed."""
    mine = {row.id.hex: row for row in _enrolments(session, to_id)}
    for key in record["moved"]:
        if key in mine:
            mine[key].person_id = from_id
    for entry in record["improved"]:
        row = mine.get(entry["id"])
        if row is not None and row.state == entry["after"]:
            for name, value in _read(entry["before"]).items():
                setattr(row, name, value)
    session.add_all(Enrolment(person_id=from_id, **_read(entry)) for entry in record["removed"])
    session.flush()


def _enrolments(session: Session, person_id: uuid.UUID) -> list[Enrolment]:
    query = select(Enrolment).where(Enrolment.person_id == person_id)
    return list(session.scalars(query.order_by(Enrolment.id)))


def _written(row: Enrolment) -> dict[str, str]:
    return {
        "id": row.id.hex,
        "class_id": row.class_id.hex,
        "state": row.state.value,
        "source": row.source.value,
        "enrolled_at": row.enrolled_at.isoformat(),
    }


def _read(entry: dict[str, str]) -> dict[str, Any]:
    return {
        "id": uuid.UUID(entry["id"]),
        "class_id": uuid.UUID(entry["class_id"]),
        "state": EnrolmentState(entry["state"]),
        "source": EnrolmentSource(entry["source"]),
        "enrolled_at": datetime.fromisoformat(entry["enrolled_at"]),
    }


people.add_mover("classes", move_enrolments, return_enrolments)
