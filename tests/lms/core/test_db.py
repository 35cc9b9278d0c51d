"""The database: what a column holds on each kind, and writers that take turns."""

import contextvars
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, create_engine, event, inspect, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from lms.app import create_app
from lms.audit.models import AuditEntry
from lms.core.access import EVERYTHING, public, set_scope
from lms.core.config import Settings
from lms.core.db import db, is_writing, prepare_engine, start_writing, stop_writing, writing
from lms.core.keys import new_key
from tests.support.world import World

THREADS, TURNS = 8, 25


def test_a_key_is_16_bytes_or_a_uuid(world: World, session: Session, database_kind: str) -> None:
    unit = world.unit("00082")
    raw = session.execute(text("SELECT id FROM unit WHERE code = '00082'")).scalar_one()
    columns = {column["name"]: column["type"] for column in inspect(session.connection()).get_columns("unit")}
    if database_kind == "sqlite":
        assert (raw, len(raw)) == (unit.id.bytes, 16)
        assert str(columns["id"]) == "BLOB"
    else:
        assert raw == unit.id
        assert str(columns["id"]) == "UUID"
    assert isinstance(unit.id, uuid.UUID)


def test_a_key_may_be_asked_for_as_text(world: World, session: Session) -> None:
    unit = world.unit("00082")
    assert session.scalar(select(type(unit).code).where(type(unit).id == str(unit.id))) == "00082"
    with pytest.raises(StatementError, match="badly formed"):
        session.scalar(select(type(unit).code).where(type(unit).id == "00082"))


def entry(at: datetime) -> AuditEntry:
    return AuditEntry(id=new_key(), at=at, actor_name="system", action="test.moment", details={})


def test_an_instant_comes_back_in_utc(session: Session) -> None:
    local = datetime(2026, 11, 24, 8, 0, 0, 123456, timezone(timedelta(hours=7)))
    row = entry(local)
    session.add(row)
    session.flush()
    session.expire(row)
    assert row.at == local
    assert (row.at.tzinfo, row.at.hour, row.at.microsecond) == (UTC, 1, 123456)


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(entry(datetime(2026, 11, 24, 8, 0)))
    with pytest.raises(StatementError, match="needs a time zone"):
        session.flush()


def test_a_document_keeps_what_was_put_in(session: Session) -> None:
    row = entry(datetime.now(UTC))
    row.details = {"số": 3, "list": ["a", None], "tên": "نور"}
    session.add(row)
    session.flush()
    session.expire(row)
    assert row.details == {"số": 3, "list": ["a", None], "tên": "نور"}


def test_what_is_appended_cannot_be_changed(session: Session) -> None:
    session.add(entry(datetime.now(UTC)))
    session.flush()
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="append-only"), session.begin_nested():
            session.execute(text(statement))
    assert session.query(AuditEntry).count() == 1


# --- SQLite -----------------------------------------------------------------------------------------------------------


