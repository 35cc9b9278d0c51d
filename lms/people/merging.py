"""Two records of one person: finding them, merging them, and undoing a merge."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.audit import service as audit
from lms.core.access import Actor
from lms.core.errors import DomainError
from lms.people.models import NotDuplicate, Person, PersonMerge, SensitiveRecord
from lms.units.models import below


@dataclass(frozen=True)
class Mover:
    """How a feature's rows go from one person to another: ``move(session, from_id, to_id)`` returns what it
    did as a JSON value, and ``undo(session, from_id, to_id, record)`` puts it back exactly.
    """

    name: str
    move: Callable[[Session, uuid.UUID, uuid.UUID], Any]
    undo: Callable[[Session, uuid.UUID, uuid.UUID, Any], None]


MOVERS: dict[str, Mover] = {}
"""Registered by the features that hold rows of people, in the order in which they move; undone in reverse."""


def add_mover(
    name: str,
    move: Callable[[Session, uuid.UUID, uuid.UUID], Any],
    undo: Callable[[Session, uuid.UUID, uuid.UUID, Any], None],
) -> None:
    """Register a mover under the feature's name."""
    MOVERS[name] = Mover(name, move, undo)


# --- finding ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DuplicatePair:
    """Two records that look alike."""

    first: Person
    second: Person

    @property
    def same_phone(self) -> bool:
        """Whether both have the same phone."""
        return self.first.phone is not None and self.first.phone == self.second.phone


def _alike(first: Any, second: Any) -> ColumnElement[bool]:
    """Same folded name and birth year, and same phone or unit; nobody found them to be two. A name alone
    never counts.
    """
    decided = NotDuplicate.__table__.alias()
    different = exists().where(
        or_(
            and_(decided.c.person_id == first.id, decided.c.other_id == second.id),
            and_(decided.c.person_id == second.id, decided.c.other_id == first.id),
        )
    )
    return and_(
        first.name_folded == second.name_folded,
        first.birth_year == second.birth_year,
        or_(first.unit_id == second.unit_id, first.phone == second.phone),
        first.merged_into_id.is_(None),
        second.merged_into_id.is_(None),
        ~different,
    )


def _second_person() -> Any:
    """A second person beside ``Person``. A plain alias would escape the session's scope; a subquery is
    narrowed too.
    """
    return aliased(Person, select(Person).subquery("second_person"))


def _pairs(unit_ids: Iterable[uuid.UUID] | None) -> tuple[Any, Select[Any]]:
    second = _second_person()
    query = select(Person, second).join(second, and_(_alike(Person, second), Person.id < second.id))
    if unit_ids is not None:
        query = query.where(Person.unit_id.in_(below(frozenset(unit_ids))))
    return second, query


