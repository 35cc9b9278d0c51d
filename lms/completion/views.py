"""Pages of completion: who completed and why, observed tasks, a manager's own decision."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import BadRequest

from lms.classes.models import CourseClass
from lms.completion import service
from lms.completion.forms import OverrideForm, TaskForm
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.rows import get_or_404

bp = Blueprint("completion", __name__, template_folder="templates")


def _class(class_id: uuid.UUID) -> CourseClass:
    return get_or_404(CourseClass, class_id, joinedload(CourseClass.unit))


@bp.get("/classes/<uuid:class_id>/completion")
@requires(Permission.ATTENDANCE_VIEW)
def index(class_id: uuid.UUID) -> str:
    """Who completed and who did not, each with the reason."""
    course_class = _class(class_id)
    found = service.candidates(db.session(), course_class)
    return render_template(
        "completion/index.html",
        course_class=course_class,
        found=found,
        reasons={each.person.id: service.reasons(course_class, each.decision) for each in found},
        deciders=service.deciders(db.session(), found),
        must_tasks=service.must_tasks(course_class),
        rule=service.rule_of(course_class),
    )


@bp.post("/classes/<uuid:class_id>/completion")
@requires(Permission.COMPLETION_OVERRIDE)
def decide(class_id: uuid.UUID) -> Any:
    """Write down who completed."""
    found = service.decide_class(db.session(), _class(class_id), actor=actor, now=now())
    db.session.commit()
    completed = sum(each.completed for each in found)
    flash(
        ngettext(
            "Written down: %(num)d person completed.", "Written down: %(num)d people completed.", completed
        )
    )
    return redirect(url_for("completion.index", class_id=class_id))


# --- observed tasks ---------------------------------------------------------------------------------------


@bp.get("/classes/<uuid:class_id>/tasks")
@bp.get("/classes/<uuid:class_id>/tasks/<task>")
@requires(Permission.TASKS_OBSERVE)
def tasks(class_id: uuid.UUID, task: str | None = None) -> str:
    """One task of the course, a row a person: alone, with help, not yet."""
    course_class = _class(class_id)
    found, known = service.candidates(db.session(), course_class), service.must_tasks(course_class)
    chosen = next((each for each in known if each.key == task), None) if task else next(iter(known), None)
    if task and chosen is None:
        abort(404)
    results = [each.results.get(chosen.key) if chosen else None for each in found]
    return render_template(
        "completion/tasks.html",
        course_class=course_class,
        tasks=known,
        task=chosen,
        people=[_row(each, result) for each, result in zip(found, results, strict=True)],
        seen={each.key: sum(each.key in candidate.results for candidate in found) for each in known},
        form=TaskForm.of(results),
    )


def _row(candidate: service.Candidate, result: Any) -> dict[str, Any]:
    person = candidate.person
    group = person.residential_group
    small = [str(person.birth_year) if person.birth_year else "", group.latest.name_vi if group else ""]
    return {
        "key": person.id.hex,
        "name": person.name,
        "small": " · ".join(filter(None, small)),
        "status": result and result.value,
    }


@bp.post("/classes/<uuid:class_id>/tasks/<task>")
@requires(Permission.TASKS_OBSERVE)
def save_task(class_id: uuid.UUID, task: str) -> Any:
    """Note what was tapped."""
    course_class = _class(class_id)
    try:
        results = {(key, task): result for key, result in TaskForm.results(request.form).items()}
    except (KeyError, ValueError) as error:
        raise BadRequest from error
    noted = service.observe_tasks(db.session(), course_class, results, actor=actor, now=now())
    db.session.commit()
    if noted:
        flash(ngettext("Noted for %(num)d person.", "Noted for %(num)d people.", noted))
    else:
        flash(_("Nothing was changed."))
    return redirect(url_for("completion.tasks", class_id=class_id, task=task))


# --- a manager's own decision -----------------------------------------------------------------------------


@bp.route("/classes/<uuid:class_id>/completion/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.COMPLETION_OVERRIDE)
def override(class_id: uuid.UUID, person_id: uuid.UUID) -> Any:
    """Decide for one person, with a written reason."""
    course_class = _class(class_id)
    candidate = _candidate(course_class, person_id)
    form = OverrideForm(data=_present(candidate))
    if form.validate_on_submit():
        try:
            _override(course_class, person_id, form)
            return redirect(url_for("completion.index", class_id=class_id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            course_class = _class(class_id)
            candidate = _candidate(course_class, person_id)
    page = render_template(
        "completion/override.html",
        course_class=course_class,
        candidate=candidate,
        reasons=service.reasons(course_class, candidate.decision),
        form=form,
    )
    return page, 200 if request.method == "GET" else 422


def _candidate(course_class: CourseClass, person_id: uuid.UUID) -> service.Candidate:
    found = service.candidates(db.session(), course_class)
    candidate = next((each for each in found if each.person.id == person_id), None)
    return candidate or abort(404)


def _present(candidate: service.Candidate) -> dict[str, str]:
    if candidate.override is None:
        return {}
    completed = "yes" if candidate.override.completed else "no"
    return {"completed": completed, "reason": candidate.override.override_reason or ""}


def _override(course_class: CourseClass, person_id: uuid.UUID, form: OverrideForm) -> None:
    service.override(
        db.session(),
        course_class,
        person_id,
        completed=form.completed.data == "yes",
        reason=form.reason.data or "",
        actor=actor,
        now=now(),
    )
    db.session.commit()
    flash(_("Your decision is written down with its reason."))


@bp.post("/classes/<uuid:class_id>/completion/<uuid:person_id>/rule")
@requires(Permission.COMPLETION_OVERRIDE)
def withdraw_override(class_id: uuid.UUID, person_id: uuid.UUID) -> Any:
    """Let the rule decide again for one person."""
    service.withdraw_override(db.session(), _class(class_id), person_id, actor=actor, now=now())
    db.session.commit()
    flash(_("The rule decides again for this person."))
    return redirect(url_for("completion.index", class_id=class_id))
