"""``lms jobs``: perform what is queued, and see how far it is."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import ngettext
from sqlalchemy import select

from lms.core.clock import now
from lms.core.command_line import in_language, see_everything
from lms.core.db import db
from lms.core.i18n import pick
from lms.jobs import service
from lms.jobs.expiry import remove_expired
from lms.jobs.models import ACTIVE, Job, JobState
from lms.jobs.worker import new_worker_id, work_off
from translations.locales import DEFAULT, LOCALES

language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(list(LOCALES)),
    default=DEFAULT,
    show_default=True,
    help="Language of what is written.",
)


@click.group("jobs", help="Long work: perform what is queued, list.")
def jobs_group() -> None:
    """The group of commands."""


@jobs_group.command("run")
@language_option
@with_appcontext
def run_command(language: str) -> None:
    """Perform every job that is queued or was broken off, then end. Exit code 2 when one failed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.remove()
    performed = work_off(app, new_worker_id())
    see_everything()
    remove_expired(db.session(), now=now())
    jobs = db.session.scalars(select(Job).where(Job.id.in_(performed)).order_by(Job.finished_at)).all()
    with in_language(language):
        for job in jobs:
            click.echo(_line(job, language))
        click.echo(ngettext("%(num)d job performed.", "%(num)d jobs performed.", len(jobs)))
    if any(job.state is JobState.FAILED for job in jobs):
        sys.exit(2)


@jobs_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@language_option
@with_appcontext
def list_command(everything: bool, language: str) -> None:
    """List the jobs that are queued or running, oldest first."""
    see_everything()
    query = select(Job).order_by(Job.created_at, Job.id)
    with in_language(language):
        for job in db.session.scalars(query if everything else query.where(Job.state.in_(ACTIVE))):
            click.echo(_line(job, language))


def _line(job: Job, language: str) -> str:
    """One job: id, state, how far, title and subject, time left, what was made or why it failed."""
    parts = [
        str(job.id),
        f"{job.state.value:<9}",
        f"{job.done}/{job.total}",
        f"{service.title(job)}: {pick(job.about, language)}",
        service.time_left(job, now()),
        service.made(job) if not job.active else None,
        pick(job.error, language),
    ]
    return "  ".join(part for part in parts if part)
