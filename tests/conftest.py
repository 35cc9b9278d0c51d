"""What holds for every test: nothing leaves this machine, and a choice of databases.

The application's fixtures are in tests/lms/conftest.py.
"""

import pytest
from hypothesis import settings

# The same examples everywhere: what passes here passes on the next machine.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

pytest_plugins = ["tests.support.network", "tests.support.database", "tests.support.browser"]


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings do not reach a test."""
    for name in ("DATABASE_URL", "SECRET_KEY", "PORT", "DEMO", "ENVIRONMENT", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
