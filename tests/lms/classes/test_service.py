"""The verbs of classes on a real database."""

import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.classes import service
from lms.classes.models import ClassState, CourseClass, Enrolment, EnrolmentState, SessionState
from lms.classes.rules import Slot
from lms.core.access import EVERYTHING, SYSTEM, Role, set_scope
from lms.core.db import db, writing
from lms.core.errors import DomainError
from lms.people import service as people
from lms.people.models import Person
from tests.lms.conftest import NOW
from tests.support.world import World

WHEN: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
EVENING = {"start": time(19), "end": time(21)}
THURSDAY = date(2026, 11, 26)


def make(session: Session, world: World, **values: Any) -> CourseClass:
    given = {
        "unit_id": world.unit("00082").id,
        "branch_id": world.branch("00082").id,
        "course_slug": "vneid",
        "title": {},
        "age_groups": ["elder"],
        "mode": "in_person",
        "capacity": 2,
        "venue_id": world.venue().id,
    }
    return service.create_class(session, **(given | values), **WHEN)


def code_of(error: pytest.ExceptionInfo[DomainError]) -> str:
    return error.value.code


def test_a_new_class_is_a_draft_with_a_code_and_the_titles_of_its_course(
    session: Session, world: World
) -> None:
    first, second = make(session, world), make(session, world, title={"vi": "Lớp tối của bà con"})
    assert (first.code, second.code) == ("00082-26-01", "00082-26-02")
    assert first.state is ClassState.DRAFT
    assert set(first.title) == {"vi", "en", "ar"}
    assert second.title == {"vi": "Lớp tối của bà con"}


def test_a_class_of_a_residential_group_is_numbered_in_its_commune(session: Session, world: World) -> None:
    make(session, world)
    assert make(session, world, unit_id=world.group(1).id).code == "00082-26-02"
    assert make(session, world, unit_id=world.unit("00070").id).code == "00070-26-01"


