"""Lists taken into classes: what is added, known, doubtful and bad; and the list that comes out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.classes.models import ClassState, CourseClass, Enrolment, EnrolmentSource, EnrolmentState
from lms.core.access import SYSTEM
from lms.core.errors import DomainError
from lms.people import service as people
from lms.people.models import Person
from lms.rosters import service
from lms.rosters.places import place_key
from lms.rosters.service import RosterReport
from tests.lms.conftest import NOW
from tests.support.queries import count_queries
from tests.support.world import World
from translations.locales import LOCALES
from translations.partial_dates import PartialDate

DATA = Path(__file__).parent / "data"
BY = {"actor": SYSTEM, "now": NOW}
HEADING = "Họ và tên,Ngày sinh,Điện thoại,Tổ dân phố\n"
BAD = [
    (3, "Họ và tên", "name_empty"),
    (4, "Ngày sinh", "birth_impossible"),
    (5, "Ngày sinh", "birth_in_future"),
    (6, "Điện thoại", "phone_invalid"),
    (7, "Họ và tên", "name_formula"),
    (8, "Họ và tên", "name_too_long"),
    (9, "Ngày sinh", "birth_missing"),
    (10, "Họ và tên", "name_direction_character"),
    (11, "Họ và tên", "name_digits_only"),
]


@pytest.fixture
def course_class(world: World) -> CourseClass:
    return world.make_class(capacity=200)


def table(text: str) -> Any:
    return service.read((HEADING + text).encode(), "list.csv")


def take(session: Session, course_class: CourseClass, text: str, **options: Any) -> RosterReport:
    return service.import_roster(session, course_class, table(text), **options, **BY)


def states(session: Session, course_class: CourseClass) -> dict[str, EnrolmentState]:
    query = select(Person.name, Enrolment.state).join(Enrolment, Enrolment.person_id == Person.id)
    return dict(session.execute(query.where(Enrolment.class_id == course_class.id)).all())


# --- the sample lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "added", "known", "bad"),
    [
        ("clean.csv", 38, 0, []),
        ("messy.csv", 44, 1, []),
        ("bad.csv", 1, 1, BAD),
        ("workbook.xlsx", 60, 0, []),
    ],
)
def test_a_list_is_taken_once_and_its_bad_rows_are_named(
    session: Session,
    course_class: CourseClass,
    name: str,
    added: int,
    known: int,
    bad: list[tuple[int, str, str]],
) -> None:
    read = service.read((DATA / name).read_bytes(), name)
    dry = service.preview(session, course_class, read, now=NOW)
    assert (dry.added, len(dry.known), dry.likely) == (added, known, [])
    assert [(each.row, each.column, each.code) for each in dry.problems] == bad
    assert session.scalars(select(Person)).all() == []
    report = service.import_roster(session, course_class, read, **BY)
    assert report.as_json() == dry.as_json()
    assert len(states(session, course_class)) == added
    again = service.import_roster(session, course_class, read, **BY)
    assert (again.added, len(again.known), again.likely) == (0, added + known, [])
    assert [(each.row, each.column, each.code) for each in again.problems] == bad
    assert len(session.scalars(select(Person)).all()) == added


def test_every_reason_is_a_sentence_with_the_row_and_column_of_the_file(
    session: Session, course_class: CourseClass
) -> None:
    read = service.read((DATA / "bad.csv").read_bytes(), "bad.csv")
    report = service.preview(session, course_class, read, now=NOW).as_json()
    assert set(report) == {"added", "known", "likely_duplicates", "bad"}
    assert [(each["row"], each["column"]) for each in report["bad"]] == [each[:2] for each in BAD]
    assert all(each["reason"].endswith((".", "”.")) and "%(" not in each["reason"] for each in report["bad"])


# --- who is known -----------------------------------------------------------------------------------------------


def test_somebody_of_the_register_is_enrolled_and_not_made_twice(
    session: Session, world: World, course_class: CourseClass
) -> None:
    known = world.make_person("Vũ Thị Thuỷ", PartialDate(1950, 3, 2), phone="+84912345678")
    report = take(session, course_class, "VŨ THỊ THỦY,02/03/1950,0912 345 678,\n")
    assert (report.added, report.likely) == (1, [])
    assert session.scalars(select(Enrolment.person_id)).all() == [known.id]
    assert [person.id for person in session.scalars(select(Person))] == [known.id]
    assert session.scalars(select(Enrolment.source)).one() is EnrolmentSource.ROSTER


def test_people_of_another_commune_are_not_looked_at(
    session: Session, world: World, course_class: CourseClass
) -> None:
    world.make_person("Vũ Thị Thuỷ", 1950, unit=world.unit("00070"))
    report = take(session, course_class, "Vũ Thị Thuỷ,1950,,\n")
    assert (report.added, report.likely) == (1, [])
    assert len(session.scalars(select(Person)).all()) == 2


def test_who_withdrew_is_not_brought_back(session: Session, world: World, course_class: CourseClass) -> None:
    person = world.make_person("Vũ Thị Thuỷ", 1950)
    world.enrol(course_class, person, EnrolmentState.WITHDRAWN)
    report = take(session, course_class, "Vũ Thị Thuỷ,1950,,\n")
    assert (report.added, len(report.known)) == (0, 1)
    assert states(session, course_class) == {"Vũ Thị Thuỷ": EnrolmentState.WITHDRAWN}


def test_a_row_of_somebody_merged_away_means_the_kept_record(
    session: Session, world: World, course_class: CourseClass
) -> None:
    kept = world.make_person("Vũ Thị Thuỷ", 1950)
    middle = world.make_person("Vũ Thị Thúy Lan", 1950)
    other = world.make_person("Vũ Thị Lan", 1950)
    people.merge(session, middle, other, **BY)
    people.merge(session, kept, middle, **BY)
    report = take(session, course_class, "Vũ Thị Lan,1950,,\n")
    assert (report.added, report.likely) == (1, [])
    assert session.scalars(select(Enrolment.person_id)).all() == [kept.id]


# --- who looks like somebody ------------------------------------------------------------------------------------

LOOKS_LIKE = "Vu Thi Thuy,1950,0987654321,Tổ 1\n"


@pytest.mark.parametrize(("choice", "people_after"), [("same", 1), ("new", 2), (None, 2)])
def test_a_likely_duplicate_is_taken_as_was_chosen_and_the_list_again_adds_nothing(
    session: Session, world: World, course_class: CourseClass, choice: Any, people_after: int
) -> None:
    known = world.make_person("Vũ Thị Thuỷ", PartialDate(1950, 3, 2), phone="+84912345678")
    report = take(session, course_class, LOOKS_LIKE, choices={2: choice} if choice else None)
    assert report.added == 1
    (likely,) = report.as_json()["likely_duplicates"]
    assert (likely["row"], likely["looks_like"]) == (2, str(known.id))
    assert likely["taken_as"] == (choice or "new")
    assert len(session.scalars(select(Person)).all()) == people_after
    again = take(session, course_class, LOOKS_LIKE)
    assert (again.added, len(again.known)) == (0, 1)
    assert len(session.scalars(select(Person)).all()) == people_after


def test_two_rows_of_a_list_that_look_alike_are_two_people_unless_one_says_otherwise(
    session: Session, course_class: CourseClass
) -> None:
    text = "Vũ Thị Thuỷ,1950,0912345678,Tổ 1\nVu Thi Thuy,1950,0987654321,Tổ 2\n"
    report = service.preview(session, course_class, table(text), now=NOW)
    assert (report.added, [each.other_row for each in report.likely]) == (2, [2])
    joined = service.preview(session, course_class, table(text), choices={3: "same"}, now=NOW)
    assert (joined.added, len(joined.known)) == (1, 1)
    assert take(session, course_class, text).added == 2
    assert take(session, course_class, text).added == 0


# --- places, capacity, children ---------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["Tổ dân phố số 1", "TDP 1", "tổ 01", "TỔ DÂN PHỐ 1", "Tổ 1, phường X"])
def test_a_residential_group_is_recognised_however_it_is_written(
    session: Session, world: World, course_class: CourseClass, written: str
) -> None:
    take(session, course_class, f'Vũ Thị Thuỷ,1950,,"{written}"\n')
    person = session.scalars(select(Person)).one()
    assert (person.residential_group_id, person.place) == (world.group(1).id, None)
    assert take(session, course_class, "Vũ Thị Thuỷ,1950,,Tổ dân phố số 1\n").likely == []


def test_an_unknown_place_stays_as_written(session: Session, course_class: CourseClass) -> None:
    take(session, course_class, "Vũ Thị Thuỷ,1950,,Xóm Đình\n")
    assert session.scalars(select(Person.place)).one() == "Xóm Đình"
    assert place_key("Xóm Đình") == place_key("XÓM  ĐÌNH")
    assert place_key("Tổ 1") != place_key("Tổ 11")


def test_who_finds_no_place_waits_in_the_order_of_the_list(session: Session, world: World) -> None:
    course_class = world.make_class(capacity=3, people=1)
    text = "Lê Một,1950,,\nLê Hai,1951,,\nLê Ba,1952,,\n"
    assert service.preview(session, course_class, table(text), now=NOW).waiting == 1
    assert take(session, course_class, text).waiting == 1
    found = states(session, course_class)
    assert found["Lê Hai"] is EnrolmentState.ENROLLED
    assert found["Lê Ba"] is EnrolmentState.WAITING
    take(session, course_class, "Lê Bốn,1953,,\n")
    assert states(session, course_class)["Lê Bốn"] is EnrolmentState.WAITING


def test_children_without_a_guardian_are_taken_and_counted(
    session: Session, course_class: CourseClass
) -> None:
    report = take(session, course_class, "Lê Bảo An,01/06/2015,,\nLê Văn Tâm,1980,,\n")
    assert (report.added, report.without_guardian) == (2, 1)


def test_a_closed_class_takes_nobody(session: Session, world: World) -> None:
    course_class = world.make_class(state=ClassState.FINISHED)
    with pytest.raises(DomainError) as refusal:
        take(session, course_class, "Lê Một,1950,,\n")
    assert refusal.value.code == "class_closed"


def test_columns_can_be_said_by_hand(session: Session, course_class: CourseClass) -> None:
    read = service.read(b"A,B,C\nLe Van Tam,1980,0912345678\nLe Thi Mai,1975,\n", "list.csv")
    with pytest.raises(DomainError) as refusal:
        service.preview(session, course_class, read, now=NOW)
    assert refusal.value.code == "no_name_column"
    mapping = {"name": 0, "birth": 1, "phone": 2}
    report = service.import_roster(session, course_class, read, mapping=mapping, **BY)
    assert report.added == 2
    assert session.scalars(select(Person.phone).where(Person.name == "Le Van Tam")).one() == "+84912345678"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "roster_empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "roster_not_a_table"),
        (b"x" * (11 * 1024 * 1024), "roster_too_large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        service.read(data, "list.xlsx")
    assert refusal.value.code == code
    assert str(refusal.value)


def test_the_number_of_questions_does_not_grow_with_the_list(
    session: Session, world: World, course_class: CourseClass
) -> None:
    def ask(count: int, year: int) -> int:
        text = "".join(f"Lê Văn Số{chr(65 + i % 26)}{chr(65 + i // 26)},{year},,Tổ 1\n" for i in range(count))
        read = table(text)
        with count_queries() as counter:
            assert service.import_roster(session, course_class, read, **BY).added == count
        return counter.number

    assert ask(10, 1950) == ask(200, 1960)


def test_the_import_is_recorded_in_numbers_only(session: Session, course_class: CourseClass) -> None:
    take(session, course_class, "Lê Một,1950,0912345678,\nLê Hai,,,\n")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.imported")).one()
    assert entry.details == {"new_people": 1, "added": 1, "known": 0, "likely": 0, "bad": 1}
    assert (entry.subject_id, entry.unit_id) == (course_class.id, course_class.unit_id)


# --- out ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_that_comes_out_goes_in_again(
    session: Session, world: World, course_class: CourseClass, kind: Any
) -> None:
    take(session, course_class, "Trần Thị Ánh,05/03/1958,0912345678,Tổ 1\nLê Văn An,1950,,\nĐỗ Bình,1960,,\n")
    waiting = world.make_person("Vũ Thị Yến", 1970, note="sức khỏe yếu")
    world.enrol(course_class, waiting, EnrolmentState.WAITING)
    gone = world.make_person("Người Đã Thôi", 1970)
    world.enrol(course_class, gone, EnrolmentState.WITHDRAWN)
    people.set_sensitive(session, waiting, ethnicity="08", help_needed="xe lăn", **BY)
    file = io.BytesIO()
    count = service.export_roster(session, course_class, file, kind, locale=LOCALES["vi"], **BY)
    assert count == 4
    read = service.read(file.getvalue(), f"list.{kind}")
    rows = [" ".join(map(str, row.cells)) for row in read.rows]
    assert [row.split(" ", 1)[1][:10] for row in rows] == [
        "Lê Văn An ", "Trần Thị Á", "Đỗ Bình 19", "Vũ Thị Yến"
    ]  # fmt: skip
    whole = str(rows)
    assert "+84912345678" in whole
    assert "xe lăn" not in whole
    assert "sức khỏe" not in whole
    again = service.preview(session, course_class, read, now=NOW)
    assert (again.added, len(again.known), again.problems) == (0, 4, ())
    assert (
        session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "roster.exported"
    )
