"""Lớp Số in somebody else's application: it works there, and the host does not notice."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, redirect, render_template, request, session
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import NotFound
from werkzeug.test import Client, TestResponse

from lms import LMS, attendance_recorded, certificate_issued, certificate_revoked, class_completed
from lms.accounts.models import User
from lms.attendance.models import AttendanceStatus
from lms.attendance.service import NewMark, record_marks
from lms.classes.models import CourseClass
from lms.core.access import EVERYTHING, SYSTEM, set_scope
from lms.core.db import Model, db
from lms.core.keys import new_key
from lms.signals import send_after_commit
from tests.lms.conftest import NOW
from tests.support.html import assert_good_html
from tests.support.world import World

PREFIX = "/lop-hoc"

TEMPLATES = {
    "base.html": "<!doctype html><title>Host</title>{% block main %}{% endblock %}",
    "core/base.html": "the host's own core/base.html",
    "home.html": '{% extends "base.html" %}{% block main %}<a href="{{ lms.url_for("people.index") }}">Lớp học</a>'
    "{{ static_url is defined }} {{ this_address is defined }}{% endblock %}",
    "core/error.html": "the host's own core/error.html",
}


@dataclass
class Host:
    """An application with users, a database, templates and error pages of its own."""

    app: Flask
    db: SQLAlchemy
    before: dict[str, Any]

    @property
    def inner(self) -> Flask:
        return self.app.extensions["lms"].inner

    def client(self) -> FlaskClient:
        return self.app.test_client()


def described(app: Flask) -> dict[str, Any]:
    """What a plugin could spoil in an application."""
    return {
        "addresses": sorted(f"{rule} {rule.endpoint} {rule.methods}" for rule in app.url_map.iter_rules()),
        "config": dict(app.config),
        "extensions": {name: id(value) for name, value in app.extensions.items() if name != "lms"},
        "errors": {
            scope: {code: list(kinds) for code, kinds in spec.items()}
            for scope, spec in app.error_handler_spec.items()
        },
        "before": {name: list(hooks) for name, hooks in app.before_request_funcs.items()},
        "after": {name: list(hooks) for name, hooks in app.after_request_funcs.items()},
        "teardown": [*app.teardown_appcontext_funcs, *app.teardown_request_funcs.get(None, [])],
        "context": {name: list(hooks) for name, hooks in app.template_context_processors.items()},
        "globals": sorted(app.jinja_env.globals),
        "filters": sorted(app.jinja_env.filters),
        "blueprints": sorted(app.blueprints),
        "commands": sorted(set(app.cli.commands) - {"lms"}),
        "session": type(app.session_interface),
        "json": type(app.json),
    }


def make_host(folder: Path, mount: Callable[[Flask], LMS], **config: Any) -> Host:
    """A library's site: it signs people in itself, and counts its books."""
    app = Flask("library", instance_path=str(folder), static_folder=None)
    app.config.update(
        SECRET_KEY="the host's own secret, not ours at all",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'library.sqlite3'}",
        SESSION_COOKIE_NAME="session",
        **config,
    )
    app.jinja_loader = DictLoader(TEMPLATES)
    books = SQLAlchemy(app)

    class Book(books.Model):  # type: ignore[name-defined]
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str]

    class Member(UserMixin):
        def __init__(self, email: str) -> None:
            self.id = email

    manager = LoginManager(app)
    manager.user_loader(Member)

    people = Blueprint("people", __name__)  # a name that we use as well

    @people.get("/members")
    @login_required
    def index() -> str:
        return f"member {current_user.id}"

    app.register_blueprint(people)

    @app.post("/enter")
    def enter() -> Any:
        login_user(Member(request.form["email"]), remember=True)
        session["basket"] = ["Dế Mèn"]
        return redirect("/")

    @app.get("/")
    def home() -> str:
        return render_template("home.html", lms=app.extensions.get("lms") and extension)

    @app.get("/books")
    def count() -> str:
        return str(books.session.query(Book).count())

    @app.errorhandler(NotFound)
    def nothing(_error: NotFound) -> tuple[str, int]:
        return "the host's own 404", 404

    with app.app_context():
        books.create_all()
        books.session.add(Book(title="Tắt đèn"))
        books.session.commit()
    before = described(app)
    extension = mount(app)
    host = Host(app, books, before)
    with host.inner.app_context():
        Model.metadata.create_all(db.engine)
        set_scope(db.session(), EVERYTHING)
        World.build(db.session(), now=NOW)
        db.session.commit()
    host.inner.config["CLOCK"] = lambda: NOW
    return host


