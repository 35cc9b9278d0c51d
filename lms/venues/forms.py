"""Forms of venues."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from lms.core.forms import BaseForm, KeySelectField, trimmed

KNOWN = {"yes": True, "no": False, "": None}
WORDS = [("yes", _l("Yes")), ("no", _l("No")), ("", _l("Not known"))]


class VenueForm(BaseForm):
    """A place where classes meet."""

    unit: Any = KeySelectField(_l("In which unit?"), [InputRequired()])
    name = StringField(_l("Name of the place"), [DataRequired(), Length(max=160)], filters=[trimmed])
    address = StringField(_l("Address"), [Optional(), Length(max=240)], filters=[trimmed])
    seats = IntegerField(_l("Seats"), [Optional(), NumberRange(1, 10_000)])
    step_free = RadioField(_l("Can people come in without steps?"), [Optional()], default="")
    internet = RadioField(_l("Is there internet?"), [Optional()], default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step_free.choices = self.internet.choices = WORDS

    @property
    def details(self) -> dict[str, Any]:
        """The values as the verbs want them."""
        return {
            "name": self.name.data,
            "address": self.address.data,
            "seats": self.seats.data,
            "step_free": KNOWN[self.step_free.data or ""],
            "internet": KNOWN[self.internet.data or ""],
        }
