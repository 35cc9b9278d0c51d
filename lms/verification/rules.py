"""How long somebody who tries codes and years has to wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

FREE_FOR_CODE: Final = 3
FREE_FROM_SOURCE: Final = 10
"""Wrong tries without waiting: for one code, and from one address, behind which a whole village can stand."""

FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=30)
"""The wait doubles from the first to the longest: a year of birth takes weeks to guess, an owner half an hour."""

WINDOW: Final = timedelta(days=1)
"""Wrong tries older than this are forgotten."""


def wait_until(failures: Sequence[datetime], free: int, now: datetime) -> datetime | None:
    """When the next try is open, given the wrong tries so far in any order; None when it is open now.

    After the ``free``-th wrong try the wait doubles with every further one, counted from the newest.
    """
    recent = [moment for moment in failures if moment > now - WINDOW]
    if len(recent) < free:
        return None
    doubled = min(len(recent) - free, 20)
    until = max(recent) + min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)
    return until if until > now else None
