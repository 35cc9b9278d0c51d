"""``lms roster``: lists of people in and out, from the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Literal

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.classes import service as classes
from lms.core.clock import now
from lms.core.command_line import command_line_actor, in_language, see_everything
from lms.core.db import db
from lms.core.errors import DomainError
from lms.rosters import service
from lms.rosters.service import RosterReport
from lms.rosters.writing import write_template
from translations.locales import DEFAULT, LOCALES, locale

language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(list(LOCALES)),
    default=DEFAULT,
    show_default=True,
    help="Language of what is written.",
)


@click.group("roster", help="Lists of people: import into a class, export, template.")
def roster_group() -> None:
    """The group of commands."""


@roster_group.command("import")
@click.argument("class_reference", metavar="CLASS")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what importing would do.")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@language_option
@with_appcontext
def import_command(class_reference: str, file: Path, dry_run: bool, as_json: bool, language: str) -> None:
    """Take the people of FILE into CLASS (its code or id). Exit code 0 when the file could be read."""
    see_everything()
    session = db.session()
    with in_language(language):
        course_class = classes.find_class(db.session(), class_reference)
        table = service.read(_bytes(file), file.name)
        if dry_run:
            report = service.preview(session, course_class, table, now=now())
        else:
            report = service.import_roster(
                session, course_class, table, actor=command_line_actor(), now=now()
            )
            session.commit()
        click.echo(
            json.dumps(report.as_json(), ensure_ascii=False, indent=2)
            if as_json
            else _in_words(report, dry_run=dry_run)
        )


@roster_group.command("export")
@click.argument("class_reference", metavar="CLASS")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; default: CLASS.format here.")
@language_option
@with_appcontext
def export_command(
    class_reference: str, kind: Literal["csv", "xlsx"], out: Path | None, language: str
) -> None:
    """Write the people of CLASS to a file."""
    see_everything()
    with in_language(language):
        course_class = classes.find_class(db.session(), class_reference)
        file = io.BytesIO()
        count = service.export_roster(
            db.session(),
            course_class,
            file,
            kind,
            locale=locale(language),
            actor=command_line_actor(),
            now=now(),
        )
        path = out or Path(f"{course_class.code}.{kind}")
        db.session.commit()
        _write(path, file.getvalue())
        click.echo(ngettext("%(num)d person: %(path)s", "%(num)d people: %(path)s", count, path=path))


@roster_group.command("template")
@click.option("--out", type=click.Path(path_type=Path), default=Path("lop-so-danh-sach.xlsx"))
@language_option
@with_appcontext
def template_command(out: Path, language: str) -> None:
    """Write an empty list to fill in."""
    file = io.BytesIO()
    write_template(file, locale=locale(language))
    _write(out, file.getvalue())
    click.echo(str(out))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = _("The file %(path)s cannot be opened: %(reason)s", path=path, reason=error.strerror)
        raise DomainError("roster_not_opened", message) from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        message = _("The file %(path)s cannot be written: %(reason)s", path=path, reason=error.strerror)
        raise DomainError("file_not_written", message) from error


def _in_words(report: RosterReport, *, dry_run: bool) -> str:
    lines = [
        _("Would be added: %(count)s", count=report.added)
        if dry_run
        else _("Added: %(count)s", count=report.added),
        _("Already in the class: %(count)s", count=len(report.known)),
    ]
    if report.waiting:
        lines.append(_("Of these on the waiting list: %(count)s", count=report.waiting))
    lines.append(_("Look like somebody: %(count)s", count=len(report.likely)))
    lines += [f"  {_('Row %(number)s', number=each.row.number)}: {each.row.name}" for each in report.likely]
    lines.append(_("Rows that cannot be used: %(count)s", count=report.bad_rows))
    lines += [
        f"  {_('Row %(number)s', number=each.row)}, {each.column}: {each.sentence(_)}"
        for each in report.problems
    ]
    return "\n".join(lines)
