"""Forms of units: a residential group or village, a branch."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from lms.core.forms import BaseForm, TextsField, choices, trimmed
from lms.units.models import UnitType
from lms.units.service import ORGANISATION_NAMES


class GroupForm(BaseForm):
    """A residential group or village."""

    name = StringField(
        _l("Name of the group or village"), [DataRequired(), Length(max=120)], filters=[trimmed]
    )
    type = RadioField(
        _l("Kind"),
        [InputRequired()],
        choices=choices(
            [
                (UnitType.RESIDENTIAL_GROUP.value, _l("Residential group (in a ward)")),
                (UnitType.VILLAGE.value, _l("Village or hamlet (in a commune or special zone)")),
            ]
        ),
    )


class RenameForm(BaseForm):
    """Another name."""

    name = StringField(
        _l("Name of the group or village"), [DataRequired(), Length(max=120)], filters=[trimmed]
    )


class BranchForm(BaseForm):
    """An organisation at a unit."""

    organisation = SelectField(
        _l("Organisation"),
        [InputRequired()],
        choices=choices((organisation.value, name) for organisation, name in ORGANISATION_NAMES.items()),
    )
    name = TextsField(_l("Name of the branch"))
