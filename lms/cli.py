"""The command ``lms``."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask.cli import FlaskGroup

from lms.app import create_app
from lms.core.access import EVERYTHING, set_scope
from lms.core.config import ConfigurationError
from lms.core.db import db, start_writing
from lms.core.errors import DomainError


class Commands(FlaskGroup):
    """Runs our commands in the application; a refusal becomes a sentence on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        start_writing()
        try:
            return super().invoke(ctx)
        except (DomainError, ConfigurationError) as error:
            click.echo(f"lms: {error}", err=True)
            sys.exit(2)


cli = Commands(create_app=create_app, add_default_commands=False, add_version_option=False)


def see_everything() -> None:
    """Give the command line's session all rows; call it first in a command that reads scoped tables."""
    set_scope(db.session(), EVERYTHING)


def main() -> None:
    """Entry point."""
    cli(prog_name="lms")
