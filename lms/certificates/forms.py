"""Forms of certificates."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import Form, FormField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.core.forms import BaseForm, TextsField, trimmed
from translations import names
from translations.locales import LOCALES


def split_lines(text: str | None) -> list[str]:
    """The lines of a text that say something."""
    return [line for line in map(names.clean, (text or "").splitlines()) if line]


class _Lines(Form):
    vi = TextAreaField(LOCALES["vi"].own_name)
    en = TextAreaField(LOCALES["en"].own_name)
    ar = TextAreaField(LOCALES["ar"].own_name)


class LinesField(FormField):
    """Lines of text in three languages; Vietnamese is needed, at most ``most`` lines each."""

    def __init__(self, label: Any = None, *, most: int = 3, **kwargs: Any) -> None:
        super().__init__(_Lines, label, **kwargs)
        self.required, self.most = True, most

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        super().validate(form)
        if "vi" not in self.lines:
            self.form.vi.errors = [
                str(_l("Please write it in Vietnamese; the other languages can stay empty."))
            ]
            return False
        for code, lines in self.lines.items():
            if len(lines) > self.most:
                self.form[code].errors = [str(_l("Too many lines: at most %(most)s.", most=self.most))]
                return False
        return True

    @property
    def lines(self) -> dict[str, list[str]]:
        """What was typed, without the empty ones."""
        return {code: lines for code, text in self.form.data.items() if (lines := split_lines(text))}


class IssuerForm(BaseForm):
    """What a branch prints on its certificates."""

    design = RadioField(_l("Design"), [InputRequired()])
    heading = LinesField(_l("Heading of the paper"))
    certifier = TextsField(_l("Who certifies"))
    number_symbol = StringField(
        _l("What follows the number"), [InputRequired(), Length(max=30)], filters=[trimmed]
    )
    place = TextsField(_l("Place of issue"))
    signatory_position = LinesField(_l("Position of the signer"))
    signatory_name = StringField(
        _l("Name of the signer"), [InputRequired(), Length(max=120)], filters=[trimmed]
    )


class ReasonForm(BaseForm):
    """A written reason, for revoking and for issuing anew."""

    reason = TextAreaField(_l("Reason"), [InputRequired()], filters=[trimmed])


class PictureForm(BaseForm):
    """A logo or a seal."""

    picture = FileField(_l("Picture (PNG or JPEG)"), [FileRequired(_l("Please choose a file."))])


class PackageForm(BaseForm):
    """A design in a zip file."""

    package = FileField(_l("Design (zip file)"), [FileRequired(_l("Please choose a file."))])
