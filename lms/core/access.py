"""Who may do what, and which rows a request can see.

A *grant* gives a role on a unit and everything below it. A view names the one permission it needs; the
request then sees only rows of units in which the actor has that permission, because the database session
narrows every query by itself. A request without a scope sees no row at all.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, event, false, true
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from lms.core.db import Model, db


class Role(StrEnum):
    """What a staff member is on a unit and below it."""

    ADMIN = "admin"
    OFFICER = "officer"
    MANAGER = "manager"
    TRAINER = "trainer"
    HELPER = "helper"
    VIEWER = "viewer"


class Permission(StrEnum):
    """One thing that a view can need."""

    COUNTS = "counts.view"
    UNITS_EDIT = "units.edit"
    STAFF_VIEW = "staff.view"
    STAFF_EDIT = "staff.edit"
    AUDIT_VIEW = "audit.view"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    SENSITIVE_VIEW = "sensitive.view"
    CLASSES_VIEW = "classes.view"
    CLASSES_EDIT = "classes.edit"
    ROSTER_EXPORT = "roster.export"
    ATTENDANCE_MARK = "attendance.mark"
    ATTENDANCE_VIEW = "attendance.view"
    TASKS_OBSERVE = "tasks.observe"
    COMPLETION_OVERRIDE = "completion.override"
    CERTIFICATES_VIEW = "certificates.view"
    CERTIFICATES_ISSUE = "certificates.issue"


P = Permission
_HELPER = {P.CLASSES_VIEW, P.ATTENDANCE_MARK}
_TRAINER = _HELPER | {P.ATTENDANCE_VIEW, P.TASKS_OBSERVE, P.PEOPLE_VIEW}
_MANAGER = set(P) - {P.AUDIT_VIEW, P.SENSITIVE_VIEW}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(P),
    Role.OFFICER: frozenset(
        {
            P.COUNTS,
            P.STAFF_VIEW,
            P.AUDIT_VIEW,
            P.PEOPLE_VIEW,
            P.CLASSES_VIEW,
            P.ATTENDANCE_VIEW,
            P.CERTIFICATES_VIEW,
        }
    ),
    Role.MANAGER: frozenset(_MANAGER),
    Role.TRAINER: frozenset(_TRAINER),
    Role.HELPER: frozenset(_HELPER),
    Role.VIEWER: frozenset({P.COUNTS}),
}
"""The matrix. ``sensitive.view`` comes only from a grant that names it (see ``Grant.sensitive``), the
admin's included.
"""

OWN_CLASS_ROLES = frozenset({Role.TRAINER, Role.HELPER})
"""Roles that count only in the classes the person is on the staff of."""


@dataclass(frozen=True)
class Granted:
    """A role held on a unit and below; ``sensitive`` also opens disability, poor household and ethnicity."""

    role: Role
    unit_id: uuid.UUID
    sensitive: bool = False

    def permits(self, permission: Permission) -> bool:
        """Whether this grant carries ``permission``."""
        if permission is P.SENSITIVE_VIEW:
            return self.sensitive and self.role in (Role.ADMIN, Role.MANAGER)
        return permission in PERMISSIONS[self.role]


@dataclass(frozen=True)
class Scope:
    """The rows that a session may see: whole units with all below them, and classes somebody is on the staff of."""

    everything: bool = False
    unit_ids: frozenset[uuid.UUID] = frozenset()
    staff_id: uuid.UUID | None = None
    staff_roles: frozenset[Role] = frozenset()
    staff_unit_ids: frozenset[uuid.UUID] = frozenset()


NOTHING = Scope()
EVERYTHING = Scope(everything=True)


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in staff member, or a named program ("system", "command line")."""

    id: uuid.UUID | None
    name: str
    grants: tuple[Granted, ...] = field(default=())

    def can(self, permission: Permission | str) -> bool:
        """Whether the actor has ``permission`` anywhere."""
        permission = Permission(permission)
        return any(grant.permits(permission) for grant in self.grants)

    def scope(self, permission: Permission | str) -> Scope:
        """The rows that ``permission`` opens to the actor."""
        permission = Permission(permission)
        held = [grant for grant in self.grants if grant.permits(permission)]
        own = [grant for grant in held if grant.role in OWN_CLASS_ROLES]
        return Scope(
            unit_ids=frozenset(grant.unit_id for grant in held if grant.role not in OWN_CLASS_ROLES),
            staff_id=self.id if own else None,
            staff_roles=frozenset(grant.role for grant in own),
            staff_unit_ids=frozenset(grant.unit_id for grant in own),
        )

    @property
    def roles(self) -> frozenset[Role]:
        """Every role the actor holds somewhere."""
        return frozenset(grant.role for grant in self.grants)


SYSTEM = Actor(None, "system")


class Scoped:
    """A table whose rows belong to a unit. Its queries are narrowed by the session."""

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """The condition that keeps the rows in ``scope``; never called for EVERYTHING."""
        raise NotImplementedError


@lru_cache(maxsize=512)
def scope_options(scope: Scope) -> tuple[Any, ...]:
    """One ``with_loader_criteria`` a scoped table; kept, for making them costs more than most queries."""
    tables = [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Scoped)]
    return tuple(
        with_loader_criteria(
            table, false() if scope == NOTHING else table.within(scope), include_aliases=True
        )
        for table in tables
    )


def set_scope(session: Session, scope: Scope) -> None:
    """From now on ``session`` sees only rows in ``scope``."""
    session.info["scope"] = scope


def get_scope(session: Session) -> Scope:
    """What ``session`` can see; NOTHING unless it was told otherwise."""
    return session.info.get("scope", NOTHING)


@contextlib.contextmanager
def everything(session: Session) -> Iterator[None]:
    """Inside, ``session`` sees all rows: for public look-ups by an exact code, and for programs without a person."""
    before = get_scope(session)
    set_scope(session, EVERYTHING)
    try:
        yield
    finally:
        set_scope(session, before)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete):
        return
    # Options given to a query go along with the loads of its relationships and expired columns.
    if state.is_column_load or state.is_relationship_load:
        return
    if state.execution_options.get("public_rows"):
        return
    session = state.session
    if getattr(session, "_db", db) is not db:  # a host application's own Flask-SQLAlchemy
        return
    scope = get_scope(session)
    if scope.everything:
        return
    state.statement = state.statement.options(*scope_options(scope))  # type: ignore[attr-defined]


def public_rows(statement: Select[Any]) -> Select[Any]:
    """``statement`` without the scope: only for what every signed-in person may know, such as the actor's
    own grants.
    """
    return statement.execution_options(public_rows=True)


# --- on views -----------------------------------------------------------------------------------------------

View = TypeVar("View", bound=Callable[..., Any])


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs. The request's rows are narrowed to where the actor has it."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view that every signed-in staff member may open; it sees no scoped row unless it sets a scope itself."""
    view.permission = "signed-in"  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that anybody may open; it sees no scoped row unless it opens one by an exact code."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def any_true(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The conditions joined by OR; no condition is no row."""
    result: ColumnElement[bool] | None = None
    for condition in conditions:
        result = condition if result is None else result | condition
    return false() if result is None else result & true()
