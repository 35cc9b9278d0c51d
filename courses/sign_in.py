"""The sheet that people sign when they come: for halls without a phone, and for the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from courses.typeset import set_pages, templates
from translations.locales import Locale
from translations.messages import translator

DAYS_A_SHEET: Final = 5
"""More days than this do not leave room for a signature on a landscape A4 page; they go on a further sheet."""


@dataclass(frozen=True)
class SignInSheet:
    """What stands on a sheet: `days` as they are written, `people` as (name, year of birth), and empty rows below."""

    title: str
    code: str
    place: str
    days: Sequence[str]
    people: Sequence[tuple[str, str]]
    blank_rows: int = 5

    @property
    def parts(self) -> list[Sequence[str]]:
        """The days in portions that fit on a page's width; one empty portion when there is no day yet."""
        return [self.days[at : at + DAYS_A_SHEET] for at in range(0, len(self.days), DAYS_A_SHEET)] or [[""]]


def sign_in_sheet(sheet: SignInSheet, locale: Locale) -> bytes:
    """The sheet as a tagged PDF with large rows and repeated heads. Raises TypesetError when WeasyPrint warns."""
    page = templates().get_template("sign_in.html")
    return set_pages(page.render(_=translator(locale).gettext, locale=locale, sheet=sheet), "sign_in.css")
