"""Certificate designs: folders that hold a page, its style, its wording and the rules of its fields.

A design folder has `design.toml`, `page.html`, `style.css`, `sample.json` and the images that these name.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from certificates.errors import CertificateError, Reason, refuse
from certificates.fields import FIELD_TYPES, FieldRule, check_value
from translations.messages import N_

ROOT: Final = Path(__file__).parent / "designs"
LANGUAGES: Final = ("vi", "ar", "en")
PAGE_SIZES: Final = {
    "A4 landscape": (297.0, 210.0),
    "A4 portrait": (210.0, 297.0),
    "A5 landscape": (210.0, 148.0),
    "A5 portrait": (148.0, 210.0),
}
"""Width and height in millimetres."""

DESIGNS: Final = tuple(sorted(folder.parent.name for folder in ROOT.glob("*/design.toml")))
"""Names of the designs that come with the library."""

Wording = dict[str, Any]
PLACE = re.compile(r"\{(\w+)\}")
DERIVED_PLACES: Final = ("n", "birth_year")
"""Places of the wording that are not fields: the number of a plural form, and a birth known to the year only."""


@dataclass(frozen=True)
class LineRule:
    """How a line of text may give way when it is too wide: smallest size in points, most lines."""

    shrink_to: float | None = None
    wrap: int = 1


@dataclass(frozen=True)
class Design:
    """A loaded design. `wording[locale][key]` is the text of a line; `lines[key]` its rule for long text."""

    name: str
    title: dict[str, str]
    page_size: str
    languages: tuple[str, ...]
    fields: dict[str, FieldRule]
    lines: dict[str, LineRule]
    wording: dict[str, Wording]
    page: str
    style: str
    folder: Path
    sample: dict[str, Any]
    packaged: bool = True
    images: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def assets(self) -> dict[str, bytes]:
        """The design's own image files by name; nothing else is served to its page."""
        names = (path for path in sorted(self.folder.iterdir()) if path.suffix in {".svg", ".png", ".jpg"})
        return {path.name: path.read_bytes() for path in names} | self.images

    def check(self, data: Mapping[str, Any], fields: Mapping[str, FieldRule] | None = None) -> list[Reason]:
        """Every reason why a line of data, or some fields of it, cannot be used with this design."""
        reasons = [
            Reason("unknown_field", N_("Certificates have no field “%(field)s”."), name, {"field": name})
            for name in data
            if name not in FIELD_TYPES
        ]
        for name, rule in (self.fields if fields is None else fields).items():
            reasons += check_value(name, rule, data.get(name))
        return reasons

    def validate(self, data: Mapping[str, Any], fields: Mapping[str, FieldRule] | None = None) -> None:
        """Raise `CertificateError` with all reasons when a line of data, or some fields, cannot be used."""
        if reasons := self.check(data, fields):
            name = data.get("name")
            raise CertificateError(*reasons, person=name if isinstance(name, str) and name else None)

    def with_wording(self, changes: Mapping[str, Wording]) -> "Design":
        """A copy in which some lines of some languages say something else; a unit's own words."""
        wording = {code: {**lines, **changes.get(code, {})} for code, lines in self.wording.items()}
        changed = replace(self, wording=wording, packaged=False)
        check_wording(changed)
        return changed


def load(name_or_path: str | Path) -> Design:
    """Load a packaged design by name or any design by its folder.

    Raises `CertificateError`: `design_unknown`, `design_incomplete`, `design_invalid`.
    """
    folder = ROOT / name_or_path if str(name_or_path) in DESIGNS else Path(name_or_path)
    if not (folder / "design.toml").is_file():
        raise refuse(
            "design_unknown", N_("There is no certificate design “%(design)s”."), design=str(name_or_path)
        )
    try:
        return read(folder)
    except FileNotFoundError as missing:
        name = Path(missing.filename).name
        raise refuse("design_incomplete", N_("The design lacks the file “%(file)s”."), file=name) from missing
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as broken:
        raise refuse(
            "design_invalid", N_("A file of the design cannot be read: %(detail)s"), detail=str(broken)
        ) from broken


def read(folder: Path) -> Design:
    """Read a design folder and check that its parts agree."""
    settings = tomllib.loads((folder / "design.toml").read_text(encoding="utf-8"))
    try:
        design = Design(
            name=settings.get("name", folder.name),
            title=settings["title"],
            page_size=settings["page_size"],
            languages=tuple(settings["languages"]),
            fields={name: FieldRule(**rule) for name, rule in settings["fields"].items()},
            lines={name: LineRule(**rule) for name, rule in settings.get("lines", {}).items()},
            wording=settings["wording"],
            page=(folder / "page.html").read_text(encoding="utf-8"),
            style=(folder / "style.css").read_text(encoding="utf-8"),
            folder=folder,
            sample=json.loads((folder / "sample.json").read_text(encoding="utf-8")),
            packaged=folder.parent == ROOT,
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise refuse(
            "design_invalid", N_("A file of the design cannot be read: %(detail)s"), detail=str(wrong)
        ) from wrong
    check_settings(design)
    check_wording(design)
    return design


def check_settings(design: Design) -> None:
    """Refuse a page size, language or field type that nobody knows."""
    if design.page_size not in PAGE_SIZES:
        raise refuse("design_invalid", N_("The page size “%(size)s” is not known."), size=design.page_size)
    for code in design.languages:
        if code not in LANGUAGES or code not in design.wording:
            raise refuse(
                "design_invalid", N_("The design has no wording for the language “%(locale)s”."), locale=code
            )
    for name, rule in design.fields.items():
        if FIELD_TYPES.get(name) != rule.type:
            raise refuse("design_field_unknown", N_("“%(field)s” of type “%(type)s” is not a field."),
                         field=name, type=rule.type)  # fmt: skip
    if "name" not in design.fields or not design.fields["name"].required:
        raise refuse("design_invalid", N_("A design must require the field “name”."))


def refuse_circles(words: Wording, key: str, seen: tuple[str, ...] = ()) -> None:
    """Refuse a line of the wording that contains itself."""
    if key in seen:
        raise refuse("design_invalid", N_("The wording “%(key)s” contains itself."), key=key)
    for place in PLACE.findall(str(words[key])):
        if place in words:
            refuse_circles(words, place, (*seen, key))


def check_wording(design: Design) -> None:
    """Refuse wording that names a field which the design does not have."""
    for code in design.languages:
        for key in design.wording[code]:
            refuse_circles(design.wording[code], key)
        for key, value in design.wording[code].items():
            for place in PLACE.findall(json.dumps(value, ensure_ascii=False)):
                if place not in {*design.fields, *design.wording[code], *DERIVED_PLACES}:
                    message = N_("The wording “%(key)s” names the unknown field “%(place)s”.")
                    raise refuse("design_field_unknown", message, key=key, place=place)
