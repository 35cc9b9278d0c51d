"""Forms of accounts: ours, and Flask-Security's with our words and slowed guessing."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MfRecoveryForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    WebAuthnRegisterForm,
)
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from lms.accounts import attempts
from lms.accounts.identities import find_account
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.forms import BaseForm, KeySelectField, PhoneField, choices, trimmed

WRONG = _l("The phone number, e-mail or password is not right. Please look at each once more.")

NEW_PASSWORD = {"autocomplete": "new-password"}


def _source() -> str:
    return request.remote_addr or ""


class SignInForm(LoginForm):
    """Signing in by phone or e-mail. A wrong phone and a wrong password get the same answer."""

    email = None
    remember = None
    identity = StringField(
        _l("Phone number or e-mail"),
        filters=[trimmed],
        validators=[DataRequired(_l("Please write your phone number or e-mail."))],
        render_kw={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Look up the account and check the password, unless there were too many wrong tries."""
        typed, session = str(self.identity.data or ""), db.session()
        try:
            attempts.refuse_if_too_many(session, typed, _source(), now=now())
        except DomainError as error:
            self.form_errors = [error.message]
            return False
        self.ifield = self.identity
        self.user = find_account(session, typed) if typed else None
        if super().validate(**kwargs):
            assert self.user is not None
            attempts.forget(session, self.user.phone, self.user.email)
            return True
        if typed and self.password.data and not self.user_authenticated:
            self.identity.errors = self.password.errors = ()
            self.form_errors = [WRONG]
            attempts.record_failure(session, typed, _source(), now=now())
            session.commit()
        return False


class _Slowed:
    """Wrong codes count like wrong passwords."""

    def validate(self, **kwargs: Any) -> bool:
        session, account = db.session(), f"code {self.user.id}"  # type: ignore[attr-defined]
        try:
            attempts.refuse_if_too_many(session, account, _source(), now=now())
        except DomainError as error:
            self.form_errors = [error.message]
            return False
        if super().validate(**kwargs):  # type: ignore[misc]
            attempts.forget(session, account)
            return True
        attempts.record_failure(session, account, _source(), now=now())
        session.commit()
        return False


class CodeForm(_Slowed, TwoFactorVerifyCodeForm):
    """The one-time code."""


class RecoveryCodeForm(_Slowed, MfRecoveryForm):
    """A recovery code in place of the one-time code."""


class OwnChangePasswordForm(ChangePasswordForm):
    """Changing the own password; every account has one."""

    password = PasswordField(
        _l("Your present password"),
        [InputRequired(_l("Please write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class CodesForm(TwoFactorSetupForm):
    """Turning one-time codes on and off."""

    setup = RadioField(choices=choices([("authenticator", ""), ("disable", "")]), validate_choice=False)


class NoRescueForm(TwoFactorRescueForm):
    """What Flask-Security offers beside the code; we offer recovery codes on a page of their own."""

    help_setup = RadioField(choices=[])


class PasskeyForm(WebAuthnRegisterForm):
    """A new passkey; it always serves for signing in."""

    usage = RadioField(choices=choices([("first", "")]), default="first")


class PasswordForm(BaseForm):
    """The first password of an account, or a new one."""

    password = PasswordField(_l("New password"), [InputRequired()], render_kw=NEW_PASSWORD)
    again = PasswordField(
        _l("The same password again"),
        [InputRequired(), EqualTo("password", _l("The two passwords are not the same."))],
        render_kw=NEW_PASSWORD,
    )


class OwnPasswordForm(BaseForm):
    """The password of an account that is already there."""

    password = PasswordField(
        _l("Your password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


class ForgotForm(BaseForm):
    """Who forgot the password."""

    identity = StringField(
        _l("Phone number or e-mail"),
        [DataRequired(), Length(max=255)],
        filters=[trimmed],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )


class GrantForm(BaseForm):
    """A role on a unit."""

    unit_id = KeySelectField(_l("Unit"), [InputRequired()])
    role = RadioField(_l("Role"), [InputRequired()])
    sensitive = BooleanField(_l("May see disability, poor household and ethnicity"))

    def offer(self, units: list[tuple[str, str]], roles: list[tuple[str, Any]], *, sensitive: bool) -> None:
        """Set the choices; ``sensitive`` says whether that can be given at all."""
        self.unit_id.choices = choices(units)
        self.role.choices = choices(roles)
        if not sensitive:
            del self.sensitive
        if self.unit_id.data is None and len(units) == 1:
            self.unit_id.process_data(units[0][0])


class InviteForm(GrantForm):
    """Whom to invite, where and as what."""

    name = StringField(_l("Full name"), [DataRequired(), Length(max=120)], filters=[trimmed])
    phone = PhoneField(_l("Phone number"))
    email = StringField(_l("E-mail"), [Length(max=255)], filters=[trimmed], render_kw={"inputmode": "email"})
