"""Attendance: marks are appended as people make them; the present state is derived from them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import ClassScoped, ClassSession
from lms.core.append_only import append_only
from lms.core.db import Keyed, Model, choice


class AttendanceStatus(StrEnum):
    """What a mark says. ``cleared`` takes a mark back."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"
    CLEARED = "cleared"


class AttendanceMark(Keyed, ClassScoped, Model):
    """One tap: who was marked what, by whom, on which device, when. Never changed.

    ``marked_at`` is the marking device's own time; ``effective_at`` is that time corrected by the
    difference of the clocks at first receipt. The mark with the highest (effective_at, device_sequence, id)
    wins. ``review`` holds a code when the mark is kept for a person to look at and does not count.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (Index(None, "session_id", "person_id"),)

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"), index=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("class_session.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[AttendanceStatus] = mapped_column(choice(AttendanceStatus, "status"))
    device_id: Mapped[uuid.UUID | None]
    device_sequence: Mapped[int] = mapped_column(default=0)
    marked_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    received_at: Mapped[datetime]
    marked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    supersedes: Mapped[uuid.UUID | None]
    review: Mapped[str | None] = mapped_column(String(40))


append_only(AttendanceMark.__table__)  # type: ignore[arg-type]


class Attendance(ClassScoped, Model):
    """The present state of a person at a session, derived from the winning mark in the same transaction."""

    __tablename__ = "attendance"
    __table_args__ = (Index(None, "class_id", "person_id"),)

    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("class_session.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"))
    status: Mapped[AttendanceStatus] = mapped_column(choice(AttendanceStatus, "status"))
    mark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attendance_mark.id"))

    mark: Mapped[AttendanceMark] = relationship()
    session: Mapped[ClassSession] = relationship()
