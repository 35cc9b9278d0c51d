"""The verb of the audit log: it only grows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.core.access import Actor


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
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            unit_id=unit_id if unit_id is not None else getattr(subject, "unit_id", None),
            subject_type=type(subject).__tablename__ if subject is not None else None,
            subject_id=getattr(subject, "id", None),
            details=details,
        )
    )
