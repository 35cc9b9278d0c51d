"""Forms of verification."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from lms.core.clock import today
from lms.core.forms import BaseForm, trimmed
from translations.partial_dates import DateError, PartialDate


class OwnForm(BaseForm):
    """The code on the paper and the year of birth."""

    code = StringField(_l("Code on the certificate"), [InputRequired()], filters=[trimmed])
    birth_year = StringField(_l("Year of birth"), [InputRequired()], filters=[trimmed])

    def validate_birth_year(self, field: Any) -> None:
        """A year, or a whole date of birth."""
        if self.year is None:
            raise ValidationError(str(_l("Please write the year with four digits.")))

    @property
    def year(self) -> int | None:
        """The year in what was typed; None when there is none."""
        try:
            birth = PartialDate.parse(self.birth_year.data or "", today=today())
        except DateError:
            return None
        return birth.year


class FileForm(BaseForm):
    """A PDF file."""

    file = FileField(_l("PDF file of the certificate"), [FileRequired(_l("Please choose a file."))])
