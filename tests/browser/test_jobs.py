"""Long work in a real browser: its bar moves, with and without scripts, and its file comes down."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lms.certificates import jobs as orders
from lms.jobs.worker import Worker
from tests.browser.conftest import Site
from tests.support.browser import DESK, PHONE
from tests.support.papers import held_class, make_issuer

PEOPLE = 70


class Gate:
    """Lets the worker do one chunk at a time, each of twelve seconds on the site's clock."""

    def __init__(self, site: Site) -> None:
        self.site, self.turns, self.waits = site, threading.Semaphore(0), True

    def wrap(self, chunks: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def slowly(items: Any) -> Iterator[Any]:
            for chunk in chunks(items):
                if self.waits:
                    self.turns.acquire(timeout=60)
                self.site.now += timedelta(seconds=12)
                yield chunk

        return slowly


@pytest.fixture
def gate(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(site)
    monkeypatch.setattr(orders, "CHUNK", 10)
    monkeypatch.setattr(orders, "_chunks", gate.wrap(orders._chunks))
    site.now = datetime.now(UTC)
    worker = Worker(site.app).start()
    yield gate
    gate.waits = False
    gate.turns.release(20)
    worker.stop()


@pytest.fixture
def class_path(site: Site) -> str:
    def make(world: Any) -> str:
        rolls = [(world.make_person(f"Nguyễn Thị Hoa {number}", 1950), "p") for number in range(PEOPLE - 1)]
        course_class = held_class(world, [*rolls, (world.make_person("Lê 😀 Bảo"), "p")], capacity=100)
        make_issuer(world, course_class)
        return f"/classes/{course_class.id}"

    path: str = site.fill(make)
    return path


def test_a_large_class_is_issued_while_one_looks_and_its_papers_come_in_a_zip(
    site: Site, gate: Gate, class_path: str, open_page: Callable[..., Page], shoot: Callable[..., None]
) -> None:
    office = open_page(DESK)
    site.sign_in(office, "manager", f"{class_path}/certificates")
    office.get_by_role("button", name="Cấp").first.click()
    bar = office.get_by_role("progressbar")
    expect(bar).to_be_visible()
    address = office.url
    phone = open_page(PHONE, java_script_enabled=False)
    site.sign_in(phone, "manager", address.removeprefix(site.address))

    gate.turns.release(2)
    expect(bar).to_have_js_property("value", 20)
    expect(office.get_by_text("20/70")).to_be_visible()
    expect(office.locator("[data-left]")).to_contain_text("Còn khoảng")
    shoot(office, "work-running")
    # without scripts the page loads itself anew
    expect(phone.locator("progress")).to_have_attribute("value", "20")
    phone.goto(f"{address}?lang=ar")
    shoot(phone, "work-running-ar")
    phone.goto(f"{address}?lang=vi")
    shoot(phone, "work-running")

    gate.waits = False
    gate.turns.release()
    expect(office.get_by_text("Đã cấp 69 giấy chứng nhận")).to_be_visible(timeout=60_000)
    expect(office.get_by_text("Lê 😀 Bảo")).to_be_visible()
    shoot(office, "work-done")
    expect(phone.get_by_text("Đã cấp 69 giấy chứng nhận")).to_be_visible(timeout=30_000)
    shoot(phone, "work-done")

    office.goto(f"{site.address}{class_path}/certificates")
    shoot(office, "work-order")
    office.locator("form", has=office.locator("[value=zip]")).first.get_by_role("button").click()
    button = office.get_by_role("link", name="Tải về")
    expect(button).to_be_visible(timeout=60_000)
    shoot(office, "work-file")
    with office.expect_download() as download:
        button.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 69

    for name, page in (("vi", office), ("ar", phone)):
        page.goto(f"{site.address}/jobs?lang={name}")
        shoot(page, f"work-list-{name}")
        page.goto(f"{page.url.split('?')[0]}?lang={'ar' if name == 'vi' else 'vi'}")
        shoot(page, f"work-list-{name}-other")
    office.goto(f"{address}?lang=ar")
    shoot(office, "work-done-ar")


def test_a_cancelled_issuing_says_how_many_it_had_issued(
    site: Site, gate: Gate, class_path: str, page: Page, shoot: Callable[..., None]
) -> None:
    site.sign_in(page, "manager", f"{class_path}/certificates")
    page.get_by_role("button", name="Cấp").first.click()
    gate.turns.release(2)
    expect(page.get_by_text("20/70")).to_be_visible()
    page.get_by_role("button", name="Hủy").click()
    gate.waits = False
    gate.turns.release()
    expect(page.get_by_role("button", name="Làm tiếp")).to_be_visible()
    expect(page.get_by_text("giấy chứng nhận. Các giấy này đã vào sổ")).to_be_visible()
    shoot(page, "work-cancelled")
    page.get_by_role("button", name="Làm tiếp").click()
    expect(page.get_by_text("Đã cấp 69 giấy chứng nhận")).to_be_visible(timeout=60_000)
