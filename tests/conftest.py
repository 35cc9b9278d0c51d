"""What holds for every test: nothing leaves this machine, and a choice of databases.

The application's fixtures are in tests/lms/conftest.py.
"""

import pytest

from tests.support import database, network

pytest_plugins = ["tests.support.database", "tests.support.browser"]

_patch = pytest.MonkeyPatch()


def pytest_addoption(parser: pytest.Parser) -> None:
    database.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    # From the start, so that imports and session fixtures are held to it as well
    network.close_the_world(_patch)


def pytest_unconfigure(config: pytest.Config) -> None:
    _patch.undo()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    database.spread_over_databases(metafunc)


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings do not reach a test."""
    for name in ("DATABASE_URL", "SECRET_KEY", "PORT", "FLASK_APP", "FLASK_ENV", "FLASK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
