"""The verbs of accounts: creating, inviting, roles on units, reset links, closing."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_security import verify_password
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lms.accounts import rules
from lms.accounts.authority import (
    LAST_ADMIN,
    NOT_ALLOWED,
    ROLE_NAMES,
    actor_of,
    at_and_above,
    grantable_at,
    grants_of,
    is_last_admin,
    may_manage,
    other_admin_grants,
    require_granting,
    require_managing,
)
from lms.accounts.identities import account_of, create_user, find_account, identity, normal, set_password
from lms.accounts.models import Grant, Invitation, User
from lms.audit import service as audit
from lms.core.access import Actor, Role, public_rows
from lms.core.errors import DomainError
from lms.units.models import Branch, Unit, below
from translations import names, phones

__all__ = [
    "ROLE_NAMES",
    "accept_invitation",
    "actor_of",
    "audit_user",
    "create_user",
    "deactivate",
    "find_account",
    "grant_role",
    "grantable_at",
    "grants_of",
    "invite",
    "invited_account",
    "may_manage",
    "open_invitation",
    "reactivate",
    "reset_link",
    "revoke_grant",
    "set_password",
    "staff_at",
    "staff_query",
    "turn_codes_off",
    "withdraw_invitation",
]

INVITATION_LASTS = timedelta(days=7)


# --- accounts ---------------------------------------------------------------------------------------------------------


def deactivate(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Close an account: it can no longer sign in, its roles stay for when it is opened again.

    Raises DomainError: ``not_allowed``, ``own_account``, ``last_admin``.
    """
    require_managing(session, user, actor)
    if user.id == actor.id:
        raise DomainError(
            "own_account", _l("You cannot close your own account. Ask another manager to do it.")
        )
    if is_last_admin(session, user):
        raise DomainError("last_admin", LAST_ADMIN)
    user.active = False
    user.fs_uniquifier = uuid.uuid4().hex
    audit_user(session, "account.closed", user, actor=actor, now=now)


