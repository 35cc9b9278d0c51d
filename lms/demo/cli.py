"""The command that loads the demo."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import lazy_gettext as _l

from lms.core.clock import now
from lms.core.command_line import see_everything
from lms.core.db import db
from lms.core.errors import DomainError
from lms.demo import service


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Load a ward, a commune and six classes to try things on. Never in production."""
    settings = current_app.config["SETTINGS"]
    if settings.production:
        raise DomainError("production", _l("The demo has public passwords and is not loaded in production."))
    see_everything()
    made = service.build(db.session(), public_url=settings.effective_public_url, now=now())
    db.session.commit()
    click.echo(f"Demo loaded: {made} classes." if made else "The demo is there already.")
