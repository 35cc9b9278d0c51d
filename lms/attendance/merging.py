"""What a merge of two people does to attendance: the present states move, the marks stay as they were made."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.attendance.models import Attendance, AttendanceMark
from lms.attendance.register import winning_key_of
from lms.people.service import add_mover


def move_states(session: Session, from_id: uuid.UUID, to_id: uuid.UUID) -> dict[str, Any]:
    """Give the present states of one person to another; where both have one, the newer mark's stays."""
    mine = {row.session_id: row for row in _states(session, to_id)}
    moved, replaced = [], []
    for row in _states(session, from_id):
        old = mine.get(row.session_id)
        if old is not None and winning_key_of(old.mark) >= winning_key_of(row.mark):
            continue
        if old is not None:
            replaced.append({"session": old.session_id.hex, "mark": old.mark_id.hex})
            old.status, old.mark, old.mark_id = row.status, row.mark, row.mark_id
        else:
            session.add(
                Attendance(
                    session_id=row.session_id,
                    person_id=to_id,
                    class_id=row.class_id,
                    status=row.status,
                    mark_id=row.mark_id,
                )
            )
            moved.append(row.session_id.hex)
    session.flush()
    return {"moved": moved, "replaced": replaced}


def return_states(session: Session, from_id: uuid.UUID, to_id: uuid.UUID, record: dict[str, Any]) -> None:
    states = {row.session_id: row for row in _states(session, to_id)}
    for key in record["moved"]:
        if (row := states.get(uuid.UUID(key))) is not None:
            session.delete(row)
    for entry in record["replaced"]:
        mark = session.get(AttendanceMark, uuid.UUID(entry["mark"]))
        row = states.get(uuid.UUID(entry["session"]))
        if mark is not None and row is not None:
            row.mark, row.mark_id, row.status = mark, mark.id, mark.status
    session.flush()


def _states(session: Session, person_id: uuid.UUID) -> list[Attendance]:
    query = select(Attendance).where(Attendance.person_id == person_id).options(joinedload(Attendance.mark))
    # record_marks writes beside the objects that this session may hold already
    return list(session.scalars(query, execution_options={"populate_existing": True}))


add_mover("attendance", move_states, return_states)
