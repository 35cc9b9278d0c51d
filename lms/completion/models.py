"""Completion: which tasks were observed, and the decision for each person."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.classes.models import ClassScoped
from lms.core.append_only import append_only
from lms.core.db import Keyed, Model, choice


class TaskResult(StrEnum):
    """How a person managed an observed task."""

    ALONE = "alone"
    WITH_HELP = "with_help"
    NOT_YET = "not_yet"


class TaskObservation(Keyed, ClassScoped, Model):
    """A trainer watched a person do a task of the course. The newest observation of a task holds."""

    __tablename__ = "task_observation"
    __table_args__ = (Index(None, "class_id", "person_id"),)

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    task: Mapped[str] = mapped_column(String(60))
    result: Mapped[TaskResult] = mapped_column(choice(TaskResult, "result"))
    observed_at: Mapped[datetime]
    observed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))


append_only(TaskObservation.__table__)  # type: ignore[arg-type]


class Completion(ClassScoped, Model):
    """The decision for one person of a class, with the figures it rests on.

    ``overridden`` is a manager's decision against or without the rule, with the written reason.
    """

    __tablename__ = "completion"

    class_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("course_class.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    completed: Mapped[bool]
    figures: Mapped[dict[str, Any]]
    overridden: Mapped[bool] = mapped_column(default=False)
    override_reason: Mapped[str | None] = mapped_column(String(500))
    decided_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
