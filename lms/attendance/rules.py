"""Which mark counts, and what attendance comes to: decisions on plain values."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MARK_EARLY = timedelta(hours=1)
"""How long before its start a session can be marked: people come early, and so do trainers."""

MARK_LATE = timedelta(days=14)
"""A mark that was made longer than this after its session, by its own clock, is looked at by a person."""

NOT_STARTED = "session_not_started"
CANCELLED = "session_cancelled"
NOT_ENROLLED = "not_enrolled"
NOT_PERMITTED = "not_permitted"
CLOCK_SUSPECT = "clock_suspect"

ATTENDED = frozenset({"present", "late"})

_RANDOM_BITS = (1 << 62) - 1


def effective_time(marked_at: datetime, received_at: datetime, clock_offset: timedelta) -> datetime:
    """When a mark was really made: the device's time corrected by ``clock_offset`` (server minus device),
    never in the future.
    """
    return min(marked_at + clock_offset, received_at)


def winning_key(
    effective_at: datetime, device_sequence: int, mark_id: uuid.UUID
) -> tuple[datetime, int, int]:
    """The mark with the highest key is the one that counts; total, so every order of arrival ends the same."""
    return effective_at, device_sequence, mark_id.int


def review_reason(
    *,
    permitted: bool,
    enrolled: bool,
    cancelled: bool,
    starts_at: datetime,
    effective_at: datetime,
    by_device: bool,
) -> str | None:
    """Why a mark is kept for a person to look at instead of counting; None when it counts.

    ``by_device``: made with a device's own clock, which can be wrong; on a page of ours a register is put
    right weeks later.
    """
    if not permitted:
        return NOT_PERMITTED
    if cancelled:
        return CANCELLED
    if not enrolled:
        return NOT_ENROLLED
    if effective_at < starts_at - MARK_EARLY:
        return NOT_STARTED
    return CLOCK_SUSPECT if by_device and effective_at > starts_at + MARK_LATE else None


def form_mark_id(form_id: uuid.UUID, person_id: uuid.UUID, before: str, status: str) -> uuid.UUID:
    """The id of a mark made on a page: the same form sent twice makes the same marks (UUIDv7, with the form's time)."""
    digest = hashlib.sha256(form_id.bytes + person_id.bytes + f"{before}>{status}".encode()).digest()
    return uuid.UUID(int=(form_id.int & ~_RANDOM_BITS) | (int.from_bytes(digest[:8], "big") & _RANDOM_BITS))


def form_mark_range(form_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """The lowest and the highest id that a mark made on the page ``form_id`` can have."""
    return uuid.UUID(int=form_id.int & ~_RANDOM_BITS), uuid.UUID(int=form_id.int | _RANDOM_BITS)


@dataclass(frozen=True)
class Counts:
    """What a person's attendance comes to over the held sessions of a class."""

    held: int = 0
    present: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0

    @property
    def attended(self) -> int:
        """Sessions the person was at, on time or late."""
        return self.present + self.late

    @property
    def rate(self) -> float | None:
        """Attended sessions as a fraction of held ones; None before the first."""
        return self.attended / self.held if self.held else None


def count(statuses: Iterable[str], held: int) -> Counts:
    """Counts of a person's statuses; a held session without a status counts as not attended."""
    counts = Counts(held=held)
    for status in statuses:
        counts = replace(counts, **{status: getattr(counts, status) + 1})
    return counts
