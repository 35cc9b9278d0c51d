"""Whether the signed code in a certificate's QR is genuine, and what the register says about it."""

from __future__ import annotations

import re
import urllib.parse
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from certificates import token
from certificates.errors import CertificateError
from lms.certificates import service as certificates
from lms.core.i18n import pick
from lms.trust import service as trust
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
    entry: certificates.Entry | None = None
    fields: list[Compared] = field(default_factory=list)


def code_in(typed: str) -> str:
    """The code in what somebody typed, pasted or scanned: the whole of it, or the end of a link."""
    text = typed.strip()
    if found := re.search(r"/v/([^/?#]+)", text):
        return urllib.parse.unquote(found[1])
    return text


def check_token(session: Session, text: str) -> Checked:
    """Check a signed code, and look its certificate up. Never raises for what the code holds."""
    keys = _Keys(session)
    try:
        said = token.verify(text, keys)
    except CertificateError as error:
        reason = error.reasons[0]
        return Checked(reason.code, gettext(reason.message, **reason.params))
    try:
        number, year = certificates.place_in_register(said.number, said.issued_on)
    except ValueError:
        return Checked("unregistered", token=said)
    entry = certificates.entry(session, keys.issuer, year, number)
    if entry is None:
        return Checked("unregistered", token=said)
    fields = compare(said, entry)
    code = entry.state.value if all(each.same for each in fields) else "different"
    return Checked(code, token=said, entry=entry, fields=fields)


class _Keys(dict[bytes, bytes]):
    """The keys of all issuers, looked up when one is asked for; ``issuer`` is whose it was."""

    issuer: uuid.UUID

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def get(self, key_id: bytes, default: Any = None) -> Any:
        known = trust.known_key(self.session, key_id)
        if known is None:
            return default
        self.issuer = known.branch_id
        return known.public


def compare(said: token.Token, entry: certificates.Entry) -> list[Compared]:
    """What the code says beside what the register has, field by field; a long text may be shortened in the code."""
    line, language = entry.printed, said.locale
    registered = {
        "name": line["name"],
        "course": pick(line["course_title"], language),
        "issued_on": entry.issued_on,
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
