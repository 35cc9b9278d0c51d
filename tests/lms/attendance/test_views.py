"""The roll call and the register as a trainer uses them."""

import io
import re
import uuid
from datetime import date, time, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.attendance import service
from lms.attendance.models import AttendanceMark
from lms.classes.models import ClassSession, CourseClass, EnrolmentState
from lms.core.access import Role
from tests.support.client import CheckedClient
from tests.support.queries import count_queries
from tests.support.world import World

TODAY = date(2026, 11, 22)


@pytest.fixture
def meeting(world: World, session: Session) -> ClassSession:
    """Today's session of a class of 40 with the trainer and the helper on its staff."""
    course_class = world.make_class(people=40)
    meeting = world.make_session(course_class, TODAY, time(9), time(11))
    world.put_on_staff(course_class, world.user("trainer"))
    world.put_on_staff(course_class, world.user("helper"), Role.HELPER)
    session.commit()
    return meeting


@pytest.fixture
def trainer(world: World, meeting: ClassSession, sign_in: Any) -> CheckedClient:
    """The trainer's phone."""
    return sign_in(world.user("trainer"))


def roll_url(meeting: ClassSession) -> str:
    return f"/sessions/{meeting.id}/roll-call"


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the roll's form."""
    return dict(re.findall(r'<input type="?hidden"? name="?(\w+)"? value="?([^">]*)"?>', page))


def statuses(session: Session, meeting: ClassSession) -> list[str | None]:
    session.rollback()
    return [entry.status and entry.status.value for entry in service.roll(session, meeting)]


def test_one_tap_a_person_and_one_press(
    trainer: CheckedClient, session: Session, meeting: ClassSession
) -> None:
    form = fields(trainer.get(roll_url(meeting)).text)
    answer = trainer.post(
        roll_url(meeting), data={**form, "m0": "present", "m1": "late"}, follow_redirects=True
    )
    assert "Đã điểm danh 2 người" in answer.text
    assert statuses(session, meeting)[:3] == ["present", "late", None]


def test_everybody_else_is_present(trainer: CheckedClient, session: Session, meeting: ClassSession) -> None:
    form = fields(trainer.get(roll_url(meeting)).text)
    trainer.post(roll_url(meeting), data={**form, "m3": "absent", "all_present": "1"})
    found = statuses(session, meeting)
    assert found.count("present") == 39
    assert found[3] == "absent"


def test_the_same_form_twice_marks_once(
    trainer: CheckedClient, session: Session, meeting: ClassSession
) -> None:
    data = {**fields(trainer.get(roll_url(meeting)).text), "m0": "present"}
    for _ in range(2):
        trainer.post(roll_url(meeting), data=data)
    assert session.scalar(select(func.count(AttendanceMark.id))) == 1


def test_a_page_left_open_does_not_undo_another_trainer(
    trainer: CheckedClient, session: Session, meeting: ClassSession, world: World, sign_in: Any
) -> None:
    old = fields(trainer.get(roll_url(meeting)).text)
    helper = sign_in(world.user("helper"))
    helper.post(roll_url(meeting), data={**fields(helper.get(roll_url(meeting)).text), "m0": "late"})
    trainer.post(roll_url(meeting), data={**old, "m1": "present"})
    assert statuses(session, meeting)[:2] == ["late", "present"]


def test_undo(trainer: CheckedClient, session: Session, meeting: ClassSession) -> None:
    form = fields(trainer.get(roll_url(meeting)).text)
    page = trainer.post(roll_url(meeting), data={**form, "all_present": "1"}, follow_redirects=True).text
    undo = re.search(r'action="(/sessions/[^"]+/undo)"', page)
    assert undo is not None
    trainer.post(undo[1])
    assert set(statuses(session, meeting)) == {None}


def test_a_session_that_has_not_begun(
    trainer: CheckedClient, session: Session, world: World, meeting: ClassSession
) -> None:
    tomorrow = world.make_session(meeting.course_class, TODAY + timedelta(days=1))
    session.commit()
    assert "chưa bắt đầu" in trainer.get(roll_url(tomorrow)).text
    answer = trainer.post(roll_url(tomorrow), data={"form": uuid.uuid4().hex, "shown": ""})
    assert answer.status_code == 422
    assert "chưa bắt đầu" in answer.text


def test_a_form_that_is_not_ours(trainer: CheckedClient, meeting: ClassSession) -> None:
    assert trainer.post(roll_url(meeting), data={"shown": "?"}).status_code == 400


