"""A phone that opened the page once checks certificates without internet: genuine, altered, revoked."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from certificates import token
from lms.certificates import service as certificates
from lms.core.access import SYSTEM
from tests.browser.conftest import NOW, Site
from tests.support.browser import PHONE
from tests.support.papers import PUBLIC_URL, one_certificate
from tests.support.world import World

AS_OF = "10:00"


@dataclass
class Codes:
    """The codes of three certificates: one holds, one is revoked, one is replaced."""

    genuine: dict[str, str]
    short: str
    revoked: str
    replaced: str

    @property
    def altered(self) -> str:
        """The genuine code with another name, its signature kept."""
        data = token.decoded(self.genuine["vi"]).replace("Ánh".encode(), b"Anx1")
        return base64.b32encode(data).decode().rstrip("=")


def _tokens(certificate: certificates.Certificate) -> dict[str, str]:
    return {code: url.rsplit("/", 1)[1] for code, url in certificate.printed["verify_url"].items()}


@pytest.fixture(scope="module")
def codes(site: Site) -> Codes:
    """Three certificates in the register."""

    def make(world: World) -> Codes:
        genuine, revoked, replaced = (
            one_certificate(world, f"Nguyễn Thị {name}") for name in ("Ánh", "Bình", "Chi")
        )
        reason = "Cấp nhầm cho người không học lớp này."
        certificates.revoke(world.session, revoked, reason=reason, actor=SYSTEM, now=NOW)
        certificates.reissue(
            world.session, replaced, reason=reason, public_url=PUBLIC_URL, actor=SYSTEM, now=NOW
        )
        return Codes(
            _tokens(genuine), genuine.printed["code"], _tokens(revoked)["vi"], _tokens(replaced)["vi"]
        )

    made: Codes = site.fill(make)
    return made


@pytest.fixture
def prepared(site: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """A phone that opened the page in a language while there was internet, and now has none."""

    def prepare(language: str = "vi") -> Page:
        page = open_page(PHONE, base_url=site.address)
        page.goto(f"/v/?lang={language}")
        page.wait_for_selector("html[data-kept=yes]")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(True)
        return page

    return prepare


def _answer(page: Page) -> str:
    page.wait_for_selector("#offline:not([hidden])")
    said = page.locator("#offline").get_attribute("data-said")
    expect(page.locator(f'[data-answer="{said}"]')).to_be_visible()
    expect(page.locator("[data-answer]:visible")).to_have_count(1)
    return said or ""


@pytest.mark.parametrize(
    ("language", "sentence", "day"),
    [
        ("vi", "là thật", "22 tháng 11 năm 2026"),
        ("ar", "صحيحة", "22 نوفمبر 2026"),
        ("en", "is genuine", "22 November 2026"),
    ],
)
def test_a_genuine_certificate_is_genuine_without_internet(
    prepared: Callable[..., Page],
    codes: Codes,
    shoot: Callable[..., None],
    language: str,
    sentence: str,
    day: str,
) -> None:
    page = prepared(language)
    page.goto(f"/v/{codes.genuine[language]}")
    assert _answer(page) == "valid"
    shown = page.locator('[data-answer="valid"]')
    expect(shown).to_contain_text(sentence)
    expect(shown).to_contain_text(day)
    expect(shown).to_contain_text(AS_OF)
    expect(page.locator('[data-field="name"]')).to_have_text("Nguyễn Thị Ánh")
    expect(page.locator('[data-field="number"]')).to_have_text("01/GCN-ĐTN")
    expect(page.locator('[data-field="issued_on"]')).to_contain_text(day)
    assert page.locator("html").get_attribute("lang") == language
    shoot(page, f"offline-{language}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("altered", "token_altered"),
        ("revoked", "revoked"),
        ("replaced", "replaced"),
        ("short", "short"),
    ],
)
def test_what_is_wrong_is_found_out_without_internet(
    prepared: Callable[..., Page], codes: Codes, shoot: Callable[..., None], name: str, said: str
) -> None:
    page = prepared()
    page.goto(f"/v/{getattr(codes, name)}")
    assert _answer(page) == said
    expect(page.locator('[data-answer="valid"]')).to_be_hidden()
    shoot(page, f"offline-{name}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "token_cut_short"),
        (lambda text: text[:50], "token_cut_short"),
        (lambda text: text[:2] + ("B" if text[2] != "B" else "C") + text[3:], "token_unknown_key"),
        (lambda text: text + "AAAAAAAA", "token_altered"),
        (lambda text: "Z" * len(text), "token_unreadable"),
    ],
)
def test_damaged_codes_are_named_without_internet(
    prepared: Callable[..., Page], codes: Codes, change: Callable[[str], str], said: str
) -> None:
    page = prepared()
    page.goto(f"/v/{change(codes.genuine['vi'])}")
    assert _answer(page) == said


def test_a_code_can_be_typed_or_pasted_without_internet(prepared: Callable[..., Page], codes: Codes) -> None:
    page = prepared()
    page.goto("/v/")
    page.fill("#code", f"https://lop.example.vn/v/{codes.genuine['ar']}")
    page.click("main form.fields button")
    assert _answer(page) == "valid"
    page.fill("#code", codes.revoked.lower())
    page.click("main form.fields button")
    page.wait_for_selector('[data-answer="revoked"]:visible')


@pytest.mark.parametrize("years", [-1, 1])
def test_a_wrong_clock_makes_nothing_false(prepared: Callable[..., Page], codes: Codes, years: int) -> None:
    page = prepared("en")
    page.clock.set_fixed_time(NOW + timedelta(days=365 * years))
    page.goto(f"/v/{codes.genuine['en']}")
    assert _answer(page) == "valid"
    expect(page.locator('[data-answer="valid"]')).to_contain_text("22 November 2026")
    page.goto(f"/v/{codes.revoked}")
    assert _answer(page) == "revoked"


def test_the_language_can_be_changed_without_internet(prepared: Callable[..., Page], codes: Codes) -> None:
    page = prepared("vi")
    page.goto(f"/v/{codes.genuine['vi']}")
    assert _answer(page) == "valid"
    page.click('form.switch button[value="ar"]')
    page.wait_for_selector('html[lang="ar"]')
    assert _answer(page) == "valid"


def test_the_state_is_asked_for_when_the_internet_comes_back(
    prepared: Callable[..., Page], codes: Codes
) -> None:
    page = prepared("vi")
    page.goto(f"/v/{codes.genuine['vi']}")
    assert _answer(page) == "valid"
    page.context.set_offline(False)
    expect(page.get_by_text("Giấy chứng nhận này là thật và còn hiệu lực.")).to_be_visible()
    expect(page.locator("table")).to_contain_text("Sổ ghi")


def test_a_browser_without_ed25519_says_what_it_cannot_do(
    prepared: Callable[..., Page], codes: Codes
) -> None:
    page = prepared()
    page.add_init_script(
        "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
    )
    page.goto(f"/v/{codes.genuine['vi']}")
    assert _answer(page) == "unsupported"


def test_no_page_of_a_person_is_kept_on_the_phone(
    site: Site, open_page: Callable[..., Page], codes: Codes
) -> None:
    page = open_page(PHONE, base_url=site.address)
    page.goto(f"/v/{codes.genuine['vi']}")
    page.wait_for_selector("html[data-kept=yes]")
    kept = page.evaluate(
        "caches.open('lop-so-verify').then(c => c.keys()).then(keys => keys.map(key => new URL(key.url).pathname))"
    )
    assert set(kept) == {
        "/v/", "/v/keys.json", "/v/states.json", "/v/language",
        "/static/lms.css", "/static/lms.js", "/static/verify.js",
    }  # fmt: skip
