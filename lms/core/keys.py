"""Keys of rows: UUID version 7, made by whoever creates the row (RFC 9562, section 5.7)."""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_key() -> uuid.UUID:
    """A UUIDv7 that is larger than every one this process made before."""
    global _last
    with _lock:
        # 48 bits of milliseconds and 12 bits of sub-millisecond time count as one clock, kept monotonic.
        ticks = time.time_ns() * 4096 // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    milliseconds, fraction = divmod(ticks, 4096)
    random_bits = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random_bits)


def is_key(value: str) -> bool:
    """Whether ``value`` is written as a UUID, with or without hyphens."""
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
