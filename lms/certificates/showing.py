"""What pages show of a certificate: everything printed on it, and why one cannot be set."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from certificates.errors import CertificateError
from certificates.wording import Composer
from lms.certificates.models import Certificate
from lms.certificates.pictures import bare
from lms.certificates.printing import design_of
from translations import dates
from translations.locales import LOCALES

ISSUER_FIELDS = {
    "issuer_lines": "heading",
    "issuer_title": "certifier",
    "issuer_line": "certifier",
    "place": "place",
    "place_date": "place",
    "signatory_position": "signatory_position",
    "signatory_name": "signatory_name",
    "number": "number_symbol",
    "number_line": "number_symbol",
}
"""The setting of an issuer that a line of the paper comes from."""

FIELD_NAMES = {
    "name": _l("Full name"),
    "birth": _l("Date of birth"),
    "residence": _l("Place of residence"),
    "course_title": _l("Course"),
    "class_title": _l("Class"),
    "place": _l("Place of issue"),
    "number": _l("Number"),
    "issuer_name": _l("Issuer"),
    "issuer_lines": _l("Heading of the paper"),
    "issuer_title": _l("Who certifies"),
    "signatory_position": _l("Position of the signer"),
    "signatory_name": _l("Name of the signer"),
    "verify_url": _l("Address of this site"),
}


def sentence(error: CertificateError) -> str:
    """A refusal of the press as a sentence in the language in force."""
    return " ".join(gettext(reason.message, **named(reason.params)) for reason in error.reasons)


def named(params: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence, with the field's name in the language in force."""
    if "field" not in params:
        return params
    field = str(params["field"])
    return {**params, "field": str(FIELD_NAMES.get(field, field))}


FACTS = (
    ("name", _l("Full name")),
    ("birth", _l("Date of birth")),
    ("birth_year", _l("Year of birth")),
    ("residence", _l("Place of residence")),
    ("course_title", _l("Course")),
    ("class_title", _l("Class")),
    ("period", _l("Time of the class")),
    ("length", _l("Length")),
    ("attendance", _l("Sessions attended")),
    ("result", _l("Result")),
    ("number", _l("Number")),
    ("register_no", _l("Number in the register")),
    ("code", _l("Verification code")),
    ("issuer_name", _l("Issuer")),
    ("issuer_lines", _l("Heading of the paper")),
    ("issuer_title", _l("Who certifies")),
    ("place", _l("Place of issue")),
    ("issued_on", _l("Day of issue")),
    ("signatory_position", _l("Position of the signer")),
    ("signatory_name", _l("Name of the signer")),
)
"""Everything on the paper, in the order of reading."""


def facts(certificate: Certificate, language: str) -> list[tuple[str, Any, str | list[str]]]:
    """Everything printed, as (field, label, text or list of lines), written as on the paper of that language."""
    line = certificate.printed
    shown = dict(Composer(design_of(certificate.design), language).compose(bare(line)).texts)
    words = LOCALES[language]
    start, end = (date.fromisoformat(line[key]) for key in ("period_from", "period_to"))
    shown["period"] = dates.date_range(start, end, words)
    shown["length"] = gettext("%(sessions)s (%(hours)s)", sessions=shown["sessions"], hours=shown["hours"])
    shown["attendance"] = gettext("%(attended)s of %(held)s", attended=line["attended"], held=line["held"])
    return [(key, label, shown[key]) for key, label in FACTS if shown.get(key)]
