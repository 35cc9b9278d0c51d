"""The languages of the program and what is fixed about each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Locale:
    """One language of the interface and of the documents."""

    code: str
    """Language code for ``<html lang>``, for gettext and for Babel."""
    own_name: str
    """The language's name in that language, for the language switch."""
    direction: Direction
    plural_header: str
    """The gettext ``Plural-Forms`` header; every catalogue of the language must carry exactly this one."""
    plural_categories: tuple[str, ...]
    """CLDR plural category of each gettext index, in the header's order."""
    serif: tuple[str, ...]
    """Font families for body text in print, preferred first (Debian fonts-noto-core, fonts-hosny-amiri)."""
    sans: tuple[str, ...]
    """Font families for headings and tables in print, preferred first."""
    line_height: float
    """Print line height: stacked Vietnamese marks need 1.4 at least, Arabic 1.6 to 1.8."""

    @property
    def is_rtl(self) -> bool:
        """Whether the language runs from right to left."""
        return self.direction == "rtl"


# Index 4 is "many" and 5 "other", as gettext, Django and Weblate have it; Babel's own table has the two the
# other way round, which is why the header is pinned here and checked in every catalogue.
_ARABIC_PLURAL = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)

# In Arabic too the Latin face comes first: Amiri has Latin letters but not the Vietnamese ones, and a name
# would be set half in one face and half in another.
_SERIF = ("Noto Serif", "Amiri")
_SANS = ("Noto Sans", "Noto Naskh Arabic")

LOCALES: Final[dict[str, Locale]] = {
    "vi": Locale(
        code="vi",
        own_name="Tiếng Việt",
        direction="ltr",
        plural_header="nplurals=1; plural=0;",
        plural_categories=("other",),
        serif=_SERIF,
        sans=_SANS,
        line_height=1.5,
    ),
    "en": Locale(
        code="en",
        own_name="English",
        direction="ltr",
        plural_header="nplurals=2; plural=(n != 1);",
        plural_categories=("one", "other"),
        serif=_SERIF,
        sans=_SANS,
        line_height=1.5,
    ),
    "ar": Locale(
        code="ar",
        own_name="العربية",
        direction="rtl",
        plural_header=_ARABIC_PLURAL,
        plural_categories=("zero", "one", "two", "few", "many", "other"),
        serif=_SERIF,
        sans=_SANS,
        line_height=1.8,
    ),
}
"""Every language by its code, in the order in which lists show them."""

DEFAULT: Final = "vi"
"""Code of the language used when nothing else is known."""


def locale(code: str) -> Locale:
    """Return the language with this code ("vi", "en" or "ar"); raise ``KeyError`` for any other."""
    return LOCALES[code]


def negotiate(*preferred: str | None) -> Locale:
    """Return the first of our languages that is asked for, or Vietnamese.

    ``preferred`` are wishes, strongest first: a code ("ar"), a tag ("ar-EG", "vi_VN.UTF-8") or a whole
    ``Accept-Language`` header; ``None`` and the empty string are passed over.
    """
    for wish in preferred:
        for tag in _tags_by_weight(wish or ""):
            code = tag.replace("_", "-").split("-")[0].split(".")[0].lower()
            if code in LOCALES:
                return LOCALES[code]
    return LOCALES[DEFAULT]


def _tags_by_weight(header: str) -> list[str]:
    """Return the tags of an ``Accept-Language`` value (RFC 9110, 12.5.4), heaviest first, without q=0."""
    weighted: list[tuple[float, str]] = []
    for item in header.split(","):
        tag, *parameters = (part.strip() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if tag and weight > 0:
            weighted.append((weight, tag))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
