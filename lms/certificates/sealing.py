"""What proves a certificate: the signed token in its QR code, and the credential that comes with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import badge, token
from certificates.keys import TokenKey
from certificates.proof import Document, Prover
from certificates.wording import chosen
from lms.certificates import rules

Line = Mapping[str, Any]

LONGEST: Final = {"name": 84, "issuer": 72, "course": 84}
"""Most bytes of a text in a token: together they keep the QR code readable from a bad photocopy."""


def token_of(line: Line, language: str) -> token.Token:
    """What the code of a line says in a language."""
    return token.Token(
        number=line["number"],
        issuer=rules.shortened(_text(line["issuer_name"], language), LONGEST["issuer"]),
        name=rules.shortened(line["name"], LONGEST["name"]),
        course=rules.shortened(_text(line["course_title"], language), LONGEST["course"]),
        issued_on=date.fromisoformat(line["issued_on"]),
        locale=language,
    )


def addresses(line: Line, public_url: str, key: TokenKey) -> dict[str, str]:
    """The address in the QR code, by language; it ends with the signed token."""
    base = public_url.rstrip("/")
    return {code: f"{base}/v/{token.sign(token_of(line, code), key)}" for code in token.LANGUAGES}


def address(line: Line, language: str) -> str:
    """The address in the QR code of a line."""
    return _text(line["verify_url"], language)


@cache
def trial_key() -> TokenKey:
    """A key of nobody, for papers that are looked at only."""
    return TokenKey(Ed25519PrivateKey.generate())


def site_of(line: Line) -> str:
    """The address of the site that issued a line."""
    return address(line, "vi").rsplit("/v/", 1)[0]


def status_address(site: str, branch_id: uuid.UUID, year: int) -> str:
    """Where the state of an issuer's certificates of a year is published."""
    return f"{site}/status/{branch_id}/{year}"


def credential(line: Line, language: str, branch_id: uuid.UUID, prover: Prover, *, now: datetime) -> Document:
    """The Open Badges credential of a line in a language, signed at ``now``; its place in the list is its number."""
    number, year = rules.place_in_register(line["number"], date.fromisoformat(line["issued_on"]))
    return badge.credential(
        line,
        language,
        badge.Issuer(_text(line["issuer_name"], language), prover),
        now=now,
        status=badge.StatusPlace(status_address(site_of(line), branch_id, year), number),
    )


class Credentials:
    """Makes the credentials that a press attaches for one branch."""

    def __init__(self, branch_id: uuid.UUID, key: TokenKey) -> None:
        self.branch_id, self.prover = branch_id, Prover(key)
        self.now: datetime | None = None

    def __call__(self, line: Line, language: str) -> bytes:
        """The credential of a line as JSON, signed at ``now``."""
        assert self.now is not None
        return badge.credential_json(credential(line, language, self.branch_id, self.prover, now=self.now))


def _text(value: Any, language: str) -> str:
    return str(chosen(value, language) or "")
