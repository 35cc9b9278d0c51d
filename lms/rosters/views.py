"""Pages that take a list of people into a class, and give one out."""

from __future__ import annotations

import io
import uuid
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask import (
    session as browser,
)
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from lms.classes import service as classes
from lms.classes.models import CourseClass
from lms.core.access import Permission, requires, signed_in
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.i18n import current_locale
from lms.core.rows import get_or_404
from lms.rosters import service, uploads
from lms.rosters.forms import FIELD_LABELS, UploadForm, choices_by_row, columns_by_hand
from lms.rosters.reading import Table
from lms.rosters.writing import write_template

bp = Blueprint("rosters", __name__, template_folder="templates")

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SHOWN_ROWS = 100
"""Rows of each kind that the dry run spells out; the figures count all."""


@bp.route("/classes/<uuid:class_id>/roster", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def upload(class_id: uuid.UUID) -> Any:
    """Send a list."""
    course_class = get_or_404(CourseClass, class_id)
    form = UploadForm()
    if form.validate_on_submit():
        data, filename = form.file.data.read(), form.file.data.filename or ""
        try:
            service.read(data, filename)
            forget(class_id)
            token = uploads.keep(_folder(), data, filename, class_id=class_id)
            browser[_slot(class_id)] = token
            return redirect(url_for("rosters.check", class_id=class_id))
        except DomainError as error:
            form.refuse(error)
    return _upload_page(course_class, form), 422 if form.is_submitted() else 200


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> Any:
    """A file that is refused before it is read: the same page, with the reason."""
    limit = current_app.config["SETTINGS"].roster_limit_mb
    sentence = _(
        "The file is larger than %(limit)s MB, so it was not read. A list of people is much smaller: "
        "is it the right file?",
        limit=limit,
    )
    return render_template("rosters/too_large.html", sentence=sentence), 413


def _upload_page(course_class: CourseClass, form: UploadForm) -> str:
    free = classes.free_places(db.session(), course_class)
    return render_template("rosters/upload.html", course_class=course_class, form=form, free=free)


@bp.get("/classes/<uuid:class_id>/roster/check")
@requires(Permission.CLASSES_EDIT)
def check(class_id: uuid.UUID) -> Any:
    """The dry run of the list that was sent: what it would do, and what is wrong with it."""
    course_class = get_or_404(CourseClass, class_id)
    kept = _kept(class_id)
    if kept is None:
        return _sent_again(class_id)
    table = service.read(kept.data, kept.filename)
    width = len(table.headings)
    mapping = columns_by_hand(request.args, width)
    report, refusal = None, None
    try:
        report = service.preview(db.session(), course_class, table, mapping=mapping, now=now())
        columns = report.columns
    except DomainError as error:
        columns = {field: at for field, at in (mapping or {}).items() if at is not None}
        refusal = error.message
    return render_template(
        "rosters/check.html",
        course_class=course_class,
        filename=kept.filename,
        table=table,
        report=report,
        refusal=refusal,
        fields=FIELD_LABELS,
        held={at: field for field, at in columns.items()},
        by_hand=mapping is not None,
        most=SHOWN_ROWS,
        samples=[_samples(table, at) for at in range(width)],
        reason=lambda problem: problem.sentence(_),
    )


def _samples(table: Table, at: int) -> list[str]:
    """The first few cells of a column that are not empty."""
    return list(islice((str(row.cells[at]) for row in table.rows if row.cells[at]), 3))


@bp.post("/classes/<uuid:class_id>/roster/import")
@requires(Permission.CLASSES_EDIT)
def take_over(class_id: uuid.UUID) -> Any:
    """Import the list that was checked."""
    course_class = get_or_404(CourseClass, class_id)
    kept = _kept(class_id)
    if kept is None:
        return _sent_again(class_id)
    table = service.read(kept.data, kept.filename)
    report = service.import_roster(
        db.session(),
        course_class,
        table,
        mapping=columns_by_hand(request.form, len(table.headings)),
        choices=choices_by_row(request.form),
        actor=actor,
        now=now(),
    )
    db.session.commit()
    forget(class_id)
    browser["roster_result"] = {
        "class": class_id.hex,
        "added": report.added,
        "waiting": report.waiting,
        "known": len(report.known),
        "bad": report.bad_rows,
        "without_guardian": report.without_guardian,
    }
    return redirect(url_for("rosters.result", class_id=class_id))


@bp.get("/classes/<uuid:class_id>/roster/result")
@requires(Permission.CLASSES_EDIT)
def result(class_id: uuid.UUID) -> Any:
    """What the import did."""
    course_class = get_or_404(CourseClass, class_id)
    figures = browser.get("roster_result", {})
    if figures.get("class") != class_id.hex:
        return redirect(url_for("rosters.upload", class_id=class_id))
    return render_template("rosters/result.html", course_class=course_class, **figures_of(figures))


def figures_of(figures: dict[str, Any]) -> dict[str, int]:
    """The counts of a result."""
    return {name: int(figures[name]) for name in ("added", "waiting", "known", "bad", "without_guardian")}


@bp.get("/roster-template")
@signed_in
def template() -> Response:
    """An empty list to fill in, in the language of the page."""
    file = io.BytesIO()
    write_template(file, locale=current_locale())
    return _download(file, "xlsx", "lop-so-danh-sach")


@bp.post("/classes/<uuid:class_id>/roster/export")
@requires(Permission.ROSTER_EXPORT)
def export(class_id: uuid.UUID) -> Response:
    """The list of the class as a file; a POST, because it goes into the audit log."""
    course_class = get_or_404(CourseClass, class_id)
    if request.form.get("kind") not in TYPES:
        abort(400)
    kind: Literal["csv", "xlsx"] = "csv" if request.form["kind"] == "csv" else "xlsx"
    file = io.BytesIO()
    service.export_roster(
        db.session(), course_class, file, kind, locale=current_locale(), actor=actor, now=now()
    )
    name = course_class.code
    db.session.commit()
    return _download(file, kind, name)


def _download(file: io.BytesIO, kind: str, name: str) -> Response:
    file.seek(0)
    return send_file(file, mimetype=TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")


# --- the file between dry run and import --------------------------------------------------------------------


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].instance_dir) / "rosters"


def _slot(class_id: uuid.UUID) -> str:
    return f"roster-{class_id.hex}"


def _kept(class_id: uuid.UUID) -> uploads.Upload | None:
    return uploads.find(_folder(), browser.get(_slot(class_id), ""), class_id=class_id)


def forget(class_id: uuid.UUID) -> None:
    """Remove the file kept for a class."""
    uploads.remove(_folder(), browser.pop(_slot(class_id), ""))


def _sent_again(class_id: uuid.UUID) -> Any:
    flash(_("The file is no longer kept here. Please send it again; nobody was added yet."), "warning")
    return redirect(url_for("rosters.upload", class_id=class_id))
