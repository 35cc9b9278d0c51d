"""The time left, and who is taken for dead."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.jobs import rules
from lms.jobs.rules import SILENCE, is_abandoned, rounded, time_left, with_sample

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def pace_of(counts, every=1.0):
    pace = []
    for number, done in enumerate(counts):
        pace = with_sample(pace, number * every, done)
    return pace


@pytest.mark.parametrize(
    ("counts", "total", "at", "seconds"),
    [
        ([0, 10], 100, 1, 9),  # ten a second, ninety to go
        ([0, 10], 100, 4, 6),  # three seconds passed since
        ([0, 10], 100, 60, 0),  # longer than it should have: not a negative time
        ([0, 10, 20, 30], 40, 3, 1),
        ([500, 600], 1000, 1, 4),  # taken up at 500: what was done before does not count as pace
        ([0, 5, 5, 5], 20, 3, 9),  # stands still for a while: slower
    ],
)
def test_the_rest_is_divided_by_the_pace(counts, total, at, seconds):
    left = time_left(pace_of(counts), counts[-1], total, at)
    assert left is not None
    assert left.total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("pace", "done", "total"),
    [
        ([], 0, 10),
        ([(0.0, 0)], 0, 10),  # one sample is no pace
        ([(0.0, 0), (0.5, 5)], 5, 10),  # too early to tell
        ([(0.0, 3), (9.0, 3)], 3, 10),  # nothing moved
        ([(0.0, 0), (9.0, 10)], 10, 10),  # nothing is left
        ([(0.0, 0), (9.0, 10)], 10, 0),  # how much there is, is not known
    ],
)
def test_nothing_is_said_when_it_cannot_be_told(pace, done, total):
    assert time_left(pace, done, total, 10.0) is None


def test_the_estimate_follows_a_change_of_pace_within_the_window():
    slow = list(range(60))
    fast = [slow[-1] + 20 * second for second in range(1, 41)]
    counts = slow + fast
    left = time_left(pace_of(counts), counts[-1], counts[-1] + 200, len(counts) - 1)
    assert left is not None
    assert left.total_seconds() == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize("every", [0.1, 1.0, 40.0])
def test_few_samples_are_kept_and_they_reach_back(every):
    pace = pace_of([3 * number for number in range(500)], every)
    assert len(pace) <= rules.PACE_SAMPLES
    reach = pace[-1][0] - pace[0][0]
    assert reach >= min(rules.PACE_WINDOW * 0.9, 499 * every * 0.9) or every == 40.0
    left = time_left(pace, 1497, 1497 + 30, pace[-1][0])
    assert left is not None
    assert left.total_seconds() == pytest.approx(10 * every)


def test_a_start_from_nothing_forgets_the_old_pace():
    pace = with_sample(pace_of([0, 50, 100]), 3.0, 0)
    assert pace == [(0.0, 0), (3.0, 0)]
    assert time_left(pace, 0, 100, 4.0) is None


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (0, (10, "seconds")),
        (3, (10, "seconds")),
        (11, (20, "seconds")),
        (50, (50, "seconds")),
        (51, (1, "minutes")),
        (60, (1, "minutes")),
        (61, (2, "minutes")),
        (5400, (90, "minutes")),
        (5401, (2, "hours")),
        (7201, (3, "hours")),
    ],
)
def test_times_are_rounded_up_as_people_say_them(seconds, spoken):
    assert rounded(timedelta(seconds=seconds)) == spoken


@pytest.mark.parametrize(
    ("ago", "ended", "abandoned"),
    [
        (timedelta(0), False, False),
        (SILENCE, False, False),
        (SILENCE + timedelta(seconds=1), False, True),
        (timedelta(0), True, True),
        (None, False, True),
    ],
)
def test_a_silent_or_ended_worker_is_taken_for_dead(ago, ended, abandoned):
    heartbeat = None if ago is None else NOW - ago
    assert is_abandoned(heartbeat_at=heartbeat, now=NOW, process_ended=ended) is abandoned
