"""The migrated database is the one that the models describe, and what is in it survives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.cli import ScriptInfo
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select, text

from lms.app import create_app
from lms.cli import cli
from lms.core.access import EVERYTHING, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db, writing
from lms.people.models import Consent
from lms.units.models import Unit
from tests.support.papers import NOW
from tests.support.town import Town
from tests.support.world import World

APPEND_ONLY = ["attendance_mark", "audit_entry", "certificate_event", "consent", "task_observation"]


@pytest.fixture
def migrated(new_database: Callable[[str], str], tmp_path: Path) -> Iterator[Flask]:
    """An application on a database that the migrations made."""
    settings = Settings(instance_dir=tmp_path, database_url=new_database("migrated"))
    app = create_app(settings, CLOCK=lambda: NOW)
    with app.app_context():
        upgrade()
        set_scope(db.session(), EVERYTHING)
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_migrated_schema_equals_the_models(migrated: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Model.metadata) == []


def checks(tables: Any) -> dict[str, set[str]]:
    """The named CHECK constraints, which Alembic does not compare."""
    return {
        name: {each["name"] for each in inspect(db.engine).get_check_constraints(name)} for name in tables
    }


def test_the_migrated_database_checks_what_the_models_say(
    migrated: Flask, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    tables = sorted(Model.metadata.tables)
    found = checks(tables)
    settings = Settings(instance_dir=tmp_path / "made", database_url=new_database("made"))
    made = create_app(settings)
    with made.app_context():
        Model.metadata.create_all(db.engine)
        assert checks(tables) == found
        db.session.remove()
        db.engine.dispose()
    assert sum(map(len, found.values())) > 10


def test_the_migrated_database_refuses_to_change_what_was_appended(migrated: Flask) -> None:
    session = db.session()
    World.build(session, now=NOW)
    world = World(session)
    town = Town(world)
    person = town.people[0]
    session.add(
        Consent(person_id=person.id, purpose="attend", given=True, text_version="1", method="paper", at=NOW)
    )
    town.observe()
    session.commit()
    for table in APPEND_ONLY:
        rows = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        assert rows, f"{table} is empty, so nothing is proved"
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append-only"), session.begin_nested():
                session.execute(text(statement))
        assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == rows


def test_there_is_one_line_of_migrations(migrated: Flask) -> None:
    folder = ScriptDirectory(str(Path(migrated.root_path) / "migrations"))
    assert len(folder.get_heads()) == 1
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == tuple(folder.get_heads())


def contents() -> dict[str, int]:
    """How many rows each table has."""
    session = db.session()
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Model.metadata.tables.items()
    }


def test_what_is_in_the_database_survives_an_upgrade(migrated: Flask) -> None:
    World.build(db.session(), now=NOW)
    Town(World(db.session()))
    db.session.commit()
    before = contents()
    db.session.remove()
    upgrade()
    set_scope(db.session(), EVERYTHING)
    assert contents() == before


def test_init_makes_the_database_and_does_it_once(new_database: Callable[[str], str], tmp_path: Path) -> None:
    settings = Settings(instance_dir=tmp_path, database_url=new_database("init"))
    app = create_app(settings)
    runner = app.test_cli_runner()
    first = runner.invoke(cli, ["init"], obj=_script_info(app))
    assert first.exit_code == 0, first.output
    assert "units added" in first.output
    with app.app_context(), writing():
        set_scope(db.session(), EVERYTHING)
        provinces = db.session.scalar(select(func.count()).select_from(Unit).where(Unit.parent_id.is_(None)))
        assert provinces == 34
        assert db.session.scalar(select(func.count()).select_from(Unit)) == 34 + 3321
        before = contents()
    again = runner.invoke(cli, ["init"], obj=_script_info(app))
    assert again.exit_code == 0, again.output
    assert again.output == "Database ready.\n"
    with app.app_context():
        assert contents() == before
        db.session.remove()
        db.engine.dispose()


def _script_info(app: Flask) -> Any:
    return ScriptInfo(create_app=lambda: app)
