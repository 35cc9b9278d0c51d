"""The verbs of units: loading the official ones, adding groups and branches, and what units are called."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, insert, or_, select
from sqlalchemy.orm import Session, selectinload

from lms.audit import service as audit
from lms.core.access import Actor, Permission, public_rows
from lms.core.clock import local_date
from lms.core.db import table_of
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.units import rules
from lms.units.models import (
    Branch,
    Organisation,
    Unit,
    UnitClosure,
    UnitLevel,
    UnitPeriod,
    UnitType,
    below,
)
from lms.units.official import official_units
from lms.units.rules import UnitName
from translations import names

GROUP_TYPES = (UnitType.RESIDENTIAL_GROUP, UnitType.VILLAGE)

ORGANISATION_NAMES = {
    Organisation.PEOPLES_COMMITTEE: _l("People's Committee"),
    Organisation.YOUTH_UNION: _l("Youth Union"),
    Organisation.WOMENS_UNION: _l("Women's Union"),
    Organisation.ELDERLY_ASSOCIATION: _l("Association of the Elderly"),
    Organisation.VETERANS_ASSOCIATION: _l("Veterans' Association"),
    Organisation.POST: _l("Post office"),
    Organisation.TELECOM: _l("Telecom company"),
    Organisation.POLICE: _l("Police"),
    Organisation.SCHOOL: _l("School"),
    Organisation.OTHER: _l("Another organisation"),
}


# --- loading -----------------------------------------------------------------------------------------------


def load_official_units(session: Session) -> int:
    """Add the official units and type changes that are not there yet; returns how many units were new."""
    there = session.execute(select(Unit.code, Unit.id).where(Unit.code.is_not(None)))
    ids: dict[str, uuid.UUID] = {str(code): key for code, key in there}
    known = set(ids)
    periods_there = set(session.execute(select(UnitPeriod.unit_id, UnitPeriod.valid_from)).all())
    units: list[dict[str, Any]] = []
    closure: list[dict[str, Any]] = []
    periods: list[dict[str, Any]] = []
    for official in official_units():
        if official.code not in known:
            key = ids[official.code] = new_key()
            parent_id = ids[official.parent_code] if official.parent_code else None
            units.append({"id": key, "code": official.code, "level": official.level, "parent_id": parent_id})
            closure.append({"ancestor_id": key, "descendant_id": key, "depth": 0})
            if parent_id:
                closure.append({"ancestor_id": parent_id, "descendant_id": key, "depth": 1})
        for valid_from, kind in official.types:
            if (ids[official.code], valid_from) not in periods_there:
                periods.append(
                    {
                        "unit_id": ids[official.code],
                        "valid_from": valid_from,
                        "type": kind,
                        "name_vi": official.name_vi,
                        "name_en": official.name_en,
                        "name_ar": official.name_ar,
                        "folded": names.fold(official.name_vi),
                    }
                )
    for table, rows in ((Unit, units), (UnitPeriod, periods), (UnitClosure, closure)):
        if rows:
            session.execute(insert(table_of(table)), rows)
    session.expire_all()
    return len(units)


# --- changing ----------------------------------------------------------------------------------------------


def add_group(
    session: Session,
    parent: Unit,
    *,
    name: str,
    type: UnitType | str,  # noqa: A002
    actor: Actor,
    now: datetime,
) -> Unit:
    """Add a residential group or village to a commune-level unit.

    Raises DomainError: ``wrong_level`` (the parent is no commune), ``name_missing``, ``name_taken``.
    """
    kind, name, today = UnitType(type), names.clean(name), local_date(now)
    if parent.level is not UnitLevel.COMMUNE or kind not in GROUP_TYPES:
        raise DomainError(
            "wrong_level",
            _l("Residential groups and villages belong to a ward, a commune or a special zone."),
        )
    if not name:
        raise DomainError("name_missing", _l("Please write the name."), field="name")
    folded = names.fold(name)
    if any(names.fold(group.at(today).name_vi) == folded for group in groups_of(session, parent)):
        raise DomainError("name_taken", _l("There is already one of this name here."), field="name")
    group = Unit(id=new_key(), level=UnitLevel.GROUP, parent_id=parent.id)
    group.periods = [
        UnitPeriod(valid_from=today, type=kind, name_vi=name, name_en=name, name_ar=None, folded=folded)
    ]
    session.add(group)
    session.flush()
    _add_closure(session, group, parent)
    audit.record(session, "unit.group_added", actor=actor, now=now, subject=group, unit_id=group.id)
    session.flush()
    return group


def rename_group(session: Session, group: Unit, *, name: str, actor: Actor, now: datetime) -> None:
    """Give a residential group or village another name from today on; older papers keep the old one.

    Raises DomainError: ``wrong_level`` (an official unit), ``name_missing``, ``name_taken``.
    """
    name, today = names.clean(name), local_date(now)
    if group.level is not UnitLevel.GROUP or group.parent is None:
        raise DomainError("wrong_level", _l("The names of official units come from the official list."))
    if not name:
        raise DomainError("name_missing", _l("Please write the name."), field="name")
    folded = names.fold(name)
    others = [other for other in groups_of(session, group.parent) if other.id != group.id]
    if any(names.fold(other.at(today).name_vi) == folded for other in others):
        raise DomainError("name_taken", _l("There is already one of this name here."), field="name")
    period = group.latest
    if period.valid_from != today:
        period = UnitPeriod(valid_from=today, type=period.type, name_vi=name, name_en=name, folded=folded)
        group.periods.append(period)
    period.name_vi, period.name_en, period.folded = name, name, folded
    audit.record(session, "unit.group_renamed", actor=actor, now=now, subject=group, unit_id=group.id)
    session.flush()


def add_branch(
    session: Session,
    unit: Unit,
    *,
    organisation: Organisation | str,
    name: dict[str, str],
    actor: Actor,
    now: datetime,
) -> Branch:
    """Add an organisation at a unit; ``name`` is by language, Vietnamese at least.

    Raises DomainError: ``wrong_level`` (a residential group), ``name_missing``, ``name_taken``.
    """
    if unit.level is UnitLevel.GROUP:
        raise DomainError("wrong_level", _l("A branch belongs to a commune-level unit or a province."))
    texts = _branch_name(session, unit.id, name)
    branch = Branch(unit_id=unit.id, organisation=Organisation(organisation), name=texts)
    session.add(branch)
    session.flush()
    audit.record(
        session, "branch.added", actor=actor, now=now, subject=branch, organisation=branch.organisation.value
    )
    return branch


def change_branch(
    session: Session,
    branch: Branch,
    *,
    organisation: Organisation | str,
    name: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Change a branch's kind and name. Raises DomainError: ``name_missing``, ``name_taken``."""
    branch.name = _branch_name(session, branch.unit_id, name, but=branch)
    branch.organisation = Organisation(organisation)
    audit.record(session, "branch.changed", actor=actor, now=now, subject=branch)
    session.flush()


