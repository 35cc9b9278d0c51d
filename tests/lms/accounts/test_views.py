"""Pages of the staff list and of invitations."""

from __future__ import annotations

import re
import smtplib
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.accounts import service
from lms.accounts.models import Grant, Invitation, User
from lms.core.access import SYSTEM, Role
from lms.core.db import db
from tests.lms.conftest import NOW, Clock
from tests.support.client import CheckedClient
from tests.support.world import World

NEW = "hoa sen và trà đá"


def link_of(page: str) -> str:
    """The path of the link that a page shows to hand over."""
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', page)
    assert found is not None
    return found[1]


def invite(client: CheckedClient, world: World, **values: str) -> Any:
    data = {
        "name": "Trần Văn Ba",
        "phone": "0912 345 678",
        "email": "",
        "unit_id": str(world.unit("00082").id),
        "role": "trainer",
        **values,
    }
    return client.post("/staff/invite", data=data)


def test_from_the_invitation_to_the_first_sign_in(sign_in: Any, client: CheckedClient, world: World) -> None:
    manager = sign_in(world.user("manager"))
    shown = manager.get(invite(manager, world).location).text
    assert 'src="data:image/svg+xml' in shown
    link = link_of(shown)
    page = client.get(link).text
    for text in ("Trần Văn Ba", "Hướng dẫn viên", "Phường Cửa Nam, thành phố Hà Nội", "0912 345 678"):
        assert text in page
    differing = client.post(link, data={"password": NEW, "again": "khác"})
    assert differing.status_code == 422
    assert "không giống nhau" in differing.text
    assert client.post(link, data={"password": NEW, "again": NEW}).location.endswith("/account/login")
    client.post("/account/login", data={"identity": "0912345678", "password": NEW})
    assert "Hướng dẫn viên: Phường Cửa Nam" in client.get("/account").text
    used = CheckedClient(client.application).get(link)
    assert used.status_code == 410
    assert "đã được dùng" in used.text


def test_the_link_is_shown_to_who_made_it_and_not_for_long(sign_in: Any, world: World, clock: Clock) -> None:
    manager = sign_in(world.user("manager"))
    address = invite(manager, world).location
    assert "/invitation/" in manager.get(address).text
    assert "/invitation/" not in sign_in(world.user("manager")).get(address).text
    clock.now = NOW + timedelta(minutes=11)
    assert "/invitation/" not in manager.get(address).text


def test_what_was_typed_stays_when_an_invitation_is_refused(sign_in: Any, world: World) -> None:
    manager = sign_in(world.user("manager"))
    answer = invite(manager, world, phone="123", name="Trần Văn Ba")
    assert answer.status_code == 422
    assert 'value="Trần Văn Ba"' in answer.text
    assert 'value="123"' in answer.text
    above = invite(manager, world, role="admin")
    assert above.status_code == 422
    assert "chọn một mục trong danh sách" in above.text
    nobody = invite(manager, world, phone="", name="  ")
    assert nobody.status_code == 422
    assert "Mục này còn trống" in nobody.text


def test_an_admin_invites_at_a_unit_opened_before(sign_in: Any, world: World) -> None:
    admin, unit = sign_in(world.user("admin")), world.unit("06220")
    page = admin.get(f"/staff/invite?unit={unit.id}").text
    assert re.findall(r"<option[^>]*>([^<]+)", page) == ["Xã Công Sơn, tỉnh Lạng Sơn"]
    answer = admin.post(
        f"/staff/invite?unit={unit.id}",
        data={"name": "Lý Thị Mai", "email": "mai@example.vn", "unit_id": str(unit.id), "role": "manager"},
    )
    assert answer.status_code == 302
    elsewhere = sign_in(world.user("manager")).get(f"/staff/invite?unit={unit.id}").text
    assert "Công Sơn" not in elsewhere


def test_the_staff_of_the_own_units_are_listed_and_found(
    sign_in: Any, world: World, session: Session
) -> None:
    world.user("helper").name = "Đỗ Thị Hoà"
    session.commit()
    manager = sign_in(world.user("manager"))
    everybody = manager.get("/staff").text
    assert "Đỗ Thị Hoà" in everybody
    assert world.user("other_manager").name not in everybody
    assert world.user("admin").name not in everybody
    found = manager.get("/staff?q=do+thi+hoa").text
    assert "Đỗ Thị Hoà" in found
    assert world.user("trainer").name not in found
    assert "Không tìm thấy ai" in manager.get("/staff?q=xyz").text
    assert world.user("other_manager").name in sign_in(world.user("officer")).get("/staff").text


