"""Pages of units: the tree, a unit with its groups and branches, and the list of further places."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.core.access import Permission, requires, signed_in
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.i18n import current_language
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.units import forms, rules, service
from lms.units.models import Branch, Unit, UnitLevel, UnitType

bp = Blueprint("units", __name__, template_folder="templates")

MORE = [
    (
        "units.index",
        _l("Units"),
        _l("Provinces, communes, residential groups and the branches there"),
        "place",
        None,
    ),
    (
        "accounts.staff",
        _l("Staff"),
        _l("Who works here and as what; invite somebody"),
        "people",
        Permission.STAFF_VIEW,
    ),
    (
        "venues.index",
        _l("Venues"),
        _l("Houses of culture, schools and other places for classes"),
        "home",
        Permission.CLASSES_EDIT,
    ),
    (
        "audit.index",
        _l("Activity log"),
        _l("Who did what, and who looked at sensitive details"),
        "report",
        Permission.AUDIT_VIEW,
    ),
    (
        "jobs.index",
        _l("Long work"),
        _l("Certificates being issued or printed for many people, and their files"),
        "clock",
        Permission.CERTIFICATES_ISSUE,
    ),
    ("accounts.me", _l("My account"), _l("Password, one-time codes, passkeys, language"), "person", None),
]
"""Endpoint, label, a line of explanation, icon and the permission needed (None: everybody signed in)."""


@bp.context_processor
def words() -> dict[str, Any]:
    """What the templates of units need."""
    language, day = current_language(), today()
    return {
        "unit_title": lambda unit: rules.at_the_start(service.title(unit, language, day)),
        "full_title": lambda unit: service.heading(unit, language, day),
        "organisation_names": service.ORGANISATION_NAMES,
    }


@bp.app_template_global()
def unit_titles(unit_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The full titles of units by their ids, for lists of features that do not know units."""
    ids = sorted({unit_id for unit_id in unit_ids if unit_id})
    found = db.session.scalars(select(Unit).where(Unit.id.in_(ids)).options(*service.with_names()))
    return {unit.id: service.heading(unit, current_language(), today()) for unit in found}


@bp.get("/more")
@signed_in
def more() -> str:
    """Further places that the actor may open."""
    places = [
        {"url": url_for(endpoint), "text": label, "detail": line, "icon": icon}
        for endpoint, label, line, icon, permission in MORE
        if endpoint in current_app.view_functions and (permission is None or actor.can(permission))
    ]
    return render_template("units/more.html", places=places)


@bp.get("/units")
@signed_in
def index() -> str:
    """The provinces, or the units whose name was searched for."""
    text = request.args.get("q", "").strip()
    if text:
        page = paginate(db.session(), service.search(text), number=asked_page())
        return render_template("units/found.html", page=page, text=text)
    own = service.own_units(db.session(), actor)
    return render_template("units/index.html", provinces=service.children(db.session(), None), own=own)


@bp.get("/units/<uuid:unit_id>")
@signed_in
def show(unit_id: uuid.UUID) -> str:
    """A unit: what lies below it, and the branches there for who works with them."""
    unit, session = get_or_404(Unit, unit_id), db.session()
    below = service.children(session, unit)
    return render_template(
        "units/show.html",
        unit=unit,
        above=service.ancestors(unit)[::-1],
        communes=[each for each in below if each.level is UnitLevel.COMMUNE],
        groups=[each for each in below if each.level is UnitLevel.GROUP],
        branches=service.branches_at(session, unit, actor),
        editing=service.may(session, actor, Permission.UNITS_EDIT, unit.id),
        inviting=service.may(session, actor, Permission.STAFF_EDIT, unit.id),
    )


@bp.route("/units/<uuid:unit_id>/groups/new", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT)
def add_group(unit_id: uuid.UUID) -> Any:
    """Add a residential group or village."""
    unit, form = _own_or_404(unit_id), forms.GroupForm()
    if not form.type.data:
        ward = unit.at(today()).type is UnitType.WARD
        form.type.process_data((UnitType.RESIDENTIAL_GROUP if ward else UnitType.VILLAGE).value)
    if form.validate_on_submit():
        try:
            service.add_group(
                db.session(), unit, name=form.name.data, type=form.type.data, actor=actor, now=now()
            )
            db.session.commit()
            flash(_("It is added."))
            return redirect(url_for("units.show", unit_id=unit.id))
        except DomainError as error:
            form.refuse(error)
    page = render_template("units/add_group.html", unit=unit, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/units/<uuid:unit_id>/rename", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT)
def rename_group(unit_id: uuid.UUID) -> Any:
    """Give a residential group or village another name."""
    group = _own_or_404(unit_id)
    form = forms.RenameForm(name=group.latest.name_vi)
    if form.validate_on_submit():
        try:
            service.rename_group(db.session(), group, name=form.name.data, actor=actor, now=now())
            db.session.commit()
            flash(_("The name is changed. Papers made before keep the old one."))
            return redirect(url_for("units.show", unit_id=group.parent_id))
        except DomainError as error:
            form.refuse(error)
    page = render_template("units/rename_group.html", unit=group, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/units/<uuid:unit_id>/branches/new", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT)
def add_branch(unit_id: uuid.UUID) -> Any:
    """Add an organisation at a unit."""
    unit, form = _own_or_404(unit_id), forms.BranchForm()
    if form.validate_on_submit():
        try:
            service.add_branch(
                db.session(),
                unit,
                organisation=form.organisation.data,
                name=form.name.texts,
                actor=actor,
                now=now(),
            )
            db.session.commit()
            flash(_("It is added."))
            return redirect(url_for("units.show", unit_id=unit.id))
        except DomainError as error:
            form.refuse(error)
    page = render_template("units/branch.html", unit=unit, form=form, branch=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/branches/<uuid:branch_id>", methods=["GET", "POST"])
@requires(Permission.UNITS_EDIT)
def change_branch(branch_id: uuid.UUID) -> Any:
    """Change a branch's name and kind."""
    branch = get_or_404(Branch, branch_id)
    form = forms.BranchForm(organisation=branch.organisation.value, name=branch.name)
    if form.validate_on_submit():
        try:
            service.change_branch(
                db.session(),
                branch,
                organisation=form.organisation.data,
                name=form.name.texts,
                actor=actor,
                now=now(),
            )
            db.session.commit()
            flash(_("The change is saved."))
            return redirect(url_for("units.show", unit_id=branch.unit_id))
        except DomainError as error:
            form.refuse(error)
    page = render_template("units/branch.html", unit=branch.unit, form=form, branch=branch)
    return page, 422 if form.is_submitted() else 200


def _own_or_404(unit_id: uuid.UUID) -> Unit:
    unit = get_or_404(Unit, unit_id)
    if not service.may(db.session(), actor, Permission.UNITS_EDIT, unit.id):
        abort(404)
    return unit
