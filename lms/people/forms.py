"""Forms about people."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired

from lms.core.forms import BaseForm, KeySelectField, PartialDateField, PhoneField, choices, trimmed
from lms.people.models import ConsentMethod, ConsentPurpose, Sex
from lms.people.service import PersonData
from translations import names
from translations.locales import LOCALES

MISSING = _l("Please fill this in.")

PURPOSES = {
    ConsentPurpose.ATTEND: _l("To attend classes"),
    ConsentPurpose.CERTIFICATE: _l("To get a certificate"),
    ConsentPurpose.PHOTO: _l("Pictures for the news"),
    ConsentPurpose.FOLLOW_UP: _l("Calls after the course"),
}
METHODS = {
    ConsentMethod.PAPER: _l("Signed on paper"),
    ConsentMethod.ORAL_WITNESSED: _l("By word of mouth, with a witness"),
    ConsentMethod.TICKED: _l("Ticked here by the person"),
}


def real_name(_form: Any, field: Any) -> None:
    """A validator: what was typed can be a name."""
    for code in names.problems(field.data) if field.data else []:
        raise ValidationError(str(_l(names.PROBLEMS[code])))


class PersonForm(BaseForm):
    """A person's details. Nothing but the name is needed, and a guardian for a child."""

    name = StringField(_l("Full name"), validators=[InputRequired(MISSING), real_name])
    birth = PartialDateField(_l("Date of birth"))
    sex = RadioField(
        _l("Sex"),
        choices=choices(
            [("", _l("Not stated")), (Sex.FEMALE.value, _l("Female")), (Sex.MALE.value, _l("Male"))]
        ),
        default="",
    )
    phone = PhoneField(_l("Phone number"))
    phone_owner = StringField(_l("Whose phone is it?"), filters=[trimmed])
    residential_group_id = KeySelectField(_l("Residential group"))
    place = StringField(_l("Another place of residence"), filters=[trimmed])
    language = RadioField(
        _l("Preferred language"),
        choices=choices((each.code, each.own_name) for each in LOCALES.values()),
        default="vi",
    )
    guardian_name = StringField(_l("Guardian's name"), filters=[trimmed], validators=[real_name])
    guardian_phone = PhoneField(_l("Guardian's phone"))
    guardian_relation = StringField(_l("Relation to the person"), filters=[trimmed])
    note = TextAreaField(_l("Note"), filters=[trimmed])

    @property
    def person(self) -> PersonData:
        """The data typed."""
        return PersonData(
            name=self.name.data or "",
            birth=self.birth.value,
            sex=Sex(self.sex.data) if self.sex.data else None,
            phone=self.phone.data,
            phone_owner=self.phone_owner.data,
            residential_group_id=self.residential_group_id.data,
            place=self.place.data,
            language=self.language.data or "vi",
            guardian_name=self.guardian_name.data,
            guardian_phone=self.guardian_phone.data,
            guardian_relation=self.guardian_relation.data,
            note=self.note.data,
        )


class ConsentForm(BaseForm):
    """What a person agrees to or takes back, how, and who says so."""

    purpose = RadioField(
        _l("What for"),
        choices=choices((purpose.value, label) for purpose, label in PURPOSES.items()),
        validators=[InputRequired(MISSING)],
    )
    given = RadioField(
        _l("What the person says"),
        choices=choices([("yes", _l("Agrees")), ("no", _l("Does not agree, or takes the consent back"))]),
        validators=[InputRequired(MISSING)],
    )
    method = RadioField(
        _l("How"),
        choices=choices((method.value, label) for method, label in METHODS.items()),
        validators=[InputRequired(MISSING)],
    )
    witness = StringField(_l("Witness"), filters=[trimmed])
    voice = RadioField(
        _l("Who says so"),
        choices=choices([("person", _l("The person")), ("guardian", _l("The parent or guardian"))]),
        default="person",
        validators=[InputRequired(MISSING)],
    )


UNKNOWN_YES_NO = choices([("", _l("Not known")), ("yes", _l("Yes")), ("no", _l("No"))])
_BY_ANSWER = {"yes": True, "no": False}
ANSWERS = {None: "", True: "yes", False: "no"}


class SensitiveForm(BaseForm):
    """Sensitive facts; each may stay unknown."""

    disability = RadioField(_l("Has a disability"), choices=UNKNOWN_YES_NO, default="")
    help_needed = TextAreaField(_l("Help needed in class"), filters=[trimmed])
    poor_household = RadioField(_l("Poor or near-poor household"), choices=UNKNOWN_YES_NO, default="")
    ethnicity = SelectField(_l("Ethnic group"))

    @property
    def facts(self) -> dict[str, Any]:
        """The facts typed."""
        return {
            "disability": _BY_ANSWER.get(self.disability.data),
            "help_needed": self.help_needed.data,
            "poor_household": _BY_ANSWER.get(self.poor_household.data),
            "ethnicity": self.ethnicity.data or None,
        }


class DecisionForm(BaseForm):
    """Two records that look alike: one person, or two."""

    first = KeySelectField(validate_choice=False)
    second = KeySelectField(validate_choice=False)
    decision = RadioField(choices=choices([("keep_first", ""), ("keep_second", ""), ("different", "")]))


__all__ = [
    "ANSWERS",
    "METHODS",
    "PURPOSES",
    "ConsentForm",
    "DecisionForm",
    "PersonForm",
    "SensitiveForm",
]
