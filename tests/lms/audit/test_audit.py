"""The activity log: it only grows, and says who did what."""

from __future__ import annotations

import ast
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import lms
from lms.audit import service
from lms.audit.models import AuditEntry
from lms.audit.sentences import KINDS, SENTENCES
from lms.core.access import Actor
from lms.core.db import db, writing
from tests.lms.conftest import NOW
from tests.support.world import World

LAN = Actor(uuid.UUID(int=7), "Nguyễn Thị Lan")


def act(
    session: Session, world: World, action: str = "class.created", code: str = "00082", **values: Any
) -> None:
    values = {"actor": LAN, "now": NOW, "unit_id": world.unit(code).id, **values}
    service.record(session, action, **values)
    session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(action="nothing happened"),
        update(AuditEntry).values(details={}),
        delete(AuditEntry),
        text("DELETE FROM audit_entry"),
        text("UPDATE audit_entry SET actor_name = 'somebody else'"),
    ],
)
def test_the_database_itself_refuses_changes(session: Session, world: World, statement: Any) -> None:
    act(session, world)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(statement)
    session.rollback()
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["class.created"]


def test_a_look_stays_recorded_when_the_request_fails(session: Session, world: World) -> None:
    person = world.make_person()
    session.commit()
    service.record_view(session, "sensitive.viewed", actor=LAN, now=NOW, subject=person, fields="disability")
    session.rollback()
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.subject_id, entry.unit_id) == ("sensitive.viewed", person.id, person.unit_id)
    assert entry.details == {"fields": "disability"}


def test_a_look_while_writing_goes_with_the_writing(session: Session, world: World) -> None:
    session.commit()
    with writing():
        world.make_person()
        service.record_view(session, "sensitive.viewed", actor=LAN, now=NOW)
        session.rollback()
        assert session.scalars(select(AuditEntry)).all() == []
        session.commit()


def test_entries_are_sentences_with_who_when_and_where(sign_in: Any, world: World, session: Session) -> None:
    act(session, world, enrolled=12)
    page = sign_in(world.user("admin")).get("/audit").text
    for shown in (
        "Nguyễn Thị Lan",
        "tạo một lớp",
        "22/11/2026",
        "10:00",
        "Phường Cửa Nam, thành phố Hà Nội",
        "enrolled=12",
    ):
        assert shown in page
    arabic = sign_in(world.user("admin"), "ar").get("/audit").text
    assert "إنشاء فصل" in arabic


def test_an_unknown_action_is_shown_as_it_is(sign_in: Any, world: World, session: Session) -> None:
    act(session, world, "something.new")
    assert "something.new" in sign_in(world.user("admin")).get("/audit").text


def test_the_log_is_filtered_by_kind_by_subject_and_by_who(
    sign_in: Any, world: World, session: Session
) -> None:
    person, other = world.make_person(), Actor(uuid.UUID(int=8), "Lê Văn Tám")
    act(session, world, "class.created")
    act(session, world, "classroom.painted")
    act(session, world, "person.changed", subject=person, actor=other)
    client = sign_in(world.user("admin"))
    classes = client.get("/audit?kind=classes").text
    assert "tạo một lớp" in classes
    assert "classroom.painted" not in classes
    assert "sửa thông tin một người" not in classes
    for address in (f"/audit?subject={person.id}", f"/audit?who={other.id}"):
        page = client.get(address).text
        assert "sửa thông tin một người" in page
        assert "tạo một lớp" not in page
    assert client.get("/audit?kind=nonsense&subject=1&who=%00").status_code == 200


def test_one_sees_the_entries_of_the_own_units_only(sign_in: Any, world: World, session: Session) -> None:
    act(session, world, "class.created", "00082")
    act(session, world, "class.changed", "06220")
    page = sign_in(world.user("officer")).get("/audit").text
    assert "tạo một lớp" in page
    assert "sửa một lớp" not in page
    for nobody in ("manager", "trainer", "helper", "viewer"):
        assert sign_in(world.user(nobody)).get("/audit").status_code == 403


def test_the_newest_come_first_and_pages_follow(sign_in: Any, world: World, session: Session) -> None:
    for number in range(60):
        act(session, world, f"step.n{number:02}", now=NOW + timedelta(minutes=number))
    client = sign_in(world.user("admin"))
    first, second = client.get("/audit").text, client.get("/audit?page=2").text
    assert first.index("step.n59") < first.index("step.n58")
    assert "step.n09" not in first
    assert "step.n09" in second
    assert client.get("/audit?page=99").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_log(
    sign_in: Any, world: World, session: Session
) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            act(session, world, code=("00082", "00070", "06220")[number % 3])
        client, seen = sign_in(world.user("admin")), []
        client.get("/more")

        def see(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(db.engine, "before_cursor_execute", see)
        client.get("/audit")
        event.remove(db.engine, "before_cursor_execute", see)
        return len(seen)

    assert queries(10) == queries(200)


def test_every_sentence_belongs_to_a_filter() -> None:
    beginnings = {code for _, codes in KINDS.values() for code in codes}
    assert {action.split(".")[0] for action in SENTENCES} <= beginnings


def recorded_actions() -> set[str]:
    """The actions that the program's own calls of ``audit.record`` and ``audit.record_view`` name."""
    actions = set()
    for path in (Path(lms.__file__).parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called.startswith("audit.record") and isinstance(node, ast.Call) and len(node.args) > 1:
                actions |= {
                    each.value
                    for each in ast.walk(node.args[1])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return actions


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    actions = recorded_actions()
    assert "class.created" in actions
    assert {action for action in actions if "." in action and not action.endswith(".")} - set(
        SENTENCES
    ) == set()
