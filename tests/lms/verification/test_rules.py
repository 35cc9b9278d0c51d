"""How long somebody waits after wrong tries: a table."""

from datetime import timedelta

import pytest

from lms.verification import rules
from tests.support.papers import NOW


def _failures(count, *, ago=timedelta(0)):
    return [NOW - ago - timedelta(seconds=n) for n in range(count)]


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (2, 0), (3, 15), (4, 30), (5, 60), (6, 120), (10, 1800), (500, 1800)],
)
def test_the_wait_doubles_up_to_half_an_hour(failures, seconds):
    until = rules.wait_until(_failures(failures), rules.FREE_FOR_CODE, NOW)
    assert (until - NOW if until else timedelta(0)) == timedelta(seconds=seconds)


def test_after_the_wait_one_try_is_open():
    assert rules.wait_until(_failures(4, ago=timedelta(seconds=30)), 3, NOW) is None
    assert rules.wait_until(_failures(4, ago=timedelta(seconds=29)), 3, NOW) is not None


def test_wrong_tries_of_yesterday_are_forgotten():
    assert rules.wait_until(_failures(500, ago=rules.WINDOW), 3, NOW) is None


def test_guessing_a_year_of_birth_takes_more_than_a_day():
    moment, tries = NOW, []
    while len(tries) < 80:
        until = rules.wait_until(tries, rules.FREE_FOR_CODE, moment)
        moment = until or moment
        tries.append(moment)
    assert moment - NOW > timedelta(days=1)
