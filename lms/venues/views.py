"""Pages of venues."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.flashes import offer_undo
from lms.core.i18n import current_language
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.units import service as units
from lms.venues import service
from lms.venues.forms import KNOWN, VenueForm
from lms.venues.models import Venue

bp = Blueprint("venues", __name__, template_folder="templates")
WRITTEN = {value: key for key, value in KNOWN.items()}


@bp.get("/venues")
@requires(Permission.CLASSES_EDIT)
def index() -> str:
    """The places where classes meet."""
    text, archived = request.args.get("q", "").strip()[:100], request.args.get("show") == "archived"
    page = paginate(db.session(), service.find_venues(text, archived=archived), number=asked_page())
    several = len({venue.unit_id for venue in page.items}) > 1
    titles = {
        venue.unit_id: units.title(venue.unit, current_language(), today()) for venue in page.items if several
    }
    return render_template("venues/index.html", page=page, text=text, archived=archived, titles=titles)


@bp.route("/venues/new", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def create() -> Any:
    """Add a place."""
    form = VenueForm()
    form.unit.choices = _unit_choices()
    if form.validate_on_submit():
        try:
            venue = service.add_venue(
                db.session(), unit_id=form.unit.data, **form.details, actor=actor, now=now()
            )
            db.session.commit()
            flash(_("The place is added."))
            return redirect(url_for("venues.index", q=venue.name))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
    status = 422 if request.method == "POST" else 200
    return render_template("venues/edit.html", form=form, venue=None), status


def _unit_choices() -> list[tuple[str, str]]:
    return units.unit_choices(
        db.session(), current_language(), today(), actor=actor, permission=Permission.CLASSES_EDIT
    )


@bp.route("/venues/<uuid:venue_id>", methods=["GET", "POST"])
@requires(Permission.CLASSES_EDIT)
def edit(venue_id: uuid.UUID) -> Any:
    """Change a place."""
    venue = get_or_404(Venue, venue_id)
    form = VenueForm(
        name=venue.name,
        address=venue.address,
        seats=venue.seats,
        step_free=WRITTEN[venue.step_free],
        internet=WRITTEN[venue.internet],
    )
    del form.unit
    if form.validate_on_submit():
        try:
            service.change_venue(db.session(), venue, **form.details, actor=actor, now=now())
            db.session.commit()
            flash(_("The place is changed."))
            return redirect(url_for("venues.index"))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            venue = get_or_404(Venue, venue_id)
    status = 422 if request.method == "POST" else 200
    return render_template("venues/edit.html", form=form, venue=venue), status


@bp.post("/venues/<uuid:venue_id>/<any(archive, restore):verb>")
@requires(Permission.CLASSES_EDIT)
def archive(venue_id: uuid.UUID, verb: str) -> Any:
    """Take a place out of use, or bring it back."""
    venue = get_or_404(Venue, venue_id)
    service.archive_venue(db.session(), venue, archived=verb == "archive", actor=actor, now=now())
    db.session.commit()
    if verb == "archive":
        undo = url_for("venues.archive", venue_id=venue_id, verb="restore")
        offer_undo(_("The place is no longer offered for new classes."), undo)
    else:
        flash(_("The place is in use again."))
    return redirect(url_for("venues.index"))
