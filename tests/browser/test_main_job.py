"""The main job in a real browser: a class is scheduled, its attendance taken, its certificates handed over."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.support.browser import DESK, PHONE
from tests.support.world import PASSWORD

GIVEN = ("Ánh", "Bình", "Cường", "Dung", "Đức", "Giang", "Hạnh", "Hòa", "Khánh", "Lan")
FAMILY = ("Nguyễn Thị", "Trần Văn", "Lê Thị", "Phạm Văn")
PEOPLE = [
    (f"{family} {given}", 1946 + 7 * n + m)
    for m, family in enumerate(FAMILY)
    for n, given in enumerate(GIVEN)
]
LATE = "Trần Văn Bình"
SESSIONS = [
    datetime(2026, 11, 25, 12, 30, tzinfo=UTC),
    datetime(2026, 12, 2, 12, 30, tzinfo=UTC),
    datetime(2026, 12, 9, 12, 30, tzinfo=UTC),
]
"""Half past seven in the evening, on three Wednesdays."""

SETTING = 120_000  # milliseconds in which papers are set, even on a machine that does much else


def test_from_the_empty_class_to_the_certificate_in_arabic(
    site: Site, open_page: Callable[..., Page], tmp_path: Path, shoot: Callable[..., None]
) -> None:
    office = open_page(DESK, base_url=site.address)
    sign_in_by_keyboard(office)
    class_path = make_class(office)
    import_roster(office, class_path, write_roster(tmp_path / "danh-sach.csv"))
    office.goto(class_path)
    office.get_by_role("button", name="Mở lớp, nhận ghi danh").click()
    expect(office.locator(".tiles li").first).to_contain_text("40/40")
    shoot(office, "job-class")

    trainer = open_page(PHONE, base_url=site.address)
    for number, moment in enumerate(SESSIONS):
        site.now = moment
        take_attendance(site, trainer, class_path, number)
    shoot(trainer, "job-roll")
    observe_tasks(trainer, class_path)

    site.now = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
    issue_certificates(site, office, class_path)
    shoot(office, "job-certificates")
    code = certificate_code(office, class_path, LATE)

    phone = open_page(PHONE, base_url=site.address, locale="ar", accept_downloads=True)
    paper = download_own(phone, code, dict(PEOPLE)[LATE], tmp_path)
    shoot(phone, "job-mine")
    assert LATE.upper() in pdf_text(paper), "names are printed in capitals"
    assert_verified(phone, paper, tmp_path, site)


def sign_in_by_keyboard(page: Page) -> None:
    """No mouse: whoever cannot use one gets in as well."""
    page.goto("/classes/new")
    expect(page).to_have_url(re.compile("/account/login"))
    for _ in range(12):
        if page.evaluate("document.activeElement.name") == "identity":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("manager@example.vn")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "password"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/classes/new")


def make_class(page: Page) -> str:
    """A class with three sessions, its trainer and a venue, through the form; returns its path."""
    page.get_by_label("VNeID", exact=False).first.check()
    if page.locator("select#branch").count():
        page.select_option("#branch", label="Đoàn Cửa Nam")
    page.get_by_label("Người cao tuổi", exact=False).first.check()
    page.get_by_label("trung niên", exact=False).first.check()
    page.locator("input[name=mode]").first.check()
    page.locator("select#venue").select_option(index=1)
    for part, value in (("day", "25"), ("month", "11"), ("year", "2026")):
        page.fill(f"input[name=day-{part}]", value)
    page.fill("#start", "19:00")
    page.fill("#end", "20:30")
    page.fill("#capacity", "40")
    page.fill("#count", "3")
    page.select_option("#staff", label="Nguyễn Thị Trainer, hướng dẫn viên")
    page.locator("main form button.big").click()
    page.wait_for_url(re.compile(r"/classes/[0-9a-f-]{36}$"))
    days = page.locator("table.cards tbody th").all_inner_texts()
    assert [day.split(", ")[1] for day in days] == ["25/11/2026", "02/12/2026", "09/12/2026"]
    return urlsplit(page.url).path


def write_roster(file: Path) -> Path:
    """A list of forty people as a ward keeps it."""
    lines = ["STT,Họ và tên,Năm sinh,Điện thoại"]
    lines += [f"{n},{name},{year},09120{n:05d}" for n, (name, year) in enumerate(PEOPLE, 1)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return file


def import_roster(page: Page, class_path: str, file: Path) -> None:
    page.goto(f"{class_path}/roster")
    page.set_input_files("input[type=file]", file)
    page.locator("main form .actions button").click()
    expect(page.locator(".tiles li").first).to_contain_text("40")
    page.get_by_role("button", name=re.compile("40")).click()
    page.wait_for_url("**/result**")
    expect(page.locator("main")).to_contain_text("40")


def take_attendance(site: Site, page: Page, class_path: str, number: int) -> None:
    """Every one of forty people with one tap, at one session."""
    site.sign_in(page, "trainer", class_path)
    day = site.now.strftime("%d/%m/%Y")
    page.locator("table.cards tbody tr", has_text=day).get_by_role("link", name="Điểm danh").tap()
    rows = page.locator("form.roll fieldset")
    expect(rows).to_have_count(40)
    for index in range(40):
        row = rows.nth(index)
        late = number == 0 and LATE in row.inner_text()
        row.get_by_label("Đi muộn" if late else "Có mặt", exact=True).tap()
    expect(page.locator("form.roll .progress")).to_contain_text("40/40")
    page.locator("form.roll .actions button:not(.second)").tap()
    expect(page.get_by_role("status")).to_contain_text("40")
    assert page.locator("form.roll fieldset :checked").count() == 40


def observe_tasks(page: Page, class_path: str) -> None:
    """The trainer saw every task of the course done by everybody."""
    page.goto(f"{class_path}/tasks")
    for task in [link.get_attribute("href") for link in page.locator("ol.links a").all()]:
        page.goto(task or "")
        for row in page.locator("form.roll fieldset").all():
            row.locator("input[type=radio]").first.tap()
        page.locator("form.roll .actions button").tap()
        expect(page.locator("form.roll .progress")).to_contain_text("40/40")


def issue_certificates(site: Site, page: Page, class_path: str) -> None:
    site.sign_in(page, "manager", class_path)
    page.get_by_role("button", name=re.compile("Kết thúc lớp")).click()
    page.goto(f"{class_path}/completion")
    expect(page.locator(".tiles li").first).to_contain_text("40")
    page.locator('form[action$="/completion"] button').click()
    page.goto(f"{class_path}/certificates")
    page.get_by_role("link", name="Khai người ký").click()
    page.fill("#signatory_name", "Trần Minh Quang")
    page.locator("main form .actions button").click(timeout=SETTING)
    page.goto(f"{class_path}/certificates")
    page.get_by_role("button", name=re.compile("40")).click(timeout=SETTING)
    expect(page.locator("table.cards tbody tr")).to_have_count(40, timeout=SETTING)


def certificate_code(page: Page, class_path: str, name: str) -> str:
    """The code on somebody's paper, as the class's list shows it."""
    page.goto(f"{class_path}/certificates")
    row = page.locator("table.cards tbody tr", has_text=name)
    return row.locator(".code").nth(1).inner_text()


def download_own(page: Page, code: str, year: int, folder: Path) -> Path:
    page.goto("/my-certificates")
    page.locator("button[value=ar]").tap()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.fill("#code", code.lower())
    page.fill("#birth_year", str(year))
    page.locator("main form button.big").tap()
    with page.expect_download(timeout=SETTING) as waiting:
        page.get_by_role("link", name="العربية").tap()
    paper = folder / "certificate.pdf"
    waiting.value.save_as(paper)
    assert LATE not in waiting.value.suggested_filename, "a file name is seen by whoever borrows the phone"
    return paper


def pdf_text(file: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def assert_verified(page: Page, paper: Path, folder: Path, site: Site) -> None:
    """A camera reads the QR of the printed paper, and its address says that it holds."""
    subprocess.run(["pdftoppm", "-r", "150", "-png", str(paper), str(folder / "paper")], check=True)
    picture = Image.open(next(folder.glob("paper*.png")))
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    address = urlsplit(found[0].text)
    assert f"{address.scheme}://{address.netloc}" == site.address
    page.goto(found[0].text)
    expect(page.locator("main")).to_contain_text(LATE)
    expect(page.locator("main .answer")).to_contain_text("هذه الشهادة صحيحة وسارية")