def _branch_name(
    session: Session, unit_id: uuid.UUID, name: dict[str, str], *, but: Branch | None = None
) -> dict[str, Any]:
    texts = {language: names.clean(text) for language, text in name.items() if text and names.clean(text)}
    if "vi" not in texts:
        raise DomainError("name_missing", _l("Please write the name in Vietnamese."), field="name")
    there = session.scalars(select(Branch).where(Branch.unit_id == unit_id)).all()
    if names.fold(texts["vi"]) in {names.fold(each.name["vi"]) for each in there if each is not but}:
        raise DomainError("name_taken", _l("There is already one of this name here."), field="name")
    return texts


def _add_closure(session: Session, unit: Unit, parent: Unit) -> None:
    above = session.scalars(select(UnitClosure).where(UnitClosure.descendant_id == parent.id)).all()
    session.add(UnitClosure(ancestor_id=unit.id, descendant_id=unit.id, depth=0))
    session.add_all(
        UnitClosure(ancestor_id=row.ancestor_id, descendant_id=unit.id, depth=row.depth + 1) for row in above
    )
    session.flush()


# --- what units are called ---------------------------------------------------------------------------------


def title(unit: Unit, language: str, on: date) -> str:
    """Kind and name as of a day: "phường Cửa Nam"; plain text, names of another script isolated."""
    return rules.title(_name(unit, on), language)


