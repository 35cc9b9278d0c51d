"""The pages of units."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.core.db import db
from lms.units import service
from lms.units.models import Branch, Unit, UnitPeriod, UnitType
from tests.support.world import World


def test_the_tree_can_be_walked_from_the_provinces_to_the_groups(sign_in: Any, world: World) -> None:
    client = sign_in(world.user("trainer"))
    assert "Thành phố Hà Nội" in client.get("/units").text
    province = client.get(f"/units/{world.unit('01').id}").text
    assert "Phường Cửa Nam" in province
    assert "Phường Hoàn Kiếm" in province
    assert "Công Sơn" not in province
    assert "Tổ dân phố số 2" in client.get(f"/units/{world.unit('00082').id}").text


def test_a_unit_is_found_without_diacritics(sign_in: Any, world: World) -> None:
    page = sign_in(world.user("viewer")).get("/units?q=cua+nam").text
    assert "Phường Cửa Nam, thành phố Hà Nội" in page
    assert "Hoàn Kiếm" not in page
    assert "Không có đơn vị nào tên như vậy" in sign_in(world.user("viewer")).get("/units?q=xyz").text


def test_in_arabic_a_unit_has_an_arabic_title(sign_in: Any, world: World) -> None:
    assert (
        "حيّ \u2068Cửa Nam\u2069"
        in sign_in(world.user("trainer"), "ar").get(f"/units/{world.unit('00082').id}").text
    )


def test_a_manager_adds_and_renames_a_residential_group(sign_in: Any, world: World, session: Session) -> None:
    client, ward = sign_in(world.user("manager")), world.unit("00082")
    form = client.get(f"/units/{ward.id}/groups/new").text
    assert "Tổ dân phố số 3" in form
    answer = client.post(
        f"/units/{ward.id}/groups/new", data={"type": "residential_group", "name": "Tổ dân phố số 3"}
    )
    assert answer.status_code == 302
    assert "Tổ dân phố số 3" in client.get(answer.location).text
    group = session.scalars(
        select(Unit).join(UnitPeriod).where(UnitPeriod.name_vi == "Tổ dân phố số 3")
    ).one()
    client.post(f"/units/{group.id}/rename", data={"name": "Tổ dân phố Hoa Sen"})
    assert "Tổ dân phố Hoa Sen" in client.get(f"/units/{ward.id}").text


def test_a_name_that_is_taken_comes_back_with_what_was_typed(sign_in: Any, world: World) -> None:
    client, ward = sign_in(world.user("manager")), world.unit("00082")
    answer = client.post(
        f"/units/{ward.id}/groups/new", data={"type": "residential_group", "name": "to dan pho so 1"}
    )
    assert answer.status_code == 422
    assert "Ở đây đã có tên này rồi" in answer.text
    assert 'value="to dan pho so 1"' in answer.text


def test_a_branch_is_added_and_changed(sign_in: Any, world: World, session: Session) -> None:
    client, ward = sign_in(world.user("manager")), world.unit("00082")
    data = {"organisation": "post", "name-vi": "Bưu điện Cửa Nam", "name-ar": "مكتب بريد"}
    assert client.post(f"/units/{ward.id}/branches/new", data=data).status_code == 302
    assert "Bưu điện Cửa Nam" in client.get(f"/units/{ward.id}").text
    branch = next(each for each in session.scalars(select(Branch)) if each.name["vi"] == "Bưu điện Cửa Nam")
    assert branch.name["ar"] == "مكتب بريد"
    assert client.get(f"/branches/{branch.id}").status_code == 200
    client.post(f"/branches/{branch.id}", data={**data, "name-vi": "Bưu cục Cửa Nam"})
    assert "Bưu cục Cửa Nam" in client.get(f"/units/{ward.id}").text
    refused = client.post(f"/units/{ward.id}/branches/new", data={"organisation": "post", "name-vi": ""})
    assert refused.status_code == 422


@pytest.mark.parametrize("path", ["groups/new", "branches/new", "rename"])
def test_another_unit_cannot_be_changed_by_its_address(sign_in: Any, world: World, path: str) -> None:
    there = world.unit("00070").id
    assert sign_in(world.user("manager")).get(f"/units/{there}/{path}").status_code == 404
    assert sign_in(world.user("trainer")).get(f"/units/{world.unit('00082').id}/{path}").status_code == 403


def test_branches_are_shown_to_who_works_there_only(sign_in: Any, world: World) -> None:
    address = f"/units/{world.unit('00082').id}"
    assert "Đoàn Cửa Nam" in sign_in(world.user("trainer")).get(address).text
    assert "Đoàn Cửa Nam" not in sign_in(world.user("other_manager")).get(address).text
    branch = world.branch("00070")
    assert sign_in(world.user("manager")).get(f"/branches/{branch.id}").status_code == 404


def test_more_lists_the_places_that_one_may_open(sign_in: Any, world: World) -> None:
    admin, helper = (
        sign_in(world.user("admin")).get("/more").text,
        sign_in(world.user("helper")).get("/more").text,
    )
    assert 'href="/audit"' in admin
    assert 'href="/staff"' in admin
    assert 'href="/audit"' not in helper
    assert 'href="/staff"' not in helper
    assert 'href="/units"' in helper
    assert 'href="/account"' in helper


def test_signed_out_one_is_asked_to_sign_in(client: Any, world: World) -> None:
    for path in ("/units", "/more", f"/units/{world.unit('01').id}"):
        assert client.get(path).location.startswith("/account/login?next=")


@pytest.mark.parametrize("path", ["/units?q=to", "/units/{ward}"])
def test_the_number_of_queries_does_not_grow_with_the_list(
    sign_in: Any, world: World, session: Session, path: str
) -> None:
    ward = world.unit("00082")
    address = path.format(ward=ward.id)

    def queries(count: int) -> int:
        for number in range(count):
            world.make_unit(None, f"Tổ {count}-{number}", UnitType.RESIDENTIAL_GROUP, ward)
        session.commit()
        client, seen = sign_in(world.user("manager")), []
        client.get("/more")

        def see(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", see)
        client.get(address)
        event.remove(db.engine, "before_cursor_execute", see)
        return len(seen)

    assert queries(10) == queries(200)
    assert service.groups_of(session, ward)
