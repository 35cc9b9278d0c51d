"""``lms certificates``: issue to a class and write the papers, list a class's papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certificates import service
from lms.certificates.models import Certificate
from lms.classes import service as classes
from lms.core.clock import now
from lms.core.command_line import command_line_actor, see_everything
from lms.core.db import db
from lms.core.errors import DomainError
from translations.locales import LOCALES

certificate_group = AppGroup("certificates", help="Certificates: issue to a class, list them.")

REFUSED = 2
"""Exit code when somebody's paper could not be set; the others are there."""


def _languages(_context: Any, _parameter: Any, value: str) -> list[str]:
    codes = [code.strip() for code in value.split(",") if code.strip()]
    if not codes or not set(codes) <= set(LOCALES):
        raise click.BadParameter(f"languages are {', '.join(LOCALES)}")
    return list(dict.fromkeys(codes))


def _public_url() -> str:
    settings = current_app.config["SETTINGS"]
    return settings.public_url or f"http://{settings.host}:{settings.port}"


@certificate_group.command("issue")
@click.argument("reference", metavar="CLASS")
@click.option("--lang", default="vi,ar,en", callback=_languages, help="Languages, by commas.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files; made when missing."
)
def issue(reference: str, lang: list[str], out: Path | None) -> None:
    """Issue certificates to everybody who completed CLASS (its code or id), and write every PDF.

    A second time nothing new is issued, and the files are written again.
    """
    see_everything()
    session = db.session()
    course_class = classes.find_class(session, reference)
    code, class_id = course_class.code, course_class.id
    issued = service.issue(
        session, course_class, public_url=_public_url(), actor=command_line_actor(), now=now()
    )
    refused = [(person.name, service.sentence(error)) for person, error in issued.refused]
    new = len(issued.certificates)
    session.commit()
    papers = service.papers(session, service.certificates_of_class(session, class_id), now=now())
    session.rollback()  # nobody waits for the database while files are written
    folder = out or current_app.config["SETTINGS"].instance_dir / "certificates" / code
    written = _write(papers, lang, folder)
    click.echo(ngettext("%(num)d certificate was issued.", "%(num)d certificates were issued.", new))
    click.echo(
        ngettext("%(num)d file was written to %(folder)s.", "%(num)d files were written to %(folder)s.", written,
                 folder=folder)
    )  # fmt: skip
    for name, reason in refused:
        click.echo(f"{name}: {reason}", err=True)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _write(papers: list[service.Paper], languages: list[str], folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for paper in papers:
            for language in languages:
                (folder / paper.file_name(language)).write_bytes(paper.pdf(language))
    except OSError as error:
        raise DomainError(
            "folder_not_writable", _("The folder %(folder)s cannot be written to.", folder=folder)
        ) from error
    return len(papers) * len(languages)


@certificate_group.command("list")
@click.argument("reference", metavar="CLASS")
@click.option("--json", "as_json", is_flag=True, help="JSON for programs.")
def list_certificates(reference: str, as_json: bool) -> None:
    """List the certificates of CLASS that hold, as they are handed over."""
    see_everything()
    course_class = classes.find_class(db.session(), reference)
    found = service.certificates_of_class(db.session(), course_class.id)
    if as_json:
        click.echo(json.dumps([_entry(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        click.echo(f"{each.printed['number']}\t{each.printed['code']}\t{each.printed['name']}")


def _entry(certificate: Certificate) -> dict[str, Any]:
    line = certificate.printed
    return {
        "number": line["number"],
        "register_number": line["register_no"],
        "code": line["code"],
        "name": line["name"],
        "birth_year": certificate.birth_year,
        "issued_on": certificate.issued_on.isoformat(),
        "state": certificate.state.value,
        "address": f"{service.site_of(line)}/v/{certificate.code}",
    }
