"""What the web pages cost: server CPU, bytes on the wire, questions to the database, rows imported, memory.

    python -m tests.benchmarks.web [--json FILE]

A page is asked of the WSGI application itself, with a session, gzip and CSRF protection as in production; its CPU is
that of the thread which answers. Moodle's figures are those reported for its attendance activity on such a machine
(PHP only, its database not counted); they are not measured here.
"""

from __future__ import annotations

import gzip
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from flask import Flask
from flask_security import hash_password
from werkzeug.test import EnvironBuilder

from lms import create_app
from lms.audit import service as audit
from lms.classes import service as classes
from lms.classes.models import ClassState
from lms.core.access import EVERYTHING, SYSTEM, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db, writing
from lms.rosters import service as rosters
from tests.benchmarks.report import Report
from tests.support import papers
from tests.support.client import CheckedClient
from tests.support.queries import count_queries
from tests.support.world import PASSWORD, World

RUNS = 50
ROUNDS = 5
PEOPLE = 40
ROWS = 5_000
WARD = "00082"
TODAY = date(2026, 11, 22)
FORM = "application/x-www-form-urlencoded"
STATUSES = ("present", "late", "absent", "excused")


def calmest(measure: Callable[[int], float]) -> float:
    """Milliseconds: the median of a round of runs, of the round in which the machine's other work disturbed least."""
    return min(statistics.median(measure(run) for run in range(RUNS)) for _ in range(ROUNDS)) * 1000


class Browser:
    """A member of staff's browser that speaks WSGI and notes what an answer cost."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app = app
        client = CheckedClient(app)
        with app.app_context():
            set_scope(db.session(), EVERYTHING)
            client.sign_in(World(db.session()).user(name))
        cookie = client.get_cookie("lms_session")
        assert cookie is not None
        self.cookie = f"lms_session={cookie.value}"

    def ask(self, path: str, data: dict[str, str] | None = None) -> Answer:
        """GET, or POST where there is ``data``."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip", "Accept": "text/html"}
        sent = {"method": "POST", "data": urlencode(data), "content_type": FORM} if data else {}
        builder = EnvironBuilder(path, headers=headers, **sent)  # type: ignore[arg-type]
        environ = builder.get_environ()
        told: list[Any] = []

        def start_response(status: str, answered: list[tuple[str, str]], _info: Any = None) -> Any:
            told.extend((int(status[:3]), answered))

        began = time.thread_time()
        parts = self.app.wsgi_app(environ, start_response)
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        seconds = time.thread_time() - began
        builder.close()
        status, answered = told
        for key, value in answered:
            if key == "Set-Cookie" and value.startswith("lms_session="):
                self.cookie = value.split(";")[0]
        return Answer(status, dict(answered), body, seconds)


@dataclass(frozen=True)
class Answer:
    """What came, and the CPU seconds that it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def wire_bytes(self) -> int:
        """Bytes sent: the body as compressed, and the headers."""
        return len(self.body) + sum(len(key) + len(value) + 4 for key, value in self.headers.items())

    @property
    def text(self) -> str:
        """The page."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


