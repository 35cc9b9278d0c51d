"""``lms keys``: the keys that issuers sign with."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from lms.core.clock import local_date, now
from lms.core.command_line import command_line_actor, see_everything
from lms.core.db import db
from lms.core.errors import DomainError
from lms.trust import service
from lms.trust.models import IssuerKey, KeyPurpose

LARGEST_FILE = 100_000


@click.group("keys", help="Keys that issuers sign with: make or take in, list, retire.")
def keys_group() -> None:
    """The group of commands."""


@keys_group.command("new")
@click.argument("branch_reference", metavar="BRANCH", required=False)
@click.option("--unit", "unit_code", metavar="CODE", help="For all branches of a unit without their own key.")
@click.option("--pkcs12", "file", type=click.Path(path_type=Path), help="The file of a public authority.")
@with_appcontext
def new(branch_reference: str | None, unit_code: str | None, file: Path | None) -> None:
    """Give BRANCH (00082/youth_union, or its id) a key that signs its PDF files.

    Without --pkcs12 the key and its certificate are made here; hand its fingerprint to whoever checks the files.
    """
    if (branch_reference is None) == (unit_code is None):
        raise click.UsageError("name a BRANCH, or a unit with --unit CODE")
    see_everything()
    session = db.session()
    branch = service.find_branch(session, branch_reference) if branch_reference else None
    unit = branch.unit if branch else service.find_unit(session, unit_code or "")
    content = _content(file) if file else None
    passphrase = (
        click.prompt(_("Password of the file"), hide_input=True, default="", show_default=False, err=True)
        if file
        else ""
    )
    key = service.new_document_key(
        session, unit, branch, actor=command_line_actor(), now=now(), content=content, passphrase=passphrase
    )
    session.commit()
    click.echo(_("The key signs from now on. Its fingerprint (SHA-256):"))
    click.echo(key.shown_fingerprint)
    if not service.has_own_secret():
        click.echo(
            _(
                "Warning: KEY_ENCRYPTION_SECRET is not set, so the key is kept with SECRET_KEY. Set one of its own."
            ),
            err=True,
        )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise DomainError(
                "key_unreadable", _("The file %(file)s is too large to be a key.", file=file.name)
            )
        return file.read_bytes()
    except OSError as error:
        raise DomainError(
            "file_unreadable", _("The file %(file)s cannot be read.", file=file.name)
        ) from error


@keys_group.command("list")
@with_appcontext
def list_keys() -> None:
    """List the keys: fingerprint, what it signs, whose it is, since when, and when it was retired."""
    see_everything()
    for key in db.session.scalars(service.all_keys()):
        click.echo("\t".join(_line(key)))


def _line(key: IssuerKey) -> list[str]:
    owner = key.branch.name["vi"] if key.branch else key.unit.latest.name_vi
    purpose = _("PDF files") if key.purpose is KeyPurpose.DOCUMENT else _("codes and credentials")
    since = local_date(key.created_at).isoformat()
    state = (
        _("retired on %(day)s", day=local_date(key.retired_at).isoformat()) if key.retired_at else _("in use")
    )
    return [key.fingerprint[:16], purpose, f"{key.unit.code or '-'} {owner}", since, state]


@keys_group.command("retire")
@click.argument("reference", metavar="KEY")
@with_appcontext
def retire(reference: str) -> None:
    """Let KEY (the first digits of its fingerprint) sign nothing more. What it signed still verifies."""
    see_everything()
    session = db.session()
    successor = service.retire(
        session, service.find_key(session, reference), actor=command_line_actor(), now=now()
    )
    session.commit()
    click.echo(_("The key is retired. Certificates that it signed still verify."))
    if successor is not None:
        click.echo(_("A new one took its place: %(key)s", key=successor.fingerprint[:16]))
