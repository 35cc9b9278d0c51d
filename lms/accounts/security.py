"""Flask-Security set up for staff who sign in by phone or e-mail; and who is signed in, as an actor."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from flask_login import current_user
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore, uia_email_mapper
from sqlalchemy import select

from lms.accounts.models import Grant, User, WebAuthn
from lms.core.access import Actor, Granted, public_rows
from lms.core.auth import IDENTITY
from lms.core.db import db
from translations import phones


class _NoRole(RoleMixin):
    """Flask-Security wants a role table; rights come from grants on units instead."""


def phone_mapper(identity: str) -> str | None:
    """The E.164 form of a typed phone number, or None."""
    return phones.parse(identity)


def init_security(app: Flask) -> None:
    """Set up sign-in, recovery, one-time codes and passkeys."""
    settings = app.config["SETTINGS"]
    app.config.setdefault("SECURITY_PASSWORD_SALT", "not used by argon2")
    app.config.update(
        SECURITY_USER_IDENTITY_ATTRIBUTES=[
            {"phone": {"mapper": phone_mapper}},
            {"email": {"mapper": uia_email_mapper, "case_insensitive": True}},
        ],
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=8,
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=bool(settings.mail_server),
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=bool(settings.mail_server),
        SECURITY_TRACKABLE=True,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_POST_LOGIN_VIEW="home.index",
        SECURITY_POST_LOGOUT_VIEW="security.login",
        SECURITY_URL_PREFIX="/account",
        SECURITY_BLUEPRINT_NAME="security",
    )
    Security(app, SQLAlchemyUserDatastore(db, User, _NoRole, WebAuthn))


def load_actor() -> Actor | None:
    """The signed-in staff member with the grants held: from our session, or named by a host application."""
    user = _host_user() or (current_user if current_user.is_authenticated else None)
    if user is None:
        return None
    g.actor_language = user.language
    return actor_of(user)


def actor_of(user: Any) -> Actor:
    """The actor for an account."""
    grants = db.session.scalars(public_rows(select(Grant).where(Grant.user_id == user.id))).all()
    return Actor(
        user.id, user.name, tuple(Granted(grant.role, grant.unit_id, grant.sensitive) for grant in grants)
    )


def _host_user() -> User | None:
    identity = request.environ.get(IDENTITY)
    if not identity:
        return None
    phone = phones.parse(identity)
    found = User.phone == phone if phone else User.email == identity.strip().casefold()
    return db.session.scalar(select(User).where(found, User.active))