@contextmanager
def application(folder: Path) -> Iterator[Flask]:
    """The program on a SQLite file with the tests' small world, at ten in the morning of a Sunday."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(Settings(secret_key="a secret of the benchmark, long enough", instance_dir=folder))
    app.config["CLOCK"] = lambda: papers.NOW
    with app.app_context():
        Model.metadata.create_all(db.engine)
        set_scope(db.session(), EVERYTHING)
        World.build(db.session(), now=papers.NOW)
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def fill(app: Flask, make: Callable[[World], Any]) -> Any:
    """Add to the database; returns what ``make`` returns."""
    with app.app_context():
        set_scope(db.session(), EVERYTHING)
        made = make(World(db.session()))
        db.session.commit()
        return made


# --- the roll call ----------------------------------------------------------------------------------------------------


def roll_call(report: Report, folder: Path) -> None:
    """The page that trainers use most, on the cheapest phone."""

    def make(world: World) -> str:
        course_class = world.make_class(people=PEOPLE, sessions=[TODAY])
        world.put_on_staff(course_class, world.user("trainer"))
        for number, person in enumerate(classes.enrolled_people(world.session, course_class.id)):
            person.residential_group_id = world.group(number % 2 + 1).id
        return f"/sessions/{course_class.sessions[0].id}/roll-call"

    with application(folder) as app:
        path = fill(app, make)
        trainer = Browser(app, "trainer")
        page = trainer.ask(path)
        assert page.status == 200, page.text
        assert page.text.count("<fieldset>") == PEOPLE
        report.add(
            f"roll call of {PEOPLE}: server CPU, median of {RUNS}, calmest of {ROUNDS} rounds",
            calmest(lambda _run: trainer.ask(path).seconds),
            "ms",
            at_most=15,
            peer="Moodle: 42 ms (reported)",
        )
        report.add(
            "roll call: first visit on the wire, everything",
            first_visit(trainer, page) / 1000,
            "kB",
            at_most=40,
            peer="Moodle: 1,199 kB (reported)",
        )
        report.add("roll call: visits after that", page.wire_bytes / 1000, "kB")
        report.add(
            f"posting all {PEOPLE}: server CPU, median of {RUNS}, calmest of {ROUNDS} rounds",
            calmest(lambda run: mark_all(trainer, path, STATUSES[run % len(STATUSES)])),
            "ms",
            at_most=20,
            peer="Moodle: 24 ms (reported)",
        )


def first_visit(browser: Browser, page: Answer) -> int:
    """Bytes of a page with everything that a browser fetches for it, the icon that it asks for unasked included."""
    assets = set(re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page.text))
    if 'rel="icon"' not in page.text:
        assets.add("/favicon.ico")
    return page.wire_bytes + sum(browser.ask(address).wire_bytes for address in sorted(assets))


def mark_all(browser: Browser, path: str, status: str) -> float:
    """CPU seconds of saving a mark for everybody, each different from the one before."""
    page = browser.ask(path).text
    data = dict(re.findall(r'<input type="?hidden"? name="?(\w+)"? value="?([^">]*)"?', page))
    data |= {f"m{index}": status for index in range(PEOPLE)}
    answer = browser.ask(path, data)
    assert answer.status == 302, answer.text
    assert browser.ask(path).text.count(f"value={status} checked") == PEOPLE
    return answer.seconds


# --- lists ------------------------------------------------------------------------------------------------------------


def list_pages(report: Report, folder: Path) -> None:
    """Whether a list of 200 asks the database more than a list of 10, and what the main pages weigh."""
    counts: dict[int, dict[str, int]] = {}
    weights: dict[str, int] = {}
    for rows in (10, 200):
        with application(folder / str(rows)) as app:
            paths = fill(app, lambda world, rows=rows: crowded(world, rows))
            manager, officer = Browser(app, "manager"), Browser(app, "officer")
            counts[rows] = {}
            for name, path in paths.items():
                browser = officer if name == "activity log" else manager
                browser.ask(path)
                with count_queries() as counter:
                    answer = browser.ask(path)
                assert answer.status == 200, (path, answer.status)
                counts[rows][name] = counter.number
                weights[name] = answer.wire_bytes
    for name, few in counts[10].items():
        report.add(
            f"{name}: more queries for 200 rows than for 10 ({few})", counts[200][name] - few, "", at_most=0
        )
    for name, weight in weights.items():
        report.add(f"{name}, 200 rows: the page on the wire", weight / 1000, "kB")


def crowded(world: World, rows: int) -> dict[str, str]:
    """A ward with so many of everything; the addresses of its lists by name."""
    session = world.session
    for number in range(rows):
        world.make_class(sessions=[TODAY + timedelta(number % 20)], state=ClassState.RUNNING)
        world.make_staff(f"staff{number}", world.user("trainer").grants[0].role, world.unit(WARD))
        audit.record(session, "class.created", actor=SYSTEM, now=papers.NOW, unit_id=world.unit(WARD).id)
    named = [world.make_person(f"Trần Thị Hoa {chr(65 + n % 26)}{n}", 1950 + n % 20) for n in range(rows)]
    held = papers.held_class(world, [(person, "pp") for person in named], capacity=rows)
    papers.make_issuer(world, held)
    held.state = ClassState.FINISHED
    session.flush()
    papers.issue(world, held)
    running = world.make_class(people=rows, sessions=[TODAY], capacity=rows)
    return {
        "home": "/",
        "figures": "/figures",
        "classes": "/classes",
        "class": f"/classes/{running.id}",
        "people of a class": f"/classes/{running.id}/people",
        "register": f"/classes/{held.id}/register",
        "roll call": f"/sessions/{running.sessions[0].id}/roll-call",
        "completion": f"/classes/{held.id}/completion",
        "certificates of a class": f"/classes/{held.id}/certificates",
        "people": "/people",
        "likely duplicates": "/people/duplicates",
        "certificates": "/certificates",
        "staff": "/staff",
        "venues": "/venues",
        "units": "/units",
        "activity log": "/audit",
        "long work": "/jobs",
    }


# --- rosters ----------------------------------------------------------------------------------------------------------

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ")
GIVEN = (
    "Ánh",
    "Bình",
    "Cường",
    "Dung",
    "Đức",
    "Giang",
    "Hạnh",
    "Khánh",
    "Lan",
    "Minh",
    "Ngọc",
    "Oanh",
    "Phúc",
    "Quý",
    "Sơn",
)


def roster(rows: int) -> bytes:
    """A list as a ward keeps it: all different people, some without a phone."""
    lines = ["STT,Họ và tên,Ngày sinh,Giới tính,Số điện thoại,Tổ dân phố"]
    for n in range(rows):
        given = " ".join(GIVEN[n // size % 15] for size in (10, 150, 2250))
        sex, middle = ("Nữ", "Thị") if n % 2 else ("Nam", "Văn")
        birth = f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1940 + n % 60}"
        phone = f"09{n:08d}" if n % 3 else ""
        lines.append(f"{n + 1},{FAMILY[n % 10]} {middle} {given},{birth},{sex},{phone},Tổ {n % 2 + 1}")
    return "\n".join(lines).encode("utf-8-sig")


def importing(report: Report, folder: Path) -> None:
    """Reading, the dry run, and reading again and taking over."""
    data = roster(ROWS)
    with application(folder) as app, app.app_context(), writing():
        session = db.session()
        set_scope(session, EVERYTHING)
        course_class = World(session).make_class(capacity=10_000)
        session.commit()
        began, cpu = time.perf_counter(), time.process_time()
        found = rosters.preview(session, course_class, rosters.read(data, "list.csv"), now=papers.NOW)
        done = rosters.import_roster(
            session, course_class, rosters.read(data, "list.csv"), actor=SYSTEM, now=papers.NOW
        )
        session.commit()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert found.added == done.added == ROWS, (found.added, done.added)
        again = rosters.import_roster(
            session, course_class, rosters.read(data, "list.csv"), actor=SYSTEM, now=papers.NOW
        )
        assert again.added == 0
        session.commit()
    report.add(f"importing {ROWS:,} rows, dry run included, SQLite", ROWS / seconds, "rows/s", at_least=2000)
    report.add(f"importing {ROWS:,} rows: CPU", cpu, "s")


# --- memory -----------------------------------------------------------------------------------------------------------

SERVE = (
    "import sys; sys.modules['numpy'] = None; from lms.cli import main; sys.argv = ['lms', 'serve']; main()"
)
"""`lms serve` as on a machine where the program alone is installed: NumPy is there for the tests only, and would be
loaded by openpyxl."""


def memory(report: Report, folder: Path) -> None:
    """Resident memory of a served process: people sign in, look at pages, and one class's certificates are set."""

    def make(world: World) -> str:
        world.user("manager").password = hash_password(PASSWORD)
        people = [world.make_person(f"Trần Thị Hoa {chr(65 + n % 26)}{n}", 1950 + n) for n in range(PEOPLE)]
        held = papers.held_class(world, [(person, "pp") for person in people])
        papers.make_issuer(world, held)
        held.state = ClassState.FINISHED
        return str(held.id)

    with application(folder) as app:
        key = fill(app, make)
        secret = app.config["SECRET_KEY"]
    with served_apart(folder, secret) as (process, visit):
        visit("/account/login", {"identity": "manager@example.vn", "password": PASSWORD})
        for path in ("/", "/classes", f"/classes/{key}", "/people", f"/classes/{key}/register"):
            visit(path)
        serving = process.memory_info().rss
        visit(f"/classes/{key}/certificates", {}, f"/classes/{key}/certificates")
        assert visit(f"/classes/{key}/certificates/vi.pdf").startswith(b"%PDF")
        most = peak(process.pid)
    report.add("served process after sign-in and pages: RSS", serving / 1e6, "MB")
    report.add(f"served process that set {PEOPLE} certificates: most RSS ever", most / 1e6, "MB", at_most=250)


