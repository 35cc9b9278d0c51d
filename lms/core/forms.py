"""Parts that forms share: our words for WTForms' messages, partial birth dates, texts in three languages, phones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import get_domain, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form, FormField, SelectChoice, SelectField, StringField, TelField, ValidationError

from lms.core.clock import today
from lms.core.errors import DomainError
from translations import names, phones
from translations.locales import LOCALES
from translations.partial_dates import DateError, PartialDate


class _Translations:
    """WTForms' messages looked up in our own catalogue: WTForms has no Vietnamese."""

    def gettext(self, text: str) -> str:
        return gettext(text) if text else text

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        # not flask_babel.ngettext, which fills the placeholders at once; WTForms fills its own afterwards
        return str(get_domain().get_translations().ungettext(singular, plural, count))


class BaseForm(FlaskForm):
    """Base of every form."""

    _fields: dict[str, Any]

    class Meta(FlaskForm.Meta):  # type: ignore[name-defined]
        """Messages come from our catalogue."""

        def get_translations(self, form: Any) -> Any:
            return _Translations()

    def refuse(self, error: DomainError) -> None:
        """Show a verb's refusal at the field it names, or above the form."""
        # not lazy: a template takes a lazy text for a list of letters
        message = str(error.message)
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors: list[str] = [*self.form_errors, message]
        elif isinstance(field, FormField):
            field.form.form_errors = [*field.form.form_errors, message]
        else:
            field.errors = [*field.errors, message]


def trimmed(value: str | None) -> str | None:
    """A filter: text with clean spaces, None when nothing is left."""
    return (names.clean(value) or None) if value else None


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What a field of choices offers, from pairs of a value and its label."""
    return [SelectChoice(value, label) for value, label in pairs]


class PhoneField(TelField):
    """A Vietnamese phone number as people write it; ``data`` is E.164 or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = phones.parse(self.typed) if self.typed else None

    def pre_validate(self, form: Any) -> None:
        if getattr(self, "typed", "") and self.data is None:
            raise ValidationError(str(_l("This is not a Vietnamese phone number. Example: 0912 345 678.")))

    def _value(self) -> str:
        typed = getattr(self, "typed", "")
        return typed if typed else (phones.display(self.data) if self.data else "")


class KeySelectField(SelectField):
    """A choice among rows by their keys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, coerce=lambda value: uuid.UUID(str(value)) if value else None, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise


class _Texts(Form):
    vi = StringField(LOCALES["vi"].own_name, filters=[trimmed])
    en = StringField(LOCALES["en"].own_name, filters=[trimmed])
    ar = StringField(LOCALES["ar"].own_name, filters=[trimmed])


class TextsField(FormField):
    """A text in three languages; only Vietnamese is needed. ``data`` is a dict of what was typed."""

    def __init__(self, label: Any = None, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(_Texts, label, **kwargs)
        self.required = required

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        valid = bool(super().validate(form))
        if self.required and not self.form.vi.data:
            self.form.vi.errors = [
                str(_l("Please write it in Vietnamese; the other languages can stay empty."))
            ]
            return False
        return valid

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, without the empty ones."""
        return {code: text for code, text in self.form.data.items() if text}


class _DateParts(Form):
    day = StringField(_l("Day"))
    month = StringField(_l("Month"))
    year = StringField(_l("Year"))


class PartialDateField(FormField):
    """A birth date typed as day, month and year, of which the year alone is enough.

    ``value`` is the PartialDate, None when nothing was typed or what was typed is no date.
    """

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(_DateParts, label, **kwargs)
        self.required = required
        self.value: PartialDate | None = None

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        parts = [str(part.data or "").strip() for part in self.form]
        if not any(parts) and not self.required:
            return True
        try:
            self.value = self._read(*parts)
        except DateError as error:
            self.form.form_errors = [gettext(str(error))]
            return False
        return True

    @staticmethod
    def _read(day: str, month: str, year: str) -> PartialDate:
        if (day and not month) or not year:
            raise DateError("date_unreadable" if day or month or year else "date_empty")
        return PartialDate.parse("/".join(filter(None, (day, month, year))), today=today())


class DayField(FormField):
    """A day of the calendar typed as day, month and year; ``value`` is the date, None when there is none."""

    def __init__(self, label: Any = None, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(_DateParts, label, **kwargs)
        self.required = required
        self.value: date | None = None

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        parts = [str(part.data or "").strip() for part in self.form]
        if not any(parts) and not self.required:
            return True
        try:
            day, month, year = (int(part) for part in parts)
            self.value = date(year, month, day)
        except ValueError:
            self.form.form_errors = [
                gettext(
                    "This is not a day of the calendar. Write day, month and year, for example 24 11 2026."
                )
            ]
            return False
        return True


__all__ = [
    "BaseForm",
    "DayField",
    "Field",
    "KeySelectField",
    "PartialDateField",
    "PhoneField",
    "TextsField",
    "choices",
    "trimmed",
]
