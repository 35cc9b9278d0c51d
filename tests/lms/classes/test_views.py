"""The pages of classes, as a branch secretary, a trainer and a stranger use them."""

import json
import uuid
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.classes import service
from lms.classes.models import ClassSession, ClassState, CourseClass, Enrolment, EnrolmentState, SessionState
from lms.core.access import Role
from lms.people.models import Person
from tests.lms.conftest import NOW
from tests.support.queries import count_queries
from tests.support.world import World

THURSDAY = date(2026, 11, 26)


def filled(world: World, **values: Any) -> dict[str, Any]:
    return {
        "course": "vneid",
        "branch": str(world.branch("00082").id),
        "age_groups": ["middle", "elder"],
        "capacity": "30",
        "mode": "in_person",
        "venue": str(world.venue().id),
        "day-day": "24",
        "day-month": "11",
        "day-year": "2026",
        "weekdays": ["1", "3"],
        "start": "19:00",
        "end": "20h30",
        "count": "",
        "skip_holidays": "y",
        "staff": f"{world.user('trainer').id}:trainer",
        **values,
    }


def only_class(session: Session) -> CourseClass:
    session.expire_all()
    return session.scalars(select(CourseClass)).one()


# --- making a class -------------------------------------------------------------------------------


def test_a_secretary_makes_a_whole_class_with_one_form(session: Session, world: World, sign_in: Any) -> None:
    client = sign_in(world.user("manager"))
    assert client.get("/classes/new").status_code == 200
    answer = client.post("/classes/new", data=filled(world), follow_redirects=True)
    course_class = only_class(session)
    assert answer.request.path == f"/classes/{course_class.id}"
    # The course has five lessons; the holiday on the 24th was passed over and told.
    days = [meeting.local_date.isoformat() for meeting in course_class.sessions]
    assert days == ["2026-11-26", "2026-12-01", "2026-12-03", "2026-12-08", "2026-12-10"]
    assert "Ngày Văn hóa Việt Nam" in answer.text
    assert course_class.sessions[0].end_time == time(20, 30)
    assert [member.user.name for member in course_class.staff] == ["Nguyễn Thị Trainer"]
    assert course_class.state is ClassState.DRAFT
    opened = client.post(f"/classes/{course_class.id}/state/open", follow_redirects=True)
    assert "Lớp đã mở ghi danh." in opened.text
    assert only_class(session).state is ClassState.OPEN


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"end": "18:00"}, "Giờ kết thúc phải sau giờ bắt đầu."),
        ({"day-day": "31"}, "Không có ngày này."),
        ({"day-year": "2206"}, "Ngày này quá xa."),
        ({"start": "25:00"}, "Đây không phải là giờ trong ngày."),
        ({"capacity": "0"}, "10000"),
        ({"age_groups": []}, "Lớp dành cho ai?"),
        ({"online_address": "javascript:alert(1)"}, "https://"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_stays(
    session: Session, world: World, sign_in: Any, wrong: dict[str, Any], sentence: str
) -> None:
    client = sign_in(world.user("manager"))
    answer = client.post("/classes/new", data=filled(world, **{"title-vi": "Lớp tối của tổ 5"} | wrong))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Lớp tối của tổ 5"' in answer.text
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(CourseClass)) == 0


def test_a_class_cannot_be_made_for_another_unit(session: Session, world: World, sign_in: Any) -> None:
    client = sign_in(world.user("manager"))
    for stranger in ({"branch": str(world.branch("00070").id)}, {"venue": str(world.venue("00070").id)}):
        assert client.post("/classes/new", data=filled(world, **stranger)).status_code == 422
    assert session.scalar(select(func.count()).select_from(CourseClass)) == 0


