"""Flask-Security set up for staff who sign in by phone or e-mail; and who is signed in, as an actor."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask, abort, flash, g, request, session
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import (
    PasswordUtil,
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    WebauthnUtil,
    logout_user,
    password_changed,
    tf_disabled,
    tf_profile_changed,
    uia_email_mapper,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from sqlalchemy import select
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

import translations
from lms.accounts import authority, rules
from lms.accounts.forms import (
    CodeForm,
    CodesForm,
    NoRescueForm,
    OwnChangePasswordForm,
    PasskeyForm,
    RecoveryCodeForm,
    SignInForm,
)
from lms.accounts.identities import PASSWORD_SENTENCES
from lms.accounts.models import User, WebAuthn
from lms.accounts.service import audit_user
from lms.core import clock
from lms.core.access import Actor
from lms.core.auth import IDENTITY
from lms.core.db import db
from lms.core.i18n import language_chosen
from translations import phones

SESSION_LASTS = timedelta(hours=12)
SIGNED_IN_AT = "signed_in_at"

PAGES = {
    "LOGIN_USER": "sign_in",
    "CHANGE_PASSWORD": "change_password",
    "VERIFY": "verify",
    "TWO_FACTOR_SETUP": "codes",
    "TWO_FACTOR_VERIFY_CODE": "enter_code",
    "MULTI_FACTOR_RECOVERY": "enter_recovery_code",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "passkey_sign_in",
    "WAN_VERIFY": "passkey_verify",
}
"""Flask-Security's pages and our templates for them."""

CLOSED_PAGES = ("two_factor_rescue", "tf_select")
"""Flask-Security's pages that would need mail to an administrator or more methods than we offer."""


class _NoRole(RoleMixin):
    """Flask-Security wants a role table; rights come from grants on units instead."""


class Passwords(PasswordUtil):
    """Our rule for passwords, with our sentences."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong with a password, and the password as it is hashed."""
        user = kwargs.get("user")
        known = (user.name, user.phone, user.email) if user else ()
        problem = rules.password_problem(password, known)
        return [str(PASSWORD_SENTENCES[problem])] if problem else None, self.normalize(password)


