"""The audit log: it only grows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.core.access import Actor
from lms.core.db import is_writing, writing


def record(
    session: Session,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    unit_id: uuid.UUID | None = None,
    subject: Any = None,
    **details: Any,
) -> None:
    """Add an entry: ``action`` such as "class.created", the row it was done to, keys or counts as details."""
    session.add(_entry(action, actor=actor, now=now, unit_id=unit_id, subject=subject, details=details))


def record_view(
    session: Session,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    unit_id: uuid.UUID | None = None,
    subject: Any = None,
    **details: Any,
) -> None:
    """Record that somebody is going to look at sensitive fields, whatever becomes of ``session`` afterwards.

    The entry is committed before this returns, in a transaction of its own; so nothing is shown that is not
    recorded. In a request that writes anyway it goes with that transaction, which holds the only turn to write.
    """
    entry = _entry(action, actor=actor, now=now, unit_id=unit_id, subject=subject, details=details)
    if is_writing():
        session.add(entry)
        session.flush()
        return
    with writing(), Session(session.get_bind(AuditEntry)) as own:
        own.add(entry)
        own.commit()


def _entry(
    action: str,
    *,
    actor: Actor,
    now: datetime,
    unit_id: uuid.UUID | None,
    subject: Any,
    details: dict[str, Any],
) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        unit_id=unit_id if unit_id is not None else getattr(subject, "unit_id", None),
        subject_type=type(subject).__tablename__ if subject is not None else None,
        subject_id=getattr(subject, "id", None),
        details=details,
    )


def entries(
    *, kinds: Sequence[str] = (), subject_id: uuid.UUID | None = None, actor_id: uuid.UUID | None = None
) -> Select[AuditEntry]:
    """The entries that the session may see, newest first; ``kinds`` are the parts of actions before the dot."""
    query = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if kinds:
        query = query.where(
            or_(*(AuditEntry.action.startswith(f"{kind}.", autoescape=True) for kind in kinds))
        )
    if subject_id:
        query = query.where(AuditEntry.subject_id == subject_id)
    if actor_id:
        query = query.where(AuditEntry.actor_id == actor_id)
    return query
