"""Who may give roles to whom, and manage whose account."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts import rules
from lms.accounts.models import Grant, User
from lms.core.access import Actor, Granted, Role, public_rows
from lms.core.errors import DomainError
from lms.units.models import UnitClosure

ROLE_NAMES = {
    Role.ADMIN: _l("Administrator"),
    Role.OFFICER: _l("Province officer"),
    Role.MANAGER: _l("Manager"),
    Role.TRAINER: _l("Trainer"),
    Role.HELPER: _l("Helper"),
    Role.VIEWER: _l("Reader of figures"),
}

NOT_ALLOWED = _l("You may give and take only roles that are not above your own, in your own units.")
LAST_ADMIN = _l("This is the last administrator. Make somebody else administrator first.")


def require_granting(
    session: Session, unit_id: uuid.UUID, role: Role, actor: Actor, *, sensitive: bool = False
) -> None:
    """Raise DomainError ``not_allowed`` unless the actor may give ``role`` on the unit; programs may."""
    if actor.id is None:
        return
    if not rules.may_grant(_held_at(session, actor, unit_id), role.value, sensitive=sensitive):
        raise DomainError("not_allowed", NOT_ALLOWED, status=403, field="role")


def require_managing(session: Session, user: User, actor: Actor) -> None:
    """Raise DomainError ``not_allowed`` unless the actor may manage the account."""
    if not may_manage(session, user, actor):
        raise DomainError("not_allowed", NOT_ALLOWED, status=403)


def _held_at(session: Session, actor: Actor, unit_id: uuid.UUID) -> set[str]:
    above = set(session.scalars(at_and_above(unit_id)))
    return {grant.role.value for grant in actor.grants if grant.unit_id in above}


def at_and_above(unit_id: uuid.UUID) -> Select[uuid.UUID]:
    """The ids of a unit and of the units above it."""
    return select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id == unit_id)


def other_admin_grants(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many administrators' roles of open accounts there are, of those that meet the conditions."""
    query = select(func.count()).select_from(Grant).join(User, User.id == Grant.user_id)
    query = query.where(Grant.role == Role.ADMIN, User.active, *conditions)
    return session.scalar(public_rows(query)) or 0


def is_last_admin(session: Session, user: User) -> bool:
    """Whether nobody else is an administrator."""
    own = [grant for grant in grants_of(session, user) if grant.role is Role.ADMIN]
    return bool(own) and other_admin_grants(session, Grant.user_id != user.id) == 0


def grantable_at(session: Session, actor: Actor, unit_id: uuid.UUID) -> list[Role]:
    """The roles that the actor may give on a unit."""
    return [Role(role) for role in rules.grantable_roles(_held_at(session, actor, unit_id))]


def may_manage(session: Session, user: User, actor: Actor) -> bool:
    """Whether the actor may give and take every role of an account, and so may also reset and close it."""
    if actor.id is None:
        return True
    grants = grants_of(session, user)
    return bool(grants) and all(
        rules.may_grant(_held_at(session, actor, grant.unit_id), grant.role.value) for grant in grants
    )


def actor_of(session: Session, user: User) -> Actor:
    """The actor for an account, with the grants held now."""
    grants = session.scalars(public_rows(select(Grant).where(Grant.user_id == user.id))).all()
    return Actor(
        user.id, user.name, tuple(Granted(grant.role, grant.unit_id, grant.sensitive) for grant in grants)
    )


def grants_of(session: Session, user: User) -> Sequence[Grant]:
    """Every role of an account, also those beyond the session's scope."""
    query = (
        select(Grant)
        .where(Grant.user_id == user.id)
        .options(joinedload(Grant.unit))
        .order_by(Grant.granted_at)
    )
    return session.scalars(public_rows(query)).all()
