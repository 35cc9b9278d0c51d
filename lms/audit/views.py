"""The page of the audit log."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from lms.audit import service
from lms.audit.models import AuditEntry
from lms.audit.sentences import KINDS, sentence
from lms.core.access import Permission, requires
from lms.core.db import db
from lms.core.keys import is_key
from lms.core.paging import asked_page, paginate

bp = Blueprint("audit", __name__, template_folder="templates")

DETAILS_SHOWN = 4


@bp.get("/audit")
@requires(Permission.AUDIT_VIEW)
def index() -> str:
    """Who did what, newest first; filtered by kind of action, by subject and by who did it."""
    kind, subject, who = (request.args.get(name, "") for name in ("kind", "subject", "who"))
    query = service.entries(
        kinds=KINDS[kind][1] if kind in KINDS else (), subject_id=_key(subject), actor_id=_key(who)
    )
    page = paginate(db.session(), query, number=asked_page())
    return render_template(
        "audit/index.html",
        page=page,
        filters=_filters(kind, subject, who),
        narrowed=bool(_key(subject) or _key(who)),
        sentence=sentence,
        details=_details,
    )


def _key(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text and is_key(text) else None


def _filters(kind: str, subject: str, who: str) -> list[dict[str, Any]]:
    kept: dict[str, Any] = {"subject": subject or None, "who": who or None}
    chips = [{"text": _("Everything"), "url": url_for("audit.index", **kept), "current": kind not in KINDS}]
    for code, (label, _codes) in KINDS.items():
        chips.append(
            {"text": label, "url": url_for("audit.index", kind=code, **kept), "current": kind == code}
        )
    return chips


def _details(entry: AuditEntry) -> list[tuple[str, str]]:
    """Keys and counts of an entry that help to understand it; long ones are left to the database."""
    short = [
        (key, value) for key, value in sorted(entry.details.items()) if isinstance(value, str | int | bool)
    ]
    return [(key, str(value)) for key, value in short if len(str(value)) <= 40][:DETAILS_SHOWN]
