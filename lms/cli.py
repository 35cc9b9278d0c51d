"""The command ``lms``."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import Any

import click
import waitress
from flask import current_app
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate import upgrade
from flask_migrate.cli import db as migrations

from lms.app import create_app
from lms.certificates.cli import certificate_group
from lms.classes import cli as class_commands
from lms.core.command_line import see_everything
from lms.core.config import ConfigurationError
from lms.core.db import db, writing
from lms.core.errors import DomainError
from lms.demo import cli as demo_commands
from lms.jobs.cli import jobs_group
from lms.jobs.worker import Worker
from lms.rosters.cli import roster_group
from lms.trust.cli import keys_group
from lms.units import service as units


@contextlib.contextmanager
def refusals_told() -> Iterator[None]:
    """Inside, a command may write; a refusal becomes a sentence on standard error and exit code 2."""
    try:
        with writing():
            yield
    except (DomainError, ConfigurationError) as error:
        click.echo(f"lms: {error}", err=True)
        sys.exit(2)


class Commands(FlaskGroup):
    """Runs our commands in the application."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with refusals_told():
            return super().invoke(ctx)


cli = Commands(create_app=create_app, add_default_commands=False, add_version_option=False)
cli.add_command(migrations)
cli.add_command(class_commands.classes)
cli.add_command(demo_commands.demo)
cli.add_command(roster_group)
cli.add_command(jobs_group)
cli.add_command(certificate_group)
cli.add_command(keys_group)


@cli.command("init")
@with_appcontext
def init() -> None:
    """Bring the database to the newest version and load the official units. Safe to run again."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    see_everything()
    added = units.load_official_units(db.session())
    db.session.commit()
    click.echo(f"Database ready; {added} units added." if added else "Database ready.")


@cli.command("serve")
@click.option("--host", help="Address to serve on; default: HOST or 127.0.0.1.")
@click.option("--port", type=int, help="Port to serve on; default: PORT or 8000.")
@with_appcontext
def serve(host: str | None, port: int | None) -> None:
    """Serve with waitress, and perform jobs in a thread beside it."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = app.config["SETTINGS"]
    host, port = host or settings.host, port or settings.port
    db.session.remove()
    click.echo(f"Lớp Số: http://{host}:{port}")
    for account in app.config.get("DEMO_SIGN_INS", []) if settings.demo else []:
        click.echo(f"  {account['role']!s:<22} {account['identity']:<28} {account['password']}")
    Worker(app).start()
    waitress.serve(app, host=host, port=port, threads=settings.threads, ident="lop-so")


def main() -> None:
    """Entry point."""
    cli(prog_name="lms")