def test_the_year_of_a_code_is_that_of_vietnam(session: Session, world: World) -> None:
    late = datetime.fromisoformat("2026-12-31T18:00+00:00")  # 01:00 on 1 January in Hà Nội
    course_class = service.create_class(
        session,
        unit_id=world.unit("00082").id,
        branch_id=world.branch("00082").id,
        course_slug="vneid",
        title={},
        age_groups=["elder"],
        mode="online",
        capacity=5,
        actor=SYSTEM,
        now=late,
    )
    assert course_class.code == "00082-27-01"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"course_slug": "astrology"}, "unknown_course"),
        ({"age_groups": []}, "no_age_group"),
        ({"age_groups": ["elder", "ghosts"]}, "unknown_age_group"),
        ({"capacity": 0}, "bad_capacity"),
        ({"capacity": 10_001}, "bad_capacity"),
    ],
)
def test_a_class_that_cannot_be_is_refused(
    session: Session, world: World, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as error:
        make(session, world, **wrong)
    assert code_of(error) == code


def at_once(app: Flask, works: list[Callable[[Session], Any]]) -> list[Any]:
    """Do each work in a thread and transaction of its own, all begun together; returns what they return."""
    start, results = threading.Barrier(len(works)), []

    def run(work: Callable[[Session], Any]) -> None:
        with app.app_context(), writing():
            mine = db.session()
            set_scope(mine, EVERYTHING)
            start.wait()
            results.append(work(mine))
            mine.commit()
            db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_who_make_classes_at_once_get_different_codes(app: Flask, session: Session, world: World) -> None:
    ids = {"unit_id": world.unit("00082").id, "branch_id": world.branch("00082").id}
    session.commit()

    def work(mine: Session) -> str:
        made = service.create_class(
            mine,
            **ids,
            course_slug="vneid",
            title={},
            age_groups=["elder"],
            mode="online",
            capacity=5,
            **WHEN,
        )
        return made.code

    assert sorted(at_once(app, [work] * 4)) == [f"00082-26-0{number}" for number in (1, 2, 3, 4)]


def test_the_last_places_are_given_once_however_many_press_at_once(
    app: Flask, session: Session, world: World
) -> None:
    course_class = make(session, world, capacity=2)
    people_ids = [world.make_person(name).id for name in ("An", "Bình", "Chi", "Dung")]
    class_id = course_class.id
    session.commit()

    def work(person_id: uuid.UUID) -> Callable[[Session], str]:
        def enrol(mine: Session) -> str:
            mine_class, person = mine.get_one(CourseClass, class_id), mine.get_one(Person, person_id)
            return service.enrol(mine, mine_class, person, source="form", **WHEN).state.value

        return enrol

    given = at_once(app, [work(person_id) for person_id in people_ids])
    assert sorted(given) == ["enrolled", "enrolled", "waiting", "waiting"]


# --- opening, running, finishing ------------------------------------------------------------------


def test_opening_names_each_thing_that_is_missing(session: Session, world: World) -> None:
    course_class = make(session, world, venue_id=None)
    with pytest.raises(DomainError) as error:
        service.open_class(session, course_class, **WHEN)
    assert error.value.details["missing"] == ["sessions", "trainer", "place"]
    assert len(str(error.value).split(": ")) == 4  # three sentences
    service.schedule_session(session, course_class, day=THURSDAY, **EVENING, **WHEN)
    service.change_class(session, course_class, online_address="https://meet.example.vn/a", **WHEN)
    with pytest.raises(DomainError) as error:
        service.open_class(session, course_class, **WHEN)
    assert error.value.details["missing"] == ["trainer"]
    # A helper alone cannot give the class.
    service.assign_staff(session, course_class, world.user("helper"), Role.HELPER, **WHEN)
    with pytest.raises(DomainError):
        service.open_class(session, course_class, **WHEN)
    service.assign_staff(session, course_class, world.user("trainer"), Role.TRAINER, **WHEN)
    service.open_class(session, course_class, **WHEN)
    assert course_class.state is ClassState.OPEN


def test_a_cancelled_session_does_not_count_for_opening(session: Session, world: World) -> None:
    course_class = make(session, world)
    service.assign_staff(session, course_class, world.user("trainer"), Role.TRAINER, **WHEN)
    meeting = service.schedule_session(session, course_class, day=THURSDAY, **EVENING, **WHEN)
    service.cancel_session(session, meeting, reason="bão số 13", **WHEN)
    with pytest.raises(DomainError) as error:
        service.open_class(session, course_class, **WHEN)
    assert error.value.details["missing"] == ["sessions"]


def opened(session: Session, world: World, **values: Any) -> CourseClass:
    course_class = make(session, world, **values)
    service.schedule_session(session, course_class, day=THURSDAY, **EVENING, **WHEN)
    service.assign_staff(session, course_class, world.user("trainer"), Role.TRAINER, **WHEN)
    service.open_class(session, course_class, **WHEN)
    return course_class


def test_an_open_class_can_become_a_draft_until_its_first_session_begins(
    session: Session, world: World
) -> None:
    course_class = opened(session, world)
    service.reopen_draft(session, course_class, **WHEN)
    assert course_class.state is ClassState.DRAFT
    service.open_class(session, course_class, **WHEN)
    begun = course_class.sessions[0].starts_at
    with pytest.raises(DomainError) as error:
        service.reopen_draft(session, course_class, actor=SYSTEM, now=begun)
    assert code_of(error) == "wrong_state"


def test_a_class_is_finished_after_its_last_session_when_one_was_held(session: Session, world: World) -> None:
    course_class = opened(session, world)
    meeting = course_class.sessions[0]
    during, after = meeting.starts_at + timedelta(minutes=5), meeting.ends_at + timedelta(minutes=5)
    with pytest.raises(DomainError) as error:
        service.finish_class(session, course_class, actor=SYSTEM, now=during)
    assert code_of(error) == "sessions_ahead"
    with pytest.raises(DomainError) as error:
        service.finish_class(session, course_class, actor=SYSTEM, now=after)
    assert code_of(error) == "nothing_held"
    meeting.state = SessionState.HELD
    service.finish_class(session, course_class, actor=SYSTEM, now=after)
    assert course_class.state is ClassState.FINISHED
    with pytest.raises(DomainError) as error:
        service.schedule_session(session, course_class, day=date(2026, 12, 1), **EVENING, **WHEN)
    assert code_of(error) == "class_closed"
    service.archive_class(session, course_class, actor=SYSTEM, now=after)
    with pytest.raises(DomainError):
        service.open_class(session, course_class, actor=SYSTEM, now=after)


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_keeps_its_wall_time_and_the_instant(session: Session, world: World) -> None:
    meeting = service.schedule_session(session, make(session, world), day=THURSDAY, **EVENING, **WHEN)
    session.commit()
    assert meeting.starts_at == datetime.fromisoformat("2026-11-26T12:00+00:00")
    assert (meeting.local_date, meeting.start_time) == (THURSDAY, time(19))


@pytest.mark.parametrize(
    ("day", "start", "end", "code"),
    [
        (THURSDAY, time(21), time(19), "ends_before_start"),
        (THURSDAY, time(20), time(22), "overlap"),
        (date(2206, 11, 26), time(8), time(9), "too_far"),
    ],
)
def test_a_session_that_cannot_be_is_refused_and_nothing_is_kept(
    session: Session, world: World, day: date, start: time, end: time, code: str
) -> None:
    course_class = make(session, world)
    service.schedule_session(session, course_class, day=THURSDAY, **EVENING, **WHEN)
    with pytest.raises(DomainError) as error:
        service.schedule_series(
            session, course_class, days=[date(2026, 12, 3), day], start=start, end=end, **WHEN
        )
    assert code_of(error) == code
    assert len(course_class.sessions) == 1


def test_a_session_is_moved_cancelled_and_planned_again(session: Session, world: World) -> None:
    course_class = make(session, world)
    first = service.schedule_session(session, course_class, day=THURSDAY, **EVENING, **WHEN)
    second = service.schedule_session(session, course_class, day=date(2026, 12, 1), **EVENING, **WHEN)
    with pytest.raises(DomainError) as error:
        service.cancel_session(session, first, reason=" ", **WHEN)
    assert code_of(error) == "no_reason"
    service.cancel_session(session, first, reason="bão", **WHEN)
    # The hour of a cancelled session is free.
    service.move_session(session, second, day=THURSDAY, **EVENING, **WHEN)
    with pytest.raises(DomainError) as error:
        service.move_session(session, first, day=THURSDAY, **EVENING, **WHEN)
    assert code_of(error) == "overlap"
    service.move_session(session, first, day=date(2026, 12, 3), **EVENING, **WHEN)
    assert (first.state, first.cancel_reason) == (SessionState.PLANNED, None)
    assert course_class.sessions == [second, first]


def test_a_session_with_attendance_stays_where_it_was(session: Session, world: World) -> None:
    course_class = world.make_class(sessions=[date(2026, 11, 20)])
    meeting = course_class.sessions[0]
    meeting.state = SessionState.HELD
    for act in (
        lambda: service.move_session(session, meeting, day=THURSDAY, **EVENING, **WHEN),
        lambda: service.cancel_session(session, meeting, reason="bão", **WHEN),
    ):
        with pytest.raises(DomainError) as error:
            act()
        assert code_of(error) == "session_held"


def test_a_taken_trainer_or_venue_and_a_holiday_are_told_but_not_refused(
    app: Flask, session: Session, world: World
) -> None:
    other = make(session, world)
    service.assign_staff(session, other, world.user("trainer"), Role.TRAINER, **WHEN)
    service.schedule_session(session, other, day=THURSDAY, **EVENING, **WHEN)
    mine = make(session, world)
    service.assign_staff(session, mine, world.user("trainer"), Role.TRAINER, **WHEN)
    busy, free = Slot(THURSDAY, time(20), time(22)), Slot(THURSDAY, time(21), time(22))
    feast = Slot(date(2026, 11, 24), time(8), time(10))
    with app.test_request_context("/?lang=vi"):
        warnings = service.slot_warnings(session, mine, [busy, free, feast], today=date(2026, 11, 22))
    assert len(warnings[busy]) == 2
    assert "Nhà văn hóa Cửa Nam" in warnings[busy][0]
    assert "Nguyễn Thị Trainer" in warnings[busy][1]
    assert warnings[free] == []
    assert ["Ngày Văn hóa Việt Nam" in text for text in warnings[feast]] == [True]
    service.schedule_session(session, mine, day=THURSDAY, start=time(20), end=time(22), **WHEN)
    assert len(mine.sessions) == 1


def test_a_copy_has_the_same_rhythm_from_another_day(session: Session, world: World) -> None:
    course_class = make(session, world)
    service.assign_staff(session, course_class, world.user("trainer"), Role.TRAINER, **WHEN)
    days = [THURSDAY, date(2026, 12, 1), date(2026, 12, 3)]
    meetings = service.schedule_series(session, course_class, days=days, **EVENING, **WHEN)
    service.cancel_session(session, meetings[1], reason="bão", **WHEN)
    service.enrol(session, course_class, world.make_person(), source="form", **WHEN)
    copied = service.copy_class(session, course_class, first_day=date(2027, 1, 7), **WHEN)
    assert [meeting.local_date for meeting in copied.sessions] == [date(2027, 1, 7), date(2027, 1, 14)]
    assert [member.user.name for member in copied.staff] == ["Nguyễn Thị Trainer"]
    assert (copied.state, copied.title) == (ClassState.DRAFT, course_class.title)
    assert service.enrolled_people(session, copied.id) == []


# --- places ---------------------------------------------------------------------------------------


def states(session: Session, course_class: CourseClass) -> dict[str, str]:
    rows = session.scalars(select(Enrolment).where(Enrolment.class_id == course_class.id))
    return {row.person.name: row.state.value for row in rows}


def enrol_all(session: Session, world: World, course_class: CourseClass, *names: str) -> list[Enrolment]:
    return [
        service.enrol(
            session,
            course_class,
            world.make_person(name),
            source="form",
            actor=SYSTEM,
            now=NOW + timedelta(minutes=minute),
        )
        for minute, name in enumerate(names)
    ]


def test_who_comes_after_the_last_place_waits_and_moves_up_in_order(session: Session, world: World) -> None:
    course_class = make(session, world)
    first, *_, last = enrol_all(session, world, course_class, "An", "Bình", "Chi", "Dung")
    assert states(session, course_class) == {
        "An": "enrolled",
        "Bình": "enrolled",
        "Chi": "waiting",
        "Dung": "waiting",
    }
    moved = service.withdraw(session, first, **WHEN)
    assert [row.person.name for row in moved] == ["Chi"]
    # Who comes back stands at the end of the line.
    service.enrol(
        session, course_class, first.person, source="form", actor=SYSTEM, now=NOW + timedelta(hours=1)
    )
    service.change_class(session, course_class, capacity=3, **WHEN)
    assert states(session, course_class) == {
        "An": "waiting",
        "Bình": "enrolled",
        "Chi": "enrolled",
        "Dung": "enrolled",
    }
    assert last.state is EnrolmentState.ENROLLED


def test_undoing_a_withdrawal_sends_the_one_who_moved_up_back_to_waiting(
    session: Session, world: World
) -> None:
    course_class = make(session, world)
    first, *_ = enrol_all(session, world, course_class, "An", "Bình", "Chi")
    before = states(session, course_class)
    [moved] = service.withdraw(session, first, **WHEN)
    service.restore_enrolment(session, first, state=EnrolmentState.ENROLLED, moved_up=moved.id, **WHEN)
    assert states(session, course_class) == before


def test_nobody_is_enrolled_twice(session: Session, world: World) -> None:
    course_class = make(session, world)
    [row] = enrol_all(session, world, course_class, "An")
    with pytest.raises(DomainError) as error:
        service.enrol(session, course_class, row.person, source="roster", **WHEN)
    assert code_of(error) == "already_enrolled"
    service.withdraw(session, row, **WHEN)
    with pytest.raises(DomainError) as error:
        service.withdraw(session, row, **WHEN)
    assert code_of(error) == "not_enrolled"


def test_who_walked_in_gets_a_place_beyond_the_capacity(session: Session, world: World) -> None:
    course_class = make(session, world, capacity=1)
    enrol_all(session, world, course_class, "An", "Bình")
    row = service.enrol(
        session, course_class, world.make_person("Chi"), source="walk_in", beyond_capacity=True, **WHEN
    )
    assert row.state is EnrolmentState.ENROLLED
    assert states(session, course_class)["Bình"] == "waiting"


def test_the_list_of_a_class_is_in_vietnamese_order(session: Session, world: World) -> None:
    course_class = make(session, world, capacity=9)
    enrol_all(session, world, course_class, "Trần Văn Đức", "Nguyễn Thị Dung", "Lê Ánh", "Đỗ An")
    names = [person.name for person in service.enrolled_people(session, course_class.id)]
    assert names == ["Đỗ An", "Lê Ánh", "Nguyễn Thị Dung", "Trần Văn Đức"]


def test_merging_two_records_hands_over_the_places_and_undoing_gives_them_back(
    session: Session, world: World
) -> None:
    both, only = make(session, world), make(session, world)
    kept, other = world.make_person("Trần Thị Hoa"), world.make_person("Trần Thị Hoa")
    waiting = service.enrol(session, only, other, source="form", **WHEN)
    for person in (kept, other):
        service.enrol(session, both, person, source="form", **WHEN)
    record = people.merge(session, kept, other, **WHEN)
    assert waiting.person_id == kept.id
    assert [person.id for person in service.enrolled_people(session, both.id)] == [kept.id]
    people.undo_merge(session, record, **WHEN)
    assert waiting.person_id == other.id
    assert {person.id for person in service.enrolled_people(session, both.id)} == {kept.id, other.id}


# --- finding and summing up -----------------------------------------------------------------------


def test_a_class_is_found_by_code_and_by_key(session: Session, world: World) -> None:
    course_class = make(session, world)
    assert service.find_class(session, " 00082-26-01 ") is course_class
    assert service.find_class(session, str(course_class.id)) is course_class
    with pytest.raises(DomainError) as error:
        service.find_class(session, "00082-26-77")
    assert (code_of(error), error.value.status) == ("unknown_class", 404)


def test_the_summary_of_a_class_tells_what_comes_next(session: Session, world: World) -> None:
    course_class = opened(session, world)
    enrol_all(session, world, course_class, "An", "Bình", "Chi")
    found = service.summary(session, course_class, now=NOW)
    assert (found.enrolled, found.capacity, found.waiting, found.sessions, found.held) == (2, 2, 1, 1, 0)
    assert found.next_session is course_class.sessions[0]
    assert [user.name for user in found.trainers] == ["Nguyễn Thị Trainer"]
    assert (found.state, found.rate, found.steps) == ("open", None, [])
    begun = service.summary(session, course_class, now=course_class.sessions[0].starts_at)
    assert begun.state == "running"
    assert [step.code for step in begun.steps] == ["take_attendance"]
    assert begun.steps[0].session_id == course_class.sessions[0].id


def codes(session: Session, wanted: str | None, text: str = "") -> set[str]:
    chosen = service.ClassFilter(wanted) if wanted else None
    found = session.scalars(service.filtered_classes(chosen, text, now=NOW)).all()
    return {each.code[-2:] for each in found}


def test_filters_of_the_list(session: Session, world: World) -> None:
    make(session, world)  # 01: a draft
    opened(session, world)  # 02: open, on Thursday of next week, nobody in it
    running = world.make_class(
        state=ClassState.OPEN, sessions=[date(2026, 11, 20), date(2026, 12, 4)], people=1
    )
    running.sessions[0].state = SessionState.HELD
    world.put_on_staff(running, world.user("trainer"))
    world.make_class(state=ClassState.FINISHED)
    world.make_class(state=ClassState.ARCHIVED)
    session.flush()
    assert codes(session, None) == {"01", "02", "03", "04"}
    assert codes(session, "draft") == {"01"}
    assert codes(session, "open") == {"02"}
    assert codes(session, "running") == {"03"}
    assert codes(session, "finished") == {"04"}
    assert codes(session, "archived") == {"05"}
    assert codes(session, "week") == {"03"}
    assert codes(session, "needs") == {"01", "02", "04"}


def test_a_class_is_found_by_title_venue_and_code_without_marks(session: Session, world: World) -> None:
    make(session, world, title={"vi": "Lớp tối cho cô chú", "ar": "فصل المساء"})
    make(session, world, venue_id=None, title={"vi": "Điện thoại thông minh"})
    assert codes(session, None, "lop toi") == {"01"}
    assert codes(session, None, "المساء") == {"01"}
    assert codes(session, None, "DIEN thoai") == {"02"}
    assert codes(session, None, "nha van hoa cua nam") == {"01"}
    assert codes(session, None, "26-02") == {"02"}
    assert codes(session, None, "100%") == set()


def test_every_verb_leaves_an_entry_without_names(session: Session, world: World) -> None:
    course_class = opened(session, world)
    [row] = enrol_all(session, world, course_class, "Nguyễn Thị Bí Mật")
    service.withdraw(session, row, **WHEN)
    entries = session.scalars(select(AuditEntry)).all()
    actions = {entry.action for entry in entries}
    assert {
        "class.created",
        "session.planned",
        "class.staff_added",
        "class.open",
        "class.enrolled",
    } <= actions
    assert "Bí Mật" not in str([entry.details for entry in entries])
