"""Verify a certificate's PDF file: its signature, its attached credential, and that nothing was changed since."""

import datetime
import io
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pikepdf
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certificates.badge import plain, read_credential
from certificates.keys import fingerprint
from certificates.pdffile import ATTACHMENT_NAME
from certificates.proof import Document, prover_of
from translations.messages import N_

LARGEST_FILE: Final = 20_000_000
LARGEST_ATTACHMENT: Final = 1_000_000
END_MARK: Final = b"%%EOF"
SIGNED_MARK: Final = b"/ByteRange"

SENTENCES: Final = {
    "genuine": N_("The file is genuine: it is as the issuer signed it."),
    "unsigned": N_("The file has no digital signature: only the register can tell whether it is genuine."),
    "altered": N_("The file was changed after it was signed."),
    "unknown_signer": N_("The file is signed, but by a key that is not known here."),
    "credential_altered": N_("The data in the file are not what the issuer signed."),
    "foreign": N_("The file is not a certificate made by this program."),
    "not_pdf": N_("This is not a PDF file."),
    "truncated": N_("The file is cut short: its end is missing."),
    "damaged": N_("The file is damaged and cannot be read."),
    "too_large": N_("The file is too large to be a certificate."),
}
"""What each code of a `Verification` means, as message ids."""


@dataclass(frozen=True)
class Signature:
    """What a file's signature says: `code` is "good", "altered", "unknown_signer", "broken" or "missing".

    `signed_at` is the time that the file claims; nobody but the signer's clock vouches for it.
    """

    code: str
    signer: str = ""
    fingerprint: str = ""
    signed_at: datetime.datetime | None = None


@dataclass(frozen=True)
class FieldCheck:
    """One field of the credential beside what the register has: `code` is "same", "different" or "unknown"."""

    field: str
    value: Any
    expected: Any
    code: str


@dataclass(frozen=True)
class Verification:
    """The result for a file: a code of `SENTENCES`, the signature, the credential's data, the fields compared."""

    code: str
    signature: Signature = Signature("missing")
    credential: Document | None = None
    credential_code: str = "missing"
    checks: list[FieldCheck] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The result as a sentence, in English; a message id."""
        return SENTENCES[self.code]

    @property
    def printed(self) -> Mapping[str, Any]:
        """The printed fields that the credential repeats."""
        return self.credential["printed"] if self.credential else {}


def verify_pdf(
    pdf: bytes,
    *,
    trusted: Iterable[x509.Certificate] = (),
    public_keys: Iterable[bytes] = (),
    expected: Mapping[str, Any] | None = None,
    now: datetime.datetime | None = None,
) -> Verification:
    """Verify the bytes of a file. Never raises for what the file holds.

    `trusted` are the issuers' certificates, retired ones too; `public_keys` the issuers' Ed25519 keys; `expected` the
    printed fields that the register has, to be compared one by one; `now` is the time of checking.
    """
    if len(pdf) > LARGEST_FILE:
        return Verification("too_large")
    if pdf.lstrip()[:5] != b"%PDF-":
        return Verification("not_pdf")
    if END_MARK not in pdf[-1024:]:
        return Verification("truncated")
    try:
        content = attached(pdf)
    except Exception:  # noqa: BLE001 - a hostile file may break the parser in any way
        # what we sign can be read: a signed file that cannot was changed since
        return Verification("altered" if SIGNED_MARK in pdf else "damaged")
    credential = read_credential(content) if content is not None else None
    credential_code = check_credential(content, credential, frozenset(public_keys))
    signature = check_signature(pdf, list(trusted), now or datetime.datetime.now(datetime.UTC))
    checks = compare(credential, expected) if credential is not None and expected is not None else []
    code = conclude(signature, credential, credential_code, checks)
    return Verification(code, signature, credential, credential_code, checks)


def conclude(
    signature: Signature, credential: Document | None, credential_code: str, checks: list[FieldCheck]
) -> str:
    """The one code that sums up a file."""
    if signature.code in ("altered", "broken"):
        return "altered"
    if credential_code == "altered" or any(check.code == "different" for check in checks):
        return "credential_altered"
    if credential is None and signature.code in ("missing", "unknown_signer"):
        return "foreign"
    if signature.code == "good":
        return "genuine"
    return "unsigned" if signature.code == "missing" else "unknown_signer"


def attached(pdf: bytes) -> bytes | None:
    """The attached credential, or None when there is none or it is too large."""
    with quiet(), pikepdf.open(io.BytesIO(pdf)) as document:
        file = document.attachments.get(ATTACHMENT_NAME)
        if file is None:
            return None
        content = file.get_file().read_bytes()
        return content if len(content) <= LARGEST_ATTACHMENT else None


def check_credential(
    content: bytes | None, credential: Document | None, public_keys: frozenset[bytes]
) -> str:
    """ "good", "unknown_key", "altered" (also when it cannot be read) or "missing"."""
    if content is None:
        return "missing"
    if credential is None:
        return "altered"
    public = prover_of(credential)
    if public is None:
        return "altered"
    return "good" if public in public_keys else "unknown_key"


def check_signature(pdf: bytes, trusted: list[x509.Certificate], now: datetime.datetime) -> Signature:
    """What pyHanko says of the signature of a file."""
    try:
        with quiet():
            return read_signature(pdf, trusted, now)
    except Exception:  # noqa: BLE001 - a hostile file may break the parser in any way
        return Signature("broken")


def read_signature(pdf: bytes, trusted: list[x509.Certificate], now: datetime.datetime) -> Signature:
    """Validate the first signature of a file, at the time of signing that it claims when that is in the past.

    A certificate that has run out since keeps what was signed while it was good; a claimed time outside the
    certificate's own makes the signer unknown.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    signatures = reader.embedded_regular_signatures
    if not signatures:
        return Signature("missing")
    signature = signatures[0]
    signed_at = signature.self_reported_timestamp
    moment = min(signed_at, now) if signed_at is not None else now
    roots = [asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in trusted]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    said = (certificate.subject.rfc4514_string(), fingerprint(certificate), signed_at)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    unchanged = whole and status.modification_level in (None, ModificationLevel.NONE)
    if not (status.intact and status.valid and unchanged):
        return Signature("altered", *said)
    # pyHanko asks no dates of a trusted certificate itself, and ours mostly are their own roots
    known = (status.trusted or certificate in trusted) and holds(certificate, moment)
    return Signature("good" if known else "unknown_signer", *said)


def holds(certificate: x509.Certificate, moment: datetime.datetime) -> bool:
    """Whether a moment is in a certificate's time."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def compare(credential: Document, expected: Mapping[str, Any]) -> list[FieldCheck]:
    """Compare the credential's printed fields with the register's, field by field."""
    printed: Mapping[str, Any] = credential["printed"]
    checks = []
    for name in [*printed, *(name for name in expected if name not in printed)]:
        if name in expected:
            wanted = plain(expected[name])
            code = "same" if printed.get(name) == wanted else "different"
            checks.append(FieldCheck(name, printed.get(name), wanted, code))
        else:
            checks.append(FieldCheck(name, printed[name], None, "unknown"))
    return checks


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what the parsers say about strangers' files out of the log."""
    loggers = [
        logging.getLogger(name) for name in ("pikepdf", "pikepdf._core", "pyhanko", "pyhanko_certvalidator")
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
