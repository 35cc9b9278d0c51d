"""The verbs of jobs: order one, cancel, let go on; and how far each is.

A feature registers what performs its kind with ``performer`` and orders work with ``enqueue``.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from lms import signals
from lms.audit import service as audit
from lms.core.access import Actor, Permission, any_true, public_rows
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.jobs import files, rules
from lms.jobs.context import Context, JobCancelledError
from lms.jobs.kinds import KINDS, performer
from lms.jobs.models import ACTIVE, Job, JobProblem, JobState

__all__ = [
    "Context",
    "JobCancelledError",
    "cancel",
    "enqueue",
    "go_on",
    "made",
    "may_see_any",
    "nobody_comes",
    "performer",
    "place",
    "problem_sentence",
    "problems_of",
    "result_of",
    "running_job",
    "time_left",
    "title",
    "visible",
]

NOBODY_COMES = timedelta(minutes=1)
"""A job that is queued for longer, while no other runs, seems to have nobody who performs it."""


def enqueue(
    session: Session,
    kind: str,
    params: dict[str, Any],
    *,
    unit_id: uuid.UUID,
    about: dict[str, str],
    running_key: str | None = None,
    actor: Actor,
    now: datetime,
) -> Job:
    """Order a job; it begins after the caller's transaction is committed, and never if that is rolled back.

    ``params`` is JSON; ``about`` names what it is done to, in each language. Raises DomainError
    ("job_running") when a job with the same ``running_key`` is not over yet.
    """
    if running_key is not None and running_job(session, running_key) is not None:
        raise _still_running()
    job = Job(
        id=new_key(),
        unit_id=unit_id,
        kind=kind,
        permission=KINDS[kind].permission.value,
        about=about,
        params=params,
        running_key=running_key,
        created_by=actor.id,
        actor_name=actor.name,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError as error:
        raise _still_running() from error
    audit.record(session, "job.ordered", actor=actor, now=now, subject=job, kind=kind)
    signals.send_after_commit(session, signals.job_enqueued, job_id=job.id)
    return job


def _still_running() -> DomainError:
    return DomainError("job_running", _l("This is being done already. Please wait until it is finished."))


def running_job(session: Session, running_key: str) -> Job | None:
    """The job with this key that is not over yet, whoever ordered it."""
    query = select(Job).where(Job.running_key == running_key, Job.state.in_(ACTIVE))
    return session.scalars(public_rows(query)).first()


def cancel(session: Session, job: Job, *, actor: Actor, now: datetime) -> None:
    """End a job: at once when it is queued, else after the step in hand. What is committed stays."""
    session.refresh(job, with_for_update={"of": Job})
    if not job.active:
        raise DomainError("job_over", _l("This is over already, so it cannot be cancelled any more."))
    if job.state is JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
        job.expires_at = now + rules.RESULT_LASTS
    job.cancel_asked_at = now
    session.flush()
    audit.record(session, "job.cancelled", actor=actor, now=now, subject=job, kind=job.kind)


def go_on(session: Session, job: Job, *, actor: Actor, now: datetime) -> None:
    """Put a failed or cancelled job in the queue again; it goes on with what is not done yet.

    It is performed with the rights of who lets it go on.
    """
    session.refresh(job, with_for_update={"of": Job})
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise DomainError("job_not_over", _l("Only what failed or was cancelled can go on."))
    if job.running_key is not None and running_job(session, job.running_key) is not None:
        raise _still_running()
    job.state, job.attempts, job.worker, job.pace = JobState.QUEUED, 0, None, []
    job.error_code = job.error = job.cancel_asked_at = job.finished_at = job.expires_at = None
    job.created_by, job.actor_name = actor.id, actor.name
    session.flush()
    audit.record(session, "job.went_on", actor=actor, now=now, subject=job, kind=job.kind)
    signals.send_after_commit(session, signals.job_enqueued, job_id=job.id)


# --- shown -----------------------------------------------------------------------------------------------


def visible(actor: Actor) -> Select[Any]:
    """The jobs that the actor may see: of the units where the actor has the permission that each needs."""
    permissions = {kind.permission for kind in KINDS.values()}
    held: list[Permission] = sorted(each for each in permissions if actor.can(each))
    ways = [and_(Job.permission == each.value, Job.within(actor.scope(each))) for each in held]
    return public_rows(select(Job).where(any_true(ways)).options(joinedload(Job.author)))


def may_see_any(actor: Actor) -> bool:
    """Whether there is a kind of job that the actor may see somewhere."""
    return any(actor.can(kind.permission) for kind in KINDS.values())


def title(job: Job) -> str:
    """What kind of work it is, in the language in force."""
    kind = KINDS.get(job.kind)
    return str(kind.title) if kind else job.kind


def made(job: Job) -> str | None:
    """What a job made so far, as a sentence in the language in force."""
    kind = KINDS.get(job.kind)
    return kind.made(job) if kind else None


def place(job: Job) -> str | None:
    """The address of the page of what the job is done to."""
    kind = KINDS.get(job.kind)
    return kind.place(job) if kind else None


def time_left(job: Job, now: datetime) -> str | None:
    """How long a running job still takes, in words; None when it cannot be told."""
    if (
        job.state is not JobState.RUNNING
        or job.heartbeat_at is None
        or now - job.heartbeat_at > rules.SILENCE
    ):
        return None
    pace = [(float(at), int(done)) for at, done in job.pace]
    left = rules.time_left(pace, job.done, job.total, now.timestamp())
    if left is None:
        return None
    number, unit = rules.rounded(left)
    if unit == "seconds":
        return ngettext("About %(num)d second left", "About %(num)d seconds left", number)
    if unit == "minutes":
        return ngettext("About %(num)d minute left", "About %(num)d minutes left", number)
    return ngettext("About %(num)d hour left", "About %(num)d hours left", number)


def nobody_comes(session: Session, job: Job, now: datetime) -> bool:
    """Whether a queued job seems to wait for a program that does not run."""
    if job.state is not JobState.QUEUED or now - job.created_at < NOBODY_COMES:
        return False
    running = select(Job.id).where(Job.state == JobState.RUNNING, Job.heartbeat_at >= now - rules.SILENCE)
    return session.scalars(public_rows(running).limit(1)).first() is None


def problems_of(session: Session, job: Job, *, most: int) -> Sequence[JobProblem]:
    """The first problems of a job, in the order in which they were met."""
    query = select(JobProblem).where(JobProblem.job_id == job.id).order_by(JobProblem.id).limit(most)
    return session.scalars(public_rows(query)).all()


def problem_sentence(job: Job, problem: JobProblem) -> str:
    """Why something could not be made, in the language in force."""
    kind = KINDS.get(job.kind)
    return gettext(problem.message, **(kind.words(problem.values) if kind else problem.values))


def result_of(job: Job, now: datetime) -> Any:
    """The path of what a job made. Raises DomainError when there is nothing (any more)."""
    if job.result_name is None:
        raise DomainError("no_result", _l("There is nothing to download here."), status=404)
    path = files.result_path(job.id)
    if not job.has_result(now) or not path.exists():
        raise DomainError(
            "result_expired",
            _l("This file was kept for seven days and is removed now. Please let it be made again."),
            status=410,
        )
    return path