def reactivate(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Open a closed account again. Raises DomainError ``not_allowed``."""
    require_managing(session, user, actor)
    user.active = True
    audit_user(session, "account.opened", user, actor=actor, now=now)


def turn_codes_off(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Turn one-time codes off for who lost the phone and the recovery codes. Raises DomainError ``not_allowed``."""
    require_managing(session, user, actor)
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    audit_user(session, "account.codes_off", user, actor=actor, now=now)


# --- invitations ------------------------------------------------------------------------------------------------------


def invite(
    session: Session,
    *,
    unit: Unit,
    role: Role | str,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    branch: Branch | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[Invitation, str]:
    """Offer somebody a role at a unit; the token of the link is returned once and not kept.

    Raises DomainError: ``not_allowed``, ``name_missing``, ``identity_missing``, ``phone_invalid``, ``email_invalid``.
    """
    role = Role(role)
    require_granting(session, unit.id, role, actor)
    name, phone, email = identity(name, phone, email)
    invitation = Invitation(
        unit_id=unit.id,
        role=role,
        name=name,
        phone=phone,
        email=email,
        branch_id=branch.id if branch else None,
    )
    token = _seal(session, invitation, INVITATION_LASTS, actor=actor, now=now)
    audit.record(session, "invitation.made", actor=actor, now=now, subject=invitation, role=role.value)
    return invitation, token


def reset_link(
    session: Session, user: User, *, actor: Actor, now: datetime, lasts: timedelta = INVITATION_LASTS
) -> tuple[Invitation, str]:
    """A link with which ``user`` sets a new password; earlier ones end.

    Raises DomainError ``not_allowed`` when the actor may not manage every role of the account; the account's own
    holder (by mail) may.
    """
    if actor.id != user.id:
        require_managing(session, user, actor)
    grants = grants_of(session, user)
    if not grants:
        raise DomainError("not_allowed", NOT_ALLOWED, status=403)
    earlier = public_rows(
        select(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
    )
    for link in session.scalars(earlier):
        link.expires_at = now
    invitation = Invitation(
        unit_id=grants[0].unit_id, name=user.name, phone=user.phone, email=user.email, user_id=user.id
    )
    token = _seal(session, invitation, lasts, actor=actor, now=now)
    audit.record(
        session, "account.reset_link_made", actor=actor, now=now, subject=user, unit_id=grants[0].unit_id
    )
    return invitation, token


def open_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """The invitation that a link opens. Raises DomainError ``invitation_unknown``, ``_used`` or ``_expired``."""
    query = select(Invitation).where(Invitation.token_hash == _token_hash(token)).with_for_update()
    invitation = session.scalar(public_rows(query))
    if invitation is None:
        raise DomainError(
            "invitation_unknown",
            _l("This link is not known. Please check that it was copied whole, or ask for a new one."),
            status=404,
        )
    if invitation.used_at is not None:
        raise DomainError(
            "invitation_used",
            _l("This link was already used. Sign in with the password that was set."),
            status=410,
        )
    if invitation.expires_at <= now:
        raise DomainError(
            "invitation_expired",
            _l("This link is too old. Please ask the manager of your unit for a new one."),
            status=410,
        )
    return invitation


def invited_account(session: Session, invitation: Invitation) -> User | None:
    """The account that already has the invitation's phone or e-mail; it only gets a further role."""
    return account_of(session, invitation.phone, invitation.email)


def accept_invitation(session: Session, token: str, password: str, *, now: datetime) -> User:
    """Take up an invitation with a new password, or with the password of the account that is already there.

    Raises DomainError as ``open_invitation`` does; ``wrong_password``; ``password_…``.
    """
    invitation = open_invitation(session, token, now=now)
    if invitation.user_id is not None:
        user = session.get_one(User, invitation.user_id)
        set_password(session, user, password)
        action = "account.password_reset"
    else:
        user = _account_for(session, invitation, password)
        _put_grant(session, user, invitation, now=now)
        action = "invitation.accepted"
    invitation.used_at = now
    audit.record(
        session, action, actor=Actor(user.id, user.name), now=now, subject=user, unit_id=invitation.unit_id
    )
    session.flush()
    return user


def withdraw_invitation(session: Session, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """End an invitation that was not taken up. Raises DomainError ``not_allowed``, ``invitation_used``."""
    if invitation.used_at is not None:
        raise DomainError("invitation_used", _l("This invitation was already taken up."))
    if invitation.role is not None:
        require_granting(session, invitation.unit_id, invitation.role, actor)
    invitation.expires_at = now
    audit.record(session, "invitation.withdrawn", actor=actor, now=now, subject=invitation)
    session.flush()


def _account_for(session: Session, invitation: Invitation, password: str) -> User:
    user = invited_account(session, invitation)
    if user is None:
        return create_user(
            session, name=invitation.name, phone=invitation.phone, email=invitation.email, password=password
        )
    if not user.active or not user.password or not verify_password(normal(password), user.password):
        raise DomainError("wrong_password", _l("This is not the password of your account."), field="password")
    return user


def _put_grant(session: Session, user: User, invitation: Invitation, *, now: datetime) -> None:
    there = select(Grant).where(
        Grant.user_id == user.id, Grant.unit_id == invitation.unit_id, Grant.role == invitation.role
    )
    if session.scalar(public_rows(there)) is None:
        session.add(
            Grant(
                user_id=user.id,
                unit_id=invitation.unit_id,
                role=invitation.role,
                branch_id=invitation.branch_id,
                granted_at=now,
                granted_by=invitation.invited_by,
            )
        )


def _seal(session: Session, invitation: Invitation, lasts: timedelta, *, actor: Actor, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _token_hash(token)
    invitation.invited_by = actor.id
    invitation.created_at, invitation.expires_at = now, now + lasts
    session.add(invitation)
    session.flush()
    return token


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- roles ------------------------------------------------------------------------------------------------------------


def grant_role(
    session: Session,
    user: User,
    unit: Unit,
    role: Role | str,
    *,
    sensitive: bool = False,
    branch: Branch | None = None,
    actor: Actor,
    now: datetime,
) -> Grant:
    """Give a role on a unit and below, or change whether it opens the sensitive fields.

    Raises DomainError: ``not_allowed`` (above oneself, elsewhere, or ``sensitive`` by who is no admin),
    ``never_sensitive`` (a role that does not open them).
    """
    role = Role(role)
    if sensitive and not rules.can_be_sensitive(role.value):
        raise DomainError(
            "never_sensitive",
            _l("Only managers and administrators can see the sensitive fields."),
            field="sensitive",
        )
    grant = session.scalar(
        public_rows(
            select(Grant).where(Grant.user_id == user.id, Grant.unit_id == unit.id, Grant.role == role)
        )
    )
    widened = sensitive and not (grant is not None and grant.sensitive)
    require_granting(session, unit.id, role, actor, sensitive=widened)
    if grant is None:
        grant = Grant(
            user_id=user.id, unit_id=unit.id, role=role, granted_at=now, granted_by=actor.id, branch_id=None
        )
        session.add(grant)
    grant.sensitive = sensitive
    if branch is not None:
        grant.branch_id = branch.id
    session.flush()
    audit.record(
        session,
        "role.granted",
        actor=actor,
        now=now,
        subject=user,
        unit_id=unit.id,
        role=role.value,
        sensitive=sensitive,
    )
    session.flush()
    return grant


def revoke_grant(session: Session, grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Take a role away. Raises DomainError: ``not_allowed``, ``last_admin``."""
    require_granting(session, grant.unit_id, grant.role, actor)
    if grant.role is Role.ADMIN and other_admin_grants(session, Grant.id != grant.id) == 0:
        raise DomainError("last_admin", LAST_ADMIN)
    user = session.get_one(User, grant.user_id)
    session.delete(grant)
    audit.record(
        session,
        "role.revoked",
        actor=actor,
        now=now,
        subject=user,
        unit_id=grant.unit_id,
        role=grant.role.value,
    )
    session.flush()


# --- finding ----------------------------------------------------------------------------------------------------------


def staff_at(session: Session, unit_id: uuid.UUID, role: Role | str) -> list[User]:
    """The active accounts that hold a role on the unit or above it, in the order of their names."""
    query = select(User).where(
        User.active,
        User.id.in_(
            select(Grant.user_id).where(Grant.role == Role(role), Grant.unit_id.in_(at_and_above(unit_id)))
        ),
    )
    return sorted(session.scalars(public_rows(query)), key=lambda user: names.sort_text(user.name))


def staff_query(unit_ids: frozenset[uuid.UUID], text: str = "") -> Select[User]:
    """Accounts with a role in the units or below them; ``text`` is a part of the name, phone or e-mail."""
    query = select(User).where(User.id.in_(select(Grant.user_id).where(Grant.unit_id.in_(below(unit_ids)))))
    phone, plain = phones.parse(text), text.strip().casefold()
    if plain:
        found = [func.lower(User.email).contains(plain, autoescape=True)]
        found += [User.phone == phone] if phone else []
        query = query.where(or_(*found, User.name_folded.contains(names.fold(text), autoescape=True)))
    return query.order_by(User.active.desc(), User.name_sort)


def audit_user(session: Session, action: str, user: User, *, actor: Actor, now: datetime) -> None:
    """Record what happened to an account, in each unit where it has a role."""
    for grant in grants_of(session, user):
        audit.record(session, action, actor=actor, now=now, subject=user, unit_id=grant.unit_id)
    session.flush()
