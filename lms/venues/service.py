"""The verbs of venues."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.audit import service as audit
from lms.core.access import Actor
from lms.core.errors import DomainError
from lms.venues.models import Venue
from translations import names

CHANGEABLE = frozenset({"name", "address", "seats", "step_free", "internet"})


def add_venue(
    session: Session, *, unit_id: uuid.UUID, name: str, actor: Actor, now: datetime, **values: Any
) -> Venue:
    """Add a place at a unit; ``values`` are address, seats, step_free and internet (None: not known).

    Raises DomainError "venue_exists" when the unit has one of that name in use.
    """
    _check(session, unit_id, name)
    venue = Venue(unit_id=unit_id, name=names.clean(name), archived=False, **values)
    session.add(venue)
    session.flush()
    audit.record(session, "venue.added", actor=actor, now=now, subject=venue)
    return venue


def change_venue(session: Session, venue: Venue, *, actor: Actor, now: datetime, **values: Any) -> None:
    """Change fields of a venue by name. Raises DomainError "venue_exists"."""
    if unknown := set(values) - CHANGEABLE:
        raise TypeError(f"cannot change {sorted(unknown)}")
    if "name" in values:
        _check(session, venue.unit_id, values["name"], without=venue)
    changed = [name for name, value in values.items() if getattr(venue, name) != value]
    for name in changed:
        setattr(venue, name, values[name])
    session.flush()
    if changed:
        audit.record(session, "venue.changed", actor=actor, now=now, subject=venue, fields=changed)


def archive_venue(
    session: Session, venue: Venue, *, archived: bool = True, actor: Actor, now: datetime
) -> None:
    """Take a venue out of use, or bring it back; classes that meet there keep it."""
    venue.archived = archived
    session.flush()
    action = "venue.archived" if archived else "venue.brought_back"
    audit.record(session, action, actor=actor, now=now, subject=venue)


def _check(session: Session, unit_id: uuid.UUID, name: str, without: Venue | None = None) -> None:
    query = select(Venue).where(
        Venue.unit_id == unit_id, Venue.name_folded == names.fold(name), ~Venue.archived
    )
    if any(venue is not without for venue in session.scalars(query)):
        raise DomainError("venue_exists", _l("There is already a place of this name."), field="name")


def find_venues(text: str = "", *, archived: bool = False) -> Select[Any]:
    """Venues by a part of name, without regard to marks; those in use, or those that are not."""
    query = (
        select(Venue).where(Venue.archived if archived else ~Venue.archived).options(joinedload(Venue.unit))
    )
    for word in names.fold(text).split():
        query = query.where(Venue.name_folded.contains(word, autoescape=True))
    return query.order_by(Venue.name_folded, Venue.id)
