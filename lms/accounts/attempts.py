"""Slowing down who guesses passwords and codes: per account and per source."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import lazy_ngettext
from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.accounts import rules
from lms.accounts.models import SignInAttempt
from lms.core.errors import DomainError
from translations import names, phones

KEPT = timedelta(days=1)


def refuse_if_too_many(session: Session, identity: str, source: str, *, now: datetime) -> None:
    """Raise DomainError ``too_many_tries``, which says how long to wait, while an account or a source is closed."""
    ends = [
        _closed_until(
            session, SignInAttempt.identity_hash, _hash(_plain(identity)), rules.TRIES_FOR_ACCOUNT, now
        ),
        _closed_until(session, SignInAttempt.source_hash, _hash(source), rules.TRIES_FROM_SOURCE, now),
    ]
    until = max((end for end in ends if end is not None), default=None)
    if until is not None:
        minutes = max(1, -int((now - until).total_seconds() // 60))
        raise DomainError(
            "too_many_tries",
            lazy_ngettext(
                "There were too many wrong tries. Please wait %(num)s minute and try again, or ask the manager of "
                "your unit for a link to set a new password.",
                "There were too many wrong tries. Please wait %(num)s minutes and try again, or ask the manager of "
                "your unit for a link to set a new password.",
                minutes,
            ),
            status=429,
        )


def record_failure(session: Session, identity: str, source: str, *, now: datetime) -> None:
    """Count a wrong try; tries older than a day are forgotten."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEPT))
    session.add(SignInAttempt(identity_hash=_hash(_plain(identity)), source_hash=_hash(source), at=now))
    session.flush()


def forget(session: Session, *identities: str | None) -> None:
    """Forget the wrong tries for an account: it was signed in to, or has a new password."""
    hashes = [_hash(_plain(identity)) for identity in identities if identity]
    session.execute(delete(SignInAttempt).where(SignInAttempt.identity_hash.in_(hashes)))


def _closed_until(
    session: Session, column: InstrumentedAttribute[str], value: str, limit: int, now: datetime
) -> datetime | None:
    query = select(SignInAttempt.at).where(column == value, SignInAttempt.at > now - rules.WINDOW)
    newest = session.scalars(query.order_by(SignInAttempt.at.desc()).limit(limit)).all()
    return rules.wait_until(newest, limit, now)


def _plain(identity: str) -> str:
    return phones.parse(identity) or names.fold(identity)


def _hash(text: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"sign-in {text}".encode(), hashlib.sha256).hexdigest()
