"""What other programs can listen to (blinker). The sender is the ``lms`` application; sent after the commit.

- ``attendance_recorded``: ``session_id``, ``marks`` (a count)
- ``class_completed``: ``class_id``, ``completed`` (a count of people)
- ``certificate_issued``: ``certificate_id``, ``code``
- ``certificate_revoked``: ``certificate_id``, ``code``, ``reason``
- ``job_enqueued``: ``job_id``
"""

from __future__ import annotations

from typing import Any

from blinker import Namespace
from sqlalchemy import event
from sqlalchemy.orm import Session

_signals = Namespace()

attendance_recorded = _signals.signal("attendance_recorded")
class_completed = _signals.signal("class_completed")
certificate_issued = _signals.signal("certificate_issued")
certificate_revoked = _signals.signal("certificate_revoked")
job_enqueued = _signals.signal("job_enqueued")


def send_after_commit(session: Session, signal: Any, **values: Any) -> None:
    """Send ``signal`` once the session's transaction is committed; a rollback drops it."""
    session.info.setdefault("signals", []).append((signal, values))


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    from flask import current_app

    app: Any = current_app
    for signal, values in session.info.pop("signals", []):
        signal.send(app._get_current_object(), **values)


@event.listens_for(Session, "after_rollback")
def _drop(session: Session) -> None:
    session.info.pop("signals", None)
