"""The application on a small world: two provinces, three communes, their branches and staff."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from lms import create_app
from lms.core.access import EVERYTHING, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db
from tests.support.client import CheckedClient
from tests.support.world import World

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Sunday 22 November 2026, ten in the morning in Vietnam."""


class Clock:
    """A clock that a test can set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Databases:
    """A filled template database, put back before each test."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.file = Path(url.removeprefix("sqlite:///"))
        self.template = folder / "template.sqlite3"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def fill(self, app: Flask) -> None:
        """Create the tables and the world."""
        with app.app_context():
            Model.metadata.drop_all(db.engine)
            Model.metadata.create_all(db.engine)
            set_scope(db.session(), EVERYTHING)
            World.build(db.session(), now=NOW)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        if self.is_sqlite:
            self._copy(self.file, self.template)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        """Copy as SQLite itself does, which spares connections that are still open."""
        with closing(sqlite3.connect(source)) as filled, closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA synchronous=OFF")
            filled.backup(copy)

    def restore(self, app: Flask) -> None:
        """Bring the world back as it was."""
        with app.app_context():
            db.session.remove()
            if self.is_sqlite:
                self._copy(self.template, self.file)
                return
            tables = ", ".join(f'"{table.name}"' for table in Model.metadata.sorted_tables)
            db.session.execute(text(f"TRUNCATE {tables} CASCADE"))
            set_scope(db.session(), EVERYTHING)
            World.build(db.session(), now=NOW)
            db.session.commit()
            db.session.remove()


@pytest.fixture(scope="session")
def _app(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Databases, Clock]]:
    folder = tmp_path_factory.mktemp("instance")
    clock = Clock()
    databases = Databases(database_url, folder)
    settings = Settings(
        environment="test",
        secret_key="a secret for tests only, long enough",
        database_url=databases.url,
        instance_dir=folder,
    )
    app = create_app(
        settings,
        TESTING=True,
        CLOCK=clock,
        WTF_CSRF_ENABLED=False,
        SECURITY_PASSWORD_HASH="plaintext",
        SECURITY_PASSWORD_SCHEMES=["plaintext"],
        SERVER_NAME=None,
    )
    databases.fill(app)
    yield app, databases, clock
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def clock(_app: tuple[Flask, Databases, Clock]) -> Clock:
    """The application's clock; starts at NOW in every test."""
    _app[2].now = NOW
    return _app[2]


@pytest.fixture
def app(_app: tuple[Flask, Databases, Clock], clock: Clock) -> Iterator[Flask]:
    """The application with a fresh copy of the world."""
    app, databases, _ = _app
    databases.restore(app)
    with app.app_context():
        set_scope(db.session(), EVERYTHING)
        yield app
        db.session.remove()


@pytest.fixture
def session(app: Flask) -> Session:
    """The test's own database session, which sees everything."""
    return db.session()


@pytest.fixture
def world(session: Session) -> World:
    """The units, branches and staff that every test finds."""
    return World(session)


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser that is not signed in; it refuses invalid HTML."""
    return CheckedClient(app)


@pytest.fixture
def sign_in(app: Flask) -> Any:
    """``sign_in(user)`` gives a browser in which that member of staff is signed in."""

    def signed_in(user: Any, language: str = "vi") -> CheckedClient:
        client = CheckedClient(app)
        client.sign_in(user)
        client.set_cookie("lms_language", language)
        return client

    return signed_in
