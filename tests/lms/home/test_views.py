"""The first page of each role."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.attendance.models import AttendanceStatus
from lms.attendance.service import NewMark, record_marks
from lms.classes import service as classes
from lms.classes.models import ClassState, CourseClass, EnrolmentState
from lms.completion import service as completion
from lms.core.access import SYSTEM, Role
from lms.core.keys import new_key
from lms.home.figures import figures
from tests.lms.conftest import NOW
from tests.support.client import CheckedClient
from tests.support.queries import count_queries
from tests.support.world import World

TODAY = date(2026, 11, 22)
PAST = [date(2026, 11, day) for day in (2, 4, 6, 9, 11)]


def mark(session: Session, course_class: CourseClass, attended: dict[int, int]) -> None:
    """The first person comes to the first n sessions, and so on; absent from the rest."""
    people = classes.enrolled_people(session, course_class.id)
    for meeting in course_class.sessions:
        at = meeting.starts_at + timedelta(minutes=5)
        marks = [
            NewMark(
                new_key(),
                meeting.id,
                person.id,
                AttendanceStatus.PRESENT
                if course_class.sessions.index(meeting) < attended[index]
                else AttendanceStatus.ABSENT,
                marked_at=at,
            )
            for index, person in enumerate(people)
        ]
        record_marks(session, marks, actor=SYSTEM, now=at)


def test_who_is_not_signed_in_is_asked_to(client: CheckedClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert "/account/login" in answer.location


# --- trainer --------------------------------------------------------------------------------------


def test_a_trainer_finds_the_next_class_with_one_button(session: Session, world: World, sign_in: Any) -> None:
    tomorrow = TODAY + timedelta(days=1)
    later = world.make_class(title={"vi": "Lớp sau"}, sessions=[tomorrow])
    next_one = world.make_class(title={"vi": "Lớp hôm nay"}, people=3, sessions=[PAST[0], TODAY, tomorrow])
    other = world.make_class(title={"vi": "Lớp của người khác"}, sessions=[TODAY])
    for each in (later, next_one):
        world.put_on_staff(each, world.user("trainer"))
    session.commit()
    page = sign_in(world.user("trainer")).get("/").text
    card = page.split('class="card main"')[1].split("</section>")[0]
    assert "Lớp hôm nay" in card
    assert "3 người" in card
    assert f"/sessions/{next_one.sessions[1].id}/roll-call" in card
    assert card.count('class="button') == 1
    # The second session of the class: papers for the second lesson, in three languages.
    assert page.count(f"/classes/{next_one.id}/lessons/2.pdf") == 3
    assert page.index("Lớp sau") > page.index("Tuần này")
    assert other.code not in page
    assert "Lớp của người khác" not in page


def test_a_trainer_without_a_class_is_told_what_will_be_here(world: World, sign_in: Any) -> None:
    for name in ("trainer", "helper"):
        assert "buổi học tới sẽ hiện ở đây" in sign_in(world.user(name)).get("/").text


def test_a_session_of_this_morning_without_attendance_comes_first(
    session: Session, world: World, sign_in: Any, clock: Any
) -> None:
    course_class = world.make_class(people=1, sessions=[TODAY, TODAY + timedelta(days=2)])
    world.put_on_staff(course_class, world.user("helper"), Role.HELPER)
    session.commit()
    clock.now = NOW + timedelta(hours=6)
    page = sign_in(world.user("helper")).get("/").text
    assert f"/sessions/{course_class.sessions[0].id}/roll-call" in page


# --- secretary ------------------------------------------------------------------------------------


def section(page: str, heading: str) -> str:
    found = re.search(rf"<section><h2>{re.escape(heading)}.*?</section>", page, re.DOTALL)
    assert found, heading
    return found[0]


def test_a_secretary_finds_what_needs_somebody(session: Session, world: World, sign_in: Any) -> None:
    world.make_class(title={"vi": "Không ai dạy"}, people=1, sessions=[TODAY + timedelta(days=1)])
    full = world.make_class(
        title={"vi": "Đông người"}, people=1, capacity=1, sessions=[TODAY + timedelta(days=1)]
    )
    world.enrol(full, world.make_person("Lê Chờ"), EnrolmentState.WAITING)
    short = world.make_class(title={"vi": "Thiếu một buổi"}, people=3, sessions=PAST)
    ready = world.make_class(title={"vi": "Chờ cấp giấy"}, people=2, sessions=PAST)
    for each in (full, short, ready):
        world.put_on_staff(each, world.user("trainer"))
    mark(session, short, {0: 5, 1: 3, 2: 1})  # four of five are needed
    mark(session, ready, {0: 5, 1: 3})
    classes.finish_class(session, ready, actor=SYSTEM, now=NOW)
    completion.decide_class(session, ready, actor=SYSTEM, now=NOW)
    world.make_class("00070", title={"vi": "Phường khác"})
    session.commit()
    page = sign_in(world.user("manager")).get("/").text
    trainer = section(page, "Lớp chưa có người hướng dẫn")
    assert "Không ai dạy" in trainer
    assert "/staff" in trainer
    assert "1 người đang chờ" in section(page, "Danh sách chờ")
    one_short = section(page, "Học viên thiếu một buổi")
    assert "1 người thiếu một buổi" in one_short
    assert f"/classes/{short.id}/completion" in one_short
    assert str(ready.id) not in one_short, "who completed is decided there"
    assert f"/classes/{ready.id}/certificates" in section(page, "Giấy chứng nhận chờ cấp")
    assert "Đông người" in section(page, "Tuần này")
    assert "Phường khác" not in page


def test_nothing_to_do_says_so(world: World, sign_in: Any) -> None:
    assert "Không có việc nào đang chờ." in sign_in(world.user("manager")).get("/").text


def test_a_secretary_who_teaches_finds_the_way_to_today(session: Session, world: World, sign_in: Any) -> None:
    manager = world.user("manager")
    assert "/today" not in sign_in(manager).get("/").text
    course_class = world.make_class(sessions=[TODAY])
    world.put_on_staff(course_class, manager)
    session.commit()
    client = sign_in(manager)
    assert 'href="/today"' in client.get("/").text
    assert f"/sessions/{course_class.sessions[0].id}/roll-call" in client.get("/today").text


@pytest.mark.parametrize("name", ["manager", "officer"])
def test_the_first_page_needs_the_same_queries_for_ten_and_two_hundred_classes(
    session: Session, world: World, sign_in: Any, name: str
) -> None:
    client, counts = sign_in(world.user(name)), []
    for number in (10, 190):
        for _each in range(number):
            course_class = world.make_class(sessions=[TODAY], people=1)
            world.put_on_staff(course_class, world.user("trainer"))
        session.commit()
        client.get("/")
        with count_queries() as counter:
            assert client.get("/").status_code == 200
        counts.append(counter.number)
    assert counts[0] == counts[1]


# --- officer and viewer ---------------------------------------------------------------------------


def test_figures_count_people_once_and_by_age_on_the_day_of_the_session(
    session: Session, world: World
) -> None:
    first = world.make_class(sessions=PAST, people=4)
    second = world.make_class(sessions=[TODAY], state=ClassState.DRAFT)
    world.enrol(second, classes.enrolled_people(session, first.id)[0])
    world.enrol(second, world.make_person("Em Bé", 2012))
    world.enrol(second, world.make_person("Chưa Rõ", None))
    world.make_class(sessions=[date(2025, 5, 5)], people=9)
    mark(session, first, {0: 5, 1: 5, 2: 5, 3: 0})
    session.flush()
    found = figures(session, first=date(2026, 1, 1), last=date(2026, 12, 31), unit_id=None, now=NOW)
    assert found.total.states == {"running": 1, "draft": 1}
    assert (found.total.people, found.total.marked, found.total.came) == (6, 20, 15)
    assert found.by_age == {"child": 1, "youth": 0, "middle": 0, "elder": 4, "unknown": 1}
    assert found.by_unit[world.unit("00082").id].rate == 0.75


def test_an_officer_opens_a_unit_from_the_figures(session: Session, world: World, sign_in: Any) -> None:
    world.make_class(sessions=[TODAY], people=7)
    world.make_class("00070", sessions=[TODAY], people=2)
    session.commit()
    client = sign_in(world.user("officer"))
    page = client.get("/").text
    assert "Phường Cửa Nam" in page
    unit = world.unit("00082")
    one = client.get(f"/figures?unit={unit.id}&period=year").text
    assert "Hoàn Kiếm" not in one
    assert f"/classes?unit={unit.id}" in one
    assert client.get(f"/figures?unit={world.unit('06220').id}").status_code == 404
    assert client.get("/figures?unit=nonsense").status_code == 404
    listed = client.get(f"/classes?unit={unit.id}").text
    assert "00082-26-01" in listed
    assert "00070-26-02" not in listed


def test_a_viewer_sees_no_count_under_five(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class(sessions=[TODAY], people=7)
    world.enrol(course_class, world.make_person("Em Bé", 2012))
    session.commit()
    page = sign_in(world.user("viewer")).get("/").text
    children = re.search(r"Thiếu nhi, dưới 16 tuổi</th>(.*?)</tr>", page, re.DOTALL)
    assert children
    assert "&lt;5" in children[1]
    elders = re.search(r"Người cao tuổi, từ 60 tuổi</th>(.*?)</tr>", page, re.DOTALL)
    assert elders
    assert "7" not in elders[1]  # or 8 − 7 would tell of the child
    assert "/people" not in page
    assert "Em Bé" not in page
    officer = sign_in(world.user("officer")).get("/").text
    assert "&lt;5" not in officer


def test_figures_of_a_time_without_classes(world: World, sign_in: Any) -> None:
    page = sign_in(world.user("officer")).get("/figures?period=last_year").text
    assert "Không có lớp nào học trong thời gian này." in page
    assert "01/01/2025" in page


def test_somebody_without_a_role_is_told_whom_to_ask(
    app: Flask, session: Session, world: World, sign_in: Any
) -> None:
    user = world.user("helper")
    for grant in list(user.grants):
        session.delete(grant)
    session.commit()
    assert "Tài khoản chưa được giao vai trò" in sign_in(user).get("/").text
