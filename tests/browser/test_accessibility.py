"""Every page on a cheap phone, in Vietnamese and Arabic: nothing that a person with a disability would stumble over,
nothing wider than the screen, nothing too small to tap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from lms.core.access import Role
from tests.browser.conftest import Site
from tests.support.axe import faults
from tests.support.browser import DESK, PHONE
from tests.support.town import Town
from tests.support.world import World

PAGES: dict[str, dict[str, str]] = {
    "nobody": {
        "sign-in": "/account/login",
        "forgot": "/account/forgot",
        "passkey-sign-in": "/account/wan-signin",
        "invitation": "/invitation/{token}",
        "check": "/verify",
        "verify": "/v/{code}",
        "verify-unknown": "/v/AAAA-BBBB-CCCC",
        "my-certificates": "/my-certificates",
        "error": "/nothing-here",
    },
    "manager": {
        "home": "/",
        "classes": "/classes",
        "class-new": "/classes/new",
        "class": "/classes/{class_id}",
        "class-edit": "/classes/{class_id}/edit",
        "class-copy": "/classes/{class_id}/copy",
        "class-people": "/classes/{class_id}/people",
        "class-person-new": "/classes/{class_id}/people/new",
        "class-sessions": "/classes/{class_id}/sessions",
        "class-staff": "/classes/{class_id}/staff",
        "session-move": "/sessions/{session_id}/move",
        "session-cancel": "/sessions/{session_id}/cancel",
        "roster": "/classes/{class_id}/roster",
        "people": "/people",
        "people-search": "/people?q=hoa",
        "person": "/people/{person_id}",
        "person-new": "/people/new",
        "person-edit": "/people/{person_id}/edit",
        "person-consent": "/people/{person_id}/consent",
        "duplicates": "/people/duplicates",
        "register": "/classes/{class_id}/register",
        "marks": "/sessions/{session_id}/people/{person_id}/marks",
        "completion": "/classes/{finished_id}/completion",
        "override": "/classes/{finished_id}/completion/{person_id}",
        "class-certificates": "/classes/{finished_id}/certificates",
        "certificates": "/certificates",
        "certificate": "/certificates/{certificate_id}",
        "certificate-revoke": "/certificates/{certificate_id}/revoke",
        "certificate-reissue": "/certificates/{certificate_id}/reissue",
        "issuers": "/issuers",
        "issuer": "/issuers/{branch_id}",
        "jobs": "/jobs",
        "job": "/jobs/{job_id}",
        "units": "/units",
        "unit": "/units/{unit_id}",
        "unit-branch": "/units/{unit_id}/branches/new",
        "unit-group": "/units/{unit_id}/groups/new",
        "branch": "/branches/{branch_id}",
        "staff": "/staff",
        "staff-member": "/staff/{user_id}",
        "staff-invite": "/staff/invite",
        "venues": "/venues",
        "venue": "/venues/{venue_id}",
        "venue-new": "/venues/new",
        "more": "/more",
        "account": "/account",
        "password": "/account/change",
        "forbidden": "/audit",
    },
    "trainer": {
        "trainer-home": "/",
        "today": "/today",
        "roll-call": "/sessions/{session_id}/roll-call",
        "walk-in": "/sessions/{session_id}/walk-in",
        "tasks": "/classes/{class_id}/tasks/{task}",
        "trainer-class": "/classes/{class_id}",
    },
    "helper": {"helper-home": "/", "helper-class": "/classes/{class_id}"},
    "viewer": {"viewer-home": "/", "figures": "/figures"},
    "officer": {"officer-home": "/", "audit": "/audit", "officer-class": "/classes/{class_id}"},
    "admin": {"admin-home": "/", "admin-units": "/units"},
    "carer": {"sensitive": "/people/{person_id}/sensitive"},
}
"""Whose pages, by a name for the picture."""

LONG = "Tôn Nữ Công Tằng Thị Kim-Hoàng Ngọc Phương Thảo Nguyễn Phúc"

TOO_SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.skip, .vh'))
  .filter(e => getComputedStyle(e).display !== 'inline')
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width > 0 && (r.height < 24 || r.width < 24))
  .map(([e, r]) => `${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 120)}`)"""

LOW_BUTTONS = """() => [...document.querySelectorAll('main button, main a.button, form.roll label')]
  .filter(e => e.checkVisibility({visibilityProperty: true}))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width > 0 && r.height < 47.5)
  .map(([e, r]) => `${Math.round(r.width)}×${Math.round(r.height)} ${e.outerHTML.slice(0, 120)}`)"""

# clientWidth, not innerWidth: a phone's browser zooms out until all of a page that is too wide is seen.
TOO_WIDE = """() => { const room = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth - room;
  if (wide <= 0) return [];
  const out = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') || e.matches('.scroll'))
    .filter(e => { const r = e.getBoundingClientRect(); return r.right > room + 0.5 || r.left < -0.5; });
  return [`${wide} px too wide`, ...out.slice(0, 4).map(e => e.outerHTML.slice(0, 120))]; }"""


