"""The verbs of attendance on a real database."""

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms import signals
from lms.accounts.security import actor_of
from lms.attendance import service
from lms.attendance.models import Attendance, AttendanceMark, AttendanceStatus
from lms.classes.models import ClassSession, CourseClass, EnrolmentState, SessionState
from lms.core.access import Actor, Permission, set_scope
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people import service as people
from lms.people.models import Person
from tests.lms.conftest import NOW
from tests.support.world import World
from translations.partial_dates import PartialDate

PRESENT, LATE, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ABSENT
TODAY = date(2026, 11, 22)


@pytest.fixture
def course_class(world: World) -> CourseClass:
    """A class of three that met at 9 today."""
    course_class = world.make_class(people=3)
    world.make_session(course_class, TODAY, time(9), time(11))
    return course_class


@pytest.fixture
def meeting(course_class: CourseClass, session: Session) -> ClassSession:
    """The session of today."""
    return session.scalars(select(ClassSession).where(ClassSession.class_id == course_class.id)).one()


@pytest.fixture
def actor(world: World) -> Actor:
    """The manager of the ward."""
    return actor_of(world.user("manager"))


def mark(
    meeting: ClassSession,
    person: Person,
    status: AttendanceStatus = PRESENT,
    at: datetime = NOW,
    sequence: int = 0,
) -> service.NewMark:
    return service.NewMark(new_key(), meeting.id, person.id, status, at, device_sequence=sequence)


def people_of(session: Session, meeting: ClassSession) -> list[Person]:
    return [entry.person for entry in service.roll(session, meeting)]


def state_of(session: Session, meeting: ClassSession) -> list[str | None]:
    return [entry.status and entry.status.value for entry in service.roll(session, meeting)]


def test_marks_make_the_state_and_the_session_held(
    session: Session, meeting: ClassSession, actor: Actor
) -> None:
    first, second, _ = people_of(session, meeting)
    receipts = service.record_marks(
        session, [mark(meeting, first), mark(meeting, second, LATE)], actor=actor, now=NOW
    )
    assert [receipt.outcome for receipt in receipts] == ["accepted", "accepted"]
    assert state_of(session, meeting) == ["present", "late", None]
    assert meeting.state is SessionState.HELD


def test_the_same_mark_twice_is_one(session: Session, meeting: ClassSession, actor: Actor) -> None:
    one = mark(meeting, people_of(session, meeting)[0])
    service.record_marks(session, [one], actor=actor, now=NOW)
    again = service.record_marks(session, [one], actor=actor, now=NOW + timedelta(hours=1))
    assert [receipt.outcome for receipt in again] == ["already_had"]
    assert session.scalar(select(func.count(AttendanceMark.id))) == 1


def test_the_same_id_with_other_content_is_a_conflict(
    session: Session, meeting: ClassSession, actor: Actor
) -> None:
    person = people_of(session, meeting)[0]
    one = mark(meeting, person)
    service.record_marks(session, [one], actor=actor, now=NOW)
    other = service.NewMark(one.id, meeting.id, person.id, ABSENT, NOW)
    assert service.record_marks(session, [other], actor=actor, now=NOW)[0].outcome == "conflict"
    assert state_of(session, meeting)[0] == "present"


def test_the_later_mark_wins_whatever_arrives_first(
    session: Session, meeting: ClassSession, actor: Actor
) -> None:
    person = people_of(session, meeting)[0]
    later = mark(meeting, person, LATE, NOW)
    earlier = mark(meeting, person, ABSENT, NOW - timedelta(minutes=20))
    service.record_marks(session, [later], actor=actor, now=NOW)
    service.record_marks(session, [earlier], actor=actor, now=NOW)
    assert state_of(session, meeting)[0] == "late"
    assert [each.status.value for each in service.history(session, meeting, person.id)] == ["late", "absent"]


def test_a_phone_whose_clock_is_an_hour_slow(session: Session, meeting: ClassSession, actor: Actor) -> None:
    person = people_of(session, meeting)[0]
    service.record_marks(
        session, [mark(meeting, person, ABSENT, NOW - timedelta(minutes=10))], actor=actor, now=NOW
    )
    slow = mark(meeting, person, PRESENT, NOW - timedelta(minutes=61))
    service.record_marks(session, [slow], actor=actor, now=NOW, clock_offset=timedelta(hours=1))
    assert state_of(session, meeting)[0] == "present"


def test_somebody_not_enrolled_is_kept_for_review(
    session: Session, world: World, meeting: ClassSession, actor: Actor
) -> None:
    stranger = world.make_person("Người Lạ")
    receipt = service.record_marks(session, [mark(meeting, stranger)], actor=actor, now=NOW)[0]
    assert (receipt.outcome, receipt.reason) == ("needs_review", "not_enrolled")
    assert session.scalar(select(func.count(AttendanceMark.id))) == 1
    assert session.scalar(select(func.count()).select_from(Attendance)) == 0


