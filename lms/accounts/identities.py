"""Accounts themselves: who they belong to, phone, e-mail and password."""

from __future__ import annotations

import uuid

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import attempts, rules
from lms.accounts.models import User
from lms.core.errors import DomainError
from lms.core.keys import new_key
from translations import names, phones

PASSWORD_SENTENCES = {
    "too_short": _l(
        "The password needs at least 8 characters. Three or four words that only you would put together are good."
    ),
    "too_simple": _l(
        "This password is too easy to guess. Three or four words that only you would put together are good."
    ),
    "like_identity": _l("The password must not be your name, phone number or e-mail address."),
}


def create_user(
    session: Session,
    *,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    password: str | None = None,
) -> User:
    """Create an account without any role.

    Raises DomainError: ``name_missing``, ``identity_missing``, ``phone_invalid``, ``email_invalid``,
    ``identity_taken``, ``password_…`` (see ``rules.password_problem``).
    """
    name, phone, email = identity(name, phone, email)
    if account_of(session, phone, email) is not None:
        raise DomainError(
            "identity_taken",
            _l("There is already an account with this phone number or e-mail."),
            field="phone",
        )
    user = User(
        id=new_key(), name=name, phone=phone, email=email, active=True, fs_uniquifier=uuid.uuid4().hex
    )
    if password is not None:
        set_password(session, user, password)
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Set the password; every session that is signed in elsewhere ends. Raises DomainError ``password_…``."""
    problem = rules.password_problem(password, (user.name, user.phone, user.email))
    if problem:
        raise DomainError(f"password_{problem}", PASSWORD_SENTENCES[problem], field="password")
    user.password = hash_password(normal(password))
    user.fs_uniquifier = uuid.uuid4().hex
    attempts.forget(session, user.phone, user.email)


def find_account(session: Session, identity: str) -> User | None:
    """The account with this phone number or e-mail, however it is typed."""
    phone = phones.parse(identity)
    return account_of(session, phone, None if phone else identity.strip().casefold() or None)


def account_of(session: Session, phone: str | None, email: str | None) -> User | None:
    """The account with this E.164 phone number or lower-case e-mail."""
    for column, value in ((User.phone, phone), (User.email, email)):
        if value and (user := session.scalar(select(User).where(column == value))):
            return user
    return None


def identity(name: str, phone: str | None, email: str | None) -> tuple[str, str | None, str | None]:
    """Clean name, E.164 phone and lower-case e-mail; raises DomainError for what cannot be taken."""
    name, email = names.clean(name), (email or "").strip().casefold() or None
    if not name:
        raise DomainError("name_missing", _l("Please write the name."), field="name")
    parsed = phones.parse(phone) if phone else None
    if phone and parsed is None:
        raise DomainError(
            "phone_invalid",
            _l("This is not a Vietnamese phone number. Example: 0912 345 678."),
            field="phone",
        )
    if email and not _looks_like_email(email):
        raise DomainError(
            "email_invalid", _l("This is not an e-mail address. Example: lan@example.vn."), field="email"
        )
    if not (parsed or email):
        raise DomainError(
            "identity_missing",
            _l("Please give a phone number or an e-mail address; one is enough."),
            field="phone",
        )
    return name, parsed, email


def _looks_like_email(text: str) -> bool:
    local, _, domain = text.partition("@")
    return bool(local) and "." in domain.strip(".") and " " not in text and len(text) <= 255


def normal(password: str) -> str:
    """The password as it is hashed and compared, however the keyboard composed its letters."""
    return str(current_app.extensions["security"].password_util.normalize(password))
