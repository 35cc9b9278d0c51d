"""The database: one declarative base, portable column types, and writers that take turns on SQLite."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Enum, LargeBinary, MetaData, String, Table, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from lms.core.keys import new_key

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Key(TypeDecorator[uuid.UUID]):
    """A UUID: 16 bytes on SQLite, ``uuid`` on PostgreSQL."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: uuid.UUID | str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, uuid.UUID):
            value = uuid.UUID(value)
        return value if dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(bytes=bytes(value))


class Instant(TypeDecorator[datetime]):
    """A moment in time, UTC and aware; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def table_of(model: type[Model]) -> Table:
    """The table of a model, for statements on rows that no session has loaded."""
    return cast(Table, model.__table__)


def sort_text(length: int) -> String:
    """A text column ordered by its characters' codes, as the keys of ``translations.names.sort_text`` are
    meant to be.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Document = JSON().with_variant(JSONB(), "postgresql")
"""A JSON value."""


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A text column that takes only the values of ``kind``, checked by the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
    )


class Model(DeclarativeBase):
    """Base of every table."""

    # A registry rather than a type map: Flask-SQLAlchemy derives a class of its own from this one and shares
    # its registry.
    registry = registry(
        metadata=MetaData(naming_convention=CONVENTION),
        type_annotation_map={
            uuid.UUID: Key,
            datetime: Instant,
            dict[str, Any]: Document,
            list[str]: Document,
        },
    )


class Keyed:
    """A row with a UUIDv7 key made by whoever creates it."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_key, sort_order=-10)


db = SQLAlchemy(model_class=Model)

_writing: contextvars.ContextVar[bool] = contextvars.ContextVar("lms_writing", default=False)
_write_turn = threading.Lock()


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside are writers: on SQLite they take turns and lock the database at once.

    SQLite's busy handler is unfair, and a reader that turns writer half-way fails; so who is going to write
    says so first.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def is_writing() -> bool:
    """Whether a transaction begun now would be a writer."""
    return _writing.get()


def start_writing() -> contextvars.Token[bool]:
    """As ``writing``, for callers with separate begin and end hooks; give the token to ``stop_writing``."""
    return _writing.set(True)


def stop_writing(token: contextvars.Token[bool]) -> None:
    """End what ``start_writing`` began."""
    _writing.reset(token)


def prepare_engine(engine: Engine) -> None:
    """Set up SQLite: write-ahead log, full durability, foreign keys, and explicit BEGIN."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _writing.get():
            _write_turn.acquire()
            connection.info["write_turn"] = True
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except BaseException:
                _end_turn(connection.info)
                raise
        else:
            connection.exec_driver_sql("BEGIN")

    # The turn ends when the connection goes back to the pool: only then is the transaction surely over.
    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        _end_turn(record.info)


def _end_turn(info: dict[Any, Any]) -> None:
    if info.pop("write_turn", False):
        _write_turn.release()