def peak(pid: int) -> int:
    """The most resident memory that a process ever had, in bytes (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


Visit = Callable[..., bytes]


@contextmanager
def served_apart(folder: Path, secret: str) -> Iterator[tuple[psutil.Process, Visit]]:
    """A process that serves, and a browser's ``visit(path, data, form)``: GET, or POST of ``data`` with the
    token of the page ``form`` (the same path unless told).
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "INSTANCE_DIR": str(folder), "SECRET_KEY": secret, "PORT": str(port)}
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def visit(path: str, data: dict[str, str] | None = None, form: str | None = None) -> bytes:
        sent = None
        if data is not None:
            token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', visit(form or path))
            assert token
            sent = urlencode({**data, "csrf_token": token[1].decode()}).encode()
        with opener.open(f"http://127.0.0.1:{port}{path}", sent, timeout=120) as answer:
            body: bytes = answer.read()
            return body

    with subprocess.Popen(
        [sys.executable, "-c", SERVE], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(300):
                try:
                    visit("/health")
                    break
                except OSError:
                    time.sleep(0.1)
            yield psutil.Process(process.pid), visit
        finally:
            process.terminate()


def main() -> None:
    """Measure everything, one part after the other."""
    report = Report("The web pages (SQLite, one thread)")
    with tempfile.TemporaryDirectory() as folder:
        for part in (roll_call, importing, memory, list_pages):
            print(f"… {part.__name__.replace('_', ' ')}", file=sys.stderr, flush=True)
            part(report, Path(folder) / part.__name__)
    report.finish()


if __name__ == "__main__":
    main()
