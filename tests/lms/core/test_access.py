"""What a session sees: only rows of the scope, nothing without one."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.security import actor_of
from lms.classes.models import ClassSession, CourseClass, Enrolment
from lms.core.access import NOTHING, Permission, Role, set_scope
from lms.people.models import Person
from tests.support.world import World

DAY = date(2026, 11, 20)


@pytest.fixture
def two_wards(world: World) -> World:
    """A class of Cửa Nam and one of Hoàn Kiếm, with a person and a session each."""
    for code in ("00082", "00070"):
        course_class = world.make_class(code, sessions=[DAY])
        world.enrol(course_class, world.make_person(f"Người {code}", unit=world.unit(code)))
    world.session.commit()
    world.session.expunge_all()
    return world


def seen(session: Session) -> list[int]:
    """How many classes, sessions, enrolments and people a session sees."""
    return [
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (CourseClass, ClassSession, Enrolment, Person)
    ]


def test_no_scope_no_rows(two_wards: World, session: Session) -> None:
    set_scope(session, NOTHING)
    assert seen(session) == [0, 0, 0, 0]
    assert session.scalars(select(CourseClass)).all() == []


@pytest.mark.parametrize(
    ("name", "classes"),
    [("admin", 2), ("officer", 2), ("manager", 1), ("other_manager", 1), ("trainer", 0), ("viewer", 0)],
)
def test_a_role_sees_its_unit_and_below(two_wards: World, session: Session, name: str, classes: int) -> None:
    actor = actor_of(two_wards.user(name))
    set_scope(session, actor.scope(Permission.CLASSES_VIEW))
    assert seen(session) == [classes] * 4


def test_a_trainer_sees_the_own_class_only(two_wards: World, session: Session) -> None:
    trainer = two_wards.user("trainer")
    mine = session.scalars(select(CourseClass).where(CourseClass.unit_id == two_wards.unit("00082").id)).one()
    two_wards.make_class("00082")
    two_wards.put_on_staff(mine, trainer)
    session.flush()
    set_scope(session, actor_of(trainer).scope(Permission.CLASSES_VIEW))
    assert [each.id for each in session.scalars(select(CourseClass))] == [mine.id]
    assert seen(session) == [1, 1, 1, 1]


def test_a_trainer_of_another_ward_sees_no_class_there(two_wards: World, session: Session) -> None:
    trainer = two_wards.user("trainer")
    theirs = session.scalars(
        select(CourseClass).where(CourseClass.unit_id == two_wards.unit("00070").id)
    ).one()
    two_wards.put_on_staff(theirs, trainer)
    set_scope(session, actor_of(trainer).scope(Permission.CLASSES_VIEW))
    assert seen(session)[0] == 0, "the grant as trainer holds in Cửa Nam only"


def test_a_key_of_another_unit_is_not_found(two_wards: World, session: Session) -> None:
    other = (
        session.scalars(select(CourseClass).where(CourseClass.unit_id == two_wards.unit("00070").id)).one().id
    )
    session.expunge_all()
    set_scope(session, actor_of(two_wards.user("manager")).scope(Permission.CLASSES_VIEW))
    assert session.get(CourseClass, other) is None


def test_sensitive_needs_a_grant_that_names_it(world: World) -> None:
    assert not actor_of(world.user("admin")).can(Permission.SENSITIVE_VIEW)
    carer = world.make_staff("carer", Role.MANAGER, world.unit("00082"), sensitive=True)
    assert actor_of(carer).can(Permission.SENSITIVE_VIEW)


def test_a_view_without_permission_is_closed(app: Flask) -> None:
    from lms.core.auth import permission_of

    nameless = [
        rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None
    ]
    assert nameless == []
