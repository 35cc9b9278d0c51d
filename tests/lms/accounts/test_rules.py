"""Who may give what, which passwords are taken, and how long one waits after wrong tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lms.accounts import rules
from lms.core.access import Role

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("held", "may"),
    [
        ({"admin"}, ["admin", "officer", "manager", "trainer", "helper", "viewer"]),
        ({"manager"}, ["manager", "trainer", "helper", "viewer"]),
        ({"manager", "officer"}, ["manager", "trainer", "helper", "viewer"]),
        ({"officer"}, []),
        ({"trainer", "helper", "viewer"}, []),
        (set(), []),
    ],
)
def test_nobody_gives_a_role_above_the_own(held: set[str], may: list[str]) -> None:
    assert rules.grantable_roles(held) == may
    assert [role for role in rules.ROLES if rules.may_grant(held, role)] == may


def test_the_rules_know_every_role() -> None:
    assert set(rules.ROLES) == {role.value for role in Role}


def test_only_an_admin_opens_the_sensitive_fields() -> None:
    assert rules.may_grant({"admin"}, "manager", sensitive=True)
    assert not rules.may_grant({"manager"}, "manager", sensitive=True)
    assert [role for role in rules.ROLES if rules.can_be_sensitive(role)] == ["admin", "manager"]


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("bảy chữ", "too_short"),
        ("Matkhau123", "too_simple"),
        ("12345678", "too_simple"),
        ("aaaabbbbb", "too_simple"),
        ("0912345678", "like_identity"),
        ("0912 345 678", "like_identity"),
        ("nguyen thi lan", "like_identity"),
        ("NguyễnThịLan", "like_identity"),
        ("lan@example.vn", "like_identity"),
        ("hoa sen và trà đá", None),
        ("lan thích 0912345678", None),
    ],
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str, problem: str | None) -> None:
    assert (
        rules.password_problem(password, ("Nguyễn Thị Lan", "+84912345678", "lan@example.vn", None))
        == problem
    )


@pytest.mark.parametrize(
    ("minutes_ago", "waits"),
    [
        ([], None),
        ([1, 2], None),
        ([1, 2, 3], 12),
        ([1, 2, 14], 1),
        ([1, 2, 16], None),
        ([0, 1, 2, 3, 4], 13),
    ],
)
def test_three_wrong_tries_in_a_quarter_of_an_hour_close_the_way(
    minutes_ago: list[int], waits: int | None
) -> None:
    failures = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
    expected = None if waits is None else NOW + timedelta(minutes=waits)
    assert rules.wait_until(failures, 3, NOW) == expected
