"""Places where classes meet: verbs and pages."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.core.access import SYSTEM
from lms.core.errors import DomainError
from lms.venues import service
from lms.venues.models import Venue
from tests.lms.conftest import NOW
from tests.support.queries import count_queries
from tests.support.world import World

WHEN: dict[str, Any] = {"actor": SYSTEM, "now": NOW}


def add(session: Session, world: World, name: str, code: str = "00082", **values: Any) -> Venue:
    return service.add_venue(session, unit_id=world.unit(code).id, name=name, **values, **WHEN)


def test_two_places_of_a_unit_in_use_have_two_names(session: Session, world: World) -> None:
    hall = add(session, world, "Trường Tiểu học  Cửa Nam", seats=40, step_free=True)
    assert hall.name == "Trường Tiểu học Cửa Nam"
    add(session, world, "Trường Tiểu học Cửa Nam", code="00070")
    with pytest.raises(DomainError) as error:
        add(session, world, "truong tieu hoc CUA NAM")
    assert (error.value.code, error.value.field) == ("venue_exists", "name")
    service.archive_venue(session, hall, **WHEN)
    add(session, world, "Trường Tiểu học Cửa Nam")


def test_changes_are_logged_by_field(session: Session, world: World) -> None:
    hall = add(session, world, "Nhà sinh hoạt")
    service.change_venue(session, hall, name="Nhà sinh hoạt", address="số 5", seats=12, **WHEN)
    assert (hall.address, hall.seats) == ("số 5", 12)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "venue.changed")).one()
    assert entry.details == {"fields": ["address", "seats"]}


FORM = {"name": "Nhà sinh hoạt tổ 5", "seats": "25", "step_free": "yes", "internet": "", "address": ""}


def test_a_place_is_added_changed_put_away_and_used_again(
    session: Session, world: World, sign_in: Any
) -> None:
    client = sign_in(world.user("manager"))
    assert client.get("/venues/new").status_code == 200
    added = client.post(
        "/venues/new", data={**FORM, "unit": str(world.unit("00082").id)}, follow_redirects=True
    )
    assert "Nhà sinh hoạt tổ 5" in added.text
    venue = session.scalars(select(Venue).where(Venue.seats == 25)).one()
    assert (venue.step_free, venue.internet, venue.unit_id) == (True, None, world.unit("00082").id)
    assert 'value="25"' in client.get(f"/venues/{venue.id}").text
    assert (
        client.post(f"/venues/{venue.id}", data={**FORM, "seats": "30", "internet": "no"}).status_code == 302
    )
    away = client.post(f"/venues/{venue.id}/archive", follow_redirects=True)
    assert f"/venues/{venue.id}/restore" in away.text
    assert "Nhà sinh hoạt tổ 5" not in client.get("/venues").text
    assert "Nhà sinh hoạt tổ 5" in client.get("/venues?show=archived").text
    assert "Nhà sinh hoạt tổ 5" not in client.get("/classes/new").text
    client.post(f"/venues/{venue.id}/restore")
    session.expire_all()
    assert (venue.archived, venue.seats, venue.internet) == (False, 30, False)


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"seats": "-3"}, {"seats": "nhiều"}, {"name": "x" * 161}])
def test_what_was_typed_stays_in_a_refused_form(world: World, sign_in: Any, wrong: dict[str, str]) -> None:
    client = sign_in(world.user("manager"))
    typed = {**FORM, "address": "số 12, ngõ 5", "unit": str(world.unit("00082").id), **wrong}
    answer = client.post("/venues/new", data=typed)
    assert answer.status_code == 422
    assert 'value="số 12, ngõ 5"' in answer.text


def test_places_of_other_units_are_not_there(session: Session, world: World, sign_in: Any) -> None:
    client, other = sign_in(world.user("manager")), world.venue("00070")
    assert other.name not in client.get("/venues").text
    assert client.get(f"/venues/{other.id}").status_code == 404
    assert client.post(f"/venues/{other.id}/archive").status_code == 404
    elsewhere = client.post("/venues/new", data={**FORM, "unit": str(world.unit("00070").id)})
    assert elsewhere.status_code == 422
    assert client.get("/venues").status_code == 200
    assert sign_in(world.user("trainer")).get("/venues").status_code == 403


def test_the_list_is_searched_without_marks_in_a_constant_number_of_queries(
    session: Session, world: World, sign_in: Any
) -> None:
    client, counts = sign_in(world.user("admin")), []
    for first, last in ((0, 10), (10, 200)):
        for number in range(first, last):
            add(session, world, f"Điểm lưu động {number}", code=("00082", "06220")[number % 2])
        session.commit()
        client.get("/venues")
        with count_queries() as counter:
            page = client.get("/venues").text
        counts.append(counter.number)
    assert counts[0] == counts[1]
    assert "xã Công Sơn" in page
    assert "Điểm lưu động 42" in client.get("/venues?q=diem+42").text
    assert "Không tìm thấy" in client.get("/venues?q=khong+co").text
