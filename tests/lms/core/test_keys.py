"""Keys of rows: version 7, in the order in which they were made, whoever makes them."""

import threading
import time
import uuid
from datetime import UTC, datetime

import pytest

from lms.core import keys


def moment(key: uuid.UUID) -> datetime:
    """The instant in the first 48 bits."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def test_version_variant_and_time() -> None:
    before = datetime.now(UTC)
    key = keys.new_key()
    assert key.version == 7
    assert key.variant == uuid.RFC_4122
    assert abs((moment(key) - before).total_seconds()) < 1


def test_keys_grow_even_within_a_tick_of_the_clock() -> None:
    made = [keys.new_key() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert [key.bytes for key in made] == sorted(key.bytes for key in made), "SQLite orders by bytes"


def test_keys_grow_when_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys.new_key()
    an_hour_ago = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(keys.time, "time_ns", lambda: an_hour_ago)
    first, second = keys.new_key(), keys.new_key()
    assert before < first < second
    assert (first.version, first.variant) == (7, uuid.RFC_4122)


def test_threads_make_different_keys_each_in_its_order() -> None:
    made: list[list[uuid.UUID]] = [[] for _ in range(8)]

    def work(own: list[uuid.UUID]) -> None:
        own.extend(keys.new_key() for _ in range(2000))

    threads = [threading.Thread(target=work, args=(own,)) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(own == sorted(own) for own in made)
    assert len({key for own in made for key in own}) == 16_000


def test_random_bits_differ() -> None:
    assert len({keys.new_key().int & (1 << 62) - 1 for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0192f0c1-7d6e-7abc-8def-0123456789ab", True),
        ("0192f0c17d6e7abc8def0123456789ab", True),
        ("00082-26-01", False),
        ("", False),
    ],
)
def test_what_is_written_as_a_key(text: str, written: bool) -> None:
    assert keys.is_key(text) is written
