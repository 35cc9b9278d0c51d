"""The verb of verification: opening one's own certificates with a code and a year of birth, slowly when wrong."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import uuid
from datetime import datetime

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.certificates import service as certificates
from lms.certificates.models import LookupAttempt
from lms.core.errors import DomainError
from lms.verification import rules
from translations import names

WRONG = _l(
    "The code and the year of birth do not belong together. Please compare both with the paper and try again."
)
"""One sentence, whichever of the two was wrong."""


def open_own(session: Session, code: str, birth_year: int, *, source: str, now: datetime) -> uuid.UUID | None:
    """The person whose certificate has this code, when the year fits; None when either is wrong.

    ``source`` is the asking address. Every try is written down (for a day, as keyed hashes), so the caller commits
    in both cases. Raises DomainError ``too_many_tries`` with how long to wait; such a try is not looked at.
    """
    code_hash, source_hash = _hash("code", _plain(code)), _hash("source", _network(source))
    _take_turns(session, code_hash, source_hash)
    _refuse_if_too_many(session, code_hash, source_hash, now)
    person_id = certificates.person_with(session, code, birth_year)
    session.execute(delete(LookupAttempt).where(LookupAttempt.at < now - rules.WINDOW))
    session.add(
        LookupAttempt(source_hash=source_hash, code_hash=code_hash, at=now, succeeded=person_id is not None)
    )
    session.flush()
    return person_id


def _refuse_if_too_many(session: Session, code_hash: str, source_hash: str, now: datetime) -> None:
    ends = [
        _closed_until(session, LookupAttempt.code_hash, code_hash, rules.FREE_FOR_CODE, now),
        _closed_until(session, LookupAttempt.source_hash, source_hash, rules.FREE_FROM_SOURCE, now),
    ]
    until = max((end for end in ends if end is not None), default=None)
    if until is None:
        return
    seconds = max(1, -int((now - until).total_seconds() // 1))
    raise DomainError("too_many_tries", _waiting(seconds), status=429, details={"seconds": seconds})


def _waiting(seconds: int) -> object:
    if seconds < 60:
        return lazy_ngettext(
            "There were several wrong tries. Please wait %(num)s second, then try again.",
            "There were several wrong tries. Please wait %(num)s seconds, then try again.",
            seconds,
        )
    return lazy_ngettext(
        "There were several wrong tries. Please wait %(num)s minute, then try again.",
        "There were several wrong tries. Please wait %(num)s minutes, then try again.",
        -(-seconds // 60),
    )


def _closed_until(
    session: Session, column: InstrumentedAttribute[str], value: str, free: int, now: datetime
) -> datetime | None:
    query = select(LookupAttempt.at).where(
        column == value, LookupAttempt.succeeded.is_(False), LookupAttempt.at > now - rules.WINDOW
    )
    return rules.wait_until(session.scalars(query).all(), free, now)


def _take_turns(session: Session, *hashes: str) -> None:
    # A hundred tries sent at once wait for each other (on SQLite writers do anyway).
    if session.get_bind().dialect.name == "postgresql":
        for value in sorted(hashes):
            session.execute(select(func.pg_advisory_xact_lock(int(value[:15], 16))))


def _plain(code: str) -> str:
    return certificates.typed_code(code) or names.fold(code)


def _network(source: str) -> str:
    """The address, of IPv6 the network: a household has more addresses there than it can use."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _hash(kind: str, text: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"certificate {kind} {text}".encode(), hashlib.sha256).hexdigest()
