"""Staff on the command line: ``lms staff add`` and ``lms staff list``."""

from __future__ import annotations

import click
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts import service
from lms.accounts.links import invitation_link
from lms.accounts.models import Grant
from lms.accounts.views import bp
from lms.core.access import EVERYTHING, Actor, Role, set_scope
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.units import service as units

COMMAND_LINE = Actor(None, "command line")


@bp.cli.command("add")
@click.option("--name", required=True, help="full name")
@click.option("--phone", help="phone number; a phone number or an e-mail is needed")
@click.option("--email", help="e-mail address")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", "code", required=True, help="official code of the unit")
@click.option("--sensitive", is_flag=True, help="may see disability, poor household and ethnicity")
@click.option("--password", help="the password; without it and without --invite it is asked for")
@click.option("--invite", "by_link", is_flag=True, help="print a link with which the password is set")
def add_staff(
    name: str,
    phone: str | None,
    email: str | None,
    role: str,
    code: str,
    sensitive: bool,
    password: str | None,
    by_link: bool,
) -> None:
    """Create an account with a role at a unit."""
    session = db.session()
    set_scope(session, EVERYTHING)
    with current_app.test_request_context(base_url=_base_url()):
        unit = units.find_unit(session, code)
        if unit is None:
            raise DomainError("unit_unknown", _("There is no unit with the code %(code)s.", code=code))
        if by_link:
            _invitation, token = service.invite(
                session,
                unit=unit,
                role=role,
                name=name,
                phone=phone,
                email=email,
                actor=COMMAND_LINE,
                now=now(),
            )
            session.commit()
            click.echo(invitation_link(token))
            return
        if password is None:
            password = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
        user = service.create_user(session, name=name, phone=phone, email=email, password=password)
        service.grant_role(session, user, unit, role, sensitive=sensitive, actor=COMMAND_LINE, now=now())
        session.commit()
        click.echo(f"{user.name}: {role}, {units.full_title(unit, 'vi', today())}")


@bp.cli.command("list")
def list_staff() -> None:
    """List every role: name, phone or e-mail, role, unit; a closed account is marked."""
    session = db.session()
    set_scope(session, EVERYTHING)
    unit = joinedload(Grant.unit)
    grants = session.scalars(select(Grant).options(joinedload(Grant.user), unit)).all()
    for grant in sorted(grants, key=lambda grant: (grant.unit.code or "", grant.user.name_sort)):
        user = grant.user
        state = "" if user.active else "\t(closed)"
        place = units.full_title(grant.unit, "vi", today())
        click.echo(f"{user.name}\t{user.phone or user.email}\t{grant.role.value}\t{place}{state}")


def _base_url() -> str:
    settings = current_app.config["SETTINGS"]
    return settings.public_url or f"http://{settings.host}:{settings.port}"
