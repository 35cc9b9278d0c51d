"""How long a job will still take, and whether somebody still works on it: decisions on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

SILENCE = timedelta(seconds=15)
"""A worker that was not heard of for longer is taken for dead."""

MOST_ATTEMPTS = 5
"""Starts without any progress, after which a job is given up: something in it ends the process."""

RESULT_LASTS = timedelta(days=7)

PACE_WINDOW = 30.0
"""Seconds that the pace is taken over: long enough to be calm, short enough to follow a change."""

PACE_SAMPLES = 16
LEAST_SECONDS = 1.0
"""Nothing is said about the time left before this many seconds were seen."""

Sample = tuple[float, int]
"""Seconds on some clock, and how much was done by then."""


def with_sample(pace: Sequence[Sample], at: float, done: int) -> list[Sample]:
    """``pace`` with one more sample: the newest few, over the last half minute (with the one just before it)."""
    kept = [(seconds, count) for seconds, count in pace if seconds < at and count <= done]
    older = [sample for sample in kept if sample[0] < at - PACE_WINDOW]
    recent = older[-1:] + kept[len(older) :]
    if len(recent) >= PACE_SAMPLES:  # thin out evenly, so that the samples still reach back
        recent = [recent[0], *recent[2::2]]
    return [*recent, (at, done)]


def time_left(pace: Sequence[Sample], done: int, total: int, at: float) -> timedelta | None:
    """How long the rest takes at the pace of the last samples; None when it cannot be told (yet).

    The rest is divided by the pace between the first and the last sample; what passed since the last sample is
    taken off.
    """
    if total <= done or len(pace) < 2:
        return None
    (start, first), (end, last) = pace[0], pace[-1]
    if end - start < LEAST_SECONDS or last <= first:
        return None
    seconds = (total - last) * (end - start) / (last - first) - (at - end)
    return timedelta(seconds=max(seconds, 0.0))


def rounded(left: timedelta) -> tuple[int, str]:
    """A time left as people say it: a number and "seconds", "minutes" or "hours", rounded up."""
    seconds = left.total_seconds()
    if seconds <= 50:
        return max(ceil(seconds / 10), 1) * 10, "seconds"
    if seconds <= 90 * 60:
        return ceil(seconds / 60), "minutes"
    return ceil(seconds / 3600), "hours"


def is_abandoned(*, heartbeat_at: datetime | None, now: datetime, process_ended: bool) -> bool:
    """Whether nobody works on a running job any more: its process is known to have ended, or it went silent."""
    return process_ended or heartbeat_at is None or now - heartbeat_at > SILENCE


def gives_up(attempts: int) -> bool:
    """Whether a job was started often enough without any progress."""
    return attempts >= MOST_ATTEMPTS
