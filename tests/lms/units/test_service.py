"""The official units as they were and are, and the ones that people add."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.core.access import SYSTEM, Actor, Granted, Permission, Role
from lms.core.errors import DomainError
from lms.units import official, service
from lms.units.models import Organisation, Unit, UnitClosure, UnitLevel, UnitPeriod, UnitType
from tests.lms.conftest import NOW
from tests.support.world import World
from translations.bidi import strip_marks

AT_FIRST, NOW_DAY = date(2025, 7, 1), date(2026, 11, 22)


@pytest.fixture
def all_units(session: Session, world: World) -> list[Unit]:
    service.load_official_units(session)
    return list(
        session.scalars(select(Unit).where(Unit.code.is_not(None)).options(selectinload(Unit.parent)))
    )


def types_on(units: list[Unit], day: date) -> Counter[str]:
    return Counter(unit.at(day).type.value for unit in units)


def test_the_official_units_have_the_type_that_holds_on_a_day(all_units: list[Unit]) -> None:
    assert Counter(unit.level for unit in all_units) == {UnitLevel.PROVINCE: 34, UnitLevel.COMMUNE: 3321}
    assert types_on(all_units, AT_FIRST) == {
        "city": 6,
        "province": 28,
        "ward": 687,
        "commune": 2621,
        "special_zone": 13,
    }
    assert types_on(all_units, NOW_DAY) == {
        "city": 9,
        "province": 25,
        "ward": 709,
        "commune": 2599,
        "special_zone": 13,
    }


def test_a_paper_of_2025_still_says_commune(session: Session, all_units: list[Unit]) -> None:
    loc_ninh = service.find_unit(session, "25270")
    assert loc_ninh is not None
    assert service.full_title(loc_ninh, "vi", date(2026, 4, 29)) == "xã Lộc Ninh, tỉnh Đồng Nai"
    assert service.full_title(loc_ninh, "vi", date(2026, 4, 30)) == "phường Lộc Ninh, thành phố Đồng Nai"
    assert strip_marks(service.full_title(loc_ninh, "ar", NOW_DAY)) == "حيّ Lộc Ninh، مدينة دونغ ناي"


def test_loading_again_adds_nothing(session: Session, all_units: list[Unit]) -> None:
    before = [
        session.scalar(select(func.count()).select_from(table)) for table in (Unit, UnitPeriod, UnitClosure)
    ]
    assert service.load_official_units(session) == 0
    assert [
        session.scalar(select(func.count()).select_from(table)) for table in (Unit, UnitPeriod, UnitClosure)
    ] == before


def test_every_unit_is_below_itself_and_its_province(session: Session, all_units: list[Unit]) -> None:
    rows = session.execute(select(UnitClosure.descendant_id, UnitClosure.ancestor_id)).all()
    above: dict[object, set[object]] = {}
    for descendant, ancestor in rows:
        above.setdefault(descendant, set()).add(ancestor)
    for unit in all_units:
        assert above[unit.id] == {unit.id} | ({unit.parent_id} if unit.parent_id else set())


def test_the_list_agrees_with_the_published_changes() -> None:
    changes = json.loads((official.DATA / "admin-patch-2026.json").read_text(encoding="utf-8"))["changes"]
    published = {
        (code, change["effective"])
        for change in changes
        for code in [*change["province_to_city"], *change["commune_to_ward"]]
    }
    ours = {
        (unit.code, unit.types[1][0].isoformat()) for unit in official.official_units() if len(unit.types) > 1
    }
    assert ours == published
    assert len(ours) == 3 + 22


def test_names_do_not_repeat_within_a_province(all_units: list[Unit]) -> None:
    names = Counter((unit.parent_id, unit.latest.name_vi) for unit in all_units)
    assert max(names.values()) == 1


def test_a_new_group_is_found_below_its_ward_and_province(session: Session, world: World) -> None:
    ward = world.unit("00082")
    group = service.add_group(
        session, ward, name="  Tổ dân phố  số 3 ", type="residential_group", actor=SYSTEM, now=NOW
    )
    assert service.title(group, "vi", NOW_DAY) == "Tổ dân phố số 3"
    assert service.full_title(group, "vi", NOW_DAY) == "Tổ dân phố số 3, phường Cửa Nam, thành phố Hà Nội"
    for above in (world.unit("01"), ward, group):
        assert service.covers(session, frozenset({above.id}), group.id)
    assert not service.covers(session, frozenset({world.unit("00070").id}), group.id)


@pytest.mark.parametrize(
    ("code", "name", "kind", "refusal"),
    [
        ("00082", "TỔ DÂN PHỐ SỐ 1", "residential_group", "name_taken"),
        ("00082", "   ", "residential_group", "name_missing"),
        ("01", "Thôn Đông", "village", "wrong_level"),
        ("00082", "Thành phố mới", "city", "wrong_level"),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    session: Session, world: World, code: str, name: str, kind: str, refusal: str
) -> None:
    with pytest.raises(DomainError) as error:
        service.add_group(session, world.unit(code), name=name, type=kind, actor=SYSTEM, now=NOW)
    assert error.value.code == refusal


def test_a_renamed_group_keeps_its_old_name_on_old_days(session: Session, world: World) -> None:
    group = world.group(1)
    service.rename_group(session, group, name="Tổ dân phố Hoa Sen", actor=SYSTEM, now=NOW)
    assert service.title(group, "vi", date(2026, 11, 21)) == "Tổ dân phố số 1"
    assert service.title(group, "vi", NOW_DAY) == "Tổ dân phố Hoa Sen"
    service.rename_group(session, group, name="Tổ dân phố Sen", actor=SYSTEM, now=NOW)
    assert service.title(group, "vi", NOW_DAY) == "Tổ dân phố Sen"
    with pytest.raises(DomainError):
        service.rename_group(session, group, name="tổ dân phố số 2", actor=SYSTEM, now=NOW)
    with pytest.raises(DomainError):
        service.rename_group(session, world.unit("00082"), name="Cửa Bắc", actor=SYSTEM, now=NOW)


def test_a_branch_has_a_vietnamese_name_that_is_new_there(session: Session, world: World) -> None:
    ward = world.unit("00082")
    branch = service.add_branch(
        session, ward, organisation="post", name={"vi": "Bưu điện Cửa Nam", "ar": " "}, actor=SYSTEM, now=NOW
    )
    assert (branch.organisation, branch.name) == (Organisation.POST, {"vi": "Bưu điện Cửa Nam"})
    for name, code in (({"ar": "مكتب"}, "name_missing"), ({"vi": "BUU DIEN CUA NAM"}, "name_taken")):
        with pytest.raises(DomainError) as error:
            service.add_branch(session, ward, organisation="post", name=name, actor=SYSTEM, now=NOW)
        assert error.value.code == code
    service.change_branch(
        session, branch, organisation="post", name={"vi": "Bưu điện cửa nam"}, actor=SYSTEM, now=NOW
    )
    assert branch.name["vi"] == "Bưu điện cửa nam"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cua nam", {"00082"}),
        ("Phường Cửa Nam", {"00082"}),
        ("hoan", {"00070"}),
        ("00082", {"00082"}),
        ("thành phố hà nội", {"01"}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_units_are_found_without_diacritics_and_by_code(
    session: Session, world: World, text: str, found: set[str]
) -> None:
    assert {unit.code for unit in session.scalars(service.search(text))} == found


def test_choices_hold_the_units_where_one_may_and_no_others(session: Session, world: World) -> None:
    actor = Actor(
        None, "x", (Granted(Role.MANAGER, world.unit("01").id), Granted(Role.VIEWER, world.unit("20").id))
    )
    choices = service.unit_choices(session, "vi", NOW_DAY, actor=actor, permission=Permission.CLASSES_EDIT)
    assert choices == [
        (str(world.unit("00082").id), "Phường Cửa Nam, thành phố Hà Nội"),
        (str(world.unit("00070").id), "Phường Hoàn Kiếm, thành phố Hà Nội"),
    ]
    assert service.may(session, actor, Permission.CLASSES_EDIT, world.group(1).id)
    assert not service.may(session, actor, Permission.CLASSES_EDIT, world.unit("06220").id)


def test_before_the_list_begins_a_unit_is_what_it_was_first(session: Session, world: World) -> None:
    assert world.unit("00082").at(date(2020, 1, 1)).type is UnitType.WARD