@pytest.fixture(scope="module")
def town(site: Site) -> dict[str, Any]:
    """The ward's objects, and people with the longest names."""

    def make(world: World) -> dict[str, Any]:
        world.make_staff("carer", Role.MANAGER, world.unit("00082"), sensitive=True)
        town = Town(world)
        for name in (LONG, "عبد الرحمن بن محمد الأنصاري"):
            world.enrol(
                town.class_,
                world.make_person(name, 1949, phone="+84912345678", place="Số 5, ngõ 12, phố Cửa Nam"),
            )
        return town.parameters

    values: dict[str, Any] = site.fill(make)
    return values


def troubles(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    found = [f"axe: {fault}" for fault in faults(page)]
    found += [f"wider than the screen: {each}" for each in page.evaluate(TOO_WIDE)]
    found += [f"too small: {each}" for each in page.evaluate(TOO_SMALL)]
    found += [f"low button: {each}" for each in page.evaluate(LOW_BUTTONS)]
    return found


def test_the_checks_see_what_is_wrong(phone: Page) -> None:
    phone.set_content(
        "<meta name=viewport content='width=device-width'><main>"
        "<button style='height: 20px; width: 20px; padding: 0'>+</button><div style='width: 500px'>wide</div></main>"
    )
    found = " ".join(troubles(phone))
    for word in (
        "axe: serious html-has-lang",
        "axe: serious document-title",
        "px too wide",
        "too small: 20×20",
        "low button: 20×20",
    ):
        assert word in found


@pytest.mark.parametrize("language", ["vi", "ar"])
@pytest.mark.parametrize("person", PAGES)
def test_pages_on_a_phone(
    site: Site,
    town: dict[str, Any],
    open_page: Callable[..., Page],
    shoot: Callable[..., None],
    person: str,
    language: str,
) -> None:
    page = opened(site, open_page, PHONE, person, language)
    found = []
    for name, path in PAGES[person].items():
        answer = page.goto(path.format(**town))
        assert answer is not None
        assert page.locator("html").get_attribute("lang") == language
        expected = {"error": 404, "verify-unknown": 404, "forbidden": 403}.get(name, 200)
        if answer.status != expected:
            found.append(f"{name}: {answer.status}")
        found += [f"{name}: {each}" for each in troubles(page)]
        shoot(page, f"{name}-{language}")
    assert not found, "\n".join(found)


def opened(site: Site, open_page: Callable[..., Page], size: Any, person: str, language: str) -> Page:
    """A page whose browser is signed in and speaks the language."""
    page = open_page(size, base_url=site.address)
    if person != "nobody":
        site.sign_in(page, person, "/account")
    page.context.add_cookies([{"name": "lms_language", "value": language, "url": site.address}])
    return page


def test_the_dry_run_of_a_roster(
    site: Site, town: dict[str, Any], open_page: Callable[..., Page], shoot: Callable[..., None]
) -> None:
    bad = Path(__file__).parents[1] / "lms" / "rosters" / "data" / "bad.csv"
    found = []
    for language in ("vi", "ar"):
        page = opened(site, open_page, PHONE, "manager", language)
        page.goto("/classes/{class_id}/roster".format(**town))
        page.set_input_files("input[type=file]", bad)
        page.locator("main form .actions button").tap()
        page.wait_for_url("**/roster/check**")
        found += [f"check-{language}: {each}" for each in troubles(page)]
        shoot(page, f"roster-check-{language}")
    assert not found, "\n".join(found)


def test_ones_own_certificates(
    site: Site, town: dict[str, Any], open_page: Callable[..., Page], shoot: Callable[..., None]
) -> None:
    found = []
    for language in ("vi", "ar"):
        page = opened(site, open_page, PHONE, "nobody", language)
        page.goto("/my-certificates")
        page.fill("#code", town["code"])
        page.fill("#birth_year", str(town["birth_year"]))
        page.locator("main form button.big").tap()
        page.locator("main a.button.big").first.wait_for()
        found += [f"mine-{language}: {each}" for each in troubles(page)]
        shoot(page, f"mine-{language}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", ["large", "larger"])
def test_larger_text_fits_as_well(
    site: Site, town: dict[str, Any], open_page: Callable[..., Page], size: str
) -> None:
    page = opened(site, open_page, PHONE, "manager", "vi")
    page.context.add_cookies([{"name": "lms_text_size", "value": size, "url": site.address}])
    found = []
    for name, path in PAGES["manager"].items():
        page.goto(path.format(**town))
        found += [f"{name}: {each}" for each in page.evaluate(TOO_WIDE)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_pages_at_a_desk(
    site: Site,
    town: dict[str, Any],
    open_page: Callable[..., Page],
    shoot: Callable[..., None],
    language: str,
) -> None:
    found = []
    for person in ("nobody", "manager", "trainer"):
        page = opened(site, open_page, DESK, person, language)
        for name, path in PAGES[person].items():
            page.goto(path.format(**town))
            found += [f"{name}: {each}" for each in page.evaluate(TOO_WIDE)]
            shoot(page, f"{name}-{language}")
    assert not found, "\n".join(found)
