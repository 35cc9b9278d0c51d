"""What is kept of a finished job, and for how long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from lms.core.db import writing
from lms.jobs import files
from lms.jobs.models import ACTIVE, Job, JobProblem


def remove_expired(session: Session, *, now: datetime) -> int:
    """Remove the files of jobs that expired or are no more, and the names in their problems. Commits.

    Returns how many files were removed. ``session`` must see everything.
    """
    files_there = [path for path in files.folder().iterdir() if path.is_file()]
    ids = {key for path in files_there if (key := files.job_of(path)) is not None}
    wanted = select(Job.id).where(
        Job.id.in_(ids), or_(Job.state.in_(ACTIVE), Job.result_name.is_not(None) & (Job.expires_at > now))
    )
    kept = set(session.scalars(wanted)) if ids else set()
    old = select(Job.id).where(Job.expires_at <= now)
    named = session.scalar(select(exists().where(JobProblem.job_id.in_(old))))
    session.rollback()
    if named:
        with writing():
            session.execute(delete(JobProblem).where(JobProblem.job_id.in_(old)))
            session.commit()
    return files.remove([path for path in files_there if files.job_of(path) not in kept])
