"""A sign of life for as long as a job is performed, whatever its performer is busy with."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from lms.core import clock
from lms.core.db import db, writing
from lms.jobs.models import job_table

EVERY = 5.0
"""Seconds between two signs; three of them fit into the silence after which a worker is taken for dead."""


@contextmanager
def pulse(app: Flask, job_id: uuid.UUID, worker: str, every: float = EVERY) -> Iterator[None]:
    """Inside, the job's heartbeat is written from a thread of its own, as one certificate may take long."""
    over = threading.Event()

    def beat() -> None:
        mine = update(job_table).where(job_table.c.id == job_id, job_table.c.worker == worker)
        while not over.wait(every):
            with app.app_context(), writing():
                try:
                    db.session.execute(mine.values(heartbeat_at=clock.now()))
                    db.session.commit()
                except SQLAlchemyError:
                    app.logger.warning("job %s: no sign of life written", job_id)
                finally:
                    db.session.remove()

    thread = threading.Thread(target=beat, name="lms-jobs-pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
