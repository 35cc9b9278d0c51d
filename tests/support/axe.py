"""axe-core in a page of the browser: what a person with a disability would stumble over."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
TELLING = ("serious", "critical")

RUN = """impacts => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
  .filter(rule => impacts.includes(rule.impact))
  .flatMap(rule => rule.nodes.map(node => `${rule.impact} ${rule.id}: ${rule.help}: ${node.html}`)))"""


def faults(page: Page, impacts: tuple[str, ...] = TELLING) -> list[str]:
    """The serious and critical faults of the page as it stands, a sentence each.

    Raises:
        FileNotFoundError: when axe-core is not installed (make setup-test does it).
    """
    page.evaluate(
        AXE.read_text(encoding="utf-8")
    )  # by the debugger, which the page's security policy does not stop
    found: list[str] = page.evaluate(RUN, list(impacts))
    return found


def assert_accessible(page: Page) -> None:
    """Fail with the list of faults, if there are any."""
    found = faults(page)
    assert not found, f"{page.url}\n" + "\n".join(found)
