"""The databases that tests run on: `--db sqlite` (the default), `postgresql` or `both`.

A test that uses `database_kind`, `database_url` or `new_database`, directly or through another fixture, runs
once on each chosen database; all other tests run once. One process of the suite has one PostgreSQL server,
started when first needed.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.support.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")
CHOICES = (*KINDS, "both")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Give pytest the option --db."""
    parser.addoption(
        "--db", choices=CHOICES, default="sqlite", help="the database of the tests (default: sqlite)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test that needs a database run once on each chosen one."""
    if "database_kind" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--db")
    kinds: tuple[str, ...] = KINDS if chosen == "both" else (chosen,)
    marker = metafunc.definition.get_closest_marker("databases")
    if marker:
        if unknown := set(marker.args) - set(KINDS):
            raise pytest.UsageError(f"unknown databases: {unknown}")
        kinds = tuple(kind for kind in kinds if kind in marker.args) or tuple(marker.args)
    metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this process of the suite."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_database(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """A function that makes an empty database of the present kind and returns its SQLAlchemy address.

    Its argument is a short name of letters and digits; the same name again gives an empty database again.
    """
    if database_kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")

        def on_postgres(name: str) -> str:
            return server.create_database(re.sub(r"\W", "_", name.lower()))

        return on_postgres

    def on_sqlite(name: str) -> str:
        folder = tmp_path_factory.mktemp("database")
        return f"sqlite:///{folder / name}.sqlite3"

    return on_sqlite


@pytest.fixture(scope="session")
def database_url(new_database: Callable[[str], str]) -> str:
    """The SQLAlchemy address of one empty database for the session; tests undo what they do in it."""
    return new_database("suite")
