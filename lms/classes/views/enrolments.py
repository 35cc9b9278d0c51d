"""Who is in a class, who waits, and who leaves."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.classes import service
from lms.classes.forms import NewPersonForm
from lms.classes.models import CourseClass, Enrolment, EnrolmentSource, EnrolmentState
from lms.classes.views.blueprint import bp, load_class, may_edit, named
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.flashes import offer_undo
from lms.core.keys import is_key
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.people import service as people
from lms.people.models import Person

MOST_FOUND = 8


@bp.get("/classes/<uuid:class_id>/people")
@requires(Permission.PEOPLE_VIEW)
def participants(class_id: uuid.UUID) -> str:
    """The people of a class, who waits, and somebody to add."""
    course_class = load_class(class_id)
    text = request.args.get("q", "").strip()[:120]
    editable = may_edit(course_class)
    page = paginate(
        db.session(), _of_state(course_class, EnrolmentState.ENROLLED), number=asked_page(), size=100
    )
    waiting = _of_state(course_class, EnrolmentState.WAITING).order_by(None)
    return render_template(
        "classes/participants.html",
        course_class=course_class,
        page=page,
        waiting=db.session.scalars(waiting.order_by(Enrolment.enrolled_at, Enrolment.id)).all(),
        found=_found(course_class, text) if text and editable else [],
        text=text,
        editable=editable,
    )


def _of_state(course_class: CourseClass, state: EnrolmentState) -> Any:
    return (
        select(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.class_id == course_class.id, Enrolment.state == state)
        .options(joinedload(Enrolment.person).joinedload(Person.residential_group))
        .order_by(Person.name_sort, Person.birth_year, Person.id)
    )


def _found(course_class: CourseClass, text: str) -> list[tuple[Person, str | None]]:
    """A few people with that name or phone, each with the state in this class, if any."""
    query = people.search(text).options(joinedload(Person.residential_group)).limit(MOST_FOUND)
    matches = list(db.session.scalars(query))
    states = db.session.execute(
        select(Enrolment.person_id, Enrolment.state).where(
            Enrolment.class_id == course_class.id, Enrolment.person_id.in_([person.id for person in matches])
        )
    )
    known = {person_id: state.value for person_id, state in states}
    return [(person, known.get(person.id)) for person in matches]


@bp.post("/classes/<uuid:class_id>/people")
@requires(Permission.CLASSES_EDIT)
def enrol(class_id: uuid.UUID) -> Any:
    """Give somebody a place, or one on the waiting list."""
    course_class = get_or_404(CourseClass, class_id)
    key = request.form.get("person", "")
    person = get_or_404(Person, uuid.UUID(key) if is_key(key) else uuid.UUID(int=0))
    return _enrol(course_class, person)


def _enrol(course_class: CourseClass, person: Person) -> Any:
    row = service.enrol(
        db.session(), course_class, person, source=EnrolmentSource.FORM, actor=actor, now=now()
    )
    db.session.commit()
    if row.state is EnrolmentState.WAITING:
        flash(_("The class is full. %(name)s is on the waiting list.", name=named(person.name)), "warning")
    else:
        flash(_("%(name)s has a place.", name=named(person.name)))
    return redirect(url_for("classes.participants", class_id=course_class.id))


@bp.route("/classes/<uuid:class_id>/people/new", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def new_person(class_id: uuid.UUID) -> Any:
    """Write somebody down and enrol them; who is known already by name and birth year is offered first."""
    course_class = load_class(class_id)
    form = NewPersonForm()
    known: list[Person] = []
    if form.validate_on_submit():
        known = [] if "anyway" in request.form else _namesakes(course_class, form)
        if not known:
            try:
                data = people.PersonData(name=form.name.data, birth=form.birth.value, phone=form.phone.data)
                person = people.register_person(
                    db.session(), course_class.unit_id, data, actor=actor, now=now()
                )
                return _enrol(course_class, person)
            except DomainError as error:
                db.session.rollback()
                form.refuse(error)
                course_class = load_class(class_id)
    wrong = request.method == "POST" and not known
    page = render_template("classes/new_person.html", form=form, course_class=course_class, known=known)
    return page, 422 if wrong else 200


def _namesakes(course_class: CourseClass, form: NewPersonForm) -> list[Person]:
    year = form.birth.value.year if form.birth.value else None
    return people.namesakes(db.session(), course_class.unit_id, form.name.data, year)


def _enrolment(class_id: uuid.UUID, enrolment_id: uuid.UUID) -> Enrolment:
    row = get_or_404(
        Enrolment, enrolment_id, joinedload(Enrolment.person), joinedload(Enrolment.course_class)
    )
    return row if row.class_id == class_id else abort(404)


@bp.post("/classes/<uuid:class_id>/people/<uuid:enrolment_id>/withdraw")
@requires(Permission.CLASSES_EDIT)
def withdraw(class_id: uuid.UUID, enrolment_id: uuid.UUID) -> Any:
    """Take somebody out of the class; with a way back."""
    row = _enrolment(class_id, enrolment_id)
    before = row.state
    moved = service.withdraw(db.session(), row, actor=actor, now=now())
    db.session.commit()
    undo = url_for(
        "classes.restore",
        class_id=class_id,
        enrolment_id=enrolment_id,
        state=before.value,
        moved_up=moved[0].id if moved else None,
    )
    text = _("%(name)s has left the class.", name=named(row.person.name))
    if moved:
        text += " " + _("%(name)s moves up from the waiting list.", name=named(moved[0].person.name))
    offer_undo(text, undo)
    return redirect(url_for("classes.participants", class_id=class_id))


@bp.post("/classes/<uuid:class_id>/people/<uuid:enrolment_id>/restore/<any(enrolled, waiting):state>")
@requires(Permission.CLASSES_EDIT)
def restore(class_id: uuid.UUID, enrolment_id: uuid.UUID, state: str) -> Any:
    """Undo a withdrawal."""
    row = _enrolment(class_id, enrolment_id)
    key = request.args.get("moved_up", "")
    service.restore_enrolment(
        db.session(),
        row,
        state=EnrolmentState(state),
        moved_up=uuid.UUID(key) if is_key(key) else None,
        actor=actor,
        now=now(),
    )
    db.session.commit()
    flash(_("It is as it was before."))
    return redirect(url_for("classes.participants", class_id=class_id))
