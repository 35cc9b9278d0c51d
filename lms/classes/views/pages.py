"""A list of classes, one class, and what changes it as a whole."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from courses import catalogue, typeset
from lms.accounts.models import User
from lms.classes import rules, service
from lms.classes.forms import AGE_GROUPS, MODES, ClassForm, CopyForm, EditForm, read_staff, staff_choices
from lms.classes.models import CourseClass
from lms.classes.views.blueprint import (
    NEXT_STEPS,
    bp,
    branch_choices,
    branches,
    load_class,
    may_edit,
    venue_choices,
)
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.i18n import current_language, current_locale
from lms.core.keys import is_key
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from translations.dates import weekday_date
from translations.numbers import join

USUAL_CAPACITY = 15
"""As many as one trainer can help with their phones."""

FILTERS: list[tuple[str, Any]] = [
    ("", _l("All now")),
    ("needs", _l("Needs something")),
    ("week", _l("This week")),
    ("draft", _l("Drafts")),
    ("open", _l("Open")),
    ("running", _l("Running")),
    ("finished", _l("Finished")),
    ("archived", _l("Archived")),
]


@bp.get("/classes")
@requires(Permission.CLASSES_VIEW)
def index() -> str:
    """The list of classes."""
    shown, text = request.args.get("show", ""), request.args.get("q", "").strip()[:100]
    wanted = service.ClassFilter(shown) if shown in set(service.ClassFilter) else None
    unit = request.args.get("unit", "")
    unit_id = uuid.UUID(unit) if is_key(unit) else None
    query = service.filtered_classes(wanted, text, unit_id=unit_id, now=now())
    page = paginate(db.session(), query, number=asked_page())
    return render_template(
        "classes/index.html",
        page=page,
        lines=service.summaries(db.session(), page.items, now=now()),
        filters=[
            {
                "url": url_for("classes.index", show=key or None, q=text or None, unit=unit_id),
                "text": label,
                "current": key == shown,
            }
            for key, label in FILTERS
        ],
        shown=shown,
        unit_id=unit_id,
        text=text,
        steps=NEXT_STEPS,
    )


@bp.get("/classes/<uuid:class_id>")
@requires(Permission.CLASSES_VIEW)
def show(class_id: uuid.UUID) -> str:
    """A class at a glance."""
    course_class = load_class(class_id)
    course = catalogue.load(course_class.course_slug)
    return render_template(
        "classes/show.html",
        course_class=course_class,
        summary=service.summary(db.session(), course_class, now=now()),
        course=course,
        lessons=course.lessons[current_language()],
        editable=may_edit(course_class),
        steps=NEXT_STEPS,
        age_groups=join(
            [str(AGE_GROUPS[group]) for group in rules.AgeGroup if group in course_class.age_groups],
            current_locale(),
        ),
        mode=MODES[course_class.mode],
        today=today(),
        holidays={
            meeting.id: rules.holiday(meeting.local_date)
            for meeting in course_class.sessions
            if meeting.state == "planned" and rules.holiday(meeting.local_date)
        },
    )


@bp.route("/classes/new", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def create() -> Any:
    """Make a class: what, for whom, where and when, and with whom."""
    found = branches()
    last = service.last_made(db.session(), actor)
    form = ClassForm(
        course=request.args.get("course"),
        branch=last.branch_id if last else None,
        venue=last.venue_id if last else None,
        mode=last.mode if last else "in_person",
        capacity=last.capacity if last else USUAL_CAPACITY,
        skip_holidays=True,
    )
    form.branch.choices = branch_choices(found)
    if not form.branch.data and found:
        form.branch.data = found[0].id
    form.venue.choices = venue_choices()
    pairs = service.possible_staff(db.session(), {branch.unit_id for branch in found})
    form.staff.choices = [("", _("Not known yet")), *staff_choices(pairs)]
    if form.validate_on_submit():
        unit_id = next(branch.unit_id for branch in found if branch.id == form.branch.data)
        try:
            course_class = _create(form, unit_id)
            db.session.commit()
            flash(_("The class is made. It stays a draft until you open it."))
            return redirect(url_for("classes.show", class_id=course_class.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    courses = {course.slug: course.summaries[current_language()] for course in catalogue.courses()}
    status = 422 if request.method == "POST" else 200
    return render_template("classes/create.html", form=form, summaries=courses, branches=found), status


def _create(form: ClassForm, unit_id: uuid.UUID) -> CourseClass:
    when: dict[str, Any] = {"actor": actor, "now": now()}
    course_class = service.create_class(
        db.session(),
        unit_id=unit_id,
        branch_id=form.branch.data,
        course_slug=form.course.data,
        **form.details,
        **when,
    )
    if form.staff.data:
        user_id, role = read_staff(form.staff.data)
        service.assign_staff(db.session(), course_class, db.session.get_one(User, user_id), role, **when)
    if form.day.value:
        count = form.count.data or catalogue.load(form.course.data).sessions
        days, skipped = rules.series_days(
            form.day.value, form.weekdays.data or (), count, skip_holidays=form.skip_holidays.data
        )
        slots = [rules.Slot(day, form.start.data, form.end.data) for day in days]
        _tell_of(course_class, slots, skipped)
        service.schedule_series(
            db.session(), course_class, days=days, start=form.start.data, end=form.end.data, **when
        )
    return course_class


def _tell_of(course_class: CourseClass, slots: list[rules.Slot], skipped: list[Any]) -> None:
    """Show what somebody should know of new sessions: nothing of it is refused."""
    for day in skipped:
        name: Any = rules.holiday(day)
        sentence = _(
            "%(day)s is a public holiday (%(name)s) and was passed over.", day=_day(day), name=_(name)
        )
        flash(sentence, "warning")
    warnings = service.slot_warnings(db.session(), course_class, slots, today=today())
    for slot, found in warnings.items():
        for warning in found[:2]:
            flash(f"{_day(slot.day)}: {warning}", "warning")


def _day(day: Any) -> str:
    return weekday_date(day, current_locale())


@bp.route("/classes/<uuid:class_id>/edit", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def edit(class_id: uuid.UUID) -> Any:
    """Change what a class is."""
    course_class = load_class(class_id)
    form = EditForm.of(course_class)
    form.branch.choices = branch_choices(
        [branch for branch in branches() if branch.unit_id == course_class.unit_id]
    )
    form.venue.choices = venue_choices(course_class.venue)
    if form.validate_on_submit():
        try:
            service.change_class(db.session(), course_class, **form.details, actor=actor, now=now())
            db.session.commit()
            flash(_("The class is changed."))
            return redirect(url_for("classes.show", class_id=course_class.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            course_class = load_class(class_id)
    status = 422 if request.method == "POST" else 200
    return render_template("classes/edit.html", form=form, course_class=course_class), status


@bp.route("/classes/<uuid:class_id>/copy", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def copy(class_id: uuid.UUID) -> Any:
    """Make the same class again from another day."""
    course_class = load_class(class_id)
    form = CopyForm()
    if form.validate_on_submit():
        try:
            copied = service.copy_class(
                db.session(), course_class, first_day=form.day.value, actor=actor, now=now()
            )
            _tell_of(
                copied,
                [rules.Slot(each.local_date, each.start_time, each.end_time) for each in copied.sessions],
                [],
            )
            db.session.commit()
            flash(_("The class is made. It stays a draft until you open it."))
            return redirect(url_for("classes.show", class_id=copied.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            course_class = load_class(class_id)
    status = 422 if request.method == "POST" else 200
    return render_template("classes/copy.html", form=form, course_class=course_class), status


STATE_VERBS = {
    "open": (service.open_class, _l("The class is open for enrolment.")),
    "draft": (service.reopen_draft, _l("The class is a draft again.")),
    "finish": (service.finish_class, _l("The class is finished. Now decide who completed it.")),
    "archive": (service.archive_class, _l("The class is put away. You find it under “Archived”.")),
}


@bp.post("/classes/<uuid:class_id>/state/<any(open, draft, finish, archive):verb>")
@requires(Permission.CLASSES_EDIT)
def change_state(class_id: uuid.UUID, verb: str) -> Any:
    """Open a class, make it a draft again, finish it or put it away."""
    course_class = get_or_404(CourseClass, class_id)
    act, sentence = STATE_VERBS[verb]
    try:
        act(db.session(), course_class, actor=actor, now=now())
        db.session.commit()
        flash(str(sentence))
    except DomainError as error:
        db.session.rollback()
        flash(str(error), "error")
    return redirect(url_for("classes.show", class_id=class_id))


@bp.get("/classes/<uuid:class_id>/lessons/<int:number>.pdf")
@requires(Permission.CLASSES_VIEW)
def lesson(class_id: uuid.UUID, number: int) -> Any:
    """The sheet of a lesson of the class's course, in the language in force."""
    course_class = get_or_404(CourseClass, class_id)
    try:
        document = typeset.lesson_sheet(catalogue.load(course_class.course_slug), number, current_language())
    except LookupError:
        abort(404)
    name = f"{course_class.course_slug}-{number}-{current_language()}.pdf"
    return send_file(io.BytesIO(document), mimetype="application/pdf", download_name=name)
