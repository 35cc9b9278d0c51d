"""Forms of attendance."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import InputRequired

from lms.attendance.models import AttendanceStatus
from lms.attendance.rules import form_mark_id
from lms.attendance.service import NewMark, RollEntry
from lms.core.forms import BaseForm, trimmed
from lms.core.keys import new_key

LETTERS = {
    AttendanceStatus.PRESENT: "p",
    AttendanceStatus.LATE: "l",
    AttendanceStatus.EXCUSED: "e",
    AttendanceStatus.ABSENT: "a",
    None: "-",
}
BY_LETTER = {letter: status for status, letter in LETTERS.items()}


@dataclass(frozen=True)
class RollForm:
    """What the page of a roll call sends: only what differs from what it showed becomes a mark.

    ``shown`` has a letter a row, so that a page left open does not undo what another trainer marked meanwhile.
    """

    form_id: uuid.UUID
    shown: str

    @classmethod
    def of(cls, entries: Sequence[RollEntry]) -> RollForm:
        """The form for a page with these rows."""
        return cls(new_key(), "".join(LETTERS[entry.status] for entry in entries))

    @staticmethod
    def marks(data: MultiDict[str, str], session_id: uuid.UUID, *, now: datetime) -> list[NewMark]:
        """The marks in a sent form. Raises ValueError when it is not a form of ours."""
        form_id, shown = uuid.UUID(data["form"]), data["shown"]
        all_present = "all_present" in data
        marks = []
        for index, letter in enumerate(shown):
            before = BY_LETTER[letter]
            chosen = data.get(f"m{index}")
            after = AttendanceStatus(chosen) if chosen else before
            if all_present and after is None:
                after = AttendanceStatus.PRESENT
            if after is None or after is before:
                continue
            person_id = uuid.UUID(data[f"p{index}"])
            mark_id = form_mark_id(form_id, person_id, before or "", after)
            marks.append(NewMark(mark_id, session_id, person_id, after, marked_at=now))
        return marks


class WalkInForm(BaseForm):
    """Somebody who just came: a name and a year of birth."""

    name = StringField(_l("Full name"), [InputRequired()], filters=[trimmed])
    birth = StringField(_l("Year of birth"), [InputRequired()], filters=[trimmed])
    mark = StringField()
