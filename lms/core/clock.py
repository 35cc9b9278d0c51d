"""The time, read at the edge only: rules and verbs get ``now`` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

TIME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant (UTC, aware); a test sets ``app.config["CLOCK"]`` to another callable."""
    clock = current_app.config.get("CLOCK")
    return clock() if clock else datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar day in Vietnam of an aware instant."""
    return instant.astimezone(TIME_ZONE).date()


def today() -> date:
    """The calendar day in Vietnam."""
    return local_date(now())
