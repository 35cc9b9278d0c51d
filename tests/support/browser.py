"""Debian's Chromium, steered by Playwright, at a desk and on a phone. It reaches this machine only."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 10_000  # milliseconds for an action or an expectation

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers have 64 MB there
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def chromium_path() -> str | None:
    """The installed Chromium ($CHROMIUM, else Debian's), or None for Playwright's own (Ubuntu)."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


# A module, not the session: while Playwright runs, its event loop keeps others (pyHanko) from running theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this process; every test gets a context of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a new context: `open_page(PHONE, locale="ar", base_url=…)`.

    Further named arguments go to Playwright's `new_context`. The test fails at its end when one of the pages
    threw an error or broke the content security policy.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            troubles.append(message.text)

    def open_one(size: ViewportSize = DESK, *, locale: str = "vi-VN", **options: Any) -> Page:
        options.setdefault("timezone_id", "Asia/Ho_Chi_Minh")
        if size == PHONE:
            options.setdefault("has_touch", True)
            options.setdefault("is_mobile", True)
        context = browser.new_context(viewport=size, locale=locale, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", hear)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page at a desk: 1280 × 800."""
    return open_page(DESK)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page on a cheap phone: 360 × 740, touched."""
    return open_page(PHONE)
