"""The blueprint of classes, and what its views share."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.classes.models import ClassSession, ClassStaff, CourseClass
from lms.core.access import Permission
from lms.core.auth import actor
from lms.core.clock import today
from lms.core.db import db
from lms.core.i18n import current_language, current_locale, pick
from lms.core.rows import get_or_404
from lms.units import service as units
from lms.units.models import Branch
from lms.venues.models import Venue
from translations.bidi import isolate_foreign

bp = Blueprint("classes", __name__, template_folder="../templates")

NEXT_STEPS = {
    "take_attendance": _l("Take attendance"),
    "add_sessions": _l("Add the sessions"),
    "assign_trainer": _l("Choose who teaches"),
    "set_place": _l("Say where it is held"),
    "open": _l("Open the class for enrolment"),
    "import_roster": _l("Bring in the list of people"),
    "give_places": _l("Give the free places to those who wait"),
    "finish": _l("Finish the class"),
    "decide_completion": _l("Decide who completed"),
    "issue_certificates": _l("Issue the certificates"),
    "archive": _l("Put the class away"),
}
"""What a next step is called; on lists and on the page of a class."""


def named(name: str) -> str:
    """A name inside a sentence: isolated where it is of another script than the language in force."""
    return isolate_foreign(name, current_locale())


def load_class(class_id: uuid.UUID) -> CourseClass:
    """The class with its sessions, staff and places, or 404."""
    return get_or_404(
        CourseClass,
        class_id,
        joinedload(CourseClass.venue),
        joinedload(CourseClass.branch),
        joinedload(CourseClass.unit),
        selectinload(CourseClass.sessions).joinedload(ClassSession.venue),
        selectinload(CourseClass.staff).joinedload(ClassStaff.user),
    )


def may_edit(course_class: CourseClass) -> bool:
    """Whether the actor may change this class: a trainer may see it, but not change it."""
    return actor.can(Permission.CLASSES_EDIT) and units.may(
        db.session(), actor, Permission.CLASSES_EDIT, course_class.unit_id
    )


def branches() -> list[Branch]:
    """The organisations that the actor can hold classes for."""
    query = select(Branch).options(joinedload(Branch.unit)).order_by(Branch.unit_id, Branch.organisation)
    return list(db.session.scalars(query))


def branch_choices(found: list[Branch]) -> list[tuple[uuid.UUID, str]]:
    """Organisations for a choice; with the unit's name where there is more than one unit."""
    several = len({branch.unit_id for branch in found}) > 1
    language, day = current_language(), today()
    return [
        (
            branch.id,
            f"{pick(branch.name)} ({units.title(branch.unit, language, day)})"
            if several
            else pick(branch.name),
        )
        for branch in found
    ]


def venue_choices(chosen: Venue | None = None, *, empty: Any = None) -> list[tuple[Any, str]]:
    """Venues in use for a choice, and the one chosen before although it was put away since."""
    query = select(Venue).where(~Venue.archived).order_by(Venue.name_folded)
    found = list(db.session.scalars(query))
    if chosen is not None and chosen not in found:
        found.append(chosen)
    return [
        ("", empty or _("No room: online, or not known yet")),
        *((venue.id, venue.name) for venue in found),
    ]
