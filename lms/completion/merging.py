"""What becomes of decisions about completion when two records of one person are merged."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.completion.models import Completion
from lms.people import service as people


def move_decisions(session: Session, from_id: uuid.UUID, to_id: uuid.UUID) -> dict[str, Any]:
    """Give a person's decisions to another; where both have one, a manager's own decision stays before the rule's."""
    kept = {row.class_id: row for row in _decisions(session, to_id)}
    record: dict[str, Any] = {"removed": [], "replaced": [], "moved": []}
    for row in _decisions(session, from_id):
        twin = kept.get(row.class_id)
        record["removed"].append(_written(row))
        session.delete(row)
        if twin is not None and (twin.overridden or not row.overridden):
            continue
        if twin is not None:
            record["replaced"].append(_written(twin))
            session.delete(twin)
        session.flush()
        session.add(_read(_written(row), to_id))
        record["moved"].append({"class": row.class_id.hex, "decided_at": row.decided_at.isoformat()})
    session.flush()
    return record


def return_decisions(session: Session, from_id: uuid.UUID, to_id: uuid.UUID, record: dict[str, Any]) -> None:
    """Undo ``move_decisions``; what was decided anew since the merge stays with the kept record."""
    present = {row.class_id: row for row in _decisions(session, to_id)}
    free = set()
    for entry in record["moved"]:
        class_id = uuid.UUID(entry["class"])
        row = present.get(class_id)
        if row is not None and row.decided_at.isoformat() == entry["decided_at"]:
            session.delete(row)
            free.add(class_id)
    session.flush()
    session.add_all(_read(entry, from_id) for entry in record["removed"])
    session.add_all(
        _read(entry, to_id) for entry in record["replaced"] if uuid.UUID(entry["class_id"]) in free
    )
    session.flush()


def _decisions(session: Session, person_id: uuid.UUID) -> list[Completion]:
    return list(session.scalars(select(Completion).where(Completion.person_id == person_id)))


def _written(row: Completion) -> dict[str, Any]:
    return {
        "class_id": row.class_id.hex,
        "completed": row.completed,
        "figures": row.figures,
        "overridden": row.overridden,
        "override_reason": row.override_reason,
        "decided_at": row.decided_at.isoformat(),
        "decided_by": row.decided_by.hex if row.decided_by else None,
    }


def _read(entry: dict[str, Any], person_id: uuid.UUID) -> Completion:
    keys = {name: uuid.UUID(entry[name]) if entry[name] else None for name in ("class_id", "decided_by")}
    return Completion(
        person_id=person_id, **{**entry, **keys, "decided_at": datetime.fromisoformat(entry["decided_at"])}
    )


people.add_mover("completion", move_decisions, return_decisions)