def signed_in_at_the_host() -> str | None:
    """The host's word on who is there."""
    return current_user.id if current_user.is_authenticated else None


def mounted(app: Flask) -> LMS:
    return LMS(app, url_prefix=PREFIX, identity=signed_in_at_the_host)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = make_host(tmp_path, mounted)
    yield host
    close(host)


def close(host: Host) -> None:
    with host.inner.app_context():
        db.engine.dispose()
    with host.app.app_context():
        host.db.engine.dispose()


def good(response: TestResponse) -> TestResponse:
    if response.mimetype == "text/html":
        assert_good_html(response.text, str(response.request.path))
    return response


# --- the host does not notice -----------------------------------------------------------------------------------------


def test_nothing_of_the_hosts_changes(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    visit.get(PREFIX + "/people")
    assert described(host.app) == host.before


def test_the_hosts_pages_are_its_own(host: Host) -> None:
    visit = host.client()
    page = visit.get("/")
    assert "<title>Host</title>" in page.text
    assert "False False" in page.text, "our template helpers are not there"
    assert "Content-Security-Policy" not in page.headers
    assert visit.get("/books").text == "1"
    for address in ("/nowhere", "/lop-hoc-khac", "/people", "/account/login"):
        assert visit.get(address).text == "the host's own 404", address


def test_the_hosts_templates_are_not_ours(host: Host) -> None:
    page = host.client().get(PREFIX + "/nowhere")
    assert page.status_code == 404
    assert "the host's own" not in good(page).text
    assert "Lớp Số" in page.text


def test_the_hosts_session_and_cookies_stay(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    kept = {name: visit.get_cookie(name).value for name in ("session", "remember_token")}  # type: ignore[union-attr]
    visit.get(PREFIX + "/people")
    visit.get(PREFIX + "/account/logout")
    token = visit.get(PREFIX + "/nowhere").text.split('name="csrf_token" value="')[1].split('"')[0]
    visit.post(PREFIX + "/account/logout", data={"csrf_token": token})
    assert {name: visit.get_cookie(name).value for name in kept} == kept  # type: ignore[union-attr]
    assert visit.get("/members").text == "member manager@example.vn"


def test_the_hosts_database_has_none_of_our_tables(host: Host) -> None:
    with host.app.app_context():
        tables = host.db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert tables == ["book"]


def test_ours_lies_beside_the_hosts_unless_told(host: Host, tmp_path: Path) -> None:
    assert (tmp_path / "lop-so.sqlite3").exists()
    assert host.inner.config["SECRET_KEY"] == host.app.secret_key


def test_settings_with_our_prefix_are_ours(tmp_path: Path) -> None:
    host = make_host(
        tmp_path,
        mounted,
        LMS_SECRET_KEY="a secret for Lớp Số alone",
        LMS_INSTANCE_DIR=str(tmp_path / "lms"),
        LMS_ROSTER_LIMIT_MB="3",
    )
    assert host.inner.config["SECRET_KEY"] == "a secret for Lớp Số alone"
    assert (tmp_path / "lms" / "lop-so.sqlite3").exists()
    assert host.inner.config["SETTINGS"].roster_limit_mb == 3
    close(host)


# --- ours works there -------------------------------------------------------------------------------------------------


def test_the_hosts_member_needs_no_second_sign_in(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "Manager@Example.vn "})
    page = good(visit.get(PREFIX + "/people"))
    assert page.status_code == 200
    assert "Nguyễn Thị Manager" in page.text
    assert "/account" not in page.text, "the account is the host's affair"


def test_a_member_without_an_account_of_ours_is_nobody(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "reader@example.vn"})
    page = visit.get(PREFIX + "/people")
    assert page.status_code == 302
    assert page.location.startswith(PREFIX + "/account/login?next=" + PREFIX + "/people")


