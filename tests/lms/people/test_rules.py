"""Who needs a guardian, which consent holds, what can be a person's details."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from lms.people import rules
from lms.people.ethnic_groups import ethnic_groups, find
from lms.people.service import PersonData
from translations.partial_dates import PartialDate

TODAY = date(2026, 11, 22)
ADULT = PersonData("Nguyễn Văn Hùng", PartialDate(1955))
CHILD = PersonData("Lê Bảo An", PartialDate(2015, 3, 2), guardian_name="Lê Văn Tâm")


def codes(data: PersonData, **options: bool) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in rules.faults(data, today=TODAY, **options)]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": " "}, "name", "name_empty"),
        ({"name": "Nguyễn" * 30}, "name", "name_too_long"),
        ({"name": "Hoàng Mỹ\u202e"}, "name", "name_direction_character"),
        ({"name": "12345"}, "name", "name_digits_only"),
        ({"birth": PartialDate(2190)}, "birth", "birth_future"),
        ({"birth": PartialDate(2026, 12)}, "birth", "birth_future"),
        ({"birth": PartialDate(1850)}, "birth", "birth_too_early"),
        ({"phone": "0912-34"}, "phone", "phone_invalid"),
        ({"guardian_phone": "123"}, "guardian_phone", "phone_invalid"),
        ({"guardian_name": "=A1"}, "guardian_name", "guardian_name_formula"),
        ({"language": "fr"}, "language", "language_unknown"),
        ({"note": "x" * 501}, "note", "text_too_long"),
        ({"birth": PartialDate(2016)}, "guardian_name", "guardian_missing"),
    ],
)
def test_each_fault_is_named_with_its_field(change: dict[str, object], field: str, code: str) -> None:
    assert codes(replace(ADULT, **change)) == [(field, code)]  # type: ignore[arg-type]
    assert rules.FAULTS[code]


def test_good_details_have_no_fault() -> None:
    assert codes(ADULT) == []
    assert codes(CHILD) == []
    assert codes(PersonData("محمد علي", None, language="ar")) == []


def test_a_child_at_the_door_is_let_in_without_a_guardian() -> None:
    assert codes(replace(CHILD, guardian_name=None), guardian_later=True) == []


@pytest.mark.parametrize(
    ("birth", "child"),
    [
        (PartialDate(2010, 11, 22), False),  # sixteen today
        (PartialDate(2010, 11, 23), True),
        (PartialDate(2010), True),  # the latest possible day counts
        (PartialDate(2009), False),
        (None, False),
    ],
)
def test_a_child_is_under_sixteen(birth: PartialDate | None, child: bool) -> None:
    assert rules.is_child(birth, TODAY) is child
    assert rules.needs_guardian(birth, None, TODAY) is child
    assert rules.needs_guardian(birth, "Lê Văn Tâm", TODAY) is False


@dataclass
class Word:
    given: bool
    by_guardian: bool = False


@pytest.mark.parametrize(
    ("newest_first", "year", "published", "holds"),
    [
        ([], 1955, False, False),
        ([Word(True)], 1955, False, True),
        ([Word(False), Word(True)], 1955, False, False),
        ([Word(True), Word(False)], 1955, True, True),
        ([Word(True)], 2016, False, False),
        ([Word(True, True)], 2016, False, True),
        ([Word(True, True)], 2016, True, False),
        ([Word(True, True), Word(True)], 2016, True, True),
        ([Word(False), Word(True, True), Word(True)], 2016, True, False),
        ([Word(False, True), Word(True, True), Word(True)], 2016, True, False),
        ([Word(True, True)], 2021, True, True),
    ],
)
def test_which_consent_holds(newest_first: list[Word], year: int, published: bool, holds: bool) -> None:
    found = rules.consent_holds(newest_first, birth=PartialDate(year), today=TODAY, published=published)
    assert found is holds


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("H'Mông", "08"),
        ("hmong", "08"),
        ("Mông", "08"),
        ("Raglay", "21"),
        ("S'tiêng", "22"),
        ("Khmer", "05"),
        ("KHƠ ME", "05"),
        ("Tà-ôi", "31"),
        ("Êđê", "12"),
        ("Cao Lan", "15"),
        ("03", "03"),
        ("Klingon", None),
    ],
)
def test_ethnic_groups_are_found_however_they_are_written(written: str, code: str | None) -> None:
    assert find(written) == code


def test_all_groups_have_a_name_in_every_language() -> None:
    groups = ethnic_groups()
    assert list(groups) == [f"{number:02}" for number in range(1, 55)]
    assert all(group.name(language) for group in groups.values() for language in ("vi", "en", "ar"))
    assert all(
        find(group.name(language)) == code for code, group in groups.items() for language in ("vi", "en")
    )
