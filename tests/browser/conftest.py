"""A served application for the browser, on a small world of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from lms import create_app
from lms.core.access import EVERYTHING, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db, writing
from tests.support.browser import DESK
from tests.support.server import served
from tests.support.world import PASSWORD, World

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass
class Site:
    """A served application. ``now`` is its clock; ``address`` has no slash at the end."""

    app: Flask
    address: str
    now: datetime = NOW

    def fill(self, make: Callable[[World], Any]) -> Any:
        """Add to the database; returns what ``make`` returns."""
        with self.app.app_context(), writing():
            session: Session = db.session()
            set_scope(session, EVERYTHING)
            made = make(World(session))
            session.commit()
            return made

    def sign_in(self, page: Page, name: str, then: str = "/") -> None:
        """Sign in through the form, as one of the world's staff."""
        page.goto(f"{self.address}/account/login?next={then}")
        page.fill("#identity", f"{name}@example.vn")
        page.fill("#password", PASSWORD)
        page.click("main form button")
        page.wait_for_url(f"{self.address}{then}**")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application on SQLite, with the world of the tests in it."""
    folder = tmp_path_factory.mktemp("site")
    app = create_app(
        Settings(environment="test", secret_key="only for tests, and long enough", instance_dir=folder),
        SECURITY_PASSWORD_HASH="plaintext",
        SECURITY_PASSWORD_SCHEMES=["plaintext"],
    )
    with app.app_context():
        Model.metadata.create_all(db.engine)
        set_scope(db.session(), EVERYTHING)
        World.build(db.session(), now=NOW)
        db.session.commit()
    with served(app) as address:
        site = Site(app, address)
        app.config["CLOCK"] = lambda: site.now
        yield site
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def shoot() -> Callable[..., None]:
    """``shoot(page, "name")`` keeps a picture in the folder that SCREENSHOTS names; without it, nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def keep(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            width = (page.viewport_size or DESK)["width"]
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True, animations="disabled")

    return keep
