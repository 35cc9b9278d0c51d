"""Who completes a class: tables of cases."""

import pytest

from lms.completion.rules import Rule, decide


@pytest.mark.parametrize(
    ("percent", "held", "needed"),
    [
        (80, 6, 5),
        (80, 5, 4),
        (80, 1, 1),
        (80, 0, 0),
        (100, 7, 7),
        (50, 3, 2),
        (0, 6, 0),
        (67, 3, 3),
        (66, 3, 2),
    ],
)
def test_a_share_of_sessions_is_rounded_up_to_whole_ones(percent, held, needed):
    assert Rule(percent).sessions_needed(held) == needed


@pytest.mark.parametrize(
    ("attended", "held", "results", "completed", "short", "missing"),
    [
        (5, 6, {"sign-in": "alone", "apply": "with_help"}, True, 0, ()),
        (4, 6, {"sign-in": "alone", "apply": "alone"}, False, 1, ()),
        (6, 6, {"sign-in": "alone", "apply": "not_yet"}, False, 0, ("apply",)),
        (6, 6, {}, False, 0, ("sign-in", "apply")),
        (0, 0, {"sign-in": "alone", "apply": "alone"}, False, 0, ()),
    ],
)
def test_both_sessions_and_tasks_count(attended, held, results, completed, short, missing):
    decision = decide(Rule(80, ["sign-in", "apply"]), attended=attended, held=held, results=results)
    assert decision.completed is completed
    assert decision.sessions_short == short
    assert decision.missing_tasks == missing


def test_a_class_that_was_never_held_completes_nobody_even_when_nothing_is_asked():
    assert not decide(Rule(0), attended=0, held=0, results={}).completed
