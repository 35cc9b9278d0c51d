"""Work that takes longer than a request: what is asked for, how far it is, and what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Table, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import User
from lms.core.access import Scope, Scoped
from lms.core.db import Document, Keyed, Model, choice
from lms.core.scoping import UnitScoped, below


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class Job(Keyed, UnitScoped, Model):
    """One piece of work. ``checkpoint`` is what its performer needs to go on after the process was killed.

    ``about`` names what it is done to, in each language; ``permission`` is what staff need to see the job;
    ``running_key`` keeps two jobs from doing the same at once; ``pace`` are the last (seconds, done) of which
    the time left is estimated; ``worker`` is who performs it, and nobody else may write to it meanwhile.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "unit_id", "created_at"),
        Index(None, "state", "created_at"),
        Index(
            "uq_job_running_key",
            "running_key",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        CheckConstraint("done >= 0 AND total >= 0", name="counts_positive"),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str] = mapped_column(String(60))
    permission: Mapped[str] = mapped_column(String(40))
    about: Mapped[dict[str, Any]]
    params: Mapped[dict[str, Any]]
    running_key: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.QUEUED)
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    pace: Mapped[list[Any]] = mapped_column(Document, default=list)
    problem_count: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[dict[str, Any] | None]
    result_name: Mapped[str | None] = mapped_column(String(200))
    result_size: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    author: Mapped[User | None] = relationship()

    @property
    def active(self) -> bool:
        """Whether something is still going to happen."""
        return self.state in ACTIVE

    def has_result(self, now: datetime) -> bool:
        """Whether there is a file to download."""
        return self.result_name is not None and self.expires_at is not None and now < self.expires_at


class JobProblem(Keyed, Scoped, Model):
    """What could not be made, and why: ``message`` is an English sentence of the catalogues with its ``values``."""

    __tablename__ = "job_problem"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(500))
    values: Mapped[dict[str, Any]]
    subject: Mapped[str] = mapped_column(String(240))
    subject_id: Mapped[uuid.UUID | None]

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Problems of the jobs in the scope."""
        table = Job.__table__.c
        return cls.job_id.in_(select(table.id).where(table.unit_id.in_(below(scope.unit_ids))))


job_table = cast(Table, Job.__table__)
problem_table = cast(Table, JobProblem.__table__)