def test_a_walk_in_needs_a_name_and_a_year(
    trainer: CheckedClient, session: Session, meeting: ClassSession
) -> None:
    url = f"/sessions/{meeting.id}/walk-in"
    mark = fields(trainer.get(url).text)["mark"]
    wrong = trainer.post(url, data={"mark": mark, "name": "Lò Thị Ế", "birth": "31/02/1970"})
    assert wrong.status_code == 422
    assert 'value="Lò Thị Ế"' in wrong.text, "nothing typed is lost"
    right = trainer.post(url, data={"mark": mark, "name": "Lò Thị Ế", "birth": "1961"}, follow_redirects=True)
    assert "Lò Thị Ế" in right.text
    assert statuses(session, meeting).count("present") == 1


def test_a_walk_in_who_is_known_already_is_offered_first(
    trainer: CheckedClient, world: World, session: Session, meeting: ClassSession
) -> None:
    waiting = world.make_person("Bế Thị Mười", 1951)
    world.enrol(meeting.course_class, waiting, EnrolmentState.WAITING)
    session.commit()
    url = f"/sessions/{meeting.id}/walk-in"
    typed = {"mark": fields(trainer.get(url).text)["mark"], "name": "Be thi muoi", "birth": "1951"}
    offer = trainer.post(url, data=typed)
    assert f'value="{waiting.id}"' in offer.text
    assert 'value="Be thi muoi"' in offer.text, "nothing typed is lost"
    there = trainer.post(url, data={"mark": typed["mark"], "person": str(waiting.id)}, follow_redirects=True)
    assert there.text.count("Bế Thị Mười") == 1
    assert statuses(session, meeting).count("present") == 1
    typed["mark"] = fields(trainer.get(url).text)["mark"]
    trainer.post(url, data={**typed, "anyway": "1"})
    assert statuses(session, meeting).count("present") == 2


def test_staff_of_other_classes_do_not_find_it(
    meeting: ClassSession, world: World, session: Session, sign_in: Any
) -> None:
    stranger = world.make_staff("stranger", Role.TRAINER, world.unit("00082"))
    session.commit()
    assert sign_in(stranger).get(roll_url(meeting)).status_code == 404
    assert sign_in(world.user("other_manager")).get(roll_url(meeting)).status_code == 404


def test_the_roll_is_light(trainer: CheckedClient, meeting: ClassSession) -> None:
    page = trainer.get(roll_url(meeting), buffered=True, headers={"Accept-Encoding": "gzip"})
    css = trainer.get("/static/lms.css", buffered=True, headers={"Accept-Encoding": "gzip"})
    script = trainer.get("/static/lms.js", buffered=True, headers={"Accept-Encoding": "gzip"})
    assert sum(len(answer.data) for answer in (page, css, script)) <= 40_000


@pytest.mark.parametrize("path", ["roll-call", "register"])
def test_queries_do_not_grow(world: World, session: Session, sign_in: Any, path: str) -> None:
    counts = []
    for size in (10, 200):
        course_class = world.make_class(people=size, capacity=300)
        meeting = world.make_session(course_class, TODAY, time(9), time(11))
        session.commit()
        url = roll_url(meeting) if path == "roll-call" else f"/classes/{course_class.id}/register"
        manager = sign_in(world.user("manager"))
        manager.get(url)
        with count_queries() as counter:
            assert manager.get(url).status_code == 200
        counts.append(counter.number)
    assert counts[0] == counts[1]


def test_the_register_as_page_workbook_and_sheet(
    trainer: CheckedClient, session: Session, meeting: ClassSession, world: World
) -> None:
    form = fields(trainer.get(roll_url(meeting)).text)
    trainer.post(roll_url(meeting), data={**form, "m0": "present"})
    base = f"/classes/{meeting.class_id}/register"
    assert "1 trên 1" in trainer.get(base).text
    sheet = openpyxl.load_workbook(io.BytesIO(trainer.get(f"{base}.xlsx").data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 43
    assert "Có mặt" in rows[3]
    pdf = trainer.get(f"/classes/{meeting.class_id}/sign-in-sheet.pdf")
    assert pdf.data.startswith(b"%PDF")


def test_who_marked_what(
    trainer: CheckedClient, session: Session, meeting: ClassSession, world: World
) -> None:
    form = fields(trainer.get(roll_url(meeting)).text)
    trainer.post(roll_url(meeting), data={**form, "m0": "present"})
    page = trainer.get(f"/sessions/{meeting.id}/people/{uuid.UUID(form['p0'])}/marks").text
    assert world.user("trainer").name in page
    assert "Có mặt" in page


def test_an_unknown_class_has_no_register(trainer: CheckedClient, session: Session) -> None:
    assert trainer.get(f"/classes/{uuid.uuid4()}/register").status_code == 404
    assert session.scalar(select(func.count(CourseClass.id))) == 1