def test_a_member_who_leaves_the_host_leaves_us(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    assert visit.get(PREFIX + "/people").status_code == 200
    visit.delete_cookie("session")
    visit.delete_cookie("remember_token")
    assert visit.get(PREFIX + "/people").status_code == 302


def test_nobody_names_himself(host: Host) -> None:
    headers = {"lms.identity": "admin@example.vn", "Lms-Identity": "admin@example.vn"}
    assert host.client().get(PREFIX + "/people", headers=headers).status_code == 302
    environ = {"lms.identity": "admin@example.vn"}
    assert host.client().get(PREFIX + "/people", environ_overrides=environ).status_code == 302


def test_without_the_hosts_word_people_sign_in_with_us(tmp_path: Path) -> None:
    host = make_host(tmp_path, lambda app: LMS(app, url_prefix="lop-hoc/"))
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    page = visit.get(PREFIX + "/people")
    assert page.location.startswith(PREFIX + "/account/login")
    good(visit.get(page.location))
    environ = {"lms.identity": "admin@example.vn"}
    assert visit.get(PREFIX + "/people", environ_overrides=environ).status_code == 302
    close(host)


def addresses(page: str) -> set[str]:
    """Every address in a page."""
    parts = [part for name in ('href="', 'action="', 'src="') for part in page.split(name)[1:]]
    return {part.split('"')[0] for part in parts}


def test_every_address_in_our_pages_stays_below_the_prefix(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    for path in ("/people", "/people/new", "/staff", "/nowhere"):
        found = addresses(good(visit.get(PREFIX + path)).text)
        outside = {each for each in found if not each.startswith((PREFIX + "/", "#", "?"))}
        assert not outside, path
        assert any("/static/lms.css" in each for each in found)


def test_our_static_files_come(host: Host) -> None:
    visit = host.client()
    style = next(each for each in addresses(visit.get(PREFIX + "/nowhere").text) if ".css" in each)
    with visit.get(style) as response:
        assert response.status_code == 200
        assert response.mimetype == "text/css"
        assert b"--" in response.data


def test_our_cookies_are_sent_to_our_pages_only(host: Host) -> None:
    visit = host.client()
    page = visit.get(PREFIX + "/nowhere")
    cookies = page.headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["lms_session"]
    assert "Path=" + PREFIX in cookies[0]


def test_the_chosen_language_stays_and_so_does_the_page(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    page = visit.get(PREFIX + "/people?q=hoa").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    back = page.split('name="next" value="')[1].split('"')[0]
    assert back == PREFIX + "/people?q=hoa"
    data = {"csrf_token": token, "locale": "ar", "next": back}
    answer = visit.post(PREFIX + "/language", data=data)
    assert answer.location == back
    assert "Path=" + PREFIX in answer.headers["Set-Cookie"]
    assert '<html lang="ar" dir="rtl"' in good(visit.get(PREFIX + "/people")).text


def test_the_bare_prefix_is_our_first_page(host: Host) -> None:
    visit = host.client()
    visit.post("/enter", data={"email": "manager@example.vn"})
    assert visit.get(PREFIX, follow_redirects=True).status_code == 200
    assert visit.get(PREFIX + "/", follow_redirects=True).status_code == 200


def test_below_a_further_prefix(host: Host) -> None:
    """The host itself may be mounted somewhere."""
    visit = Client(host.app)
    inside = {"base_url": "http://localhost/thu-vien"}
    page = visit.get(PREFIX + "/people", **inside)
    assert page.location.startswith("/thu-vien/lop-hoc/account/login?next=/thu-vien/lop-hoc/people")
    error = visit.get(PREFIX + "/nowhere", **inside)
    assert "Path=/thu-vien/lop-hoc" in error.headers["Set-Cookie"]
    assert all(each.startswith(("/thu-vien/lop-hoc/", "#")) for each in addresses(error.text))


def test_addresses_for_the_hosts_links(host: Host) -> None:
    assert f'<a href="{PREFIX}/people">' in host.client().get("/").text
    assert (
        '<a href="/thu-vien/lop-hoc/people">'
        in Client(host.app).get("/", base_url="http://localhost/thu-vien").text
    )
    key = new_key()
    with host.app.app_context():
        lms = LMS()
        assert lms.url_for("people.show", person_id=key) == f"{PREFIX}/people/{key}"
        assert lms.url_for("people.index", q="hoa") == f"{PREFIX}/people?q=hoa"
    with host.app.test_request_context(base_url="https://thuvien.example.vn"):
        assert lms.url_for("people.index", _external=True) == f"https://thuvien.example.vn{PREFIX}/people"


def test_an_address_of_its_own_is_needed() -> None:
    with pytest.raises(ValueError, match="url_prefix"):
        LMS(url_prefix="/")


# --- signals ----------------------------------------------------------------------------------------------------------


def test_the_host_hears_of_attendance(host: Host) -> None:
    heard: list[tuple[Flask, dict[str, Any]]] = []

    def listen(sender: Flask, **values: Any) -> None:
        heard.append((sender, values))

    with attendance_recorded.connected_to(listen), host.inner.app_context():
        set_scope(db.session(), EVERYTHING)
        world = World(db.session())
        course_class = world.make_class()
        meeting = world.make_session(course_class, NOW.date())
        person_id = world.enrol(course_class, world.make_person()).person_id
        mark = NewMark(
            id=new_key(),
            session_id=meeting.id,
            person_id=person_id,
            status=AttendanceStatus.PRESENT,
            marked_at=NOW,
        )
        record_marks(db.session(), [mark], actor=SYSTEM, now=NOW)
        assert heard == [], "not before it is certain"
        db.session.commit()
    assert heard == [(host.inner, {"session_id": mark.session_id, "marks": 1})]


@pytest.mark.parametrize(
    "signal", [attendance_recorded, class_completed, certificate_issued, certificate_revoked]
)
def test_a_signal_comes_after_the_commit_and_only_then(host: Host, signal: Any) -> None:
    heard: list[Any] = []

    def listen(sender: Flask, **values: Any) -> None:
        with host.app.app_context():
            heard.append((sender, values, host.db.session.scalar(text("SELECT count(*) FROM book"))))

    with signal.connected_to(listen, sender=host.inner), host.inner.app_context():
        db.session.execute(text("SELECT 1"))
        send_after_commit(db.session(), signal, number=1)
        db.session.rollback()
        assert heard == []
        db.session.execute(text("SELECT 1"))
        send_after_commit(db.session(), signal, number=2)
        db.session.commit()
    assert heard == [(host.inner, {"number": 2}, 1)]


# --- commands ---------------------------------------------------------------------------------------------------------


def test_our_commands_are_the_hosts(host: Host) -> None:
    runner = host.app.test_cli_runner()
    listed = runner.invoke(args=["lms", "--help"])
    assert listed.exit_code == 0, listed.output
    for name in ("init", "roster", "demo", "db"):
        assert f"  {name}" in listed.output
    assert "serve" not in listed.output
    made = runner.invoke(args=["lms", "roster", "import", "00082-26-99", str(Path(__file__))])
    assert made.exit_code == 2
    assert "Traceback" not in made.output


def test_init_makes_our_database_only(tmp_path: Path) -> None:
    app = Flask("library", instance_path=str(tmp_path))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'library.sqlite3'}"
    books = SQLAlchemy(app)
    lms = LMS(url_prefix=PREFIX)
    lms.init_app(app)
    done = app.test_cli_runner().invoke(args=["lms", "init"])
    assert done.exit_code == 0, done.output
    inner = app.extensions["lms"].inner
    with inner.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM unit")) > 3000
        db.engine.dispose()
    with app.app_context():
        assert books.session.scalars(text("SELECT name FROM sqlite_master")).all() == []
        books.engine.dispose()


# --- two in one process -----------------------------------------------------------------------------------------------


def test_two_hosts_do_not_disturb_each_other(tmp_path: Path) -> None:
    shared = LMS(url_prefix=PREFIX, identity=signed_in_at_the_host)

    def mount(app: Flask) -> LMS:
        shared.init_app(app)
        return shared

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = make_host(tmp_path / "a", mount), make_host(tmp_path / "b", mount)
    with first.inner.app_context():
        set_scope(db.session(), EVERYTHING)
        world = World(db.session())
        world.make_person("Nguyễn Thị Riêng")
        db.session.commit()
    visits = [host.client() for host in (first, second)]
    for visit in visits:
        visit.post("/enter", data={"email": "manager@example.vn"})
    pages = [contextvars.Context().run(visit.get, PREFIX + "/people") for visit in visits]
    assert [page.status_code for page in pages] == [200, 200]
    assert ["Nguyễn Thị Riêng" in page.text for page in pages] == [True, False]
    with first.inner.app_context(), second.inner.app_context():
        set_scope(db.session(), EVERYTHING)
        assert World(db.session()).session.query(User).count() == 7
        assert World(db.session()).session.query(CourseClass).count() == 0
    for host in (first, second):
        assert described(host.app) == host.before
        close(host)
