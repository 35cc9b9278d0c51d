"""When a class meets and who teaches it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from courses import catalogue
from lms.accounts.models import User
from lms.classes import rules, service
from lms.classes.forms import CancelForm, SeriesForm, SessionForm, StaffForm, read_staff, staff_choices
from lms.classes.models import ClassSession, ClassStaff, CourseClass
from lms.classes.views.blueprint import bp, load_class, named, venue_choices
from lms.core.access import Permission, Role, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.rows import get_or_404


@bp.route("/classes/<uuid:class_id>/sessions", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def add_sessions(class_id: uuid.UUID) -> Any:
    """Plan one session or a series: first the days are shown with what is known of them, then they are added."""
    course_class = load_class(class_id)
    form = _series_form(course_class)
    preview: list[tuple[rules.Slot, list[str]]] = []
    skipped: list[Any] = []
    if form.validate_on_submit():
        days, skipped = rules.series_days(
            form.day.value, form.weekdays.data or (), form.count.data, skip_holidays=form.skip_holidays.data
        )
        if "save" in request.form:
            try:
                _add(course_class, form, days)
                return redirect(url_for("classes.show", class_id=class_id))
            except DomainError as error:
                db.session.rollback()
                form.refuse(error)
                course_class = load_class(class_id)
        slots = [rules.Slot(day, form.start.data, form.end.data) for day in days]
        warnings = service.slot_warnings(
            db.session(), course_class, slots, venue_id=form.venue.data, today=today()
        )
        preview = list(warnings.items())
    wrong = request.method == "POST" and (form.errors or not preview)
    return render_template(
        "classes/sessions.html",
        form=form,
        course_class=course_class,
        preview=preview,
        skipped=[(day, rules.holiday(day)) for day in skipped],
    ), 422 if wrong else 200


def _series_form(course_class: CourseClass) -> SeriesForm:
    latest = course_class.sessions[-1] if course_class.sessions else None
    missing = catalogue.load(course_class.course_slug).sessions - len(course_class.sessions)
    form = SeriesForm(
        start=latest.start_time if latest else None,
        end=latest.end_time if latest else None,
        count=max(missing, 1),
        skip_holidays=True,
    )
    form.venue.choices = venue_choices(empty=_("As the class"))
    return form


def _add(course_class: CourseClass, form: SeriesForm, days: list[Any]) -> None:
    added = service.schedule_series(
        db.session(),
        course_class,
        days=days,
        start=form.start.data,
        end=form.end.data,
        venue_id=form.venue.data,
        actor=actor,
        now=now(),
    )
    db.session.commit()
    flash(ngettext("%(num)d session was added.", "%(num)d sessions were added.", len(added)))


def _load_session(session_id: uuid.UUID) -> ClassSession:
    return get_or_404(ClassSession, session_id, joinedload(ClassSession.course_class))


@bp.route("/sessions/<uuid:session_id>/move", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def move_session(session_id: uuid.UUID) -> Any:
    """Give a session another day, time or place."""
    meeting = _load_session(session_id)
    form = SessionForm.of(meeting)
    form.venue.choices = venue_choices(meeting.venue, empty=_("As the class"))
    if form.validate_on_submit():
        try:
            _move(meeting, form)
            return redirect(url_for("classes.show", class_id=meeting.class_id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            meeting = _load_session(session_id)
    status = 422 if request.method == "POST" else 200
    return render_template("classes/move_session.html", form=form, meeting=meeting), status


def _move(meeting: ClassSession, form: SessionForm) -> None:
    day: Any = form.day.value
    slot = rules.Slot(day, form.start.data, form.end.data)
    service.move_session(
        db.session(),
        meeting,
        day=slot.day,
        start=slot.start,
        end=slot.end,
        venue_id=form.venue.data,
        actor=actor,
        now=now(),
    )
    warnings = service.slot_warnings(
        db.session(), meeting.course_class, [slot], venue_id=form.venue.data, today=today(), without=meeting
    )
    db.session.commit()
    flash(_("The session is moved. Please tell the people of the class."))
    for warning in warnings[slot]:
        flash(warning, "warning")


@bp.route("/sessions/<uuid:session_id>/cancel", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def cancel_session(session_id: uuid.UUID) -> Any:
    """Call a session off, with the reason."""
    meeting = _load_session(session_id)
    form = CancelForm()
    if form.validate_on_submit():
        try:
            service.cancel_session(db.session(), meeting, reason=form.reason.data, actor=actor, now=now())
            db.session.commit()
            flash(_("The session is cancelled. Please tell the people of the class."))
            return redirect(url_for("classes.show", class_id=meeting.class_id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            meeting = _load_session(session_id)
    status = 422 if request.method == "POST" else 200
    return render_template("classes/cancel_session.html", form=form, meeting=meeting), status


@bp.post("/sessions/<uuid:session_id>/delete")
@requires(Permission.CLASSES_EDIT)
def delete_session(session_id: uuid.UUID) -> Any:
    """Take a session out of a draft."""
    meeting = _load_session(session_id)
    class_id = meeting.class_id
    service.delete_session(db.session(), meeting, actor=actor, now=now())
    db.session.commit()
    flash(_("The session is removed."))
    return redirect(url_for("classes.show", class_id=class_id))


@bp.route("/classes/<uuid:class_id>/staff", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def staff(class_id: uuid.UUID) -> Any:
    """Who teaches and who helps."""
    course_class = load_class(class_id)
    form = StaffForm()
    pairs = service.possible_staff(db.session(), [course_class.unit_id])
    there = {(member.user_id, member.role) for member in course_class.staff}
    pairs = [(user, role) for user, role in pairs if (user.id, role) not in there]
    form.staff.choices = staff_choices(pairs)
    if form.validate_on_submit():
        user_id, role = read_staff(form.staff.data)
        try:
            _assign(course_class, user_id, role)
            return redirect(url_for("classes.staff", class_id=class_id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            course_class = load_class(class_id)
    status = 422 if request.method == "POST" else 200
    return render_template("classes/staff.html", form=form, course_class=course_class, possible=pairs), status


def _assign(course_class: CourseClass, user_id: uuid.UUID, role: Role) -> None:
    user = db.session.get_one(User, user_id)
    service.assign_staff(db.session(), course_class, user, role, actor=actor, now=now())
    slots = [
        rules.Slot(each.local_date, each.start_time, each.end_time)
        for each in course_class.sessions
        if each.state == "planned"
    ]
    warnings = service.slot_warnings(db.session(), course_class, slots, today=today())
    db.session.commit()
    flash(_("%(name)s is on the staff of the class.", name=named(user.name)))
    for text in sorted({text for found in warnings.values() for text in found if user.name in text}):
        flash(text, "warning")


@bp.post("/classes/<uuid:class_id>/staff/<uuid:member_id>/remove")
@requires(Permission.CLASSES_EDIT)
def remove_staff(class_id: uuid.UUID, member_id: uuid.UUID) -> Any:
    """Take somebody off the staff; with a way back."""
    course_class = load_class(class_id)
    member = _member(course_class, member_id)
    user_id, role, name = member.user_id, member.role, member.user.name
    service.remove_staff(db.session(), course_class, member, actor=actor, now=now())
    db.session.commit()
    undo = url_for("classes.add_staff", class_id=class_id, user_id=user_id, role=role.value)
    flash(
        {"text": _("%(name)s is no longer on the staff of the class.", name=named(name)), "url": undo}, "undo"
    )
    return redirect(url_for("classes.staff", class_id=class_id))


def _member(course_class: CourseClass, member_id: uuid.UUID) -> ClassStaff:
    member = next((each for each in course_class.staff if each.id == member_id), None)
    if member is None:
        abort(404)
    return member


@bp.post("/classes/<uuid:class_id>/staff/<uuid:user_id>/<any(trainer, helper):role>")
@requires(Permission.CLASSES_EDIT)
def add_staff(class_id: uuid.UUID, user_id: uuid.UUID, role: str) -> Any:
    """Undo a removal."""
    _assign(load_class(class_id), user_id, Role(role))
    return redirect(url_for("classes.staff", class_id=class_id))
