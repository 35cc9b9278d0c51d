"""Forms of completion."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from lms.completion.models import TaskResult
from lms.core.forms import BaseForm, choices, trimmed

LETTERS = {TaskResult.ALONE: "a", TaskResult.WITH_HELP: "h", TaskResult.NOT_YET: "n", None: "-"}
BY_LETTER = {letter: result for result, letter in LETTERS.items()}


@dataclass(frozen=True)
class TaskForm:
    """What the page of a task sends: only what differs from what it showed is noted.

    ``shown`` has a letter a row, so that a page left open does not undo what another trainer noted meanwhile.
    """

    shown: str

    @classmethod
    def of(cls, results: Sequence[TaskResult | None]) -> TaskForm:
        """The form for a page with these results."""
        return cls("".join(LETTERS[result] for result in results))

    @staticmethod
    def results(data: MultiDict[str, str]) -> dict[uuid.UUID, TaskResult]:
        """The new results in a sent form. Raises KeyError or ValueError when it is not a form of ours."""
        found = {}
        for index, letter in enumerate(data["shown"]):
            before, chosen = BY_LETTER[letter], data.get(f"m{index}")
            if chosen and TaskResult(chosen) is not before:
                found[uuid.UUID(data[f"p{index}"])] = TaskResult(chosen)
        return found


class OverrideForm(BaseForm):
    """A manager's own decision about one person."""

    completed = RadioField(
        _l("Decision"),
        [InputRequired()],
        choices=choices([("yes", _l("Completed")), ("no", _l("Not completed"))]),
    )
    reason = TextAreaField(_l("Reason"), [InputRequired()], filters=[trimmed])
