"""Deciding who completed: by the rule, by hand, and when two records turn out to be one person."""

import pytest
from sqlalchemy import select

from lms.classes import service as classes
from lms.completion import service
from lms.completion.models import Completion, TaskResult
from lms.core.access import SYSTEM, Actor
from lms.core.errors import DomainError
from lms.people import service as people
from tests.support.papers import NOW, held_class

REASON = "Đã làm đủ các việc ở nhà, có giảng viên chứng kiến."


@pytest.fixture
def manager(world):
    user = world.user("manager")
    return Actor(user.id, user.name)


@pytest.fixture
def anh(world):
    return world.make_person("Nguyễn Thị Ánh", 1958)


def _of(session, course_class, person):
    return next(each for each in service.candidates(session, course_class) if each.person.id == person.id)


def _override(session, course_class, person, manager, **values):
    given = {"completed": True, "reason": REASON, "actor": manager, "now": NOW, **values}
    return service.override(session, course_class, person.id, **given)


def test_attendance_decides_and_the_reason_says_how_much_is_missing(app, session, world, anh):
    binh = world.make_person("Trần Văn Bình")
    course_class = held_class(world, [(anh, "pplppa"), (binh, "ppppea")])
    with app.test_request_context("/?lang=en"):
        found = {
            each.person.name: (each.completed, service.reasons(course_class, each.decision))
            for each in service.candidates(session, course_class)
        }
    assert found == {
        "Nguyễn Thị Ánh": (True, ["5 of 6 sessions; 5 needed."]),
        "Trần Văn Bình": (False, ["4 of 6 sessions; 5 needed."]),
    }


def test_must_tasks_are_named_until_the_trainer_saw_them(app, session, world, anh):
    course_class = held_class(world, [(anh, "pp")], tasks_required=True)
    tasks = service.must_tasks(course_class)
    assert len(tasks) >= 2
    for task in tasks[:-1]:
        service.observe_task(
            session, course_class, anh.id, task.key, TaskResult.WITH_HELP, actor=SYSTEM, now=NOW
        )
    candidate = _of(session, course_class, anh)
    assert not candidate.completed
    with app.test_request_context("/"):
        assert tasks[-1].texts["vi"] in service.reasons(course_class, candidate.decision)[-1]
    service.observe_task(
        session, course_class, anh.id, tasks[-1].key, TaskResult.ALONE, actor=SYSTEM, now=NOW
    )
    assert _of(session, course_class, anh).completed


def test_the_newest_observation_holds_and_the_same_again_is_not_written(session, world, anh):
    course_class = held_class(world, [(anh, "p")], tasks_required=True)
    key = service.must_tasks(course_class)[0].key
    note = {"actor": SYSTEM, "now": NOW}
    assert service.observe_tasks(session, course_class, {(anh.id, key): TaskResult.ALONE}, **note) == 1
    assert service.observe_tasks(session, course_class, {(anh.id, key): TaskResult.ALONE}, **note) == 0
    assert service.observe_tasks(session, course_class, {(anh.id, key): TaskResult.NOT_YET}, **note) == 1
    assert _of(session, course_class, anh).results == {key: TaskResult.NOT_YET}


def test_only_tasks_of_the_course_and_people_of_the_class_are_observed(session, world, anh):
    course_class = held_class(world, [(anh, "p")])
    other, key = world.make_person("Lê Văn Cường"), service.must_tasks(course_class)[0].key
    note = {"actor": SYSTEM, "now": NOW}
    with pytest.raises(DomainError) as refused:
        service.observe_task(session, course_class, other.id, key, TaskResult.ALONE, **note)
    assert refused.value.code == "not_enrolled"
    with pytest.raises(DomainError) as refused:
        service.observe_task(session, course_class, anh.id, "fly", TaskResult.ALONE, **note)
    assert refused.value.code == "unknown_task"
    results = {(other.id, key): TaskResult.ALONE, (anh.id, "fly"): TaskResult.ALONE}
    assert service.observe_tasks(session, course_class, results, **note) == 0


def test_a_manager_decides_against_the_rule_with_a_reason_and_takes_it_back(session, world, anh, manager):
    course_class = held_class(world, [(anh, "pa")])
    with pytest.raises(DomainError) as refused:
        _override(session, course_class, anh, manager, reason=" . ")
    assert refused.value.code == "reason_missing"
    _override(session, course_class, anh, manager)
    candidate = _of(session, course_class, anh)
    assert candidate.completed
    assert not candidate.decision.completed
    assert candidate.override.override_reason == REASON
    assert service.deciders(session, [candidate]) == {manager.id: manager.name}
    service.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    assert _of(session, course_class, anh).completed, "the class's decision leaves the manager's alone"
    service.withdraw_override(session, course_class, anh.id, actor=manager, now=NOW)
    assert not _of(session, course_class, anh).completed
    with pytest.raises(DomainError):
        service.withdraw_override(session, course_class, anh.id, actor=manager, now=NOW)


def test_deciding_again_follows_the_attendance(session, world, anh):
    course_class = held_class(world, [(anh, "p")])
    service.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    course_class.attendance_percent = 100
    world.make_session(course_class, NOW.date(), state="held")
    session.flush()
    service.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    rows = session.scalars(select(Completion).where(Completion.class_id == course_class.id)).all()
    assert [(row.completed, row.figures["attended"], row.figures["held"]) for row in rows] == [(False, 1, 2)]


def test_the_class_page_learns_how_many_completed(session, world, anh, manager):
    course_class = held_class(world, [(anh, "p"), (world.make_person("Trần Văn Bình"), "a")])
    _override(session, course_class, anh, manager)
    assert classes.summary(session, course_class, now=NOW).decided == 0, (
        "one person's decision is not the class's"
    )
    service.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    summary = classes.summary(session, course_class, now=NOW)
    assert (summary.decided, summary.completed) == (2, 1)


def _written(session, course_class):
    rows = session.scalars(select(Completion).where(Completion.class_id == course_class.id))
    return {row.person_id: (row.completed, row.overridden, row.override_reason) for row in rows}


@pytest.mark.parametrize("both_decided", [True, False])
def test_a_decision_by_hand_follows_a_merge_and_comes_back(session, world, anh, manager, both_decided):
    twin = world.make_person("Nguyễn Thị Anh", 1958)
    course_class = held_class(world, [(twin, "a")])
    _override(session, course_class, twin, manager)
    if both_decided:
        world.enrol(course_class, anh)
        service.decide_class(session, course_class, actor=SYSTEM, now=NOW)
    before = _written(session, course_class)
    merge = people.merge(session, anh, twin, actor=manager, now=NOW)
    assert _written(session, course_class) == {anh.id: (True, True, REASON)}
    assert _of(session, course_class, anh).completed
    people.undo_merge(session, merge, actor=manager, now=NOW)
    assert _written(session, course_class) == before