def likely_duplicates(
    session: Session,
    unit_ids: Iterable[uuid.UUID] | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[DuplicatePair]:
    """Pairs of people who may be one, those with the same phone first; of ``unit_ids`` and below, or of all
    visible.
    """
    second, query = _pairs(unit_ids)
    same_phone = func.coalesce(Person.phone == second.phone, False)
    query = query.order_by(same_phone.desc(), Person.name_sort, Person.id, second.id)
    rows = session.execute(query.limit(limit).offset(offset)).all()
    return [DuplicatePair(*row) for row in rows]


def count_duplicates(session: Session, unit_ids: Iterable[uuid.UUID] | None = None) -> int:
    """How many pairs ``likely_duplicates`` has."""
    _, query = _pairs(unit_ids)
    return session.scalar(query.with_only_columns(func.count(Person.id))) or 0


def duplicates_of(session: Session, person: Person) -> Sequence[Person]:
    """Who may be the same as ``person``."""
    second = _second_person()
    query = select(second).select_from(Person).join(second, _alike(Person, second))
    query = query.where(Person.id == person.id, second.id != person.id)
    return session.scalars(query.order_by(second.name_sort, second.id)).all()


def declare_different(
    session: Session, person: Person, other: Person, *, reason: str | None = None, actor: Actor, now: datetime
) -> None:
    """Remember that two people who look alike are two."""
    first, second = sorted((person, other), key=lambda each: each.id)
    if session.get(NotDuplicate, (first.id, second.id)) is None:
        row = NotDuplicate(
            person_id=first.id, other_id=second.id, decided_at=now, decided_by=actor.id, reason=reason
        )
        session.add(row)
        session.flush()
        audit.record(
            session, "person.not_duplicate", actor=actor, now=now, subject=person, other=str(other.id)
        )


# --- merging ------------------------------------------------------------------------------------------------

_FILLED = (
    "birth_year", "birth_month", "birth_day", "sex", "phone", "phone_owner", "residential_group_id", "place",
    "guardian_name", "guardian_phone", "guardian_relation", "note",
)  # fmt: skip
"""Columns in which an empty place of the kept person is filled from the other."""

_TOGETHER = (
    frozenset({"birth_year", "birth_month", "birth_day"}),
    frozenset({"phone", "phone_owner"}),
    frozenset({"guardian_name", "guardian_phone", "guardian_relation"}),
)
"""Columns that mean something only together."""


def merge(session: Session, kept: Person, other: Person, *, actor: Actor, now: datetime) -> PersonMerge:
    """Make two records one: ``other``'s rows go to ``kept``, whose empty details are filled; ``other`` leaves
    the lists.

    What was done is kept with the merge, so that ``undo_merge`` restores both exactly. Raises DomainError.
    """
    if kept.id == other.id:
        raise DomainError("merge_same", _l("These are not two records but one."))
    if kept.merged_into_id or other.merged_into_id:
        raise DomainError(
            "merge_gone", _l("One of the two was merged before. Please look at the list again.")
        )
    if kept.unit_id != other.unit_id and not DuplicatePair(kept, other).same_phone:
        raise DomainError(
            "merge_other_unit", _l("These two live in different units and share no phone, so they stay two.")
        )
    moved: dict[str, Any] = {"filled": _fill(kept, other), "sensitive": _move_sensitive(session, kept, other)}
    session.flush()
    moved["rows"] = [[mover.name, mover.move(session, other.id, kept.id)] for mover in list(MOVERS.values())]
    other.merged_into_id = kept.id
    row = PersonMerge(
        person_id=other.id, kept_id=kept.id, moved=moved, merged_at=now, merged_by=actor.id, undone_at=None
    )
    session.add(row)
    session.flush()
    audit.record(session, "person.merged", actor=actor, now=now, subject=kept, other=str(other.id))
    return row


def undo_merge(session: Session, merge: PersonMerge, *, actor: Actor, now: datetime) -> None:
    """Make two records out of one again. Raises DomainError when it was undone, or the kept one has been
    merged since.
    """
    kept, other = _row(session, merge.kept_id), _row(session, merge.person_id)
    if merge.undone_at is not None or other.merged_into_id != kept.id:
        raise DomainError("merge_undone", _l("This merge was undone before."))
    newer = select(PersonMerge.id).where(
        PersonMerge.undone_at.is_(None),
        PersonMerge.id > merge.id,
        or_(PersonMerge.kept_id == kept.id, PersonMerge.person_id == kept.id),
    )
    if session.scalar(newer.limit(1)) is not None:
        raise DomainError(
            "merge_not_last", _l("The record was merged again since. Please undo the later merge first.")
        )
    other.merged_into_id = None
    session.flush()
    for name, record in reversed(merge.moved["rows"]):
        MOVERS[name].undo(session, other.id, kept.id, record)
    _unmove_sensitive(session, kept, other, merge.moved["sensitive"])
    _empty(kept, other, merge.moved["filled"])
    merge.undone_at = now
    session.flush()
    audit.record(session, "person.merge_undone", actor=actor, now=now, subject=kept, other=str(other.id))


def _row(session: Session, person_id: uuid.UUID) -> Person:
    return session.scalars(select(Person).where(Person.id == person_id)).one()


def _fill(kept: Person, other: Person) -> list[str]:
    """Fill empty details of ``kept`` from ``other``; return which."""
    filled = []
    for name in _FILLED:
        group = next((group for group in _TOGETHER if name in group), {name})
        if name not in filled and all(getattr(kept, each) is None for each in group):
            filled += [each for each in sorted(group) if getattr(other, each) is not None]
    for name in filled:
        setattr(kept, name, getattr(other, name))
    return filled


def _empty(kept: Any, other: Any, filled: Iterable[str]) -> None:
    """Take back what was filled in, but for what somebody has changed since."""
    for name in filled:
        if getattr(kept, name) == getattr(other, name):
            setattr(kept, name, None)


_SENSITIVE = ("disability", "help_needed", "poor_household", "ethnicity")


def _sensitive(session: Session, person: Person) -> SensitiveRecord | None:
    return session.scalar(select(SensitiveRecord).where(SensitiveRecord.person_id == person.id))


def _move_sensitive(session: Session, kept: Person, other: Person) -> list[str] | None:
    """Fill sensitive facts that the kept person lacks; None when a new record was made for it."""
    source, target = _sensitive(session, other), _sensitive(session, kept)
    if source is None:
        return []
    made = target is None
    if target is None:
        target = SensitiveRecord(person_id=kept.id, updated_at=source.updated_at)
        session.add(target)
    filled = [
        name for name in _SENSITIVE if getattr(target, name) is None and getattr(source, name) is not None
    ]
    for name in filled:
        setattr(target, name, getattr(source, name))
    return None if made else filled


def _unmove_sensitive(session: Session, kept: Person, other: Person, filled: list[str] | None) -> None:
    source, target = _sensitive(session, other), _sensitive(session, kept)
    if source is None or target is None:
        return
    if filled is None:
        session.delete(target)
    else:
        _empty(target, source, filled)
