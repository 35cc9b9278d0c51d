"""What is too long for a page: issuing to many people and printing for them are ordered here, as jobs."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, redirect, request, url_for

from lms.certificates import jobs
from lms.certificates.views.blueprint import bp, public_url
from lms.classes.models import CourseClass
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.rows import get_or_404
from translations.locales import LOCALES


def order_issuing(course_class: CourseClass) -> Any:
    """Order certificates for a large class, and go to the job."""
    job = jobs.order_issuing(db.session(), course_class, public_url=public_url(), actor=actor, now=now())
    db.session.commit()
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.post("/classes/<uuid:class_id>/certificates/print")
@requires(Permission.CERTIFICATES_ISSUE)
def order_printing(class_id: uuid.UUID) -> Any:
    """Order a print file of one language, or a zip with every paper in the given languages."""
    course_class = get_or_404(CourseClass, class_id)
    form, languages = request.form.get("form"), request.form.getlist("language")
    if form not in ("zip", "pdf") or not languages or not set(languages) <= set(LOCALES):
        abort(400)
    if form == "pdf" and len(languages) > 1:
        abort(400)
    job = jobs.order_printing(
        db.session(),
        course_class,
        form=form,
        languages=[code for code in LOCALES if code in languages],
        actor=actor,
        now=now(),
    )
    db.session.commit()
    return redirect(url_for("jobs.show", job_id=job.id))
