"""A process that issues certificates is killed again and again: nobody gets two, and no number is missing.

The large one, 5,000 people and ten kills, is the program tests/benchmarks/kill.py.
"""

from tests.support.killing import KilledIssuing

PEOPLE, KILLS = 300, 3


def test_numbers_have_no_gap_and_nobody_has_two_after_kills_at_random_moments(new_database, tmp_path):
    verdict = KilledIssuing(new_database("killed"), tmp_path, PEOPLE).run(KILLS)
    assert verdict.kills > 0
    assert verdict.holds(PEOPLE), verdict