def test_an_officer_looks_but_changes_nothing(sign_in: Any, world: World) -> None:
    officer, helper = sign_in(world.user("officer")), world.user("helper")
    page = officer.get(f"/staff/{helper.id}").text
    assert helper.name in page
    assert "<form class" not in page.split("<main", 1)[1]
    assert officer.get("/staff/invite").status_code == 403
    assert officer.post(f"/staff/{helper.id}/close").status_code == 403
    assert officer.post(f"/staff/{helper.id}/roles").status_code == 403


@pytest.mark.parametrize("act", ["", "/close", "/open", "/reset-link", "/roles"])
def test_the_staff_of_another_unit_are_not_there(sign_in: Any, world: World, act: str) -> None:
    manager, other = sign_in(world.user("manager")), world.user("other_manager")
    answer = manager.post(f"/staff/{other.id}{act}") if act else manager.get(f"/staff/{other.id}")
    assert answer.status_code == 404


def test_a_grant_of_another_unit_is_not_there(sign_in: Any, world: World, session: Session) -> None:
    (grant,) = service.grants_of(session, world.user("other_manager"))
    assert sign_in(world.user("manager")).post(f"/staff/grants/{grant.id}/revoke").status_code == 404


def test_a_role_is_given_taken_away_and_given_back(sign_in: Any, world: World, session: Session) -> None:
    manager, helper, ward = sign_in(world.user("manager")), world.user("helper"), world.unit("00082")
    given = manager.post(f"/staff/{helper.id}/roles", data={"unit_id": str(ward.id), "role": "trainer"})
    assert given.status_code == 302
    grant = session.scalars(select(Grant).where(Grant.user_id == helper.id, Grant.role == Role.TRAINER)).one()
    taken = manager.get(manager.post(f"/staff/grants/{grant.id}/revoke").location).text
    undo = re.search(r'action="([^"]+/restore[^"]*)"', taken)
    assert undo is not None
    assert (
        session.scalars(select(Grant).where(Grant.user_id == helper.id, Grant.role == Role.TRAINER)).first()
        is None
    )
    manager.post(unescape(undo[1]))
    assert "Hướng dẫn viên" in manager.get(f"/staff/{helper.id}").text


def test_only_an_admin_is_offered_the_sensitive_fields(sign_in: Any, world: World, session: Session) -> None:
    manager, ward = world.user("manager"), world.unit("00082")
    address, data = f"/staff/{manager.id}", {"unit_id": str(ward.id), "role": "manager", "sensitive": "y"}
    assert 'name="sensitive"' not in sign_in(manager).get(address).text
    sign_in(manager).post(f"{address}/roles", data=data)
    session.expire_all()
    assert not service.grants_of(session, manager)[0].sensitive
    admin = sign_in(world.user("admin"))
    assert 'name="sensitive"' in admin.get(f"{address}").text
    admin.post(f"{address}/roles?unit={ward.id}", data=data)
    session.expire_all()
    assert service.grants_of(session, manager)[0].sensitive


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(sign_in: Any, world: World) -> None:
    helper = world.user("helper")
    theirs, manager = sign_in(helper), sign_in(world.user("manager"))
    assert theirs.get("/account").status_code == 200
    page = manager.get(manager.post(f"/staff/{helper.id}/close").location).text
    assert theirs.get("/account").status_code == 302
    undo = re.search(r'action="(/staff/[^"]+/open)"', page)
    assert undo is not None
    manager.post(undo[1])
    assert "đã khóa" not in manager.get(f"/staff/{helper.id}").text


def test_a_manager_hands_over_a_link_for_a_forgotten_password(
    sign_in: Any, client: CheckedClient, world: World
) -> None:
    manager, helper = sign_in(world.user("manager")), world.user("helper")
    assert "người quản lý đơn vị" in client.get("/account/forgot").text
    link = link_of(manager.get(manager.post(f"/staff/{helper.id}/reset-link").location).text)
    assert "Đặt mật khẩu mới" in client.get(link).text
    client.post(link, data={"password": NEW, "again": NEW})
    answer = client.post("/account/login", data={"identity": "helper@example.vn", "password": NEW})
    assert answer.status_code == 302


