"""Who did what, and who looked at sensitive fields."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.append_only import append_only
from lms.core.db import Keyed, Model
from lms.core.scoping import UnitScoped


class AuditEntry(Keyed, UnitScoped, Model):
    """One act. ``details`` holds keys, counts and field names, never a person's name or phone."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "unit_id", "at"), Index(None, "subject_id"))

    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column()  # type: ignore[assignment]
    subject_type: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]]


append_only(AuditEntry.__table__)  # type: ignore[arg-type]
