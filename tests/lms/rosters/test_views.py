"""A secretary takes a list into a class, in the browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.classes.models import CourseClass, Enrolment, EnrolmentState
from lms.people.models import Person
from lms.rosters import uploads
from tests.support.client import CheckedClient
from tests.support.queries import count_queries
from tests.support.world import World

DATA = Path(__file__).parent / "data"
HEADING = "Họ và tên,Ngày sinh,Điện thoại\n"


@pytest.fixture(autouse=True)
def _no_kept_files(app: Flask) -> None:
    for path in kept_files(app):
        path.unlink()


@pytest.fixture
def course_class(world: World, session: Session) -> CourseClass:
    course_class = world.make_class(capacity=100)
    session.commit()
    return course_class


@pytest.fixture
def manager(world: World, course_class: CourseClass, sign_in: Any) -> CheckedClient:
    return sign_in(world.user("manager"))


def send(client: CheckedClient, course_class: CourseClass, data: bytes | str, name: str = "list.csv") -> Any:
    content = data.encode() if isinstance(data, str) else data
    files = {"file": (io.BytesIO(content), name)}
    return client.post(f"/classes/{course_class.id}/roster", data=files, content_type="multipart/form-data")


def fields(page: str) -> dict[str, str]:
    """What the import form of a page would send."""
    form = page.split("/roster/import", 1)[1].split("</form>")[0] if "/roster/import" in page else ""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    chosen = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', form)
    return dict(hidden + chosen)


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


def kept_files(app: Flask) -> list[Path]:
    folder = Path(app.config["SETTINGS"].instance_dir) / "rosters"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_list_is_checked_and_then_imported(
    app: Flask, manager: CheckedClient, course_class: CourseClass, session: Session
) -> None:
    address = f"/classes/{course_class.id}/roster"
    assert "/roster-template" in manager.get(address).text
    answer = send(manager, course_class, (DATA / "bad.csv").read_bytes(), "bad.csv")
    assert answer.headers["Location"].endswith(f"{address}/check")
    page = manager.get(f"{address}/check").text
    for row in range(3, 12):
        assert re.search(rf"<th scope=\"row\">[^<]*\b{row}</th>", page), row
    assert "31/02/1970" in page
    assert "\u202e" not in page
    assert people(session) == 0
    assert len(kept_files(app)) == 1
    answer = manager.post(f"{address}/import", data=fields(page))
    assert answer.headers["Location"].endswith(f"{address}/result")
    session.expire_all()
    assert people(session) == 1
    assert kept_files(app) == []
    assert "<b>1</b>" in manager.get(f"{address}/result").text
    again = manager.post(f"{address}/import", data={}, follow_redirects=True)
    assert 'type="file"' in again.text
    assert people(session) == 1


def test_somebody_who_looks_known_is_taken_as_was_chosen(
    manager: CheckedClient, world: World, course_class: CourseClass, session: Session
) -> None:
    known = world.make_person("Vũ Thị Thuỷ", 1950, phone="+84912345678")
    session.commit()
    send(manager, course_class, HEADING + "Vu Thi Thuy,1950,0987654321\n")
    page = manager.get(f"/classes/{course_class.id}/roster/check").text
    assert "Vũ Thị Thuỷ" in page
    assert fields(page)["row-2"] == "new"
    manager.post(f"/classes/{course_class.id}/roster/import", data={"row-2": "same"})
    assert session.scalars(select(Enrolment.person_id)).all() == [known.id]


def test_columns_are_corrected_by_hand(
    manager: CheckedClient, course_class: CourseClass, session: Session
) -> None:
    send(manager, course_class, "A,B\nLê Văn Tâm,1980\nLê Thị Mai,1975\n")
    address = f"/classes/{course_class.id}/roster"
    page = manager.get(f"{address}/check").text
    assert "/roster/import" not in page
    assert 'name="column-0"' in page
    page = manager.get(f"{address}/check?column-0=name&column-1=birth").text
    data = fields(page)
    assert (data["column-0"], data["column-1"]) == ("name", "birth")
    manager.post(f"{address}/import", data=data)
    assert sorted(session.scalars(select(Person.name))) == ["Lê Thị Mai", "Lê Văn Tâm"]
    assert manager.get(f"{address}/check?column-0=nonsense").status_code in (200, 302)


def test_more_people_than_places(
    manager: CheckedClient, world: World, session: Session, course_class: CourseClass
) -> None:
    course_class.capacity = 1
    session.commit()
    send(manager, course_class, HEADING + "Lê Một,1950,\nLê Hai,1951,\nLê Ba,1952,\n")
    address = f"/classes/{course_class.id}/roster"
    manager.post(f"{address}/import", data=fields(manager.get(f"{address}/check").text))
    waiting = select(func.count()).where(Enrolment.state == EnrolmentState.WAITING)
    assert session.scalar(waiting) == 2
    assert 'class="note warning"' in manager.get(f"{address}/result").text


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "leer.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "photo.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old.xls"),
        (b"MZ\x90\x00" + bytes(range(256)) * 100, "program.csv"),
    ],
)
def test_a_file_that_is_no_list_gets_a_sentence_and_the_form_again(
    world: World, course_class: CourseClass, sign_in: Any, language: str, data: bytes, name: str
) -> None:
    answer = send(sign_in(world.user("manager"), language), course_class, data, name)
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert 'type="file"' in answer.text


def test_no_file_at_all(manager: CheckedClient, course_class: CourseClass) -> None:
    answer = manager.post(f"/classes/{course_class.id}/roster", data={})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text


def test_a_file_of_fifty_megabytes_is_refused_with_a_sentence(
    app: Flask, manager: CheckedClient, course_class: CourseClass
) -> None:
    address = f"/classes/{course_class.id}/roster"
    start = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="film.csv"\r\n\r\n'
    body = start + b"x" * (50 * 1024 * 1024) + b"\r\n--limit--\r\n"
    answer = manager.post(address, data=body, content_type="multipart/form-data; boundary=limit")
    assert answer.status_code == 413
    assert "10 MB" in answer.text
    assert address in answer.text
    assert kept_files(app) == []


def test_cells_that_look_like_pages_are_shown_as_text(
    manager: CheckedClient, course_class: CourseClass
) -> None:
    heading = "Họ và tên,Ngày sinh,<i>x</i>\n"
    send(manager, course_class, heading + "<script>alert(1)</script> Lan,1950,<b>\n9,<u>,\n", "<img>.csv")
    page = manager.get(f"/classes/{course_class.id}/roster/check").text
    for tag in ("<script>alert", "<i>x", "<u>", "<img>"):
        assert tag not in page
    assert "&lt;u&gt;" in page


def test_the_kept_file_belongs_to_the_class_and_is_gone_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    first, second = world.make_class().id, world.make_class().id
    token = uploads.keep(tmp_path, b"a\nb", "list.csv", class_id=first)
    assert uploads.find(tmp_path, token, class_id=first) == uploads.Upload("list.csv", b"a\nb")
    assert uploads.find(tmp_path, token, class_id=second) is None
    assert uploads.find(tmp_path, "../" + token, class_id=first) is None
    assert (tmp_path / token).stat().st_mode & 0o077 == 0
    later = (tmp_path / token).stat().st_mtime + uploads.KEPT_SECONDS + 1
    monkeypatch.setattr("lms.rosters.uploads.time.time", lambda: later)
    uploads.keep(tmp_path, b"", "other.csv", class_id=first)
    assert uploads.find(tmp_path, token, class_id=first) is None


def test_who_may_not_change_the_class_may_not_import(
    world: World, course_class: CourseClass, session: Session, sign_in: Any
) -> None:
    world.put_on_staff(course_class, world.user("trainer"))
    session.commit()
    for path in ("", "/check", "/result"):
        address = f"/classes/{course_class.id}/roster{path}"
        assert sign_in(world.user("trainer")).get(address).status_code == 403
        assert sign_in(world.user("other_manager")).get(address).status_code == 404
    for path in ("/import", "/export"):
        address = f"/classes/{course_class.id}/roster{path}"
        assert sign_in(world.user("other_manager")).post(address).status_code == 404
    assert people(session) == 0


def test_the_list_of_the_class_is_downloaded_and_that_is_recorded(
    manager: CheckedClient, world: World, course_class: CourseClass, session: Session
) -> None:
    world.enrol(course_class, world.make_person("Trần Thị Ánh", 1958))
    session.commit()
    address = f"/classes/{course_class.id}/roster/export"
    answer = manager.post(address, data={"kind": "csv"})
    assert answer.headers["Content-Disposition"].endswith(f"{course_class.code}.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "Trần Thị Ánh" in answer.text
    assert manager.post(address, data={"kind": "xlsx"}).data.startswith(b"PK")
    assert manager.post(address, data={"kind": "exe"}).status_code == 400
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions == ["roster.exported", "roster.exported"]


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_the_template_is_understood_when_filled_in(
    world: World, course_class: CourseClass, session: Session, sign_in: Any, language: str
) -> None:
    import openpyxl

    client = sign_in(world.user("manager"), language)
    workbook = openpyxl.load_workbook(io.BytesIO(client.get("/roster-template").data))
    sheet = workbook.worksheets[0]
    sheet.append(["Nguyễn Thị Ánh", "05/03/1958", None, "0912 345 678", "Xóm Đình", None, None, None])
    file = io.BytesIO()
    workbook.save(file)
    send(client, course_class, file.getvalue(), "list.xlsx")
    page = client.get(f"/classes/{course_class.id}/roster/check").text
    client.post(f"/classes/{course_class.id}/roster/import", data=fields(page))
    person = session.scalars(select(Person)).one()
    assert (person.name, person.phone, person.place) == ("Nguyễn Thị Ánh", "+84912345678", "Xóm Đình")


def test_the_dry_run_asks_the_same_number_of_questions_whatever_the_length(
    manager: CheckedClient, world: World, course_class: CourseClass, session: Session
) -> None:
    def ask(count: int) -> int:
        for index in range(count):
            world.make_person(f"Lê Văn Người{count}{chr(97 + index % 26)}{chr(97 + index // 26)}", 1950)
        session.commit()
        names = session.scalars(select(Person.name).where(Person.name.contains(f"Người{count}")))
        send(manager, course_class, HEADING + "".join(f"{name},1950,0912345678\n" for name in names))
        with count_queries() as counter:
            page = manager.get(f"/classes/{course_class.id}/roster/check")
        assert page.text.count('value="same"') + page.text.count("<li>") >= 1
        return counter.number

    assert ask(10) == ask(200)