def test_an_unknown_or_old_link_says_what_to_do(
    client: CheckedClient, world: World, session: Session, clock: Clock
) -> None:
    unknown = client.get("/invitation/abcdef")
    assert unknown.status_code == 404
    assert "chép đủ" in unknown.text
    unit = world.unit("00082")
    _, token = service.invite(
        session, unit=unit, role="helper", name="Ba", phone="0912345678", actor=SYSTEM, now=NOW
    )
    session.commit()
    clock.now = NOW + timedelta(days=8)
    old = client.get(f"/invitation/{token}")
    assert old.status_code == 410
    assert "hết hạn" in old.text


def test_an_invitation_can_be_withdrawn(
    sign_in: Any, client: CheckedClient, world: World, session: Session
) -> None:
    manager = sign_in(world.user("manager"))
    link = link_of(manager.get(invite(manager, world).location).text)
    assert "Trần Văn Ba" in manager.get("/staff").text
    invitation = session.scalars(select(Invitation)).one()
    other = sign_in(world.user("other_manager"))
    assert "Trần Văn Ba" not in other.get("/staff").text
    assert other.post(f"/staff/invitations/{invitation.id}/withdraw").status_code == 404
    manager.post(f"/staff/invitations/{invitation.id}/withdraw")
    assert client.get(link).status_code == 410


class Post:
    """A mail server that keeps what it is given."""

    sent: list[Any]

    def __init__(self) -> None:
        self.sent = []

    def __call__(self, *_: Any, **__: Any) -> Post:
        return self

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def starttls(self) -> None:
        pass

    def send_message(self, mail: Any) -> None:
        self.sent.append(mail)


def test_with_mail_a_link_is_sent_and_nobody_learns_who_has_an_account(
    client: CheckedClient, world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["SETTINGS"], mail_server="mail.example.vn", mail_sender="lop-so@example.vn")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    post = Post()
    monkeypatch.setattr(smtplib, "SMTP", post)
    answers = []
    for identity in ("manager@example.vn", "nobody@example.vn"):
        page = client.get(client.post("/account/forgot", data={"identity": identity}).location).text
        answers.append(re.search(r'<div role="status">.*?</div>\n', page, re.S)[0])  # type: ignore[index]
    assert answers[0] == answers[1]
    assert "đường dẫn đã được gửi" in answers[0]
    (mail,) = post.sent
    assert mail["To"] == "manager@example.vn"
    link = re.search(r"http://localhost(/invitation/\S+)", mail.get_content())
    assert link is not None
    assert client.post(link[1], data={"password": NEW, "again": NEW}).status_code == 302
    empty = client.post("/account/forgot", data={"identity": " "})
    assert empty.status_code == 422


def test_the_staff_list_needs_as_many_queries_for_200_as_for_10(
    sign_in: Any, world: World, session: Session
) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            world.make_staff(f"more{count}x{number}", Role.HELPER, world.unit("00082"))
        session.commit()
        client, seen = sign_in(world.user("manager")), []
        client.get("/more")

        def see(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", see)
        assert client.get("/staff").status_code == 200
        event.remove(db.engine, "before_cursor_execute", see)
        return len(seen)

    assert queries(10) == queries(200)


def test_on_the_command_line_staff_are_added_and_listed(app: Flask, world: World, session: Session) -> None:
    run = app.test_cli_runner().invoke
    session.commit()
    add = [
        "staff",
        "add",
        "--name",
        "Trần Văn Ba",
        "--phone",
        "0912345678",
        "--role",
        "manager",
        "--unit",
        "00082",
    ]
    made = run(args=[*add, "--password", NEW])
    assert made.exit_code == 0, made.output
    user = session.scalars(select(User).where(User.phone == "+84912345678")).one()
    assert [grant.role for grant in service.grants_of(session, user)] == [Role.MANAGER]
    listed = run(args=["staff", "list"]).output
    assert "Trần Văn Ba\t+84912345678\tmanager\tphường Cửa Nam, thành phố Hà Nội" in listed
    asked = run(
        args=[
            "staff",
            "add",
            "--name",
            "Lan",
            "--email",
            "l@example.vn",
            "--role",
            "helper",
            "--unit",
            "00082",
        ],
        input=f"{NEW}\n{NEW}\n",
    )
    assert asked.exit_code == 0, asked.output
    link = run(
        args=[
            "staff",
            "add",
            "--name",
            "Mai",
            "--email",
            "m@example.vn",
            "--role",
            "helper",
            "--unit",
            "00082",
            "--invite",
        ]
    )
    assert re.search(r"http://127\.0\.0\.1:8000/invitation/\S{30,}", link.output)
    for wrong in (add, [*add[:-1], "99999"]):
        answer = run(args=[*wrong, "--password", NEW])
        assert answer.exit_code != 0
        assert str(answer.exception)