class Passkeys(WebauthnUtil):
    """Passkeys of any device, a phone's own lock above all; they always ask for the fingerprint, face or lock."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """Which devices will do."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        """Holding the device is not enough."""
        return UserVerificationRequirement.REQUIRED


ARGON2 = {"argon2__memory_cost": 19 * 1024, "argon2__rounds": 2, "argon2__parallelism": 1}
"""What OWASP recommends for argon2id (19 MiB, two passes): the library's 64 MiB a sign-in is a quarter of what a small
server has for the whole program."""


def phone_mapper(identity: str) -> str | None:
    """The E.164 form of a typed phone number, or None."""
    return phones.parse(identity)


def init_security(app: Flask) -> None:
    """Set up sign-in, one-time codes and passkeys."""
    app.config.update(_settings(app.config["SECRET_KEY"]))
    app.config.setdefault("SECURITY_PASSWORD_SALT", "not used by argon2")
    app.config.setdefault("SECURITY_PASSWORD_HASH", "argon2")
    app.config.setdefault("SECURITY_PASSWORD_SCHEMES", ["argon2"])
    app.config.setdefault("SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", ARGON2)
    Security(
        app,
        SQLAlchemyUserDatastore(db, User, _NoRole, WebAuthn),
        login_form=SignInForm,
        two_factor_verify_code_form=CodeForm,
        mf_recovery_form=RecoveryCodeForm,
        change_password_form=OwnChangePasswordForm,
        two_factor_setup_form=CodesForm,
        two_factor_rescue_form=NoRescueForm,
        wan_register_form=PasskeyForm,
        password_util_cls=Passwords,
        webauthn_util_cls=Passkeys,
    )
    for name in CLOSED_PAGES:
        app.view_functions[f"security.{name}"] = _closed_page
    user_authenticated.connect(_begin_session, app)
    for signal, action in _CHANGES.items():
        signal.connect(partial(_record_change, action), app, weak=False)
    language_chosen.connect(_keep_language, app)


def _settings(secret_key: str) -> dict[str, Any]:
    texts = str(Path(translations.__file__).parent)
    return {
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [
            {"phone": {"mapper": phone_mapper}},
            {"email": {"mapper": uia_email_mapper, "case_insensitive": True}},
        ],
        "SECURITY_PASSWORD_LENGTH_MIN": rules.PASSWORD_LENGTH,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFC",
        "SECURITY_JOIN_USER_ROLES": False,  # there are none: rights come from grants
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": False,  # our reset links serve with and without mail
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_CHANGE_VIEW": "accounts.me",
        "SECURITY_TRACKABLE": True,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_POST_LOGIN_VIEW": "home.index",
        "SECURITY_POST_LOGOUT_VIEW": "security.login",
        "SECURITY_URL_PREFIX": "/account",
        "SECURITY_BLUEPRINT_NAME": "security",
        "SECURITY_I18N_DOMAIN": "flask_security",
        "SECURITY_I18N_DIRNAME": ["builtin", texts],
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "accounts.me",
        "SECURITY_TOTP_SECRETS": {"1": _derived(secret_key, "one-time codes").hex()},
        "SECURITY_TOTP_ISSUER": "Lop So",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            base64.urlsafe_b64encode(_derived(secret_key, "recovery codes"))
        ],
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Lớp Số",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        **{f"SECURITY_{page}_TEMPLATE": f"accounts/{name}.html" for page, name in PAGES.items()},
    }


def _derived(secret_key: str, purpose: str) -> bytes:
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).digest()


def _closed_page() -> NoReturn:
    abort(404)


# --- who is signed in -------------------------------------------------------------------------------------------------


def load_actor() -> Actor | None:
    """The signed-in staff member with the grants held: from our session, or named by a host application."""
    user = _host_user() or _session_user()
    if user is None:
        return None
    g.actor_language = user.language
    return actor_of(user)


def actor_of(user: Any) -> Actor:
    """The actor for an account."""
    return authority.actor_of(db.session(), user)


def _session_user() -> Any:
    if not current_user.is_authenticated:
        return None
    signed_in_at = session.get(SIGNED_IN_AT, 0)
    if clock.now().timestamp() - signed_in_at > SESSION_LASTS.total_seconds():
        logout_user()
        flash(
            _l(
                "You were signed out after 12 hours, so that nobody else uses your account. Please sign in again."
            )
        )
        return None
    return current_user


def _host_user() -> User | None:
    identity = request.environ.get(IDENTITY)
    if not identity:
        return None
    phone = phones.parse(identity)
    found = User.phone == phone if phone else User.email == identity.strip().casefold()
    return db.session.scalar(select(User).where(found, User.active))


# --- what Flask-Security tells us -------------------------------------------------------------------------------------

_CHANGES = {
    password_changed: "account.password_changed",
    tf_profile_changed: "account.codes_on",
    tf_disabled: "account.codes_off",
    wan_registered: "account.passkey_added",
    wan_deleted: "account.passkey_removed",
}


def _begin_session(_app: Flask, **_values: Any) -> None:
    session[SIGNED_IN_AT] = clock.now().timestamp()


def _record_change(action: str, _app: Flask, *, user: User, **_values: Any) -> None:
    account = db.session.get_one(User, user.id)  # Flask-Security may hand over a proxy
    audit_user(db.session(), action, account, actor=Actor(account.id, account.name), now=clock.now())


def _keep_language(_app: Flask, *, language: str) -> None:
    actor = g.get("actor")
    if actor:
        user = db.session.get(User, actor.id)
        if user is not None:
            user.language = language
            db.session.commit()
