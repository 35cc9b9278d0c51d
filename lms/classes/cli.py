"""Commands about classes."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from lms.classes import service
from lms.core.clock import now
from lms.core.command_line import see_everything
from lms.core.db import db
from lms.core.i18n import pick

COLUMNS = ("code", "state", "sessions", "enrolled", "capacity", "title")


@click.group("classes")
@with_appcontext
def classes() -> None:
    """List classes and show one."""
    see_everything()


@classes.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--all", "every", is_flag=True, help="Archived classes as well.")
def list_classes(as_json: bool, every: bool) -> None:
    """All classes that are not archived."""
    query = service.filtered_classes(None, "", now=now())
    found = list(db.session.scalars(query))
    if every:
        archived = service.filtered_classes(service.ClassFilter.ARCHIVED, "", now=now())
        found += db.session.scalars(archived).all()
    rows = [_row(each) for each in service.summaries(db.session(), found, now=now())]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    click.echo(_table([COLUMNS, *([str(row[name]) for name in COLUMNS] for row in rows)]))


@classes.command("show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def show_class(code: str, as_json: bool) -> None:
    """One class, by code or id, with its sessions and what is to be done next."""
    found = service.summary(db.session(), service.find_class(db.session(), code), now=now())
    row = _row(found) | {
        "waiting": found.waiting,
        "held": found.held,
        "attendance": found.rate,
        "trainers": [user.name for user in found.trainers],
        "next_steps": [step.code for step in found.steps],
        "session_list": [
            {
                "id": str(meeting.id),
                "day": meeting.local_date.isoformat(),
                "start": f"{meeting.start_time:%H:%M}",
                "end": f"{meeting.end_time:%H:%M}",
                "state": meeting.state.value,
            }
            for meeting in found.course_class.sessions
        ],
    }
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    meetings = row.pop("session_list")
    for name, value in row.items():
        click.echo(
            f"{name:12} {', '.join(value) if isinstance(value, list) else '' if value is None else value}"
        )
    for meeting in meetings:
        click.echo("  {day}  {start}-{end}  {state}".format(**meeting))


def _row(found: service.ClassSummary) -> dict[str, Any]:
    course_class = found.course_class
    return {
        "code": course_class.code,
        "id": str(course_class.id),
        "title": pick(course_class.title),
        "state": found.state,
        "course": course_class.course_slug,
        "unit": course_class.unit.code or course_class.unit.latest.name_vi,
        "sessions": found.sessions,
        "enrolled": found.enrolled,
        "capacity": found.capacity,
    }


def _table(rows: list[Any]) -> str:
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
