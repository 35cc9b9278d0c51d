"""Signing in and out, passwords, one-time codes, passkeys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers.structs import CredentialDeviceType

from lms.accounts import attempts, rules
from lms.accounts.models import SignInAttempt, User
from lms.audit.models import AuditEntry
from tests.lms.conftest import NOW, Clock
from tests.support.client import CheckedClient
from tests.support.world import PASSWORD, World

WRONG = "chưa đúng"
NEW = "hoa sen và trà đá"


@pytest.fixture
def lan(session: Session, world: World) -> User:
    """The manager, who also has a phone."""
    user = world.user("manager")
    user.phone = "+84912345678"
    session.commit()
    return user


def enter(client: CheckedClient, identity: str, password: str = PASSWORD, **values: Any) -> Any:
    return client.post("/account/login", data={"identity": identity, "password": password}, **values)


def is_signed_in(client: CheckedClient) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "identity",
    ["0912345678", "0912 345 678", "+84 912.345.678", "manager@example.vn", " Manager@Example.VN "],
)
def test_one_signs_in_by_phone_or_email_however_typed(
    client: CheckedClient, lan: User, identity: str
) -> None:
    assert enter(client, identity).status_code == 302
    assert is_signed_in(client)


def test_after_signing_in_one_is_where_one_wanted_to_go(client: CheckedClient, lan: User) -> None:
    asked = client.get("/staff?q=x").location
    page = client.get(asked).text
    action = re.search(r'<form class="fields" method="post" action="([^"]+)"', page)
    assert action is not None
    answer = client.post(
        action[1].replace("&amp;", "&"), data={"identity": "0912345678", "password": PASSWORD}
    )
    assert answer.location.endswith("/staff?q=x")
    away = client.get("/account/login?next=https://evil.example/")
    assert away.status_code == 302
    assert "evil" not in away.location


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(
    client: CheckedClient, lan: User
) -> None:
    wrong, unknown = enter(client, "0912345678", "không phải"), enter(client, "0987654321", "không phải")
    sentences = [
        re.findall(r"<li>([^<]*" + WRONG + r"[^<]*)</li>", answer.text) for answer in (wrong, unknown)
    ]
    assert sentences[0] == sentences[1] != []
    assert 'value="0912345678"' in wrong.text
    assert "không phải" not in wrong.text
    assert not is_signed_in(client)


def test_an_empty_form_says_what_is_missing(client: CheckedClient, world: World) -> None:
    answer = client.post("/account/login", data={"identity": " ", "password": ""})
    assert "Vui lòng ghi số điện thoại hoặc email" in answer.text
    assert "Vui lòng nhập mật khẩu" in answer.text


def test_who_guesses_must_wait_and_then_may_again(
    client: CheckedClient, lan: User, clock: Clock, session: Session
) -> None:
    for _ in range(rules.TRIES_FOR_ACCOUNT):
        assert WRONG in enter(client, "0912345678", "đoán mò").text
    closed = enter(client, "0912 345 678")
    assert "15 phút" in closed.text
    assert not is_signed_in(client)
    assert (
        enter(CheckedClient(client.application), "helper@example.vn").status_code == 302
    )  # others are not held up
    clock.now = NOW + timedelta(minutes=16)
    assert enter(client, "0912345678").status_code == 302
    assert session.scalars(select(SignInAttempt)).all() == []


def test_one_source_cannot_try_many_accounts(client: CheckedClient, lan: User, session: Session) -> None:
    for number in range(rules.TRIES_FROM_SOURCE):
        attempts.record_failure(session, f"0912{number:06}", "127.0.0.1", now=NOW)
    session.commit()
    assert "phút" in enter(client, "0912345678").text
    assert not is_signed_in(client)
    elsewhere = enter(client, "0912345678", environ_base={"REMOTE_ADDR": "10.0.0.7"})
    assert elsewhere.status_code == 302


def test_neither_phone_nor_source_is_kept_readable(
    client: CheckedClient, lan: User, session: Session
) -> None:
    enter(client, "0912345678", "đoán mò")
    (attempt,) = session.scalars(select(SignInAttempt))
    kept = attempt.identity_hash + attempt.source_hash
    assert re.fullmatch(r"[0-9a-f]{128}", kept)
    assert hashlib.sha256(b"127.0.0.1").hexdigest() not in kept


def test_a_closed_account_is_told_only_to_who_knows_the_password(
    client: CheckedClient, lan: User, session: Session
) -> None:
    lan.active = False
    session.commit()
    assert "đã khóa" in enter(client, "0912345678").text
    assert "đã khóa" not in enter(client, "0912345678", "đoán mò").text


def test_signing_out_ends_the_session(client: CheckedClient, lan: User) -> None:
    enter(client, "0912345678")
    assert client.post("/account/logout").location.endswith("/account/login")
    assert not is_signed_in(client)


def test_after_twelve_hours_one_signs_in_again(client: CheckedClient, lan: User, clock: Clock) -> None:
    enter(client, "0912345678")
    clock.now = NOW + timedelta(hours=11, minutes=59)
    assert is_signed_in(client)
    clock.now = NOW + timedelta(hours=12, minutes=1)
    answer = client.get("/account")
    assert answer.location.startswith("/account/login")
    assert "12 giờ" in client.get(answer.location).text


def test_the_language_is_kept_on_the_account(client: CheckedClient, lan: User, app: Flask) -> None:
    enter(client, "0912345678")
    client.post("/language", data={"locale": "ar", "next": "/account"})
    elsewhere = CheckedClient(app)
    assert '<html lang="vi"' in elsewhere.get("/account/login").text
    enter(elsewhere, "0912345678")
    assert '<html lang="ar" dir="rtl"' in elsewhere.get("/account").text


def test_a_changed_password_ends_the_other_sessions(
    client: CheckedClient, lan: User, app: Flask, session: Session
) -> None:
    elsewhere = CheckedClient(app)
    for each in (client, elsewhere):
        enter(each, "0912345678")
    fields = {"password": PASSWORD, "new_password": "12345678", "new_password_confirm": "12345678"}
    assert "quá dễ đoán" in client.post("/account/change", data=fields).text
    fields |= {"new_password": "0912345678", "new_password_confirm": "0912345678"}
    assert "không được là họ tên, số điện thoại" in client.post("/account/change", data=fields).text
    fields |= {"new_password": NEW, "new_password_confirm": NEW}
    assert "Mật khẩu chưa đúng" in client.post("/account/change", data={**fields, "password": "sai rồi"}).text
    assert client.post("/account/change", data=fields).location.endswith("/account")
    assert "Đã đổi mật khẩu" in client.get("/account").text
    assert not is_signed_in(elsewhere)
    assert enter(elsewhere, "0912345678", NEW).status_code == 302
    assert "account.password_changed" in [entry.action for entry in session.scalars(select(AuditEntry))]


def test_demo_sign_ins_are_shown_only_in_a_demonstration(
    client: CheckedClient, app: Flask, monkeypatch: Any
) -> None:
    demo = [{"name": "Lan", "role": "Quản lý", "identity": "manager@example.vn", "password": PASSWORD}]
    monkeypatch.setitem(app.config, "DEMO_SIGN_INS", demo)
    assert PASSWORD not in client.get("/account/login").text
    from dataclasses import replace

    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], demo=True))
    assert PASSWORD in client.get("/account/login").text


# --- one-time codes ---------------------------------------------------------------------------------------------------


def code_for(key: str) -> str:
    """The six digits of RFC 6238 for a base32 key, now."""
    secret = base64.b32decode(
        key.replace(" ", "").replace("-", "").upper()
        + "=" * (-len(key.replace("-", "").replace(" ", "")) % 8)
    )
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def turn_on(client: CheckedClient) -> str:
    page = client.post("/account/tf-setup", data={"setup": "authenticator"}).text
    key = re.search(r'<bdi class="code">([^<]+)</bdi>', page)
    action = re.search(r'action="([^"]*tf-setup/[^"]+)"', page)
    assert key is not None
    assert action is not None
    assert "data:image/svg+xml" in page
    assert client.post(action[1], data={"code": code_for(key[1])}).status_code == 302
    return key[1]


def test_with_one_time_codes_the_password_alone_is_not_enough(
    client: CheckedClient, lan: User, app: Flask, session: Session
) -> None:
    enter(client, "0912345678")
    assert "Đang tắt" in client.get("/account").text
    key = turn_on(client)
    assert "Đang bật" in client.get("/account").text
    elsewhere = CheckedClient(app)
    asked = enter(elsewhere, "0912345678")
    assert not is_signed_in(elsewhere)
    assert "sáu chữ số" in elsewhere.get(asked.location).text
    assert "Mã chưa đúng" in elsewhere.post("/account/tf-validate", data={"code": "000000"}).text
    assert elsewhere.post("/account/tf-validate", data={"code": code_for(key)}).status_code == 302
    assert is_signed_in(elsewhere)
    client.post("/account/tf-setup", data={"setup": "disable"})
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["account.codes_on", "account.codes_off"]
    session.refresh(lan)
    assert lan.tf_totp_secret is None


def test_who_lost_phone_and_recovery_codes_is_helped_by_a_manager(
    client: CheckedClient, sign_in: Any, world: World, app: Flask
) -> None:
    trainer = world.user("trainer")
    enter(client, "trainer@example.vn")
    turn_on(client)
    manager = sign_in(world.user("manager"))
    assert "/codes-off" in manager.get(f"/staff/{trainer.id}").text
    assert sign_in(world.user("other_manager")).post(f"/staff/{trainer.id}/codes-off").status_code == 404
    manager.post(f"/staff/{trainer.id}/codes-off")
    assert "/codes-off" not in manager.get(f"/staff/{trainer.id}").text
    elsewhere = CheckedClient(app)
    enter(elsewhere, "trainer@example.vn")
    assert is_signed_in(elsewhere)


def test_codes_cannot_be_guessed_at_will(client: CheckedClient, lan: User, app: Flask) -> None:
    enter(client, "0912345678")
    key = turn_on(client)
    guesser = CheckedClient(app)
    enter(guesser, "0912345678")
    for _ in range(rules.TRIES_FOR_ACCOUNT):
        guesser.post("/account/tf-validate", data={"code": "000000"})
    answer = guesser.post("/account/tf-validate", data={"code": code_for(key)})
    assert "phút" in answer.text
    assert not is_signed_in(guesser)


def test_a_recovery_code_works_once(client: CheckedClient, lan: User, app: Flask) -> None:
    enter(client, "0912345678")
    turn_on(client)
    client.post("/account/mf-recovery-codes", data={"generate_new_codes": "1"})
    page = client.get("/account/mf-recovery-codes?show_codes=1").text
    codes = re.findall(r'<li><bdi class="code" dir="ltr">([^<]+)</bdi>', page)
    assert len(codes) == 5
    for expected in (True, False):
        elsewhere = CheckedClient(app)
        enter(elsewhere, "0912345678")
        assert elsewhere.get("/account/mf-recovery").status_code == 200
        answer = elsewhere.post("/account/mf-recovery", data={"code": codes[0]})
        assert is_signed_in(elsewhere) is expected
        assert ("Mã dự phòng chưa đúng" in answer.text) is not expected


# --- passkeys ---------------------------------------------------------------------------------------------------------


def test_a_passkey_is_asked_for_without_inline_script(client: CheckedClient, lan: User) -> None:
    enter(client, "0912345678")
    assert "điện thoại của tôi" in client.get("/account/wan-register").text
    assert "Vui lòng đặt tên" in client.post("/account/wan-register", data={"name": ""}).text
    page = client.post("/account/wan-register", data={"name": "máy của tôi"}).text
    assert "passkeys.js" in page
    options = re.search(r'data-options="([^"]+)"', page)
    assert options is not None
    assert "challenge" in options[1]


def test_passkeys_are_listed_and_removed(
    client: CheckedClient, lan: User, app: Flask, session: Session
) -> None:
    app.extensions["security"].datastore.create_webauthn(
        lan,
        credential_id=b"an id",
        public_key=b"a key",
        name="máy của tôi",
        sign_count=1,
        usage="first",
        device_type=CredentialDeviceType.SINGLE_DEVICE,
        backup_state=False,
        transports=["internal"],
        extensions=None,
    )
    session.commit()
    enter(client, "0912345678")
    assert "Đã có 1 khóa" in client.get("/account").text
    assert "máy của tôi" in client.get("/account/wan-register").text
    assert (
        "không có khóa truy cập"
        in client.post("/account/wan-delete", data={"name": "khác"}, follow_redirects=True).text
    )
    assert (
        "Đã bỏ khóa truy cập"
        in client.post("/account/wan-delete", data={"name": "máy của tôi"}, follow_redirects=True).text
    )
    assert "Chưa có khóa nào" in client.get("/account").text


def test_a_passkey_page_for_signing_in_names_nobody(client: CheckedClient, lan: User) -> None:
    assert client.get("/account/wan-signin").status_code == 200
    page = client.post("/account/wan-signin").text
    assert 'data-passkey="get"' in page
    assert lan.name not in page
    refused = client.post(re.search(r'action="([^"]*wan-signin/[^"]+)"', page)[1], data={"credential": "{}"})  # type: ignore[index]
    assert refused.status_code == 302
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", ["/account/tf-rescue", "/account/tf-select"])
def test_pages_that_we_do_not_offer_are_closed(client: CheckedClient, world: World, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/account/tf-setup", "/account/wan-register", "/account/mf-recovery-codes", "/account/change"]
)
def test_changing_an_account_needs_a_sign_in(client: CheckedClient, world: World, path: str) -> None:
    assert "/account/login" in client.get(path).location


@pytest.mark.parametrize(
    "path",
    [
        "/account/tf-setup",
        "/account/wan-register",
        "/account/mf-recovery-codes",
        "/account/change",
        "/account",
    ],
)
def test_every_page_of_the_account_speaks_arabic(client: CheckedClient, lan: User, path: str) -> None:
    enter(client, "0912345678")
    client.set_cookie("lms_language", "ar")
    page = client.get(path)
    assert page.status_code == 200
    main = page.text.split('<main id="main" tabindex="-1">', 1)[1].split("</main>")[0]
    words = re.sub(r"<[^>]*>|\b(Lớp Số|QR|JavaScript)\b", " ", main, flags=re.S)
    foreign = [
        word
        for word in re.findall(r"[A-Za-zÀ-ɏḀ-ỹ]{3,}", words)
        if word not in f"{lan.name} {lan.email} Hà Nội Cửa Nam"
    ]
    assert foreign == []
