"""Pages of jobs: the list of the own unit, one job with its bar, and its result."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, send_file, url_for

from lms.audit import service as audit
from lms.core.access import signed_in
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.i18n import current_locale
from lms.core.paging import asked_page, paginate
from lms.jobs import service
from lms.jobs.models import Job
from translations.numbers import count as written
from translations.numbers import decimal

bp = Blueprint("jobs", __name__, template_folder="templates")

MOST_PROBLEMS = 200


@bp.get("/jobs")
@signed_in
def index() -> str:
    """The jobs of the actor's units, newest first."""
    if not service.may_see_any(actor):
        abort(403)
    query = service.visible(actor).order_by(Job.created_at.desc(), Job.id.desc())
    page = paginate(db.session(), query, number=asked_page())
    return render_template("jobs/index.html", page=page, now=now(), service=service, count=_count)


def _job(job_id: uuid.UUID) -> Job:
    job: Job | None = db.session.scalar(service.visible(actor).where(Job.id == job_id))
    return job or abort(404)


def _count(job: Job) -> str:
    """How far a job is: "1.200/5.000"."""
    if not job.total:
        return ""
    return "/".join(written(value, current_locale()) for value in (job.done, job.total))


def _size(size: int) -> str:
    """The size of a file: "1,2 MB"."""
    return f"{decimal(max(size / 1e6, 0.01), current_locale(), 2 if size < 1e6 else 1)} MB"


@bp.get("/jobs/<uuid:job_id>")
@signed_in
def show(job_id: uuid.UUID) -> str:
    """One job."""
    job, session, at = _job(job_id), db.session(), now()
    problems = service.problems_of(session, job, most=MOST_PROBLEMS)
    return render_template(
        "jobs/show.html",
        job=job,
        title=service.title(job),
        count=_count(job),
        left=service.time_left(job, at),
        made=service.made(job) if not job.active else None,
        place=service.place(job),
        size=_size(job.result_size or 0),
        lonely=service.nobody_comes(session, job, at),
        downloadable=job.has_result(at),
        problems=[(each.subject, service.problem_sentence(job, each)) for each in problems],
    )


@bp.get("/jobs/<uuid:job_id>.json")
@signed_in
def progress(job_id: uuid.UUID) -> Any:
    """How far a job is, for a program."""
    job = _job(job_id)
    return jsonify(
        state=job.state.value,
        done=job.done,
        total=job.total,
        problems=job.problem_count,
        count=_count(job),
        left=service.time_left(job, now()),
    )


@bp.post("/jobs/<uuid:job_id>/cancel")
@signed_in
def cancel(job_id: uuid.UUID) -> Any:
    """End a job."""
    job = _job(job_id)
    service.cancel(db.session(), job, actor=actor, now=now())
    db.session.commit()
    return redirect(url_for("jobs.show", job_id=job_id))


@bp.post("/jobs/<uuid:job_id>/go-on")
@signed_in
def go_on(job_id: uuid.UUID) -> Any:
    """Let a job that failed or was cancelled go on."""
    job = _job(job_id)
    service.go_on(db.session(), job, actor=actor, now=now())
    db.session.commit()
    return redirect(url_for("jobs.show", job_id=job_id))


@bp.get("/jobs/<uuid:job_id>/result")
@signed_in
def result(job_id: uuid.UUID) -> Any:
    """What a job made, straight from the disk."""
    job, at = _job(job_id), now()
    path = service.result_of(job, at)
    name = job.result_name
    audit.record_view(db.session(), "job.downloaded", actor=actor, now=at, subject=job, kind=job.kind)
    return send_file(path, as_attachment=True, download_name=name, conditional=True, max_age=0)