def latest_names(session: Session, unit_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The last known names of units, without their types: for lists with a residential group in every row."""
    ids = {unit_id for unit_id in unit_ids if unit_id}
    query = (
        select(UnitPeriod.unit_id, UnitPeriod.name_vi)
        .where(UnitPeriod.unit_id.in_(ids))
        .order_by(UnitPeriod.valid_from)
    )
    return {row.unit_id: row.name_vi for row in session.execute(query)} if ids else {}


def full_title(unit: Unit, language: str, on: date) -> str:
    """The title with those of the units above it: "phường Cửa Nam, thành phố Hà Nội"."""
    return rules.full_title(_name(unit, on), [_name(each, on) for each in ancestors(unit)], language)


def short_heading(unit: Unit, language: str, on: date) -> str:
    """The title as it stands in a heading or a list: "Phường Cửa Nam"."""
    return rules.at_the_start(title(unit, language, on))


def heading(unit: Unit, language: str, on: date) -> str:
    """The full title as it stands in a heading or a list: "Phường Cửa Nam, thành phố Hà Nội"."""
    return rules.at_the_start(full_title(unit, language, on))


def ancestors(unit: Unit) -> list[Unit]:
    """The units above, nearest first."""
    above = []
    while unit.parent is not None:
        unit = unit.parent
        above.append(unit)
    return above


def _name(unit: Unit, on: date) -> UnitName:
    period = unit.at(on)
    return UnitName(period.type.value, period.name_vi, period.name_en, period.name_ar)


# --- finding -----------------------------------------------------------------------------------------------


def find_unit(session: Session, reference: str) -> Unit | None:
    """The unit with an official code or a key."""
    found = session.scalar(select(Unit).where(Unit.code == reference.strip()))
    if found is None:
        try:
            found = session.get(Unit, uuid.UUID(reference.strip()))
        except ValueError:
            return None
    return found


def search(text: str) -> Select[Any]:
    """Units by a part of the name, without regard to diacritics and to the word of the kind; or by code."""
    folded = names.fold(text)
    for word in ("thanh pho", "tinh", "phuong", "xa", "dac khu"):
        folded = folded.removeprefix(word + " ")
    named = select(UnitPeriod.unit_id).where(UnitPeriod.folded.contains(folded, autoescape=True))
    condition: ColumnElement[bool] = or_(Unit.id.in_(named), Unit.code == text.strip())
    return select(Unit).where(condition).options(*with_names()).order_by(Unit.level.desc(), Unit.code)


def with_names() -> tuple[Any, ...]:
    """Loader options that bring the names of units and of those above them in a few queries."""
    parent = selectinload(Unit.parent)
    return (parent, parent.selectinload(Unit.parent))


def children(session: Session, unit: Unit | None) -> list[Unit]:
    """The units directly below ``unit`` (None: the provinces), in the order of their names."""
    condition = Unit.parent_id.is_(None) if unit is None else Unit.parent_id == unit.id
    found = session.scalars(select(Unit).where(condition)).all()
    return sorted(found, key=lambda each: rules.sort_key(each.latest.name_vi))


def in_order(found: Iterable[Unit]) -> list[Unit]:
    """Units in the order of their names, numbers by their value."""
    return sorted(found, key=lambda unit: rules.sort_key(unit.latest.name_vi))


def groups_of(session: Session, unit: Unit) -> list[Unit]:
    """The residential groups and villages of a commune."""
    return [each for each in children(session, unit) if each.level is UnitLevel.GROUP]


def branches_of(session: Session, unit: Unit) -> Sequence[Branch]:
    """The branches at a unit that this session may see, in the order of their names."""
    found = session.scalars(select(Branch).where(Branch.unit_id == unit.id)).all()
    return sorted(found, key=lambda branch: rules.sort_key(branch.name["vi"]))


def branches_at(session: Session, unit: Unit, actor: Actor) -> Sequence[Branch]:
    """The branches at a unit for who works there; nobody else is told of them."""
    if not covers(session, frozenset(grant.unit_id for grant in actor.grants), unit.id):
        return []
    found = session.scalars(public_rows(select(Branch).where(Branch.unit_id == unit.id))).all()
    return sorted(found, key=lambda branch: rules.sort_key(branch.name["vi"]))


def own_units(session: Session, actor: Actor) -> list[Unit]:
    """The units on which the actor holds a role."""
    ids = sorted({grant.unit_id for grant in actor.grants})
    found = session.scalars(select(Unit).where(Unit.id.in_(ids)).options(*with_names())).all()
    return sorted(found, key=lambda unit: rules.sort_key(unit.latest.name_vi))


def unit_choices(
    session: Session,
    language: str,
    on: date,
    *,
    actor: Actor,
    permission: Permission | str,
    levels: Iterable[UnitLevel] = (UnitLevel.COMMUNE,),
) -> list[tuple[str, str]]:
    """The units where the actor has ``permission``, as (key, full title) for a form, by name."""
    query = (
        select(Unit)
        .where(Unit.level.in_(list(levels)), Unit.id.in_(below(reach(actor, permission))))
        .options(*with_names())
    )
    found = sorted(session.scalars(query).all(), key=lambda unit: rules.sort_key(unit.latest.name_vi))
    return [(str(unit.id), heading(unit, language, on)) for unit in found]


# --- who may -----------------------------------------------------------------------------------------------


def reach(actor: Actor, permission: Permission | str) -> frozenset[uuid.UUID]:
    """The units on which, and below which, the actor holds ``permission``; not those of single classes."""
    return actor.scope(permission).unit_ids


def covers(session: Session, unit_ids: frozenset[uuid.UUID], unit_id: uuid.UUID) -> bool:
    """Whether ``unit_id`` is one of ``unit_ids`` or lies below one."""
    query = select(UnitClosure.depth).where(
        UnitClosure.descendant_id == unit_id, UnitClosure.ancestor_id.in_(sorted(unit_ids))
    )
    return session.scalar(query.limit(1)) is not None


def may(session: Session, actor: Actor, permission: Permission | str, unit_id: uuid.UUID) -> bool:
    """Whether the actor has ``permission`` at a unit."""
    return covers(session, reach(actor, permission), unit_id)


def offered(session: Session, reach: frozenset[uuid.UUID], *, most: int) -> list[Unit]:
    """The official units of ``reach`` and below; only ``reach`` itself when they are more than ``most``."""
    query = select(Unit).where(Unit.level != UnitLevel.GROUP).options(*with_names())
    found = session.scalars(query.where(Unit.id.in_(below(reach))).limit(most + 1)).all()
    if len(found) > most:
        found = session.scalars(query.where(Unit.id.in_(sorted(reach)))).all()
    return sorted(
        found, key=lambda unit: (unit.level != UnitLevel.PROVINCE, rules.sort_key(unit.latest.name_vi))
    )
