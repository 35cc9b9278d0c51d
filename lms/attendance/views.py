"""Pages of attendance: the roll call, walk-ins, the register and its prints."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import BadRequest

from lms.attendance import service, sheets
from lms.attendance.forms import RollForm, WalkInForm
from lms.classes.models import ClassSession, CourseClass
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.flashes import offer_undo
from lms.core.i18n import current_locale
from lms.core.keys import new_key
from lms.core.rows import get_or_404
from lms.people import service as people
from lms.people.models import Person
from lms.units import service as units
from translations.partial_dates import DateError, PartialDate

bp = Blueprint("attendance", __name__, template_folder="templates")


def _meeting(session_id: uuid.UUID) -> ClassSession:
    return get_or_404(
        ClassSession, session_id, joinedload(ClassSession.course_class).joinedload(CourseClass.venue)
    )


@bp.get("/sessions/<uuid:session_id>/roll-call")
@requires(Permission.ATTENDANCE_MARK)
def roll_call(session_id: uuid.UUID) -> Any:
    """The roll of a session: one tap a person, one press to save."""
    meeting = _meeting(session_id)
    entries = service.roll(db.session(), meeting)
    groups = units.latest_names(db.session(), [entry.person.residential_group_id for entry in entries])
    return render_template(
        "attendance/roll_call.html",
        meeting=meeting,
        people=[_row(entry, groups) for entry in entries],
        marked=sum(entry.status is not None for entry in entries),
        form=RollForm.of(entries),
        refusal=_refusal(meeting),
    )


def _row(entry: service.RollEntry, groups: dict[uuid.UUID, str]) -> dict[str, Any]:
    person = entry.person
    group = groups.get(person.residential_group_id) if person.residential_group_id else None
    small = [str(person.birth_year) if person.birth_year else None, group]
    return {
        "key": person.id.hex,
        "name": person.name,
        "small": " · ".join(filter(None, small)),
        "status": entry.status and entry.status.value,
    }


def _refusal(meeting: ClassSession) -> Any:
    try:
        service.require_open(meeting, now=now())
    except DomainError as error:
        return error.message
    return None


@bp.post("/sessions/<uuid:session_id>/roll-call")
@requires(Permission.ATTENDANCE_MARK)
def save_roll_call(session_id: uuid.UUID) -> Any:
    """Save what was tapped."""
    meeting = _meeting(session_id)
    service.require_open(meeting, now=now())
    try:
        marks = RollForm.marks(request.form, meeting.id, now=now())
    except (KeyError, ValueError) as error:
        raise BadRequest from error
    looking_at = service.marks_shown(db.session(), session_id)
    marks = [replace(mark, supersedes=looking_at.get(mark.person_id)) for mark in marks]
    receipts = service.record_marks(db.session(), marks, actor=actor, now=now())
    db.session.commit()
    accepted = sum(receipt.outcome == "accepted" for receipt in receipts)
    _tell(session_id, uuid.UUID(request.form["form"]), accepted)
    _tell_reviews(receipts)
    return redirect(url_for("attendance.roll_call", session_id=session_id))


def _tell(session_id: uuid.UUID, form_id: uuid.UUID, marked: int) -> None:
    if not marked:
        flash(_("Nothing was changed."))
        return
    text = ngettext("%(num)d person was marked.", "%(num)d people were marked.", marked)
    offer_undo(text, url_for("attendance.undo", session_id=session_id, form_id=form_id))


def _tell_reviews(receipts: list[service.Receipt]) -> None:
    for reason in {
        receipt.reason for receipt in receipts if receipt.outcome == "needs_review" and receipt.reason
    }:
        flash(str(service.REFUSALS[reason]), "warning")


@bp.post("/sessions/<uuid:session_id>/roll-call/<uuid:form_id>/undo")
@requires(Permission.ATTENDANCE_MARK)
def undo(session_id: uuid.UUID, form_id: uuid.UUID) -> Any:
    """Mark people again as they were before one press of "Save"."""
    meeting = _meeting(session_id)
    service.undo_marks(db.session(), meeting, form_id, actor=actor, now=now())
    db.session.commit()
    flash(_("It is as it was before."))
    return redirect(url_for("attendance.roll_call", session_id=meeting.id))


@bp.route("/sessions/<uuid:session_id>/walk-in", methods=["GET", "POST"])
@requires(Permission.ATTENDANCE_MARK)
def walk_in(session_id: uuid.UUID) -> Any:
    """Add somebody who just came; who is known already by name and birth year is offered first."""
    meeting = _meeting(session_id)
    form = WalkInForm()
    known: list[Person] = []
    if request.method == "GET":
        form.mark.data = new_key().hex
    elif "person" in request.form:
        return _welcome(meeting)
    elif form.validate_on_submit():
        try:
            birth = _birth(form)
            if "anyway" not in request.form:
                unit_id = meeting.course_class.unit_id
                known = people.namesakes(db.session(), unit_id, form.name.data, birth.year)
            if not known:
                return _add_walk_in(meeting, form.name.data, birth)
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            meeting = _meeting(session_id)
    wrong = request.method == "POST" and not known
    page = render_template("attendance/walk_in.html", meeting=meeting, form=form, known=known)
    return page, 422 if wrong else 200


def _birth(form: WalkInForm) -> PartialDate:
    try:
        return PartialDate.parse(form.birth.data or "", today=today())
    except DateError as error:
        raise DomainError(error.code, _(str(error)), field="birth") from error


def _key(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError as error:
        raise BadRequest from error


def _welcome(meeting: ClassSession) -> Any:
    person = get_or_404(Person, _key("person"))
    service.welcome(db.session(), meeting, person, mark_id=_key("mark"), actor=actor, now=now())
    db.session.commit()
    flash(_("Marked as present."))
    return redirect(url_for("attendance.roll_call", session_id=meeting.id))


def _add_walk_in(meeting: ClassSession, name: str, birth: PartialDate) -> Any:
    service.add_walk_in(
        db.session(), meeting, name=name, birth=birth, mark_id=_key("mark"), actor=actor, now=now()
    )
    db.session.commit()
    flash(_("Added and marked as present."))
    return redirect(url_for("attendance.roll_call", session_id=meeting.id))


@bp.get("/sessions/<uuid:session_id>/people/<uuid:person_id>/marks")
@requires(Permission.ATTENDANCE_VIEW)
def marks(session_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """Every mark of a person at a session: who made it and when."""
    meeting, person = _meeting(session_id), get_or_404(Person, person_id)
    found = service.history(db.session(), meeting, person.id)
    return render_template(
        "attendance/marks.html",
        meeting=meeting,
        person=person,
        marks=found,
        names=service.markers(db.session(), found),
        reasons=service.REFUSALS,
    )


@bp.get("/classes/<uuid:class_id>/register")
@requires(Permission.ATTENDANCE_VIEW)
def register(class_id: uuid.UUID) -> str:
    """The register of a class: sessions × people with rates."""
    return render_template("attendance/register.html", register=_register(class_id))


def _register(class_id: uuid.UUID) -> service.Register:
    course_class = get_or_404(
        CourseClass, class_id, joinedload(CourseClass.venue), joinedload(CourseClass.unit)
    )
    return service.register_of(db.session(), course_class)


@bp.get("/classes/<uuid:class_id>/register.xlsx")
@requires(Permission.ATTENDANCE_VIEW)
def register_workbook(class_id: uuid.UUID) -> Any:
    """The register as a spreadsheet."""
    found = _register(class_id)
    file = io.BytesIO()
    sheets.write_workbook(file, found, current_locale())
    file.seek(0)
    return send_file(file, download_name=f"{found.course_class.code}-register.xlsx", as_attachment=True)


@bp.get("/classes/<uuid:class_id>/sign-in-sheet.pdf")
@requires(Permission.ATTENDANCE_VIEW)
def sign_in_sheet(class_id: uuid.UUID) -> Any:
    """The sheet to sign on paper, with large rows."""
    found = _register(class_id)
    document = sheets.sign_in_sheet(found, current_locale())
    return send_file(
        io.BytesIO(document),
        mimetype="application/pdf",
        download_name=f"{found.course_class.code}-sign-in.pdf",
    )
