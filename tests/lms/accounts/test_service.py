"""Invitations, roles and accounts, without pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service
from lms.accounts.models import Grant, Invitation, User
from lms.audit.models import AuditEntry
from lms.core.access import NOTHING, SYSTEM, Actor, Role, set_scope
from lms.core.errors import DomainError
from tests.lms.conftest import NOW
from tests.support.world import World

GOOD = "hoa sen và trà đá"


def actor(session: Session, user: User) -> Actor:
    return service.actor_of(session, user)


def refused(code: str) -> object:
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def invite(
    session: Session, world: World, *, by: str = "manager", code: str = "00082", **values: object
) -> tuple[Invitation, str]:
    data = {"role": "trainer", "name": "Trần Văn Ba", "phone": "0912 345 678", **values}
    return service.invite(
        session, unit=world.unit(code), actor=actor(session, world.user(by)), now=NOW, **data
    )  # type: ignore[arg-type]


def test_whoever_holds_the_link_gets_the_account_and_the_role(session: Session, world: World) -> None:
    invitation, token = invite(session, world)
    assert token not in {invitation.token_hash, str(invitation.id)}
    set_scope(session, NOTHING)  # the page is public
    user = service.accept_invitation(session, token, GOOD, now=NOW + timedelta(days=6))
    assert (user.name, user.phone, user.email, user.active) == ("Trần Văn Ba", "+84912345678", None, True)
    (grant,) = service.grants_of(session, user)
    assert (grant.role, grant.unit_id, grant.sensitive) == (Role.TRAINER, world.unit("00082").id, False)
    assert service.find_account(session, "0912.345.678") is user


def test_a_link_works_once_and_for_seven_days(session: Session, world: World) -> None:
    _, token = invite(session, world)
    with refused("invitation_expired"):
        service.accept_invitation(session, token, GOOD, now=NOW + timedelta(days=7))
    service.accept_invitation(session, token, GOOD, now=NOW)
    with refused("invitation_used"):
        service.accept_invitation(session, token, GOOD, now=NOW)
    with refused("invitation_unknown"):
        service.accept_invitation(session, "something else", GOOD, now=NOW)


def test_a_weak_password_leaves_the_link_usable(session: Session, world: World) -> None:
    _, token = invite(session, world)
    with refused("password_too_short"):
        service.accept_invitation(session, token, "ngắn", now=NOW)
    with refused("password_like_identity"):
        service.accept_invitation(session, token, "0912345678", now=NOW)
    assert service.accept_invitation(session, token, GOOD, now=NOW).id


def test_who_has_an_account_adds_the_role_with_its_password(session: Session, world: World) -> None:
    user = service.create_user(session, name="Trần Văn Ba", phone="0912345678", password=GOOD)
    _, token = invite(session, world, email="ba@example.vn")
    with refused("wrong_password"):
        service.accept_invitation(session, token, "another long one", now=NOW)
    assert service.accept_invitation(session, token, GOOD, now=NOW) is user
    assert [grant.role for grant in service.grants_of(session, user)] == [Role.TRAINER]


@pytest.mark.parametrize(
    ("by", "code", "role"),
    [
        ("manager", "00082", "admin"),
        ("manager", "00082", "officer"),
        ("manager", "00070", "helper"),
        ("manager", "01", "viewer"),
        ("officer", "00082", "viewer"),
        ("trainer", "00082", "helper"),
    ],
)
def test_nobody_invites_above_the_own_role_or_beyond_the_own_unit(
    session: Session, world: World, by: str, code: str, role: str
) -> None:
    with refused("not_allowed"):
        invite(session, world, by=by, code=code, role=role)
    with refused("not_allowed"):
        service.grant_role(
            session,
            world.user("viewer"),
            world.unit(code),
            role,
            actor=actor(session, world.user(by)),
            now=NOW,
        )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"phone": None}, "identity_missing"),
        ({"phone": "12345"}, "phone_invalid"),
        ({"phone": None, "email": "không phải"}, "email_invalid"),
    ],
)
def test_an_invitation_needs_a_name_and_a_way_to_sign_in(
    session: Session, world: World, values: dict[str, object], code: str
) -> None:
    with refused(code):
        invite(session, world, **values)


def test_a_withdrawn_invitation_no_longer_works(session: Session, world: World) -> None:
    invitation, token = invite(session, world)
    service.withdraw_invitation(session, invitation, actor=actor(session, world.user("manager")), now=NOW)
    with refused("invitation_expired"):
        service.accept_invitation(session, token, GOOD, now=NOW)


def test_sensitive_fields_are_opened_by_an_admin_only(session: Session, world: World) -> None:
    manager, ward = world.user("manager"), world.unit("00082")
    with refused("not_allowed"):
        service.grant_role(
            session, manager, ward, "manager", sensitive=True, actor=actor(session, manager), now=NOW
        )
    admin = actor(session, world.user("admin"))
    assert service.grant_role(
        session, manager, ward, "manager", sensitive=True, actor=admin, now=NOW
    ).sensitive
    with refused("never_sensitive"):
        service.grant_role(session, manager, ward, "trainer", sensitive=True, actor=admin, now=NOW)
    # Giving the same role once more does not make a second one, and a manager may take the permission back.
    service.grant_role(session, manager, ward, "manager", actor=actor(session, manager), now=NOW)
    (grant,) = service.grants_of(session, manager)
    assert not grant.sensitive


def test_the_last_administrator_stays(session: Session, world: World) -> None:
    admin = world.user("admin")
    first, second = service.grants_of(session, admin)
    service.revoke_grant(session, first, actor=SYSTEM, now=NOW)
    with refused("last_admin"):
        service.revoke_grant(session, second, actor=SYSTEM, now=NOW)
    with refused("last_admin"):
        service.deactivate(session, admin, actor=SYSTEM, now=NOW)
    service.grant_role(session, world.user("manager"), world.unit("01"), "admin", actor=SYSTEM, now=NOW)
    service.deactivate(session, admin, actor=SYSTEM, now=NOW)
    with refused("last_admin"):  # the other one is closed and does not count
        grant = session.scalars(
            select(Grant).where(Grant.role == Role.ADMIN, Grant.user_id != admin.id)
        ).one()
        service.revoke_grant(session, grant, actor=SYSTEM, now=NOW)


def test_a_reset_link_sets_a_new_password_and_ends_other_sessions(session: Session, world: World) -> None:
    helper, manager = world.user("helper"), actor(session, world.user("manager"))
    before = helper.fs_uniquifier
    _, first = service.reset_link(session, helper, actor=manager, now=NOW)
    _, second = service.reset_link(session, helper, actor=manager, now=NOW)
    with refused("invitation_expired"):
        service.accept_invitation(session, first, GOOD, now=NOW)
    assert service.accept_invitation(session, second, GOOD, now=NOW) is helper
    assert helper.fs_uniquifier != before
    assert [grant.role for grant in service.grants_of(session, helper)] == [Role.HELPER]


def test_an_account_with_a_role_beyond_ones_own_cannot_be_managed(session: Session, world: World) -> None:
    manager = actor(session, world.user("manager"))
    both = world.make_staff("helper", Role.VIEWER, world.unit("00070"))
    for user in (both, world.user("other_manager"), world.user("officer"), world.user("admin")):
        assert not service.may_manage(session, user, manager)
        with refused("not_allowed"):
            service.reset_link(session, user, actor=manager, now=NOW)
        with refused("not_allowed"):
            service.deactivate(session, user, actor=manager, now=NOW)
    with refused("own_account"):
        service.deactivate(session, world.user("manager"), actor=manager, now=NOW)


def test_staff_at_a_unit_are_those_there_and_above_in_vietnamese_order(
    session: Session, world: World
) -> None:
    ward = world.unit("00082")
    for name, code in (("zung", "00082"), ("anh", "01"), ("khac", "00070")):
        world.make_staff(name, Role.TRAINER, world.unit(code))
    closed = world.make_staff("closed", Role.TRAINER, ward)
    closed.active = False
    set_scope(session, NOTHING)
    found = [user.email for user in service.staff_at(session, ward.id, "trainer")]
    assert found == ["anh@example.vn", "trainer@example.vn", "zung@example.vn"]


def test_every_change_is_in_the_audit_log(session: Session, world: World) -> None:
    _, token = invite(session, world)
    user = service.accept_invitation(session, token, GOOD, now=NOW)
    manager = actor(session, world.user("manager"))
    (grant,) = service.grants_of(session, user)
    service.deactivate(session, user, actor=manager, now=NOW)
    service.reactivate(session, user, actor=manager, now=NOW)
    service.revoke_grant(session, grant, actor=manager, now=NOW)
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "invitation.made",
        "invitation.accepted",
        "account.closed",
        "account.opened",
        "role.revoked",
    ]
    assert {entry.unit_id for entry in entries} == {world.unit("00082").id}
    assert "0912" not in str([entry.details for entry in entries])
