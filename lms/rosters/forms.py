"""Forms of rosters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from lms.core.forms import BaseForm
from lms.rosters.headings import FIELDS
from lms.rosters.service import Choice

FIELD_LABELS: dict[str, Any] = {
    "name": _l("Full name"),
    "family_name": _l("Family name"),
    "middle_name": _l("Middle name"),
    "given_name": _l("Given name"),
    "birth": _l("Date of birth"),
    "birth_day": _l("Day of birth"),
    "birth_month": _l("Month of birth"),
    "birth_year": _l("Year of birth"),
    "sex": _l("Sex"),
    "female": _l("Female"),
    "male": _l("Male"),
    "phone": _l("Phone number"),
    "email": _l("E-mail"),
    "place": _l("Residential group"),
    "guardian": _l("Guardian"),
    "guardian_phone": _l("Guardian's phone"),
    "note": _l("Note"),
}
"""What a column can be said to hold. Ethnicity is not offered: lists do not carry sensitive facts into the
register.
"""


class UploadForm(BaseForm):
    """A list to read."""

    file = FileField(
        _l("The list (Excel .xlsx or CSV)"), validators=[FileRequired(_l("Please choose a file."))]
    )


def columns_by_hand(values: Mapping[str, str], width: int) -> dict[str, int | None] | None:
    """What was chosen for each column (``column-0=name``…), as ``recognise_columns`` takes it; None without a
    choice.
    """
    chosen = {index: values.get(f"column-{index}") for index in range(width)}
    if all(value is None for value in chosen.values()):
        return None
    by_hand: dict[str, int | None] = dict.fromkeys(FIELDS)
    for index, field in chosen.items():
        if field in FIELD_LABELS and by_hand[field] is None:
            by_hand[field] = index
    return by_hand


def choices_by_row(values: Mapping[str, str]) -> dict[int, Choice]:
    """What was chosen for rows that look like somebody (``row-17=same``)."""
    return {
        int(name.removeprefix("row-")): cast(Choice, value)
        for name, value in values.items()
        if name.startswith("row-")
        and name.removeprefix("row-").isascii()
        and name.removeprefix("row-").isdigit()
        and value in ("same", "new")
    }
