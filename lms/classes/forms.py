"""Forms of classes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
    widgets,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from courses import catalogue
from lms.classes.models import ClassMode, ClassSession, CourseClass
from lms.classes.rules import AgeGroup
from lms.core.access import Role
from lms.core.forms import (
    BaseForm,
    DayField,
    KeySelectField,
    PartialDateField,
    PhoneField,
    TextsField,
    trimmed,
)
from lms.core.i18n import current_locale, pick
from translations.dates import weekday

AGE_GROUPS = {
    AgeGroup.CHILD: _l("Children, under 16"),
    AgeGroup.YOUTH: _l("Young people, 16 to 30"),
    AgeGroup.MIDDLE: _l("Middle-aged people, 31 to 59"),
    AgeGroup.ELDER: _l("Older people, 60 and over"),
}
MODES = {
    ClassMode.IN_PERSON: _l("In a room"),
    ClassMode.HANDS_ON: _l("Hands on, each with a phone"),
    ClassMode.TRAVELLING: _l("At a travelling point"),
    ClassMode.BLENDED: _l("In a room and online"),
    ClassMode.ONLINE: _l("Online"),
}
ROLES = {Role.TRAINER: _l("trainer"), Role.HELPER: _l("helper")}
MOST_SESSIONS = 60
A_MONDAY = date(2026, 1, 5)


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class ClockField(TimeField):
    """A time of day on the 24-hour clock; people also write 8h30, 8.30, 830 or 8.

    A plain text: a browser would show its own time control in the habits of its own language, with AM and PM.
    """

    widget = widgets.TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = (
            valuelist[0].strip().lower().replace("h", ":").replace(".", ":").strip(":") if valuelist else ""
        )
        if not typed:
            self.data = None
            return
        hour, _colon, minute = typed.partition(":")
        if len(typed) > 2 and typed.isdigit():
            hour, minute = typed[:-2], typed[-2:]
        try:
            self.data = time(int(hour), int(minute[:2] or 0))
        except ValueError:
            self.data = None
            raise ValueError(_("This is not a time of day. For example: 19:00.")) from None


def _weekdays() -> list[tuple[int, str]]:
    return [(number, weekday(A_MONDAY.replace(day=5 + number), current_locale())) for number in range(7)]


class WhenFields(BaseForm):
    """Sessions in a series: from a day on, on some weekdays, at a time."""

    day: Any = DayField(_l("Day of the first session"))
    weekdays = CheckboxesField(_l("Which days of the week?"), coerce=int)
    start: Any = ClockField(_l("From"), [InputRequired()])
    end: Any = ClockField(_l("To"), [InputRequired()])
    count: Any = IntegerField(_l("How many sessions?"), [InputRequired(), NumberRange(1, MOST_SESSIONS)])
    skip_holidays = BooleanField(_l("Pass over public holidays"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekdays.choices = _weekdays()

    def validate_end(self, field: Field) -> None:
        """The session must end after it begins."""
        if self.start.data and field.data and field.data <= self.start.data:
            raise ValidationError(_("The session must end after it begins."))


class SeriesForm(WhenFields):
    """Add sessions to a class."""

    venue: Any = KeySelectField(_l("Place"), [Optional()])


class SessionForm(BaseForm):
    """Move one session."""

    day: Any = DayField(_l("Day"))
    start: Any = ClockField(_l("From"), [InputRequired()])
    end: Any = ClockField(_l("To"), [InputRequired()])
    venue: Any = KeySelectField(_l("Place"), [Optional()])

    validate_end = WhenFields.validate_end

    @classmethod
    def of(cls, meeting: ClassSession) -> SessionForm:
        """The form filled from a session."""
        return cls(
            day=meeting.local_date, start=meeting.start_time, end=meeting.end_time, venue=meeting.venue_id
        )


class CancelForm(BaseForm):
    """Call a session off."""

    reason = StringField(_l("Why?"), [DataRequired(), Length(max=200)], filters=[trimmed])


class CopyForm(BaseForm):
    """The same class again, from another day."""

    day: Any = DayField(_l("Day of the first session"))


class DetailsFields(BaseForm):
    """What a class is, but for its course."""

    title = TextsField(_l("Title"), required=False)
    age_groups = CheckboxesField(_l("Who is it for?"), [InputRequired()])
    mode = RadioField(_l("How is it held?"), [InputRequired()])
    venue: Any = KeySelectField(_l("Place"), [Optional()])
    online_address = StringField(
        _l("Address of the online room"), [Optional(), Length(max=300)], filters=[trimmed]
    )
    capacity = IntegerField(_l("Number of places"), [InputRequired(), NumberRange(1, 10_000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.age_groups.choices = list(AGE_GROUPS.items())
        self.mode.choices = list(MODES.items())

    def validate_online_address(self, field: Field) -> None:
        """Only addresses of the web: the page shows it as a link."""
        if field.data and not field.data.lower().startswith(("https://", "http://")):
            raise ValidationError(_("Please write the whole address; it begins with https://"))

    @property
    def details(self) -> dict[str, Any]:
        """The values as ``create_class`` and ``change_class`` want them."""
        return {
            "title": self.title.texts,
            "age_groups": self.age_groups.data,
            "mode": ClassMode(self.mode.data),
            "venue_id": self.venue.data,
            "online_address": self.online_address.data,
            "capacity": self.capacity.data,
        }


class ClassForm(DetailsFields, WhenFields):
    """Make a class: what, for whom, where and when, and with whom."""

    course = RadioField(_l("Which course?"), [InputRequired()])
    branch: Any = KeySelectField(_l("Who holds it?"), [InputRequired()])
    day: Any = DayField(_l("Day of the first session"), required=False)
    start: Any = ClockField(_l("From"), [Optional()])
    end: Any = ClockField(_l("To"), [Optional()])
    count: Any = IntegerField(_l("How many sessions?"), [Optional(), NumberRange(1, MOST_SESSIONS)])
    staff = SelectField(_l("Who teaches it?"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course.choices = [(course.slug, pick(course.titles)) for course in catalogue.courses()]
        # the page begins with the course, and so does the summary of what is wrong
        self._fields = {"course": self._fields["course"], **self._fields}

    def validate_start(self, field: Field) -> None:
        """A day needs a time."""
        if self.day.value and not (field.data and self.end.data):
            raise ValidationError(_("Please say from when to when the sessions are."))


class EditForm(DetailsFields):
    """Change a class."""

    branch: Any = KeySelectField(_l("Who holds it?"), [InputRequired()])
    attendance_percent = IntegerField(
        _l("Attendance needed for the certificate, in percent"), [InputRequired(), NumberRange(0, 100)]
    )
    tasks_required = BooleanField(_l("The tasks of the course must be observed for the certificate"))

    @classmethod
    def of(cls, course_class: CourseClass) -> EditForm:
        """The form filled from a class."""
        same = (
            "title",
            "age_groups",
            "mode",
            "online_address",
            "capacity",
            "attendance_percent",
            "tasks_required",
        )
        return cls(
            venue=course_class.venue_id,
            branch=course_class.branch_id,
            **{name: getattr(course_class, name) for name in same},
        )

    @property
    def details(self) -> dict[str, Any]:
        """The values as ``change_class`` wants them."""
        return {
            **super().details,
            "branch_id": self.branch.data,
            "attendance_percent": self.attendance_percent.data,
            "tasks_required": self.tasks_required.data,
        }


class StaffForm(BaseForm):
    """Put somebody on the staff of a class."""

    staff = SelectField(_l("Who?"), [InputRequired()])


class NewPersonForm(BaseForm):
    """Somebody who is not written down yet, put into a class at once."""

    name = StringField(_l("Full name"), [DataRequired(), Length(max=120)], filters=[trimmed])
    birth = PartialDateField(_l("Date of birth"))
    phone = PhoneField(_l("Phone"), [Optional()])


def staff_choices(pairs: Sequence[tuple[Any, Role]]) -> list[tuple[str, str]]:
    """People with what they can be in a class, for a choice."""
    return [
        (f"{user.id}:{role.value}", _("%(name)s, %(role)s", name=user.name, role=str(ROLES[role])))
        for user, role in pairs
    ]


def read_staff(value: str) -> tuple[uuid.UUID, Role]:
    """The person and the role of a choice."""
    key, _colon, role = value.partition(":")
    return uuid.UUID(key), Role(role)
