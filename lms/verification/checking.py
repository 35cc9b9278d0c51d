"""Whether the signed code in a certificate's QR is genuine, and what the register says about it."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from certificates import token
from certificates.errors import CertificateError
from certificates.keys import KEY_ID_LENGTH
from lms.certificates import service as certificates
from lms.certificates.models import Certificate
from lms.core.i18n import pick
from lms.trust import service as trust
from lms.trust.service import KnownKey
from translations.dates import long_date
from translations.locales import LOCALES

FIELDS: Final = (
    ("name", _l("Full name")),
    ("course", _l("Course")),
    ("issued_on", _l("Day of issue")),
    ("number", _l("Number")),
    ("issuer", _l("Issuer")),
)
"""What a signed code says, in the order of reading."""

LEAST_LENGTH: Final = 40
"""What is shorter is no signed code that was cut, but a short one that was mistyped."""


@dataclass(frozen=True)
class Compared:
    """A field as the code or file says it and as the register has it."""

    field: str
    label: Any
    said: Any
    registered: Any
    same: bool


@dataclass(frozen=True)
class Checked:
    """The result for a signed code.

    ``code`` is "valid", "revoked", "replaced", "different" (the register says otherwise), "unregistered", or a
    refusal of ``certificates.token``: "token_unreadable", "token_cut_short", "token_unknown_key", "token_altered".
    """

    code: str
    sentence: str = ""
    token: token.Token | None = None
    certificate: Certificate | None = None
    fields: list[Compared] = field(default_factory=list)


def code_in(typed: str) -> str:
    """The code in what somebody typed, pasted or scanned: the whole of it, or the end of a link."""
    text = typed.strip()
    if found := re.search(r"/v/([^/?#]+)", text):
        return urllib.parse.unquote(found[1])
    return text


def check_token(session: Session, text: str) -> Checked:
    """Check a signed code, and look its certificate up. Never raises for what the code holds."""
    try:
        said, key = _read(session, text)
    except CertificateError as error:
        reason = error.reasons[0]
        return Checked(reason.code, gettext(reason.message, **reason.params))
    try:
        number, year = certificates.place_in_register(said.number, said.issued_on)
    except ValueError:
        return Checked("unregistered", token=said)
    certificate = certificates.find_by_number(session, key.branch_id, year, number)
    if certificate is None:
        return Checked("unregistered", token=said)
    fields = compare(said, certificate)
    code = certificate.state.value if all(each.same for each in fields) else "different"
    return Checked(code, token=said, certificate=certificate, fields=fields)


def _read(session: Session, text: str) -> tuple[token.Token, KnownKey]:
    data = token.decoded(text)
    key = trust.known_key(session, data[1 : 1 + KEY_ID_LENGTH])
    keys = {bytes.fromhex(key.key_id): key.public} if key else {}
    said = token.verify(text, keys)
    assert key is not None
    return said, key


def compare(said: token.Token, certificate: Certificate) -> list[Compared]:
    """What the code says beside what the register has, field by field; a long text may be shortened in the code."""
    line, language = certificate.printed, said.locale
    registered = {
        "name": line["name"],
        "course": pick(line["course_title"], language),
        "issued_on": certificate.issued_on,
        "number": line["number"],
        "issuer": pick(line["issuer_name"], language),
    }
    return [
        Compared(name, label, *_pair(getattr(said, name), registered[name], language))
        for name, label in FIELDS
    ]


def _pair(said: Any, registered: Any, language: str) -> tuple[str, str, bool]:
    if isinstance(said, date):
        words = LOCALES[language]
        return long_date(said, words), long_date(registered, words), said == registered
    return said, registered, certificates.says_the_same(said, registered)
