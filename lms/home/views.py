"""The first page of each role."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from courses import catalogue
from lms.classes.service import AgeGroup, FoldedAgeGroup, folded_counts
from lms.core.access import Permission, requires, set_scope, signed_in
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.i18n import current_language
from lms.core.keys import is_key
from lms.home import rules, service
from lms.home.figures import Figures, figures, unit_names
from lms.people import service as people
from lms.units import service as units

bp = Blueprint("home", __name__, template_folder="templates")

P = Permission

NEEDS = {
    "assign_trainer": (_l("Classes without a trainer"), "person"),
    "waiting": (_l("Waiting lists"), "people"),
    "one_short": (_l("People one session short"), "clock"),
    "issue_certificates": (_l("Certificates ready to issue"), "certificate"),
    "decide_completion": (_l("Finished classes: who completed?"), "check"),
    "take_attendance": (_l("Attendance to take"), "check"),
    "add_sessions": (_l("Classes without sessions"), "calendar"),
    "set_place": (_l("Classes without a place"), "place"),
    "open": (_l("Drafts ready to open"), "classes"),
    "import_roster": (_l("Classes without people"), "people"),
    "give_places": (_l("Free places for those who wait"), "people"),
    "finish": (_l("Classes whose sessions are over"), "check"),
}
AGE_GROUPS = {
    AgeGroup.CHILD: _l("Children, under 16"),
    AgeGroup.YOUTH: _l("Young people, 16 to 30"),
    AgeGroup.MIDDLE: _l("Middle-aged people, 31 to 59"),
    AgeGroup.ELDER: _l("Older people, 60 and over"),
    FoldedAgeGroup.YOUNGER: _l("Children and young people"),
    FoldedAgeGroup.MIDDLE_AND_ELDER: _l("Middle-aged and older people"),
    "unknown": _l("Birth year not known"),
}
STATES = {
    "draft": _l("Draft"),
    "open": _l("Open for enrolment"),
    "running": _l("Running"),
    "finished": _l("Finished"),
    "archived": _l("Archived"),
}
PERIODS = {
    "month": _l("This month"),
    "quarter": _l("This quarter"),
    "year": _l("This year"),
    "last_year": _l("Last year"),
}


@bp.get("/")
@signed_in
def index() -> str:
    """What the person has to do, or the figures for those who look on."""
    if actor.can(P.CLASSES_EDIT):
        set_scope(db.session(), actor.scope(P.CLASSES_EDIT))
        return _needs_page()
    if actor.can(P.ATTENDANCE_MARK):
        set_scope(db.session(), actor.scope(P.ATTENDANCE_MARK))
        return _today_page()
    if actor.can(P.COUNTS):
        set_scope(db.session(), actor.scope(P.COUNTS))
        return _figures_page()
    return render_template("home/nothing.html")


@bp.get("/today")
@requires(P.ATTENDANCE_MARK)
def today_page() -> str:
    """The next session of those that the person teaches, and the week."""
    return _today_page()


@bp.get("/figures")
@requires(P.COUNTS)
def figures_page() -> str:
    """Figures with dates, by unit."""
    return _figures_page()


def _needs_page() -> str:
    return render_template(
        "home/needs.html",
        needs=service.needs(db.session(), now=now()),
        titles=NEEDS,
        duplicates=people.count_duplicates(db.session()) if actor.can(P.PEOPLE_EDIT) else 0,
        week=service.week_meetings(db.session(), now=now()),
        today=today(),
        teaches=bool(service.own_meetings(db.session(), actor, now=now())),
    )


def _today_page() -> str:
    meetings = service.own_meetings(db.session(), actor, now=now())
    chosen = service.next_meeting(meetings, now=now())
    papers = []
    if chosen is not None:
        lessons = catalogue.load(chosen.course_class.course_slug).lessons[current_language()]
        papers = [lesson for lesson in lessons if lesson.number == chosen.lesson]
    return render_template(
        "home/today.html",
        next=chosen,
        papers=papers,
        rest=[each for each in meetings if each is not chosen],
        today=today(),
    )


def _figures_page() -> str:
    period = request.args.get("period", "year")
    first, last = rules.period(period if period in PERIODS else "year", today())
    unit_id = _unit_asked()
    found = figures(db.session(), first=first, last=last, unit_id=unit_id, now=now())
    only_counts = not actor.can(P.PEOPLE_VIEW)
    by_age = {group: found.by_age[group] for group in (*AgeGroup, "unknown")}
    return render_template(
        "home/figures.html",
        first=first,
        last=last,
        periods=[
            {
                "url": url_for("home.figures_page", period=key, unit=unit_id),
                "text": label,
                "current": key == period,
            }
            for key, label in PERIODS.items()
        ],
        period=period,
        total=found.total,
        rows=_unit_rows(found),
        unit=_unit_title(unit_id) if unit_id else "",
        unit_id=unit_id,
        only_counts=only_counts,
        hidden=lambda count: only_counts and rules.hidden(count),
        age_tables=[
            rules.suppressed(counts) if only_counts else counts for counts in (by_age, folded_counts(by_age))
        ],
        age_groups=AGE_GROUPS,
        states=STATES,
    )


def _unit_asked() -> uuid.UUID | None:
    asked = request.args.get("unit", "")
    if not asked:
        return None
    if not is_key(asked) or not units.may(db.session(), actor, P.COUNTS, uuid.UUID(asked)):
        abort(404)
    return uuid.UUID(asked)


def _unit_title(unit_id: uuid.UUID) -> str:
    [unit] = unit_names(db.session(), [unit_id])
    return units.title(unit, current_language(), today())


def _unit_rows(found: Figures) -> list[dict[str, Any]]:
    rows = [
        {
            "unit": unit,
            "title": units.short_heading(unit, current_language(), today()),
            "figures": found.by_unit[unit.id],
        }
        for unit in unit_names(db.session(), list(found.by_unit))
    ]
    return sorted(rows, key=lambda row: (-row["figures"].people, row["title"]))
