"""Pages about people."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.core.access import Permission, get_scope, requires, set_scope
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db, writing
from lms.core.errors import DomainError
from lms.core.flashes import offer_undo
from lms.core.forms import choices
from lms.core.i18n import current_language
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.people import rules, service
from lms.people.consent_texts import CURRENT, RIGHTS, text_of
from lms.people.ethnic_groups import ethnic_groups
from lms.people.forms import ANSWERS, METHODS, PURPOSES, ConsentForm, DecisionForm, PersonForm, SensitiveForm
from lms.people.models import ConsentMethod, ConsentPurpose, Person, PersonMerge
from lms.units import service as units
from lms.units.models import Branch, Unit

bp = Blueprint("people", __name__, template_folder="templates")

MOST_GROUPS = 40
"""More residential groups than this are not offered as links to filter by."""


def _key(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@bp.get("/people")
@requires(Permission.PEOPLE_VIEW)
def index() -> Any:
    """People, searched and filtered."""
    text, group_id = request.args.get("q", ""), _key(request.args.get("group"))
    query = service.search(text).options(selectinload(Person.residential_group))
    if group_id is not None:
        query = query.where(Person.residential_group_id == group_id)
    return render_template(
        "people/index.html",
        page=paginate(db.session(), query, number=asked_page()),
        q=text,
        group_id=group_id,
        groups=_group_filters(group_id),
        duplicates=service.count_duplicates(db.session()) if actor.can(Permission.PEOPLE_EDIT) else 0,
        needs_guardian=_needs_guardian,
    )


def _group_filters(chosen: uuid.UUID | None) -> list[dict[str, Any]]:
    """Links to the people of a residential group, with their number."""
    counts = dict(
        db.session.execute(
            select(Person.residential_group_id, func.count())
            .where(Person.merged_into_id.is_(None), Person.residential_group_id.is_not(None))
            .group_by(Person.residential_group_id)
            .limit(MOST_GROUPS + 1)
        ).all()
    )
    if not counts or len(counts) > MOST_GROUPS:
        return []
    groups = db.session.scalars(select(Unit).where(Unit.id.in_(counts)))
    found = [
        {
            "url": url_for("people.index", group=group.id),
            "text": group.latest.name_vi,
            "count": counts[group.id],
            "current": group.id == chosen,
        }
        for group in units.in_order(groups)
    ]
    return [{"url": url_for("people.index"), "text": _("Everybody"), "current": chosen is None}, *found]


def _needs_guardian(person: Person) -> bool:
    return service.needs_guardian(person.birth, person.guardian_name, now=now())


@bp.get("/people/<uuid:person_id>")
@requires(Permission.PEOPLE_VIEW)
def show(person_id: uuid.UUID) -> Any:
    """A person."""
    person = get_or_404(Person, person_id, selectinload(Person.residential_group))
    if person.merged_into_id:
        return redirect(url_for("people.show", person_id=person.merged_into_id))
    consents = service.consents_of(db.session(), person)
    can_edit = units.may(db.session(), actor, Permission.PEOPLE_EDIT, person.unit_id)
    return render_template(
        "people/show.html",
        person=person,
        unit=units.full_title(db.session.get_one(Unit, person.unit_id), current_language(), today()),
        needs_guardian=_needs_guardian(person),
        consents=consents,
        states=service.consent_states(consents, person, now=now()),
        purposes=PURPOSES,
        methods=METHODS,
        can_edit=can_edit,
        can_sensitive=units.may(db.session(), actor, Permission.SENSITIVE_VIEW, person.unit_id),
        likely=service.duplicates_of(db.session(), person) if can_edit else [],
        related=_related_links(person),
        merges=_merges(person) if can_edit else [],
    )


def _related_links(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "url": url_for(related.endpoint, **related.values),
            "title": related.title,
            "detail": related.detail,
        }
        for related in service.related_to(db.session(), person)
        if related.endpoint in current_app.view_functions
    ]


def _merges(person: Person) -> list[PersonMerge]:
    query = select(PersonMerge).where(PersonMerge.kept_id == person.id, PersonMerge.undone_at.is_(None))
    return list(db.session.scalars(query.order_by(PersonMerge.id.desc())))


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def create() -> Any:
    """Add a person: first the unit where there are several, then the details."""
    communes = _unit_choices()
    unit_id = _key(request.args.get("unit"))
    if unit_id is None and len(communes) == 1:
        unit_id = uuid.UUID(communes[0][0])
    if unit_id is None:
        return render_template("people/choose_unit.html", choices=communes)
    if str(unit_id) not in dict(communes):
        abort(404)
    form = _person_form(unit_id)
    if form.validate_on_submit():
        try:
            person = service.register_person(db.session(), unit_id, form.person, actor=actor, now=now())
            db.session.commit()
            flash(_("The person was added."))
            return redirect(url_for("people.show", person_id=person.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    unit = dict(communes)[str(unit_id)]
    return render_template("people/form.html", form=form, person=None, unit=unit), _status(form)


@bp.route("/people/<uuid:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def edit(person_id: uuid.UUID) -> Any:
    """Change a person's details."""
    person = get_or_404(Person, person_id)
    form = _person_form(person.unit_id, person)
    if form.validate_on_submit():
        try:
            service.change_person(db.session(), person, form.person, actor=actor, now=now())
            db.session.commit()
            flash(_("The details were saved."))
            return redirect(url_for("people.show", person_id=person.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    unit = units.full_title(db.session.get_one(Unit, person.unit_id), current_language(), today())
    return render_template("people/form.html", form=form, person=person, unit=unit), _status(form)


def _unit_choices() -> list[tuple[str, str]]:
    """The communes in use where the actor may add people."""
    in_use = {str(key) for key in db.session.scalars(select(Branch.unit_id).distinct())}
    communes = units.unit_choices(
        db.session(), current_language(), today(), actor=actor, permission=Permission.PEOPLE_EDIT
    )
    return [commune for commune in communes if commune[0] in in_use]


def _person_form(unit_id: uuid.UUID, person: Person | None = None) -> PersonForm:
    form = PersonForm(obj=person)
    unit = db.session.get_one(Unit, unit_id)
    groups = [(str(group.id), group.latest.name_vi) for group in units.groups_of(db.session(), unit)]
    form.residential_group_id.choices = choices([("", _("Not known")), *groups])
    form.sex.data = form.sex.data or ""
    return form


def _status(form: Any) -> int:
    return 422 if request.method == "POST" and form.is_submitted() else 200


# --- consent --------------------------------------------------------------------------------------------------


@bp.route("/people/<uuid:person_id>/consent", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def consent(person_id: uuid.UUID) -> Any:
    """Read out what is asked, and write down what the person says."""
    person = get_or_404(Person, person_id)
    form = ConsentForm(purpose=request.args.get("purpose"))
    if form.validate_on_submit():
        try:
            service.record_consent(
                db.session(),
                person,
                ConsentPurpose(form.purpose.data),
                given=form.given.data == "yes",
                method=ConsentMethod(form.method.data),
                by_guardian=form.voice.data == "guardian",
                witness=form.witness.data,
                actor=actor,
                now=now(),
            )
            db.session.commit()
            flash(_("What the person said was written down."))
            return redirect(url_for("people.show", person_id=person.id) + "#consents")
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    unit = units.title(db.session.get_one(Unit, person.unit_id), person.language, today())
    texts = {
        purpose: text_of(CURRENT, purpose.value, person.language, unit=unit) for purpose in ConsentPurpose
    }
    return (
        render_template(
            "people/consent.html",
            form=form,
            person=person,
            texts=texts,
            purposes=PURPOSES,
            rights=RIGHTS[person.language],
            version=CURRENT,
            child=rules.is_child(person.birth, today()),
        ),
        _status(form),
    )


# --- sensitive facts ------------------------------------------------------------------------------------------


@bp.get("/people/<uuid:person_id>/sensitive")
@requires(Permission.SENSITIVE_VIEW)
def sensitive(person_id: uuid.UUID) -> Any:
    """The sensitive facts. That somebody looked is in the audit log before anything is shown."""
    person = get_or_404(Person, person_id)
    with writing(), Session(db.engine, expire_on_commit=False) as looking:
        set_scope(looking, get_scope(db.session()))
        record = service.sensitive_of(looking, person, actor=actor, now=now())
        looking.commit()
    form = _sensitive_form()
    if record is not None:
        form.disability.data = ANSWERS[record.disability]
        form.poor_household.data = ANSWERS[record.poor_household]
        form.help_needed.data = record.help_needed
        form.ethnicity.data = record.ethnicity or ""
    return render_template("people/sensitive.html", form=form, person=person, record=record)


@bp.post("/people/<uuid:person_id>/sensitive")
@requires(Permission.SENSITIVE_VIEW)
def save_sensitive(person_id: uuid.UUID) -> Any:
    """Change the sensitive facts."""
    person = get_or_404(Person, person_id)
    form = _sensitive_form()
    if form.validate_on_submit():
        try:
            service.set_sensitive(db.session(), person, **form.facts, actor=actor, now=now())
            db.session.commit()
            flash(_("The details were saved."))
            return redirect(url_for("people.show", person_id=person.id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    return render_template("people/sensitive.html", form=form, person=person, record=None), 422


def _sensitive_form() -> SensitiveForm:
    form = SensitiveForm()
    language = current_language()
    named = [(code, group.name(language)) for code, group in ethnic_groups().items()]
    form.ethnicity.choices = choices([("", _("Not known")), *named])
    return form


# --- duplicates -----------------------------------------------------------------------------------------------


@bp.get("/people/duplicates")
@requires(Permission.PEOPLE_EDIT)
def duplicates() -> Any:
    """Two records that look alike, side by side: one decision."""
    session = db.session()
    total = service.count_duplicates(session)
    skipped = min(max(asked_page() - 1, 0), max(total - 1, 0))
    first, second = (_key(request.args.get(name)) for name in ("first", "second"))
    asked = first is not None and second is not None
    if first is not None and second is not None:
        pair: Any = service.DuplicatePair(get_or_404(Person, first), get_or_404(Person, second))
    else:
        pair = next(iter(service.likely_duplicates(session, limit=1, offset=skipped)), None)
    return render_template(
        "people/duplicates.html",
        pair=pair,
        total=total,
        number=skipped + 1,
        asked=asked,
        related=[_related_links(person) for person in (pair.first, pair.second)] if pair else [],
    )


@bp.post("/people/duplicates")
@requires(Permission.PEOPLE_EDIT)
def decide() -> Any:
    """Merge two records, or remember that they are two people."""
    form = DecisionForm()
    if not form.validate():
        abort(400)
    keys: list[Any] = [form.first.data, form.second.data]
    first, second = (get_or_404(Person, key) for key in keys)
    if form.decision.data == "different":
        service.declare_different(db.session(), first, second, actor=actor, now=now())
        db.session.commit()
        flash(_("Noted: these are two different people."))
    else:
        kept, other = (first, second) if form.decision.data == "keep_first" else (second, first)
        merge = service.merge(db.session(), kept, other, actor=actor, now=now())
        db.session.commit()
        undo = url_for("people.undo_merge", merge_id=merge.id)
        offer_undo(_("The two records are one now."), undo)
    return redirect(url_for("people.duplicates"))


@bp.post("/people/merges/<uuid:merge_id>/undo")
@requires(Permission.PEOPLE_EDIT)
def undo_merge(merge_id: uuid.UUID) -> Any:
    """Make two records again."""
    merge = get_or_404(PersonMerge, merge_id)
    service.undo_merge(db.session(), merge, actor=actor, now=now())
    db.session.commit()
    flash(_("The two records are two again."))
    return redirect(url_for("people.duplicates", first=merge.kept_id, second=merge.person_id))