def test_a_session_in_the_future_is_not_marked(
    session: Session, world: World, course_class: CourseClass, actor: Actor
) -> None:
    tomorrow = world.make_session(course_class, TODAY + timedelta(days=1))
    person = people_of(session, tomorrow)[0]
    receipt = service.record_marks(session, [mark(tomorrow, person)], actor=actor, now=NOW)[0]
    assert receipt.reason == "session_not_started"
    with pytest.raises(DomainError) as refused:
        service.require_open(tomorrow, now=NOW)
    assert refused.value.code == "session_not_started"


def test_who_lost_the_right_leaves_a_mark_for_review(
    session: Session, world: World, meeting: ClassSession
) -> None:
    trainer = actor_of(world.user("trainer"))
    person = people_of(session, meeting)[0]
    set_scope(session, trainer.scope(Permission.ATTENDANCE_MARK))
    receipt = service.record_marks(session, [mark(meeting, person)], actor=trainer, now=NOW)[0]
    assert (receipt.outcome, receipt.reason) == ("needs_review", "not_permitted")


def test_marks_cannot_be_changed(session: Session, meeting: ClassSession, actor: Actor) -> None:
    service.record_marks(session, [mark(meeting, people_of(session, meeting)[0])], actor=actor, now=NOW)
    stored = session.scalars(select(AttendanceMark)).one()
    stored.status = ABSENT
    with pytest.raises(DatabaseError, match="append-only"):
        session.flush()
    session.rollback()


def test_undo_brings_back_what_was_before(session: Session, meeting: ClassSession, actor: Actor) -> None:
    from lms.attendance.rules import form_mark_id

    first, second, _ = people_of(session, meeting)
    before = mark(meeting, first, LATE, NOW - timedelta(minutes=5))
    service.record_marks(session, [before], actor=actor, now=NOW)
    form = new_key()
    marks = [
        service.NewMark(
            form_mark_id(form, first.id, "late", "absent"),
            meeting.id,
            first.id,
            ABSENT,
            NOW,
            supersedes=before.id,
        ),
        service.NewMark(form_mark_id(form, second.id, "", "present"), meeting.id, second.id, PRESENT, NOW),
    ]
    service.record_marks(session, marks, actor=actor, now=NOW)
    assert service.undo_marks(session, meeting, form, actor=actor, now=NOW + timedelta(seconds=9)) == 2
    assert state_of(session, meeting) == ["late", None, None]
    assert session.scalar(select(func.count(AttendanceMark.id))) == 5


def test_a_walk_in_is_enrolled_beyond_the_capacity_and_present(
    session: Session, course_class: CourseClass, meeting: ClassSession, actor: Actor
) -> None:
    course_class.capacity = 3
    mark_id, person_id = new_key(), new_key()
    for _ in range(2):
        service.add_walk_in(
            session,
            meeting,
            name="H'Hen Niê",
            birth=PartialDate(1961),
            mark_id=mark_id,
            person_id=person_id,
            actor=actor,
            now=NOW,
        )
    assert len(people_of(session, meeting)) == 4
    entry = next(each for each in service.roll(session, meeting) if each.person.name == "H'Hen Niê")
    assert entry.status is PRESENT


def test_the_register(
    session: Session, world: World, course_class: CourseClass, meeting: ClassSession, actor: Actor
) -> None:
    world.make_session(course_class, TODAY + timedelta(days=2))
    first, second, _ = people_of(session, meeting)
    world.enrol(course_class, world.make_person("Người Chờ"), EnrolmentState.WAITING)
    service.record_marks(session, [mark(meeting, first), mark(meeting, second, ABSENT)], actor=actor, now=NOW)
    register = service.register_of(session, course_class)
    assert (register.held, len(register.rows), register.present_at(0)) == (1, 3, 1)
    assert [row.counts.rate for row in register.rows] == [1.0, 0.0, 0.0]
    counts = service.attendance_counts(session, course_class.id)
    assert (counts[first.id].attended, counts[second.id].absent) == (1, 1)


def test_a_merge_takes_attendance_along_and_back(
    session: Session, world: World, meeting: ClassSession, actor: Actor
) -> None:
    kept, other, _ = people_of(session, meeting)
    service.record_marks(session, [mark(meeting, other, LATE)], actor=actor, now=NOW)
    merge = people.merge(session, kept, other, actor=actor, now=NOW)
    assert [entry.status for entry in service.roll(session, meeting) if entry.person.id == kept.id] == [LATE]
    people.undo_merge(session, merge, actor=actor, now=NOW)
    assert [entry.status for entry in service.roll(session, meeting)] == [None, LATE, None]


def test_the_signal_is_sent_after_the_commit(session: Session, meeting: ClassSession, actor: Actor) -> None:
    heard: list[tuple[uuid.UUID, int]] = []

    def listen(_sender: object, session_id: uuid.UUID, marks: int) -> None:
        heard.append((session_id, marks))

    person = people_of(session, meeting)[0]
    with signals.attendance_recorded.connected_to(listen):
        service.record_marks(session, [mark(meeting, person)], actor=actor, now=NOW)
        assert heard == []
        session.commit()
    assert heard == [(meeting.id, 1)]