@pytest.mark.databases("sqlite")
def test_sqlite_is_durable_and_checks_references(session: Session, database_kind: str) -> None:
    assert database_kind == "sqlite"
    settings = {
        name: session.execute(text(f"PRAGMA {name}")).scalar_one()
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        session.execute(
            text("INSERT INTO unit_closure (ancestor_id, descendant_id, depth) VALUES (x'01', x'02', 0)")
        )


class Base(DeclarativeBase):
    """Tables of this test only."""


class Tally(Base):
    """A number that many want to raise."""

    __tablename__ = "tally"
    __table_args__ = (CheckConstraint("count >= 0"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


def new_engine(file: Path) -> Engine:
    """A database file with one tally at 0."""
    engine = create_engine(f"sqlite:///{file}")
    prepare_engine(engine)
    with writing(), Session(engine) as session:
        Base.metadata.create_all(session.connection())
        session.add(Tally(id=1, count=0))
        session.commit()
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of its own, through many connections."""
    engine = new_engine(tmp_path / "tally.sqlite3")
    yield engine
    engine.dispose()


def in_threads(number: int, work: Callable[[], None]) -> list[Exception]:
    """Run `work` in threads at once; returns what went wrong."""
    troubles: list[Exception] = []
    gate = threading.Barrier(number)

    def run() -> None:
        gate.wait(10)
        try:
            work()
        except Exception as error:  # noqa: BLE001 whatever it is, the test tells
            troubles.append(error)

    threads = [threading.Thread(target=contextvars.Context().run, args=(run,)) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a writer waits for ever"
    return troubles


def tally(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count FROM tally")).scalar_one()


def raise_tally(engine: Engine) -> None:
    """Read, think, write: what a request does."""
    with writing(), Session(engine) as session:
        set_scope(session, EVERYTHING)
        row = session.get_one(Tally, 1)
        row.count += 1
        session.commit()


def test_writers_take_turns(engine: Engine) -> None:
    def work() -> None:
        for _ in range(TURNS):
            raise_tally(engine)

    assert in_threads(THREADS, work) == []
    assert tally(engine) == THREADS * TURNS


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    with writing(), engine.begin() as connection:
        connection.execute(text("UPDATE tally SET count = 7"))
        seen: list[int] = []
        assert in_threads(2, lambda: seen.append(tally(engine))) == []
        assert seen == [0, 0]
    assert tally(engine) == 7


def test_a_failed_writer_gives_the_turn_on(engine: Engine) -> None:
    for trouble in ("UPDATE tally SET count = -1", "not SQL at all"):
        with writing(), pytest.raises((IntegrityError, OperationalError)), engine.begin() as connection:
            connection.execute(text(trouble))
    with writing(), pytest.raises(ZeroDivisionError), Session(engine) as session:
        session.get_one(Tally, 1).count = 1 // 0
    with writing(), Session(engine) as session:
        session.get_one(Tally, 1).count = 99
        session.flush()  # and never committed
    assert in_threads(1, lambda: raise_tally(engine)) == []
    assert tally(engine) == 1


def test_a_writer_that_cannot_begin_gives_the_turn_on(engine: Engine, tmp_path: Path) -> None:
    @event.listens_for(engine, "connect")
    def impatient(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    engine.dispose()  # from now on nobody waits for another process
    with closing(sqlite3.connect(tmp_path / "tally.sqlite3", isolation_level=None)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            raise_tally(engine)
    assert in_threads(2, lambda: raise_tally(engine)) == []
    assert tally(engine) == 2


def test_writing_is_of_one_context_only() -> None:
    assert not is_writing()
    token = start_writing()
    assert is_writing()
    assert contextvars.Context().run(is_writing) is False
    stop_writing(token)
    with writing():
        assert is_writing()
    assert not is_writing()


# --- in requests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tallying(tmp_path: Path) -> Iterator[Flask]:
    """An application of its own on a SQLite file, with one view that writes and one that fails half-way."""
    new_engine(tmp_path / "lms.sqlite3").dispose()
    settings = Settings(instance_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'lms.sqlite3'}")
    app = create_app(settings, WTF_CSRF_ENABLED=False)
    app.logger.disabled = True

    @app.post("/raise")
    @public
    def raise_one() -> str:
        row = db.session.get_one(Tally, 1)
        row.count += 1
        reached = str(row.count)
        db.session.commit()
        return reached

    @app.post("/fail")
    @public
    def fail() -> str:
        db.session.get_one(Tally, 1).count += 1
        db.session.flush()
        raise RuntimeError("in the middle of a transaction")

    @app.get("/read")
    @public
    def read() -> str:
        return str(db.session.get_one(Tally, 1).count)

    yield app
    with app.app_context():
        db.engine.dispose()


def test_requests_that_write_take_turns(tallying: Flask) -> None:
    answers: list[str] = []

    def browse() -> None:
        client = tallying.test_client()
        for _ in range(TURNS):
            answer = client.post("/raise")
            assert answer.status_code == 200, answer.text
            answers.append(answer.text)
            assert int(client.get("/read").text) >= int(answer.text)

    assert in_threads(THREADS, browse) == []
    assert sorted(map(int, answers)) == list(range(1, THREADS * TURNS + 1)), "each saw the one before"


def test_a_request_that_fails_holds_nobody_up(tallying: Flask) -> None:
    client = tallying.test_client()
    assert [client.post("/fail").status_code for _ in range(3)] == [500, 500, 500]
    assert client.post("/nowhere").status_code == 404
    assert client.get("/raise").status_code == 405
    assert in_threads(4, lambda: [tallying.test_client().post("/raise") for _ in range(3)] and None) == []
    assert client.get("/read").text == "12"
