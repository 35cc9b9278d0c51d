"""Whether a PDF file is a certificate as it was issued: its signature, its data, and what the register says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from certificates import verify
from certificates.badge import printed, read_credential
from lms.certificates import service as certificates
from lms.certificates.models import Certificate
from lms.core.clock import now
from lms.trust import service as trust
from lms.verification.checking import Compared
from translations.dates import short_date
from translations.locales import LOCALES
from translations.partial_dates import PartialDate

LARGEST: Final = 10 * 1024 * 1024

LABELS: Final = {
    "name": _l("Full name"),
    "birth": _l("Date of birth"),
    "residence": _l("Place of residence"),
    "course_title": _l("Course"),
    "class_title": _l("Class"),
    "period_from": _l("First day"),
    "period_to": _l("Last day"),
    "sessions": _l("Sessions"),
    "hours": _l("Hours"),
    "attended": _l("Sessions attended"),
    "held": _l("Sessions held"),
    "result": _l("Result"),
    "number": _l("Number"),
    "register_no": _l("Number in the register"),
    "code": _l("Verification code"),
    "place": _l("Place of issue"),
    "issued_on": _l("Day of issue"),
    "issuer_name": _l("Issuer"),
    "signatory_name": _l("Name of the signer"),
    "language": _l("Language"),
}
ORDER: Final = {name: place for place, name in enumerate(LABELS)}
DAYS: Final = ("period_from", "period_to", "issued_on")


@dataclass(frozen=True)
class CheckedFile:
    """The result for a file.

    ``code`` is one of ``certificates.verify``, or when the file is as it was made "valid", "unsigned_valid",
    "revoked", "replaced", "unregistered". ``signature`` is the code of its signature.
    """

    code: str
    sentence: str
    signature: verify.Signature
    certificate: Certificate | None = None
    fields: list[Compared] = field(default_factory=list)

    @property
    def signer(self) -> str:
        """The name in the signer's certificate."""
        try:
            names = x509.Name.from_rfc4514_string(self.signature.signer)
        except ValueError:
            return self.signature.signer
        common = names.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(common[0].value) if common else self.signature.signer


AS_MADE: Final = {"genuine": "valid", "unsigned": "unsigned_valid"}


def check_file(session: Session, pdf: bytes) -> CheckedFile:
    """Check the bytes of a file, and look its certificate up. Never raises for what the file holds, keeps nothing."""
    certificate = _certificate(session, pdf)
    line, trusted = (certificate.printed if certificate else None), trust.known_certificates(session)
    keys = [key.public for key in trust.known_keys(session)]
    session.commit()  # reading the file takes long: others may write in the meantime
    found = verify.verify_pdf(pdf, trusted=trusted, public_keys=keys, now=now())
    language = str(found.printed.get("language"))
    fields = []
    if line is not None and found.credential is not None and language in LOCALES:
        checks = verify.compare(found.credential, printed(line, language))
        fields = [_compared(check, language) for check in checks if check.code != "unknown"]
        fields.sort(key=lambda each: ORDER.get(each.field, len(ORDER)))
    code = found.code
    if code in AS_MADE or code == "unknown_signer":
        code = _with_register(found, certificate, fields)
    return CheckedFile(code, gettext(verify.SENTENCES.get(code, "")), found.signature, certificate, fields)


def _certificate(session: Session, pdf: bytes) -> Certificate | None:
    """The certificate whose code the file's data name."""
    try:
        content = verify.attached(pdf)
    except Exception:  # noqa: BLE001 - a hostile file may break the parser in any way
        return None
    credential = read_credential(content) if content else None
    code = credential["printed"].get("code") if credential else None
    return certificates.find_by_code(session, code) if isinstance(code, str) else None


def _with_register(
    found: verify.Verification, certificate: Certificate | None, fields: list[Compared]
) -> str:
    if not all(each.same for each in fields):
        return "credential_altered"
    if found.code == "unknown_signer" or found.credential_code == "unknown_key":
        return "unknown_signer"
    if certificate is None:
        return "unregistered"
    state = certificate.state.value
    return AS_MADE[found.code] if state == "valid" else state


def _compared(check: verify.FieldCheck, language: str) -> Compared:
    label = LABELS.get(check.field, check.field)
    said, registered = (_shown(check.field, value, language) for value in (check.value, check.expected))
    return Compared(check.field, label, said, registered, check.code == "same")


def _shown(name: str, value: Any, language: str) -> str:
    """A value of the file as people read it; what is no such value is shown as it is."""
    try:
        if name in DAYS:
            return short_date(date.fromisoformat(value), LOCALES[language])
        if name == "birth" and isinstance(value, Mapping):
            return short_date(
                PartialDate(value["year"], value.get("month"), value.get("day")), LOCALES[language]
            )
        if name == "language":
            return LOCALES[value].own_name
    except (TypeError, ValueError, KeyError):
        pass
    return "" if value is None else str(value)[:300]
