"""The pages about people as staff use them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.core.access import SYSTEM, Role
from lms.people import service
from lms.people.models import Consent, Person, PersonMerge, SensitiveRecord
from tests.support.client import CheckedClient
from tests.support.queries import count_queries
from tests.support.world import World
from translations.partial_dates import PartialDate

FORM = {
    "name": "Nguyễn Thị Ánh",
    "birth-day": "",
    "birth-month": "",
    "birth-year": "1958",
    "language": "vi",
    "sex": "female",
}


@pytest.fixture
def manager(world: World, sign_in: Any) -> CheckedClient:
    return sign_in(world.user("manager"))


# --- the list ---------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(manager: CheckedClient) -> None:
    page = manager.get("/people").text
    assert "/people/new" in page
    assert "<table" not in page


def test_search_finds_without_diacritics_and_keeps_what_was_typed(
    manager: CheckedClient, world: World, session: Session
) -> None:
    world.make_person("Đặng Thị Thuỷ", 1950, phone="+84912345678")
    world.make_person("Trần Văn An")
    session.commit()
    page = manager.get("/people?q=dang thuy").text
    assert "Đặng Thị Thuỷ" in page
    assert "Trần Văn An" not in page
    assert 'value="dang thuy"' in page
    assert "0912 345 678" in manager.get("/people?q=345678").text
    assert "Trần Văn An" not in manager.get("/people?q=khong co ai").text


def test_the_list_can_be_narrowed_to_a_residential_group(
    manager: CheckedClient, world: World, session: Session
) -> None:
    world.make_person("Người Tổ Một", residential_group_id=world.group(1).id)
    world.make_person("Người Tổ Hai", residential_group_id=world.group(2).id)
    session.commit()
    address = f"/people?group={world.group(1).id}"
    assert address in manager.get("/people").text
    page = manager.get(address).text
    assert "Người Tổ Một" in page
    assert "Người Tổ Hai" not in page


def test_a_name_that_looks_like_a_script_is_shown_as_text(
    manager: CheckedClient, world: World, session: Session
) -> None:
    person = world.make_person("<script>alert(1)</script> & Nga", place="<b>Ngõ</b>")
    twin = world.make_person("<script>alert(1)</script> & Nga", guardian_name="<i>x</i>")
    session.commit()
    for address in ("/people", f"/people/{person.id}", f"/people/{person.id}/edit", "/people/duplicates"):
        page = manager.get(address).text
        assert "<script>alert" not in page
        assert "<b>Ngõ" not in page
        assert "<i>x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Nga" in page
    assert twin.id != person.id


def test_the_list_asks_the_same_number_of_questions_whatever_its_length(
    manager: CheckedClient, world: World, session: Session
) -> None:
    def ask(count: int) -> int:
        for index in range(count):
            world.make_person(f"Lê Văn {index}", 2015, residential_group_id=world.group(1 + index % 2).id)
        session.commit()
        manager.get("/people")
        with count_queries() as counter:
            assert manager.get("/people").status_code == 200
        return counter.number

    assert ask(10) == ask(190)


def test_people_of_other_units_do_not_exist(world: World, session: Session, sign_in: Any) -> None:
    here, there = world.make_person("Người Cửa Nam"), world.make_person("X", unit=world.unit("00070"))
    person = world.make_person("Người Hoàn Kiếm", unit=world.unit("00070"))
    twin = world.make_person("Người Cửa Nam")
    merge = service.merge(session, here, twin, actor=SYSTEM, now=person.created_at)
    session.commit()
    other = sign_in(world.user("other_manager"))
    page = other.get("/people").text
    assert "Người Hoàn Kiếm" in page
    assert "Người Cửa Nam" not in page
    for path in ("", "/edit", "/consent"):
        assert other.get(f"/people/{here.id}{path}").status_code == 404
    assert other.post(f"/people/{here.id}/edit", data=FORM).status_code == 404
    assert other.post(f"/people/merges/{merge.id}/undo").status_code == 404
    data = {"first": here.id, "second": there.id, "decision": "keep_first"}
    assert other.post("/people/duplicates", data=data).status_code == 404


def test_a_trainer_sees_the_people_of_the_own_class_and_cannot_change_them(
    world: World, session: Session, sign_in: Any
) -> None:
    course_class = world.make_class(people=1)
    world.put_on_staff(course_class, world.user("trainer"))
    stranger = world.make_person("Người Lạ")
    known = session.scalars(select(Person).where(Person.id != stranger.id)).one()
    session.commit()
    trainer = sign_in(world.user("trainer"))
    assert known.name in trainer.get("/people").text
    page = trainer.get(f"/people/{known.id}").text
    assert f"/people/{known.id}/edit" not in page
    assert trainer.get(f"/people/{stranger.id}").status_code == 404
    assert trainer.get(f"/people/{known.id}/edit").status_code == 403
    assert trainer.get("/people/new").status_code == 403


# --- adding and changing ----------------------------------------------------------------------------------------


def test_a_person_is_added_with_the_year_alone(manager: CheckedClient, session: Session) -> None:
    answer = manager.post("/people/new", data=FORM)
    person = session.scalars(select(Person)).one()
    assert answer.headers["Location"].endswith(f"/people/{person.id}")
    assert person.birth == PartialDate(1958)
    page = manager.get(f"/people/{person.id}").text
    assert "Nguyễn Thị Ánh" in page
    assert "1958" in page


@pytest.mark.parametrize(
    ("change", "anchor"),
    [
        ({"name": ""}, "#name"),
        ({"name": "12345"}, "#name"),
        ({"phone": "0912-34"}, "#phone"),
        ({"birth-day": "31", "birth-month": "2"}, "#birth-day"),
        ({"birth-year": "58"}, "#birth-day"),
        ({"birth-year": "2190"}, "#birth-day"),
        ({"birth-day": "5"}, "#birth-day"),
        ({"birth-year": "2018"}, "#guardian_name"),
    ],
)
def test_a_refused_form_comes_back_filled(
    manager: CheckedClient, session: Session, change: dict[str, str], anchor: str
) -> None:
    typed = {**FORM, "place": "Ngõ 12", "note": "ngồi bàn đầu", **change}
    answer = manager.post("/people/new", data=typed)
    assert answer.status_code == 422
    assert f'href="{anchor}"' in answer.text
    for value in typed.values():
        assert value in answer.text
    assert session.scalars(select(Person)).all() == []


def test_details_are_changed(manager: CheckedClient, world: World, session: Session) -> None:
    person = world.make_person("Nguyễn Văn Hùng", PartialDate(1955, 3), phone="+84912345678")
    session.commit()
    page = manager.get(f"/people/{person.id}/edit").text
    assert 'value="1955"' in page
    assert 'value="3"' in page
    assert "0912 345 678" in page
    data = {**FORM, "phone": "", "residential_group_id": str(world.group(2).id)}
    assert manager.post(f"/people/{person.id}/edit", data=data).status_code == 302
    session.expire_all()
    assert (person.name, person.phone, person.birth) == ("Nguyễn Thị Ánh", None, PartialDate(1958))
    assert person.residential_group_id == world.group(2).id


def test_who_looks_after_several_wards_chooses_one_first(
    world: World, session: Session, sign_in: Any
) -> None:
    admin = sign_in(world.user("admin"))
    page = admin.get("/people/new").text
    assert "Cửa Nam" in page
    assert "Công Sơn" in page
    assert 'name="name"' not in page
    admin.post(f"/people/new?unit={world.unit('06220').id}", data=FORM)
    assert session.scalars(select(Person.unit_id)).one() == world.unit("06220").id


def test_a_person_cannot_be_put_into_another_unit(
    manager: CheckedClient, world: World, session: Session
) -> None:
    assert manager.post(f"/people/new?unit={world.unit('00070').id}", data=FORM).status_code == 404
    assert session.scalars(select(Person)).all() == []


# --- consent ----------------------------------------------------------------------------------------------------


def test_consent_is_written_down_and_shown_with_its_history(
    manager: CheckedClient, world: World, session: Session
) -> None:
    person = world.make_person()
    session.commit()
    address = f"/people/{person.id}/consent"
    assert "Cửa Nam" in manager.get(address).text
    data = {"purpose": "photo", "given": "yes", "voice": "person", "method": "oral_witnessed"}
    refused = manager.post(address, data=data)
    assert refused.status_code == 422
    assert 'href="#witness"' in refused.text
    assert manager.post(address, data={**data, "witness": "Lê Thị Mai"}).status_code == 302
    assert manager.post(address, data={**data, "given": "no"}).status_code == 302
    assert [row.given for row in session.scalars(select(Consent).order_by(Consent.id))] == [True, False]
    assert "Lê Thị Mai" in manager.get(f"/people/{person.id}").text


def test_nothing_is_consented_to_beforehand(manager: CheckedClient, world: World, session: Session) -> None:
    person = world.make_person()
    session.commit()
    page = manager.get(f"/people/{person.id}/consent").text
    for name in ("purpose", "given", "method"):
        fields = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert fields
        assert not any("checked" in field for field in fields)


# --- sensitive facts --------------------------------------------------------------------------------------------


def test_sensitive_facts_open_only_to_who_was_given_them_and_every_look_is_recorded(
    manager: CheckedClient, world: World, session: Session, sign_in: Any
) -> None:
    person = world.make_person()
    world.make_staff("social", Role.MANAGER, world.unit("00082"), sensitive=True)
    session.commit()
    address = f"/people/{person.id}/sensitive"
    assert manager.get(address).status_code == 403
    assert address not in manager.get(f"/people/{person.id}").text
    social = sign_in(world.user("social"))
    assert address in social.get(f"/people/{person.id}").text
    data = {"disability": "yes", "help_needed": "Cần chữ lớn", "poor_household": "", "ethnicity": "08"}
    assert social.post(address, data=data).status_code == 302
    assert "Cần chữ lớn" in social.get(address).text
    assert "Cần chữ lớn" not in social.get(f"/people/{person.id}").text
    session.expire_all()
    assert session.scalars(select(SensitiveRecord.poor_household)).one() is None
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["sensitive.changed", "sensitive.viewed"]
    assert all(entry.actor_id == world.user("social").id for entry in entries)
    assert "chữ lớn" not in str([entry.details for entry in entries])


# --- duplicates -------------------------------------------------------------------------------------------------


def test_a_pair_is_merged_and_the_merge_undone(
    manager: CheckedClient, world: World, session: Session
) -> None:
    first = world.make_person("Vũ Thị Thuỷ", 1950)
    second = world.make_person("Vũ Thị Thúy", 1950, phone="+84912345678")
    session.commit()
    assert "/people/duplicates" in manager.get("/people").text
    page = manager.get("/people/duplicates").text
    assert "Vũ Thị Thuỷ" in page
    assert "Vũ Thị Thúy" in page
    data = {"first": first.id, "second": second.id, "decision": "keep_second"}
    page = manager.post("/people/duplicates", data=data, follow_redirects=True).text
    merge = session.scalars(select(PersonMerge)).one()
    assert f"/people/merges/{merge.id}/undo" in page
    assert manager.get(f"/people/{first.id}").headers["Location"].endswith(f"/people/{second.id}")
    assert f"/people/merges/{merge.id}/undo" in manager.get(f"/people/{second.id}").text
    page = manager.post(f"/people/merges/{merge.id}/undo", follow_redirects=True).text
    assert "Vũ Thị Thuỷ" in page
    assert "Vũ Thị Thúy" in page
    assert manager.get(f"/people/{first.id}").status_code == 200


def test_two_different_people_are_not_shown_again(
    manager: CheckedClient, world: World, session: Session
) -> None:
    first, second = world.make_person("Vũ Thị Thuỷ", 1950), world.make_person("Vũ Thị Thuỷ", 1950)
    session.commit()
    data = {"first": first.id, "second": second.id, "decision": "different"}
    page = manager.post("/people/duplicates", data=data, follow_redirects=True).text
    assert "Vũ Thị Thuỷ" not in page
    assert manager.post("/people/duplicates", data={**data, "decision": "burn"}).status_code == 400


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_pages_are_there_in_every_language(
    world: World, session: Session, sign_in: Any, language: str
) -> None:
    first, _ = world.make_person("Vũ Thị Thuỷ", 2015), world.make_person("Vũ Thị Thuỷ", 2015)
    session.commit()
    client = sign_in(world.user("manager"), language)
    for path in ("", "/new", "/duplicates", f"/{first.id}", f"/{first.id}/edit", f"/{first.id}/consent"):
        page = client.get(f"/people{path}")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