def test_opening_a_class_without_sessions_says_what_is_missing(
    session: Session, world: World, sign_in: Any
) -> None:
    course_class = world.make_class(state=ClassState.DRAFT)
    session.commit()
    client = sign_in(world.user("manager"))
    answer = client.post(f"/classes/{course_class.id}/state/open", follow_redirects=True)
    assert "Lớp chưa có buổi học nào: xin thêm ít nhất một buổi." in answer.text
    assert "Lớp chưa có người hướng dẫn: xin chọn hướng dẫn viên." in answer.text
    assert only_class(session).state is ClassState.DRAFT


def test_a_class_is_changed_and_copied(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class(sessions=[THURSDAY, date(2026, 12, 3)])
    world.put_on_staff(course_class, world.user("trainer"))
    session.commit()
    client = sign_in(world.user("manager"))
    page = client.get(f"/classes/{course_class.id}/edit").text
    assert 'value="Lớp VNeID cho bà con"' in page
    changed = {
        **filled(world, capacity="12", attendance_percent="75"),
        "title-vi": "Lớp mới",
        "title-ar": "فصل جديد",
    }
    assert client.post(f"/classes/{course_class.id}/edit", data=changed).status_code == 302
    session.expire_all()
    assert (course_class.capacity, course_class.attendance_percent) == (12, 75)
    assert course_class.title == {"vi": "Lớp mới", "ar": "فصل جديد"}
    first_day = {"day-day": "7", "day-month": "1", "day-year": "2027"}
    assert client.get(f"/classes/{course_class.id}/copy").status_code == 200
    answer = client.post(f"/classes/{course_class.id}/copy", data=first_day)
    copied = session.get_one(CourseClass, uuid.UUID(answer.location.rsplit("/", 1)[1]))
    assert [meeting.local_date for meeting in copied.sessions] == [date(2027, 1, 7), date(2027, 1, 14)]
    assert copied.code.startswith("00082-26-")


# --- sessions -------------------------------------------------------------------------------------

SERIES = {
    "day-day": "24",
    "day-month": "11",
    "day-year": "2026",
    "weekdays": ["1", "3"],
    "start": "19:00",
    "end": "21:00",
    "count": "5",
    "venue": "",
}


def test_a_series_is_shown_before_it_is_added(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class()
    session.commit()
    client = sign_in(world.user("manager"))
    address = f"/classes/{course_class.id}/sessions"
    assert client.get(address).status_code == 200
    preview = client.post(address, data={**SERIES, "preview": "1"})
    assert preview.status_code == 200
    assert preview.text.count("19:00–\u206021:00") == 5
    assert "Ngày nghỉ lễ: Ngày Văn hóa Việt Nam." in preview.text
    assert session.scalar(select(func.count()).select_from(ClassSession)) == 0
    skipping = client.post(address, data={**SERIES, "skip_holidays": "y", "preview": "1"})
    assert "Thứ Ba, 24/11/2026 là ngày nghỉ lễ" in skipping.text
    assert client.post(address, data={**SERIES, "save": "1"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(ClassSession)) == 5
    again = client.post(address, data={**SERIES, "save": "1"})
    assert again.status_code == 422
    assert "Lớp đã có buổi học vào giờ đó." in again.text


def test_a_session_that_ends_before_it_starts_is_refused(
    session: Session, world: World, sign_in: Any
) -> None:
    course_class = world.make_class(sessions=[THURSDAY])
    session.commit()
    client = sign_in(world.user("manager"))
    for address in (
        f"/classes/{course_class.id}/sessions",
        f"/sessions/{course_class.sessions[0].id}/move",
    ):
        answer = client.post(address, data={**SERIES, "end": "18:00", "save": "1"})
        assert answer.status_code == 422
        assert "Giờ kết thúc phải sau giờ bắt đầu." in answer.text
        assert 'value="18:00"' in answer.text


def test_a_storm_moves_and_cancels_sessions(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class(sessions=[THURSDAY, date(2026, 12, 3)])
    first, second = course_class.sessions
    session.commit()
    client = sign_in(world.user("manager"))
    assert client.get(f"/sessions/{first.id}/cancel").status_code == 200
    assert client.post(f"/sessions/{first.id}/cancel", data={"reason": " "}).status_code == 422
    page = client.post(f"/sessions/{first.id}/cancel", data={"reason": "bão số 13"}, follow_redirects=True)
    assert "bão số 13" in page.text
    moved = client.post(
        f"/sessions/{second.id}/move", data={**SERIES, "day-day": "25"}, follow_redirects=True
    )
    assert "Đã dời buổi học." in moved.text
    session.expire_all()
    assert first.state is SessionState.CANCELLED
    assert (second.local_date, second.start_time) == (date(2026, 11, 25), time(19))


# --- staff and people -----------------------------------------------------------------------------


def test_staff_is_assigned_removed_and_brought_back(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class()
    session.commit()
    client = sign_in(world.user("manager"))
    address = f"/classes/{course_class.id}/staff"
    page = client.get(address).text
    assert "Nguyễn Thị Trainer" in page
    assert "Nguyễn Thị Viewer" not in page
    client.post(address, data={"staff": f"{world.user('helper').id}:helper"})
    [member] = only_class(session).staff
    assert member.role is Role.HELPER
    removed = client.post(f"{address}/{member.id}/remove", follow_redirects=True)
    assert only_class(session).staff == []
    undo = f"{address}/{world.user('helper').id}/helper"
    assert undo in removed.text
    client.post(undo)
    assert len(only_class(session).staff) == 1


def test_a_trainer_of_another_unit_cannot_be_chosen(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class()
    stranger = world.make_staff("stranger", Role.TRAINER, world.unit("00070"))
    session.commit()
    client = sign_in(world.user("manager"))
    answer = client.post(f"/classes/{course_class.id}/staff", data={"staff": f"{stranger.id}:trainer"})
    assert answer.status_code == 422
    assert only_class(session).staff == []


def test_people_are_found_enrolled_withdrawn_and_brought_back(
    session: Session, world: World, sign_in: Any
) -> None:
    course_class = world.make_class(capacity=1)
    first, second = world.make_person("Nguyễn Thị Thủy", 1958), world.make_person("Trần Văn Đức", 1960)
    session.commit()
    client = sign_in(world.user("manager"))
    address = f"/classes/{course_class.id}/people"
    assert "Nguyễn Thị Thủy" in client.get(f"{address}?q=thuy").text
    client.post(address, data={"person": str(first.id)})
    full = client.post(address, data={"person": str(second.id)}, follow_redirects=True)
    assert "Lớp đã đủ chỗ. Trần Văn Đức đã vào danh sách chờ." in full.text
    twice = client.post(address, data={"person": str(first.id)})
    assert twice.status_code == 409
    row = session.scalars(select(Enrolment).where(Enrolment.person_id == first.id)).one()
    left = client.post(f"{address}/{row.id}/withdraw", follow_redirects=True)
    assert "Trần Văn Đức từ danh sách chờ được vào lớp." in left.text
    undo = left.text.split(f'action="{address}/{row.id}/restore')[1].split('"')[0].replace("&amp;", "&")
    client.post(f"{address}/{row.id}/restore{undo}")
    session.expire_all()
    states = {each.person.name: each.state for each in session.scalars(select(Enrolment))}
    assert states == {
        "Nguyễn Thị Thủy": EnrolmentState.ENROLLED,
        "Trần Văn Đức": EnrolmentState.WAITING,
    }


def test_a_new_person_is_written_down_once(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class()
    session.commit()
    client = sign_in(world.user("manager"))
    address = f"/classes/{course_class.id}/people/new"
    typed = {"name": "Lê Thị Mận", "birth-year": "1952", "phone": "0912 345 678"}
    assert client.get(address).status_code == 200
    assert client.post(address, data=typed).status_code == 302
    [person] = service.enrolled_people(session, course_class.id)
    assert (person.name, person.birth_year, person.phone) == ("Lê Thị Mận", 1952, "+84912345678")
    known = client.post(address, data={**typed, "name": "LÊ THỊ MẬN"})
    assert "Đã có người cùng tên và năm sinh này" in known.text
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    assert client.post(address, data={**typed, "anyway": "1"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    too_long = client.post(address, data={**typed, "name": "Nguyễn " * 30})
    assert too_long.status_code == 422
    assert "Nguyễn Nguyễn" in too_long.text


# --- looking --------------------------------------------------------------------------------------


def test_the_page_of_a_class_tells_everything_at_a_glance(
    session: Session, world: World, sign_in: Any
) -> None:
    course_class = world.make_class(people=3, capacity=20, sessions=[date(2026, 11, 22), THURSDAY])
    world.put_on_staff(course_class, world.user("trainer"))
    session.commit()
    page = sign_in(world.user("manager")).get(f"/classes/{course_class.id}").text
    for expected in (
        "Lớp VNeID cho bà con",
        course_class.code,
        "Nguyễn Thị Trainer",
        "3/20",
        "Nhà văn hóa Cửa Nam",
        "Thứ Năm, 26/11/2026",
        f"/sessions/{course_class.sessions[0].id}/roll-call",
        "Trung niên, 31–59 tuổi",
    ):
        assert expected in page, expected
    arabic = sign_in(world.user("manager"), "ar").get(f"/classes/{course_class.id}").text
    assert 'dir="rtl"' in arabic
    assert "3 من 20" in arabic


def test_the_sheet_of_a_lesson_is_a_pdf_in_the_language_asked_for(
    session: Session, world: World, sign_in: Any
) -> None:
    course_class = world.make_class()
    session.commit()
    client = sign_in(world.user("manager"))
    answer = client.get(f"/classes/{course_class.id}/lessons/1.pdf?lang=ar")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert "vneid-1-ar.pdf" in answer.headers["Content-Disposition"]
    assert client.get(f"/classes/{course_class.id}/lessons/99.pdf").status_code == 404


def test_a_trainer_sees_own_classes_and_changes_none(session: Session, world: World, sign_in: Any) -> None:
    mine, other = world.make_class(sessions=[THURSDAY]), world.make_class()
    world.put_on_staff(mine, world.user("trainer"))
    session.commit()
    client = sign_in(world.user("trainer"))
    page = client.get("/classes").text
    assert mine.code in page
    assert other.code not in page
    assert client.get(f"/classes/{mine.id}").status_code == 200
    assert f"/classes/{mine.id}/edit" not in client.get(f"/classes/{mine.id}").text
    assert client.get(f"/classes/{other.id}").status_code == 404
    assert client.get(f"/classes/{mine.id}/edit").status_code == 403
    assert client.post(f"/classes/{mine.id}/state/finish").status_code == 403


def test_another_units_class_is_not_there(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class("00070", people=1, sessions=[THURSDAY])
    world.put_on_staff(course_class, world.user("other_manager"))
    meeting, member = course_class.sessions[0], course_class.staff[0]
    row = session.scalars(select(Enrolment)).one()
    session.commit()
    client = sign_in(world.user("manager"))
    root = f"/classes/{course_class.id}"
    for address in (
        root,
        f"{root}/edit",
        f"{root}/copy",
        f"{root}/sessions",
        f"{root}/staff",
        f"{root}/people",
        f"{root}/people/new",
        f"{root}/lessons/1.pdf",
        f"/sessions/{meeting.id}/move",
        f"/sessions/{meeting.id}/cancel",
        f"/classes/{uuid.uuid4()}",
    ):
        assert client.get(address).status_code == 404, address
    for address in (
        f"{root}/state/open",
        f"{root}/people",
        f"{root}/people/{row.id}/withdraw",
        f"{root}/people/{row.id}/restore/enrolled",
        f"{root}/staff/{member.id}/remove",
        f"{root}/staff/{world.user('trainer').id}/trainer",
        f"/sessions/{meeting.id}/delete",
    ):
        assert client.post(address).status_code == 404, address
    assert course_class.code not in client.get("/classes").text


def test_a_person_of_another_unit_cannot_be_enrolled(session: Session, world: World, sign_in: Any) -> None:
    course_class = world.make_class()
    stranger = world.make_person("Trần Thị Lạ", 1950, unit=world.unit("00070"))
    session.commit()
    client = sign_in(world.user("manager"))
    for key in (str(stranger.id), "nonsense", ""):
        assert client.post(f"/classes/{course_class.id}/people", data={"person": key}).status_code == 404
    assert "Trần Thị Lạ" not in client.get(f"/classes/{course_class.id}/people?q=la").text


@pytest.mark.parametrize("role", ["manager", "trainer"])
def test_the_list_needs_the_same_queries_for_ten_and_two_hundred_classes(
    app: Flask, session: Session, world: World, sign_in: Any, role: str
) -> None:
    client = sign_in(world.user(role))

    def grow(count: int) -> None:
        for _each in range(count):
            course_class = world.make_class(sessions=[THURSDAY], people=1)
            world.put_on_staff(course_class, world.user("trainer"))
        session.commit()

    counts = []
    for number in (10, 190):
        grow(number)
        client.get("/classes")
        with count_queries() as counter:
            assert client.get("/classes").status_code == 200
        counts.append(counter.number)
    assert counts[0] == counts[1]
    assert "Trang 1 trên 4" in client.get("/classes").text


def test_the_people_of_a_class_need_the_same_queries_for_ten_and_two_hundred(
    session: Session, world: World, sign_in: Any
) -> None:
    client = sign_in(world.user("manager"))
    counts = []
    for number in (10, 200):
        course_class = world.make_class(people=number, capacity=500)
        for person in session.scalars(select(Person)):
            person.residential_group_id = world.group(1).id
        session.commit()
        client.get(f"/classes/{course_class.id}/people")
        with count_queries() as counter:
            client.get(f"/classes/{course_class.id}/people")
        counts.append(counter.number)
    assert counts[0] == counts[1]


def test_empty_pages_give_the_first_step(world: World, sign_in: Any) -> None:
    assert "Mời tạo lớp đầu tiên" in sign_in(world.user("manager")).get("/classes").text
    assert "Khi được phân công vào lớp" in sign_in(world.user("trainer")).get("/classes").text
    nothing = sign_in(world.user("manager")).get("/classes?q=zzz%3Cb%3E").text
    assert "zzz&lt;b&gt;" in nothing


def test_an_open_class_is_shown_as_running_once_it_has_begun(
    session: Session, world: World, sign_in: Any, clock: Any
) -> None:
    course_class = world.make_class(state=ClassState.OPEN, sessions=[date(2026, 11, 22)])
    session.commit()
    client = sign_in(world.user("manager"))
    assert "Đang học" in client.get(f"/classes/{course_class.id}").text
    clock.now = NOW - timedelta(hours=3)  # seven in the morning; it begins at eight
    assert "Đang học" not in client.get(f"/classes/{course_class.id}").text


# --- the command line -----------------------------------------------------------------------------


def test_the_command_line_lists_and_shows_classes(app: Flask, session: Session, world: World) -> None:
    course_class = world.make_class(people=2, sessions=[THURSDAY])
    session.commit()
    from lms.cli import cli

    def run(*arguments: str) -> Any:
        return app.test_cli_runner().invoke(cli, arguments)

    [row] = json.loads(run("classes", "list", "--json").output)
    assert row == {
        "code": course_class.code,
        "id": str(course_class.id),
        "title": "Lớp VNeID cho bà con",
        "state": "running",
        "course": "vneid",
        "unit": "00082",
        "sessions": 1,
        "enrolled": 2,
        "capacity": 40,
    }
    assert course_class.code in run("classes", "list").output
    shown = run("classes", "show", course_class.code)
    assert "2026-11-26  08:00-10:00  planned" in shown.output
    missing = run("classes", "show", "00082-26-99")
    assert missing.exit_code == 2
    assert "00082-26-99" in missing.stderr
