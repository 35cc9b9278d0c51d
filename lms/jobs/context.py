"""What the function that performs a job has in its hands."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.core.access import Actor
from lms.core.db import writing
from lms.jobs import files, rules
from lms.jobs.models import Job, JobProblem, JobState, job_table, problem_table

THROTTLE = 1.0
"""Seconds between two notes of how far a job is."""

BREATH = 0.005
"""Seconds between two steps in which others may write: a lock of Python is not fair."""


class JobCancelledError(Exception):
    """Somebody cancelled the job: undo what is half made and end."""


class JobLostError(Exception):
    """Another worker took the job up, because this one was silent for too long."""


class Context:
    """How a performer reads, writes and says how far it is. Writing may raise JobCancelledError: let it pass.

    ``params`` and ``ordered_at`` are those of the order, ``actor`` is who gave it, and ``session`` sees what the
    actor may. ``checkpoint`` may be changed within a step and is committed with it. Write only within ``step``.
    """

    def __init__(
        self, session: Session, job: Job, *, actor: Actor, worker: str, clock: Callable[[], datetime]
    ) -> None:
        self.session = session
        self.job_id = job.id
        self.params: dict[str, Any] = dict(job.params)
        self.checkpoint: dict[str, Any] = dict(job.checkpoint)
        self.ordered_at = job.created_at
        self.actor = actor
        self.done = job.done
        self.total = job.total
        self.problem_count = job.problem_count
        self._pace: list[Any] = []
        self._worker = worker
        self._clock = clock
        self._noted = 0.0
        self._problems: list[JobProblem] = []
        self._result: tuple[str, Path] | None = None

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A transaction that happens wholly or not at all, together with the progress made in it.

        Keep it short (a second): on SQLite nobody else writes meanwhile.
        """
        before = self.done, self.problem_count, dict(self.checkpoint)
        done, problems = self.done, len(self._problems)
        self._require_no_transaction()
        try:
            with writing():
                self._write(heartbeat_at=self._clock())
                yield self.session
                self.session.flush()
                values = self._state() | {"checkpoint": self.checkpoint}
                if self.done > done or self.checkpoint != before[2]:
                    values["attempts"] = 0
                self._write(**values)
                self.session.commit()
        except BaseException:
            self.session.rollback()
            self.done, self.problem_count, self.checkpoint = before
            del self._problems[problems:]
            raise
        finally:
            self.session.expunge_all()
        self._problems.clear()
        self._noted = time.monotonic()
        time.sleep(BREATH)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        try:
            yield self.session
        finally:
            self.session.rollback()
            self.session.expunge_all()

    def begin(self, total: int) -> None:
        """Start from nothing, for work that is not taken up where it was broken off."""
        with self.step() as session:
            session.execute(delete(problem_table).where(problem_table.c.job_id == self.job_id))
            self.done, self.total, self.problem_count = 0, total, 0

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the work is; cheap, as it is written down once a second only. Not while reading or in a step."""
        self.done = done
        self.total = self.total if total is None else total
        if time.monotonic() - self._noted >= THROTTLE:
            self.note()

    def note(self) -> None:
        """Write down at once how far the work is, and what could not be made so far."""
        self._require_no_transaction()
        with writing():
            try:
                self._write(**self._state())
                self.session.commit()
            except BaseException:
                self.session.rollback()
                raise
            finally:
                self.session.expunge_all()
        self._problems.clear()
        self._noted = time.monotonic()

    def advance(self, count: int) -> None:
        """Within a step: so much more will be done when it is committed."""
        self.done += count

    def problem(
        self,
        code: str,
        message: str,
        values: dict[str, Any] | None = None,
        *,
        subject: str = "",
        subject_id: uuid.UUID | None = None,
    ) -> None:
        """Name something that cannot be made; ``message`` is an English sentence of the catalogues."""
        self.problem_count += 1
        self._problems.append(
            JobProblem(
                job_id=self.job_id,
                code=code,
                message=message,
                values=values or {},
                subject=subject[:240],
                subject_id=subject_id,
            )
        )

    @contextmanager
    def result(self, name: str) -> Iterator[BinaryIO]:
        """A file to write the result to; it becomes the job's when all is done, and vanishes otherwise."""
        part = files.part_path(self.job_id, uuid.uuid4().hex)
        try:
            with part.open("x+b") as file:
                yield file
        except BaseException:
            files.remove([part])
            raise
        self._result = (name, part)

    def finish(self) -> None:
        """The work is done: for the worker, not for performers."""
        now = self._clock()
        values: dict[str, Any] = {"state": JobState.DONE, "finished_at": now, "cancel_asked_at": None}
        values["expires_at"] = now + rules.RESULT_LASTS
        with self.step():
            if self._result is not None:
                name, part = self._result
                values |= {"result_name": name, "result_size": files.keep(part, self.job_id)}
            self._write(**values)

    def clean_up(self) -> None:
        """Remove a result that nobody will get."""
        if self._result is not None:
            with suppress(OSError):
                self._result[1].unlink()

    def _state(self) -> dict[str, Any]:
        now = self._clock()
        self._pace = rules.with_sample([(at, count) for at, count in self._pace], now.timestamp(), self.done)
        self.session.add_all(self._problems)
        return {
            "done": self.done,
            "total": self.total,
            "pace": self._pace,
            "heartbeat_at": now,
            "problem_count": self.problem_count,
        }

    def _require_no_transaction(self) -> None:
        # A reader that turns writer half-way fails on SQLite, and would tear a step in two
        if self.session.in_transaction():
            raise RuntimeError("a transaction is open: leave reading() or step() first")

    def _write(self, **values: Any) -> None:
        """Change the job's row if it is still ours; that also locks it until the transaction ends."""
        statement = (
            update(job_table)
            .where(job_table.c.id == self.job_id, job_table.c.worker == self._worker)
            .values(**values)
            .returning(job_table.c.cancel_asked_at)
        )
        rows = self.session.execute(statement).all()
        if not rows:
            raise JobLostError
        if rows[0].cancel_asked_at is not None:
            raise JobCancelledError
