"""What every answer has: headers, a way to show errors in the person's language, limits, remembered choices."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask_babel import lazy_gettext as _l
from werkzeug.test import TestResponse

from lms.app import create_app
from lms.core.access import public
from lms.core.config import Settings
from lms.core.db import Model, db
from lms.core.errors import DomainError
from tests.support.client import CheckedClient
from tests.support.world import World

PAGE = "/account/login"
TITLES = {
    "vi": "Không có trang này",
    "ar": "هذه الصفحة غير موجودة",
    "en": "There is no such page",
}
DIRECTIONS = {"vi": "ltr", "ar": "rtl", "en": "ltr"}


def directives(response: TestResponse) -> dict[str, str]:
    """The content security policy, by directive."""
    policy = response.headers["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, "/health", "/nothing-here", "/static/lms.css"])
def test_every_answer_is_closed_to_other_sites(client: CheckedClient, address: str) -> None:
    with client.get(address) as response:
        assert response.data
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    policy = directives(response)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    for kind in ("script-src", "style-src", "form-action", "connect-src"):
        assert policy[kind] == "'self'", kind
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_pages_are_not_kept_and_the_files_of_the_design_are(client: CheckedClient) -> None:
    page = client.get(PAGE)
    assert page.cache_control.no_store
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    with client.get(address) as style:
        assert style.status_code == 200
        assert style.cache_control.max_age == 365 * 24 * 3600
    assert "?v=" in address, "a new version has a new address"


def test_the_session_is_kept_from_scripts_and_other_sites(client: CheckedClient) -> None:
    cookies = client.post("/language", data={"locale": "en"}).headers.getlist("Set-Cookie")
    cookies += client.get(PAGE).headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_an_error_is_a_page_in_the_persons_language(client: CheckedClient, language: str) -> None:
    client.set_cookie("lms_language", language)
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert f'lang="{language}" dir="{DIRECTIONS[language]}"' in response.text
    assert f"<h1>{TITLES[language]}</h1>" in response.text
    assert "http_404" in response.text, "the code for support"


def test_a_program_gets_json(client: CheckedClient) -> None:
    response = client.get("/nothing-here", headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (404, "application/json")
    assert response.json is not None
    assert response.json["code"] == "http_404"
    assert response.json["message"].startswith("Không có gì")


def test_a_wrong_method_is_an_error_of_its_own(client: CheckedClient) -> None:
    response = client.get("/language")
    assert response.status_code == 405
    assert "http_405" in response.text
    assert "POST" in response.headers["Allow"]


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Flask]:
    """An application with views that go wrong."""
    app = create_app(Settings(instance_dir=tmp_path), MAX_FORM_MEMORY_SIZE=1024 * 1024)
    app.logger.disabled = True
    with app.app_context():
        Model.metadata.create_all(db.engine)

    @app.get("/break")
    @public
    def break_down() -> None:
        raise RuntimeError("password=hunter2 of Nguyễn Văn Hùng")

    @app.get("/refuse")
    @public
    def refuse() -> None:
        raise DomainError("full", _l("The file is too large"), status=409)

    @app.post("/upload")
    @public
    def upload() -> dict[str, int]:
        return {"bytes": len(request.files["file"].read())}

    @app.get("/forgotten")
    def names_no_permission() -> str:
        return "secret"

    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_a_fault_of_ours_shows_nothing_of_the_inside(faulty: Flask, language: str) -> None:
    client = CheckedClient(faulty)
    client.set_cookie("lms_language", language)
    response = client.get("/break")
    assert response.status_code == 500
    assert f'lang="{language}"' in response.text
    for word in ("hunter2", "Nguyễn Văn Hùng", "RuntimeError", "Traceback"):
        assert word not in response.text
    answer = client.get("/break", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["code"] == "unexpected"
    assert "hunter2" not in answer.text


def test_a_refusal_keeps_its_code_and_status(faulty: Flask) -> None:
    client = CheckedClient(faulty)
    page = client.get("/refuse")
    assert page.status_code == 409
    assert "<p>Tệp quá lớn</p>" in page.text
    answer = client.get("/refuse", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "full"


def test_a_view_that_names_no_permission_is_closed(faulty: Flask) -> None:
    response = CheckedClient(faulty).get("/forgotten")
    assert response.status_code == 403
    assert "secret" not in response.text


# --- limits -----------------------------------------------------------------------------------------------------------


def upload(client: CheckedClient, megabytes: int) -> TestResponse:
    """Send a file of zeros, as a browser would."""
    head = (
        '--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + csrf_token(client) + "\r\n"
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="roster.xlsx"\r\n\r\n'
    )
    body = head.encode() + b"\0" * (megabytes << 20) + b"\r\n--edge--\r\n"
    return client.post("/upload", data=body, content_type="multipart/form-data; boundary=edge")


@pytest.mark.parametrize("megabytes", [11, 50])
def test_a_file_that_is_too_large_is_refused(faulty: Flask, megabytes: int) -> None:
    response = upload(CheckedClient(faulty), megabytes)
    assert response.status_code == 413
    assert "http_413" in response.text


def test_a_file_within_the_limit_is_read(faulty: Flask) -> None:
    assert upload(CheckedClient(faulty), 9).json == {"bytes": 9 << 20}


# --- forged requests --------------------------------------------------------------------------------------------------


def csrf_token(client: CheckedClient) -> str:
    """The token in the forms of a page that the client was shown."""
    page = client.get("/nothing-here").text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_form_without_our_token_changes_nothing(faulty: Flask) -> None:
    client = CheckedClient(faulty)
    stranger = csrf_token(CheckedClient(faulty))
    for data in (
        {"locale": "en"},
        {"locale": "en", "csrf_token": "guess"},
        {"locale": "en", "csrf_token": stranger},
    ):
        response = client.post("/language", data=data)
        assert response.status_code == 400
        assert "stale_form" in response.text
        assert client.get_cookie("lms_language") is None
    response = client.post("/language", data={"locale": "en", "csrf_token": csrf_token(client)})
    assert response.status_code == 302
    assert client.get_cookie("lms_language").value == "en"  # type: ignore[union-attr]


def test_a_program_without_our_token_is_told_so_in_json(faulty: Flask) -> None:
    response = CheckedClient(faulty).post("/language", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert json.loads(response.text)["code"] == "stale_form"


# --- remembered choices -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_a_chosen_language_is_remembered(client: CheckedClient, language: str) -> None:
    response = client.post("/language", data={"locale": language, "next": PAGE + "?next=/classes"})
    assert response.location == PAGE + "?next=/classes"
    assert f'lang="{language}" dir="{DIRECTIONS[language]}"' in client.get(PAGE).text
    cookie = client.get_cookie("lms_language")
    assert cookie is not None
    assert cookie.max_age is not None
    assert cookie.max_age > 300 * 24 * 3600


def test_vietnamese_unless_chosen_whatever_the_phone_says(client: CheckedClient) -> None:
    page = client.get(PAGE, headers={"Accept-Language": "en-US,en;q=0.9"}).text
    assert '<html lang="vi"' in page


@pytest.mark.parametrize("nonsense", ["xx", "", "<script>", "../en"])
def test_an_unknown_language_changes_nothing(client: CheckedClient, nonsense: str) -> None:
    client.post("/language", data={"locale": "ar"})
    client.post("/language", data={"locale": nonsense})
    assert '<html lang="ar"' in client.get(PAGE).text
    client.set_cookie("lms_language", nonsense)
    assert '<html lang="vi"' in client.get(PAGE).text


def test_an_address_can_name_the_language(client: CheckedClient) -> None:
    client.set_cookie("lms_language", "en")
    assert '<html lang="ar"' in client.get(PAGE + "?lang=ar").text
    assert '<html lang="en"' in client.get(PAGE).text


def test_an_account_keeps_its_language(world: World, sign_in: Any, app: Flask) -> None:
    manager = world.user("manager")
    browser = sign_in(manager)
    browser.delete_cookie("lms_language")
    assert '<html lang="vi"' in browser.get("/account").text
    browser.post("/language", data={"locale": "ar"})
    elsewhere = sign_in(manager)
    elsewhere.delete_cookie("lms_language")
    assert '<html lang="ar"' in elsewhere.get("/account").text


@pytest.mark.parametrize(("size", "shown"), [("large", "large"), ("larger", "larger"), ("huge", "normal")])
def test_a_chosen_text_size_is_remembered(client: CheckedClient, size: str, shown: str) -> None:
    response = client.post("/text-size", data={"text_size": size, "next": PAGE})
    assert response.location == PAGE
    assert f'data-text-size="{shown}"' in client.get(PAGE).text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "http:/evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "http://[",
        "evil.example",
        "",
    ],
)
@pytest.mark.parametrize("form", ["/language", "/text-size"])
def test_nobody_is_sent_to_another_site(client: CheckedClient, form: str, address: str) -> None:
    response = client.post(form, data={"locale": "en", "text_size": "large", "next": address})
    assert response.status_code == 302
    assert response.location == "/"


# --- health -----------------------------------------------------------------------------------------------------------


def test_health(client: CheckedClient) -> None:
    assert client.get("/health").json == {"status": "ok"}


def test_health_without_a_database(tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}"
    app = create_app(Settings(instance_dir=tmp_path, database_url=missing))
    response = app.test_client().get("/health")
    assert (response.status_code, response.json) == (503, {"status": "database unreachable"})
