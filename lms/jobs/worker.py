"""Performing jobs: one thread of the serving process, or a command, takes them from the database one by one."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.models import User
from lms.core import clock
from lms.core.access import EVERYTHING, Actor, set_scope
from lms.core.db import db, writing
from lms.core.errors import DomainError
from lms.jobs import files, rules
from lms.jobs.context import Context, JobCancelledError, JobLostError
from lms.jobs.expiry import remove_expired
from lms.jobs.kinds import KINDS, Kind
from lms.jobs.models import Job, JobState, job_table
from lms.jobs.pulse import pulse
from lms.signals import job_enqueued
from translations.locales import LOCALES

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds between two looks for jobs that other processes ordered."""

CLEAN_EVERY = 600.0

SENTENCES = {
    "unexpected": _l(
        "Something went wrong in the middle. What was made before is kept; you can let it go on, and tell us if it "
        "happens again."
    ),
    "gave_up": _l(
        "The program ended several times in the middle of this work. Please tell who runs it, then let it go on."
    ),
    "not_allowed": _l("The account that ordered this may not do it any more."),
    "file_not_written": _l(
        "The file could not be written: the disk may be full. Make room, then let it go on."
    ),
}


def new_worker_id() -> str:
    """Who we are: machine, process, and a word of our own, as process numbers are used again."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:12]}"


def has_ended(worker: str) -> bool:
    """Whether the process of a worker is known to have ended; only those of this machine can be."""
    try:
        machine, process, _word = worker.rsplit("/", 2)
        number = int(process)
    except ValueError:
        return False
    if machine != socket.gethostname():
        return False
    if number == os.getpid():  # this process, or one before it with the same number
        return worker not in _here
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


_here: set[str] = set()
"""The workers of this process."""


# --- one job ---------------------------------------------------------------------------------------------


def claim(session: Session, worker: str, now: datetime) -> Job | None:
    """Take the next job: a queued one, or one whose worker died. Commits. None when there is nothing to do."""
    abandoned = _abandoned(session, worker, now)
    queued = session.scalar(select(Job.id).where(Job.state == JobState.QUEUED).limit(1))
    session.rollback()
    if queued is None and not abandoned:  # a look costs others no turn to write
        return None
    with writing():
        query = (
            select(Job)
            .where(or_(Job.state == JobState.QUEUED, Job.id.in_(abandoned) & (Job.state == JobState.RUNNING)))
            .order_by(Job.created_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Job)
            .execution_options(populate_existing=True)
        )
        job = session.scalars(query).first()
        # Of two workers that saw it abandoned the second waits no longer than for the first one's heartbeat
        if job is not None and (job.state is JobState.QUEUED or abandoned[job.id] == job.worker):
            job.state, job.worker, job.heartbeat_at = JobState.RUNNING, worker, now
            job.started_at = job.started_at or now
            job.attempts += 1
            job.pace = []
        else:
            job = None
        session.commit()
    return job


def _abandoned(session: Session, own: str, now: datetime) -> dict[uuid.UUID, str | None]:
    """The running jobs that nobody works on any more, with the worker they had."""
    running = session.execute(
        select(Job.id, Job.worker, Job.heartbeat_at).where(Job.state == JobState.RUNNING)
    )
    return {
        key: worker
        for key, worker, heartbeat_at in running
        # One of our own is from an attempt that the database broke off
        if worker in (None, own)
        or rules.is_abandoned(heartbeat_at=heartbeat_at, now=now, process_ended=has_ended(worker))
    }


def perform(session: Session, job: Job, worker: str) -> None:
    """Perform a claimed job to its end, whatever that is. Commits in steps."""
    files.remove(list(files.parts_of(job.id)))
    kind, job_id, attempts = KINDS.get(job.kind), job.id, job.attempts
    actor = _actor(session, job)
    set_scope(session, actor.scope(job.permission) if job.created_by else EVERYTHING)
    context = Context(session, job, actor=actor, worker=worker, clock=clock.now)
    session.rollback()
    session.expunge_all()
    try:
        if rules.gives_up(attempts - 1):
            raise DomainError("gave_up", SENTENCES["gave_up"])
        if kind is None or (actor.id and not actor.can(kind.permission)):
            raise DomainError("not_allowed", SENTENCES["not_allowed"])
        _perform(context, kind)
    except JobLostError:
        log.warning("job %s was taken up by another worker", job_id)
    except JobCancelledError:
        _end(session, job_id, worker, JobState.CANCELLED)
    except DomainError as error:
        _end(session, job_id, worker, JobState.FAILED, error.code, error.message)
    except OperationalError:
        raise  # the database went away; the job is taken up again
    except OSError:
        log.exception("job %s: file not written", job_id)
        _end(session, job_id, worker, JobState.FAILED, "file_not_written", SENTENCES["file_not_written"])
    except Exception:
        log.exception("job %s failed", job_id)
        _end(session, job_id, worker, JobState.FAILED, "unexpected", SENTENCES["unexpected"])


def _perform(context: Context, kind: Kind) -> None:
    try:
        context.note()
        kind.perform(context)
        context.finish()
    except BaseException:
        context.clean_up()
        raise


def _actor(session: Session, job: Job) -> Actor:
    """Who ordered the job, with the rights held now."""
    if job.created_by is None:
        return Actor(None, job.actor_name)
    user = session.get_one(User, job.created_by)
    return accounts.actor_of(session, user) if user.active else Actor(user.id, user.name)


def _end(
    session: Session,
    job_id: uuid.UUID,
    worker: str,
    state: JobState,
    code: str | None = None,
    message: Any = None,
) -> None:
    """The job is over without a result."""
    session.rollback()
    now, table = clock.now(), job_table
    values = {
        "state": state,
        "finished_at": now,
        "expires_at": now + rules.RESULT_LASTS,
        "error_code": code,
        "error": _in_all_languages(message) if message is not None else None,
    }
    with writing():
        session.execute(update(table).where(table.c.id == job_id, table.c.worker == worker).values(**values))
        session.commit()


def _in_all_languages(message: Any) -> dict[str, str]:
    texts = {}
    for code in LOCALES:
        with force_locale(code):
            texts[code] = str(message)
    return texts


# --- all of them -----------------------------------------------------------------------------------------


def work_off(app: Flask, worker: str, *, stopped: Callable[[], bool] = lambda: False) -> list[uuid.UUID]:
    """Perform jobs until none is left (or ``stopped()``); returns their ids."""
    performed: list[uuid.UUID] = []
    _here.add(worker)
    try:
        while not stopped():
            with app.app_context():
                try:
                    session = db.session()
                    set_scope(session, EVERYTHING)
                    job = claim(session, worker, clock.now())
                    if job is None:
                        return performed
                    performed.append(job.id)
                    with pulse(app, job.id, worker):
                        perform(session, job, worker)
                finally:
                    db.session.remove()
    finally:
        _here.discard(worker)
    return performed


class Worker:
    """A thread that performs the jobs of an application, one after the other, as long as the process lives."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.worker = new_worker_id()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._cleaned: float | None = None
        self._thread = threading.Thread(target=self._run, name="lms-jobs", daemon=True)

    def start(self) -> Worker:
        """Begin; jobs that an earlier process left unfinished come first."""
        job_enqueued.connect(self._on_enqueued, self.app)
        self._thread.start()
        return self

    def stop(self, timeout: float = 10.0) -> None:
        """End after the job in hand, or leave that to the next start when it takes longer than ``timeout`` seconds."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)

    def _on_enqueued(self, _app: Any, **_values: Any) -> None:
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                work_off(self.app, self.worker, stopped=self._stopping.is_set)
                self._clean()
            except SQLAlchemyError:
                log.exception("the database cannot be reached")
            except Exception:
                log.exception("the worker stumbled")
            self._wake.wait(LOOK_AGAIN)

    def _clean(self) -> None:
        if self._cleaned is not None and time.monotonic() - self._cleaned < CLEAN_EVERY:
            return
        self._cleaned = time.monotonic()
        with self.app.app_context():
            try:
                set_scope(db.session(), EVERYTHING)
                remove_expired(db.session(), now=clock.now())
            finally:
                db.session.remove()


def start_with_first_request(app: Flask) -> None:
    """Let a worker begin with the first request that this process answers: a server that forks after loading
    would otherwise leave the thread behind.
    """
    lock, workers = threading.Lock(), dict[int, Worker]()

    @app.before_request
    def begin() -> None:
        if os.getpid() not in workers:
            with lock:
                if os.getpid() not in workers:
                    workers[os.getpid()] = Worker(app).start()
