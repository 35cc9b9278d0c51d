"""The tests' own instruments: a blind validator or an open network would make every other test worthless."""

import json
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from tests.benchmarks.report import Report
from tests.support import axe
from tests.support.browser import PHONE
from tests.support.html import faults
from tests.support.network import WorldReached
from tools import check_tree

ROOT = Path(__file__).resolve().parent.parent

PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>Lớp học</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>Lớp học</h1>{body}
</main></body></html>"""


def page_of(body: str, lang: str = "vi", direction: str = "ltr") -> str:
    return PAGE.format(body=body, lang=lang, dir=direction)


GOOD_FORM = """<h2>Thông tin</h2>
<form method="post">
<p><label for="name">Họ tên</label> <input id="name" name="name" aria-describedby="hint">
<span id="hint">Như trên giấy tờ</span></p>
<label>Nhớ <input type="checkbox" name="keep"></label>
<fieldset><legend>Nhóm</legend><label><input type="radio" name="g"> A</label></fieldset>
<input type="hidden" name="t" value="1"><button>Lưu</button>
</form>
<ul><li><a href="#name">Lên</a></ul>
<script src="/static/a.js" defer></script><script type="application/json" id="data">{"a": "{{"}</script>
<p>Bác <bdi>Nguyễn Thị Hoa</bdi> &amp; <bdi>عائشة</bdi></p><img src="a.png" alt=""><dialog><p>?</p></dialog>
<table><thead><tr><th scope="col">Buổi<tbody><tr><td>1</table>"""


def test_a_good_page_is_let_through() -> None:
    assert faults(page_of(GOOD_FORM)) == []
    assert faults(page_of(GOOD_FORM, "ar", "rtl")) == []
    assert faults("<li>Một</li>", fragment=True) != []
    assert faults("<ul><li>Một</li></ul>", fragment=True) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<p>a<div>b</p></div>", "line"),
        ("<p>a &nosuch; b</p>", "entity"),
        ("<p title='a' title='b'>x</p>", "attribute"),
        ("<p id=a>x</p><p id=a>y</p>", "2 times"),
        ("<p id=''>x</p>", "blank"),
        ("<p style='color:red'>x</p>", "inline style"),
        ("<style>p{}</style>", "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ("<script type=module>1</script>", "inline script"),
        ("<p onclick='x()'>x</p>", "onclick"),
        ("<a href='JavaScript:x()'>x</a>", "script as an address"),
        ("<input name=a>", "no label"),
        ("<label for=b>B</label><input id=a>", "no label"),
        ("<label for=b>B</label><input id=a>", "not there"),
        ("<label for=a></label><input id=a>", "no label"),
        ("<select name=a><option>1</select>", "no label"),
        ("<textarea name=a></textarea>", "no label"),
        ("<img src=a.png>", "no alt"),
        ("<button></button>", "without words"),
        ("<button><svg><path d='M0 0'></path></svg></button>", "without words"),
        ("<input type=submit value=''>", "without words"),
        ("<a href='/'></a>", "without words"),
        ("<a href='#nowhere'>x</a>", "no such place"),
        ("<h3>Mục</h3>", "left out"),
        ("<h1>Hai</h1>", "2 <h1>"),
        ("<p tabindex=2>x</p>", "tabindex"),
        ("<p aria-describedby=nil>x</p>", "not there"),
        ("<fieldset><p>x</p></fieldset>", "legend"),
        ("<li>x</li>", "not in a list"),
        ("<ul><p>x</p></ul>", "directly in"),
        ("<button><a href='/'>x</a></button>", "two things to press"),
        ("<table><tr><td>x</table>", "without headings"),
        ("<center>x</center>", "obsolete"),
        ("<p align=left>x</p>", "stylesheet"),
        ("<p>%(count)d người</p>", "not filled in"),
        ("<p>{{ name }}</p>", "not filled in"),
        ("<p>&lt;lms.people.Person object at 0x7f&gt;</p>", "not filled in"),
        ("<p>Tên: None</p>", "not filled in"),
        ("</main><main>", "2 <main>"),
    ],
)
def test_a_fault_is_found(body: str, word: str) -> None:
    assert any(word in sentence for sentence in faults(page_of(body))), faults(page_of(body))


@pytest.mark.parametrize(("lang", "direction"), [("ar", "ltr"), ("vi", "rtl"), ("fr", "ltr"), ("vi", "")])
def test_language_and_direction_belong_together(lang: str, direction: str) -> None:
    assert len(faults(page_of("", lang, direction))) == 1


def test_a_page_without_its_frame_is_named() -> None:
    found = " ".join(faults("<p>x</p>"))
    assert all(
        word in found for word in ("lang", "title", "viewport", "charset", "<main>", "<h1>", "DOCTYPE")
    )


def test_nothing_leaves_this_machine() -> None:
    with socket.socket() as plug, pytest.raises(WorldReached):
        plug.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as plug, pytest.raises(WorldReached):
        plug.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(WorldReached):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(WorldReached):
        smtplib.SMTP("127.0.0.1")


def test_this_machine_can_be_reached() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5) as plug:
            assert plug.getpeername() == server.getsockname()


def test_a_new_database_is_empty_and_takes_vietnamese(
    database_kind: str, new_database: Callable[[str], str]
) -> None:
    address = new_database("support")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (name text)"))
        connection.execute(text("INSERT INTO person VALUES ('Nguyễn Thị Hoa')"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM person")).scalar() == "Nguyễn Thị Hoa"
    engine.dispose()
    assert engine.dialect.name == database_kind
    again = create_engine(new_database("support"))
    with again.begin() as connection:
        connection.execute(text("CREATE TABLE person (name text)"))
    again.dispose()


def test_the_browser_sees_what_axe_should_find(open_page: Callable[..., Page]) -> None:
    page = open_page(PHONE)
    page.set_content(page_of("<p><img src='data:,'> <input name='a'></p>"))
    found = " ".join(axe.faults(page))
    assert "image-alt" in found
    assert "label" in found
    page.set_content(page_of(GOOD_FORM.replace("<script src", "<script data-src")))
    assert axe.faults(page) == []
    assert page.evaluate("innerWidth") == 360


def test_a_benchmark_states_goal_and_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("Trang web")
    report.add("điểm danh 40 người", 9.4, "ms", at_most=15, peer="Moodle: 42 ms")
    report.add("rows", 1500, "rows/s", at_least=2000)
    report.add("pages", 3, "")
    report.finish(["--json", str(tmp_path / "figures.json")])
    rows = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert [row["holds"] for row in rows] == [True, False, None]
    assert rows[0] == {
        "name": "điểm danh 40 người",
        "value": 9.4,
        "unit": "ms",
        "goal": "≤ 15",
        "holds": True,
        "peer": "Moodle: 42 ms",
    }
    printed = capsys.readouterr().out
    assert "Moodle: 42 ms" in printed
    assert "NO" in printed
    with pytest.raises(ValueError, match="there already"):
        report.add("rows", 1, "rows/s")


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "postgresql://lms:" + "hunter22@db/lms",
        "pip install --index" + "-url x",
        "open('/home/" + "lan/data.csv')",
    ],
)
def test_a_secret_or_a_private_path_is_found(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_tree, "ROOT", tmp_path)
    file = tmp_path / "a.txt"
    file.write_text(line)
    assert len(check_tree.faults(file)) == 1
    file.write_text("postgresql://lms:${PASSWORD}@db/lms, https://example.org/work/a, a/home/b")
    assert check_tree.faults(file) == []


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
