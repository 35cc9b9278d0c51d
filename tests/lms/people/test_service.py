"""Registering, searching, consent, sensitive facts, duplicates and merges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.classes.models import Enrolment, EnrolmentState
from lms.core.access import SYSTEM
from lms.core.errors import DomainError
from lms.people import service
from lms.people.consent_texts import CURRENT, TEXTS, text_of
from lms.people.models import ConsentMethod, ConsentPurpose, Person, SensitiveRecord
from lms.people.service import PersonData
from tests.lms.conftest import NOW
from tests.support.world import World
from translations.partial_dates import PartialDate

BY = {"actor": SYSTEM, "now": NOW}


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# --- registering ------------------------------------------------------------------------------------------------


def test_registering_stores_the_name_clean_and_the_phone_whole(session: Session, world: World) -> None:
    data = PersonData("  Nguye\u0302\u0303n  Thị Thuỷ ", PartialDate(1950), phone="0912.345.678")
    person = service.register_person(session, world.unit("00082").id, data, **BY)
    assert person.name == "Nguyễn Thị Thuỷ"
    assert person.phone == "+84912345678"
    assert (person.birth_year, person.birth_month) == (1950, None)
    assert person.unit_id == world.unit("00082").id
    assert actions(session) == ["person.registered"]


def test_somebody_of_a_residential_group_belongs_to_its_commune(session: Session, world: World) -> None:
    person = service.register_person(session, world.group(1).id, PersonData("Lê Thị Mai"), **BY)
    assert person.unit_id == world.unit("00082").id


def test_a_group_of_another_ward_is_refused(session: Session, world: World) -> None:
    data = PersonData("Lê Thị Mai", residential_group_id=world.group(1).id)
    with pytest.raises(DomainError) as refusal:
        service.register_person(session, world.unit("00070").id, data, **BY)
    assert (refusal.value.code, refusal.value.field) == ("group_of_other_unit", "residential_group_id")
    assert session.scalars(select(Person)).all() == []


def test_a_child_needs_a_guardian_but_not_at_the_door(session: Session, world: World) -> None:
    child, unit_id = PersonData("Lê Bảo An", PartialDate(2015)), world.unit("00082").id
    with pytest.raises(DomainError) as refusal:
        service.register_person(session, unit_id, child, **BY)
    assert (refusal.value.code, refusal.value.field) == ("guardian_missing", "guardian_name")
    assert service.register_person(session, unit_id, child, walk_in=True, **BY).name == "Lê Bảo An"


def test_changing_records_the_names_of_fields_only(session: Session, world: World) -> None:
    person = world.make_person("Nguyễn Văn Hùng", 1955, phone="+84912345678")
    data = PersonData("Nguyễn Văn Hưng", PartialDate(1955), phone="0987 654 321")
    service.change_person(session, person, data, **BY)
    assert [found.name for found in session.scalars(service.search("hung"))] == ["Nguyễn Văn Hưng"]
    details = session.scalars(select(AuditEntry.details)).one()
    assert details == {"fields": ["name", "phone"]}


# --- searching --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("thuy", ["Nguyễn Thị Thuỷ", "Đặng Thúy"]),
        ("THÚY", ["Nguyễn Thị Thuỷ", "Đặng Thúy"]),
        ("thuỷ nguyen", ["Nguyễn Thị Thuỷ"]),
        ("dang", ["Đặng Thúy"]),
        ("Đặng", ["Đặng Thúy"]),
        ("huy", []),
        ("0912 345", ["Đặng Thúy"]),
        ("345678", ["Đặng Thúy"]),
        ("+84 912 345 678", ["Đặng Thúy"]),
        ("100%", []),
        ("", ["Nguyễn Thị Thuỷ", "Trần Văn An", "Đặng Thúy"]),
    ],
)
def test_search_ignores_marks_and_finds_phones(
    session: Session, world: World, typed: str, found: list[str]
) -> None:
    world.make_person("Nguyễn Thị Thuỷ", 1950)
    world.make_person("Đặng Thúy", 1951, phone="+84912345678")
    world.make_person("Trần Văn An", 1952)
    assert sorted(person.name for person in session.scalars(service.search(typed))) == found


def test_people_are_listed_by_given_name_then_family_name(session: Session, world: World) -> None:
    for name in ("Trần Văn Bình", "Đỗ Thị Ánh", "Nguyễn Văn An", "Lê Văn Bính", "Âu Văn An"):
        world.make_person(name)
    listed = [person.name for person in session.scalars(service.search())]
    assert listed == ["Âu Văn An", "Nguyễn Văn An", "Đỗ Thị Ánh", "Trần Văn Bình", "Lê Văn Bính"]


# --- consent ----------------------------------------------------------------------------------------------------


def consents(session: Session, person: Person) -> dict[ConsentPurpose, bool]:
    return service.consent_states(service.consents_of(session, person), person, now=NOW)


def test_consent_is_given_taken_back_and_both_are_kept(session: Session, world: World) -> None:
    person = world.make_person()
    given = {"method": ConsentMethod.PAPER, "actor": SYSTEM}
    service.record_consent(session, person, ConsentPurpose.PHOTO, given=True, now=NOW, **given)
    assert consents(session, person)[ConsentPurpose.PHOTO] is True
    assert consents(session, person)[ConsentPurpose.ATTEND] is False
    later = NOW + timedelta(days=1)
    service.record_consent(session, person, ConsentPurpose.PHOTO, given=False, now=later, **given)
    assert consents(session, person)[ConsentPurpose.PHOTO] is False
    history = service.consents_of(session, person)
    assert [(row.given, row.text_version) for row in history] == [(False, CURRENT), (True, CURRENT)]
    assert actions(session) == ["consent.given", "consent.withdrawn"]


def test_oral_consent_needs_a_witness(session: Session, world: World) -> None:
    person, oral = world.make_person(), ConsentMethod.ORAL_WITNESSED
    with pytest.raises(DomainError) as refusal:
        service.record_consent(session, person, ConsentPurpose.ATTEND, given=True, method=oral, **BY)
    assert (refusal.value.code, refusal.value.field) == ("witness_missing", "witness")
    row = service.record_consent(
        session, person, ConsentPurpose.ATTEND, given=True, method=oral, witness="Lê Thị Mai", **BY
    )
    assert row.witness == "Lê Thị Mai"


def test_every_text_exists_in_every_language() -> None:
    for version, texts in TEXTS.items():
        for purpose in ConsentPurpose:
            for language in ("vi", "en", "ar"):
                assert text_of(version, purpose.value, language, unit="X")
        assert set(texts) == {purpose.value for purpose in ConsentPurpose}


# --- sensitive facts --------------------------------------------------------------------------------------------


def test_looking_at_sensitive_facts_is_recorded(session: Session, world: World) -> None:
    person = world.make_person()
    assert service.sensitive_of(session, person, **BY) is None
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.unit_id) == ("sensitive.viewed", person.id, person.unit_id)


def test_changes_of_sensitive_facts_are_recorded_without_their_values(session: Session, world: World) -> None:
    person = world.make_person()
    service.set_sensitive(session, person, disability=True, help_needed="chữ lớn", ethnicity="08", **BY)
    record = service.sensitive_of(session, person, **BY)
    assert record is not None
    assert (record.disability, record.ethnicity) == (True, "08")
    details = session.scalars(select(AuditEntry.details).order_by(AuditEntry.id)).first()
    assert details == {"fields": ["disability", "ethnicity", "help_needed"]}
    with pytest.raises(DomainError):
        service.set_sensitive(session, person, ethnicity="77", **BY)


# --- duplicates -------------------------------------------------------------------------------------------------


def names_of(pairs: list[service.DuplicatePair]) -> list[set[str]]:
    return [{pair.first.name, pair.second.name} for pair in pairs]


def test_same_folded_name_and_year_in_a_unit_is_a_likely_duplicate(session: Session, world: World) -> None:
    world.make_person("Vũ Thị Thuỷ", 1950)
    world.make_person("Vũ Thị Thúy", 1950)
    world.make_person("Vũ Thị Thuỷ", 1951)
    world.make_person("Vũ Thị Thuỷ", None)
    world.make_person("Vũ Thị Thuỷ", 1950, unit=world.unit("00070"))
    pairs = service.likely_duplicates(session)
    assert names_of(pairs) == [{"Vũ Thị Thuỷ", "Vũ Thị Thúy"}]
    assert service.count_duplicates(session) == 1
    assert service.count_duplicates(session, [world.unit("00070").id]) == 0
    assert service.count_duplicates(session, [world.unit("01").id]) == 1


def test_same_phone_makes_a_duplicate_over_units_and_comes_first(session: Session, world: World) -> None:
    world.make_person("An Văn A", 1950)
    world.make_person("An Văn Á", 1950)
    one = world.make_person("Vũ Thị Thuỷ", 1950, phone="+84912345678")
    world.make_person("Vũ Thị Thuỷ", 1950, phone="+84912345678", unit=world.unit("06220"))
    pairs = service.likely_duplicates(session)
    assert [pair.same_phone for pair in pairs] == [True, False]
    assert len(service.duplicates_of(session, one)) == 1


def test_two_people_are_not_suggested_again(session: Session, world: World) -> None:
    first, second = world.make_person("Vũ Thị Thuỷ", 1950), world.make_person("Vũ Thị Thuỷ", 1950)
    service.declare_different(session, second, first, **BY)
    assert service.likely_duplicates(session) == []
    assert list(service.duplicates_of(session, first)) == []


# --- merging ----------------------------------------------------------------------------------------------------


def snapshot(session: Session) -> dict[str, Any]:
    """Everything of people and enrolments that a merge can touch."""
    session.flush()
    session.expire_all()
    return {
        table.__tablename__: sorted(
            tuple(str(getattr(row, column.key)) for column in table.__table__.columns)
            for row in session.scalars(select(table))
        )
        for table in (Person, Enrolment, SensitiveRecord)
    }


def state(session: Session, class_id: Any) -> dict[Any, EnrolmentState]:
    rows = session.scalars(select(Enrolment).where(Enrolment.class_id == class_id))
    return {row.person_id: row.state for row in rows}


def test_merging_keeps_the_better_enrolment_and_undo_restores_all(session: Session, world: World) -> None:
    kept = world.make_person("Vũ Thị Thuỷ", 1950)
    other = world.make_person(
        "Vũ Thị Thúy", PartialDate(1950, 3, 2), phone="+84912345678", phone_owner="con gái", place="Ngõ 5"
    )
    service.set_sensitive(session, other, disability=True, ethnicity="02", **BY)
    both, only_other, better = (world.make_class() for _ in range(3))
    world.enrol(both, kept, EnrolmentState.WAITING)
    world.enrol(both, other, EnrolmentState.ENROLLED)
    world.enrol(better, kept, EnrolmentState.ENROLLED)
    world.enrol(better, other, EnrolmentState.WITHDRAWN)
    world.enrol(only_other, other)
    before = snapshot(session)

    merge = service.merge(session, kept, other, **BY)
    session.expire_all()
    for course_class in (both, better, only_other):
        assert state(session, course_class.id) == {kept.id: EnrolmentState.ENROLLED}
    assert (kept.phone, kept.phone_owner, kept.place) == ("+84912345678", "con gái", "Ngõ 5")
    assert kept.birth == PartialDate(1950), "what is known already stays"
    assert service.sensitive_of(session, kept, **BY).ethnicity == "02"
    assert [person.id for person in session.scalars(service.search("thuy"))] == [kept.id]
    assert service.likely_duplicates(session) == []

    service.undo_merge(session, merge, **BY)
    assert snapshot(session) == before
    assert {person.id for person in session.scalars(service.search("thuy"))} == {kept.id, other.id}
    with pytest.raises(DomainError) as refusal:
        service.undo_merge(session, merge, **BY)
    assert refusal.value.code == "merge_undone"


def test_undo_keeps_what_was_changed_since(session: Session, world: World) -> None:
    kept, other = world.make_person(), world.make_person(phone="+84912345678")
    merge = service.merge(session, kept, other, **BY)
    kept.phone = "+84987654321"
    service.undo_merge(session, merge, **BY)
    assert kept.phone == "+84987654321"


def test_a_merge_under_a_later_one_is_undone_after_it(session: Session, world: World) -> None:
    first, second, third = (world.make_person() for _ in range(3))
    inner = service.merge(session, second, first, **BY)
    outer = service.merge(session, third, second, **BY)
    with pytest.raises(DomainError) as refusal:
        service.undo_merge(session, inner, **BY)
    assert refusal.value.code == "merge_not_last"
    service.undo_merge(session, outer, **BY)
    service.undo_merge(session, inner, **BY)
    assert len(session.scalars(service.search()).all()) == 3


def test_consents_of_the_other_record_stay_in_sight(session: Session, world: World) -> None:
    kept, other = world.make_person(), world.make_person()
    service.record_consent(
        session, other, ConsentPurpose.ATTEND, given=True, method=ConsentMethod.PAPER, **BY
    )
    service.merge(session, kept, other, **BY)
    assert consents(session, kept)[ConsentPurpose.ATTEND] is True


def test_strangers_are_not_merged(session: Session, world: World) -> None:
    here, there = world.make_person(), world.make_person(unit=world.unit("06220"))
    with pytest.raises(DomainError) as refusal:
        service.merge(session, here, there, **BY)
    assert refusal.value.code == "merge_other_unit"
    with pytest.raises(DomainError):
        service.merge(session, here, here, **BY)
