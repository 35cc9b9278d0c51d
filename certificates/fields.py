"""The fields that a line of certificate data may have, and the check of one value."""

import datetime
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from certificates.errors import Reason
from translations import names
from translations.messages import N_

FIELD_TYPES: Final = {
    "name": "text",
    "honorific": "honorific",
    "sex": "sex",
    "birth": "birth",
    "residence": "text",
    "course_title": "text",
    "class_title": "text",
    "period_from": "date",
    "period_to": "date",
    "sessions": "count",
    "hours": "amount",
    "attended": "count",
    "held": "count",
    "result": "text",
    "number": "text",
    "register_no": "text",
    "code": "text",
    "verify_url": "address",
    "place": "text",
    "issued_on": "date",
    "issuer_name": "text",
    "issuer_lines": "lines",
    "issuer_title": "text",
    "signatory_position": "lines",
    "signatory_name": "text",
    "competences": "codes",
    "team": "text",
    "role": "text",
    "logo": "image",
    "seal": "image",
    "signature": "image",
}
"""Every field by name, with its type."""

MOST_CHARACTERS: Final = 300
LARGEST_IMAGE: Final = 2_000_000
IMAGE_MARKS: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


@dataclass(frozen=True)
class FieldRule:
    """What a design asks of a field: its type, whether it must be there, the most characters."""

    type: str
    required: bool = False
    most: int = MOST_CHARACTERS


def is_empty(value: object) -> bool:
    """Whether a value counts as not given."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def languages_of(value: object) -> list[object]:
    """The texts of a value that may be one text or one per language."""
    return list(value.values()) if isinstance(value, Mapping) else [value]


def fail(code: str, message: str, field: str, **params: object) -> list[Reason]:
    """One reason, as a list."""
    return [Reason(code, message, field, {"field": field, **params})]


def check_value(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """Reasons why a value does not obey the rule of its field."""
    if is_empty(value):
        return fail("missing", N_("“%(field)s” is missing."), field) if rule.required else []
    return CHECKS[rule.type](field, rule, value)


def check_text(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A text, or a text per language."""
    for text in languages_of(value):
        if not isinstance(text, str):
            return fail("wrong_type", N_("“%(field)s” must be text."), field)
        if len(unicodedata.normalize("NFC", text)) > rule.most:
            return fail(
                "too_long", N_("“%(field)s” has more than %(most)d characters."), field, most=rule.most
            )
    if field == "name" and isinstance(value, str):
        return [
            Reason(code, names.PROBLEMS[code], field) for code in names.problems(value) if code != "too_long"
        ]
    return []


def check_lines(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A list of texts, or one such list per language."""
    for lines in languages_of(value):
        if not isinstance(lines, list | tuple) or len(lines) > 6:
            return fail("wrong_type", N_("“%(field)s” must be a list of at most six lines."), field)
        for line in lines:
            if reasons := check_text(field, rule, line):
                return reasons
    return []


def check_date(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A date, as an object or in ISO form."""
    if isinstance(value, datetime.date):
        return []
    try:
        datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return fail("bad_date", N_("“%(field)s” is not a date like 2025-09-15."), field)
    return []


def check_birth(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A text to be printed as it is, or year, month and day of which only the year must be known."""
    if isinstance(value, str):
        return check_text(field, rule, value)
    year, month, day = birth_parts(value)
    if year is None or (day is not None and month is None):
        return fail("bad_date", N_("“%(field)s” must have at least a year."), field)
    try:
        datetime.date(year, month or 1, day or 1)
    except (TypeError, ValueError):
        return fail("bad_date", N_("“%(field)s” is not a possible date."), field)
    return []


def birth_parts(value: Any) -> tuple[Any, Any, Any]:
    """Year, month and day of a birth date given as a mapping or an object."""
    if isinstance(value, Mapping):
        return value.get("year"), value.get("month"), value.get("day")
    return getattr(value, "year", None), getattr(value, "month", None), getattr(value, "day", None)


def check_count(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A whole number from 0 to 9999."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9999:
        return fail("wrong_type", N_("“%(field)s” must be a whole number."), field)
    return []


def check_amount(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A number from 0 to 9999, which may have a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 9999:
        return fail("wrong_type", N_("“%(field)s” must be a number."), field)
    return []


def check_address(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A web address short enough for a QR code, or one per language."""
    for address in languages_of(value):
        if (
            not isinstance(address, str)
            or not address.lower().startswith(("https://", "http://"))
            or not address.isascii()
        ):
            return fail("bad_address", N_("“%(field)s” must be a web address."), field)
        if len(address) > 600:
            return fail("too_long", N_("“%(field)s” has more than %(most)d characters."), field, most=600)
    return []


def check_codes(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A list of competence codes such as "2.6"."""
    if not isinstance(value, list | tuple) or not all(
        isinstance(code, str) and len(code) <= 20 for code in value
    ):
        return fail("wrong_type", N_("“%(field)s” must be a list of codes."), field)
    return []


def check_choice(*choices: str) -> Callable[[str, FieldRule, Any], list[Reason]]:
    """A check that the value is one of the choices."""

    def check(field: str, rule: FieldRule, value: Any) -> list[Reason]:
        if value in choices:
            return []
        return fail(
            "bad_choice", N_("“%(field)s” must be one of: %(choices)s."), field, choices=", ".join(choices)
        )

    return check


def check_image(field: str, rule: FieldRule, value: Any) -> list[Reason]:
    """A PNG or JPEG picture, as bytes or as the path of a file."""
    try:
        content = image_bytes(value)
    except OSError:
        return fail("bad_image", N_("The picture for “%(field)s” cannot be read."), field)
    if len(content) > LARGEST_IMAGE:
        return fail("bad_image", N_("The picture for “%(field)s” is larger than 2 MB."), field)
    if not any(content.startswith(mark) for mark in IMAGE_MARKS):
        return fail("bad_image", N_("The picture for “%(field)s” is neither PNG nor JPEG."), field)
    return []


def image_bytes(value: bytes | str | Path) -> bytes:
    """The content of a picture given as bytes or as the path of a file."""
    return value if isinstance(value, bytes) else Path(value).read_bytes()


CHECKS: Final[dict[str, Callable[[str, FieldRule, Any], list[Reason]]]] = {
    "text": check_text,
    "lines": check_lines,
    "date": check_date,
    "birth": check_birth,
    "count": check_count,
    "amount": check_amount,
    "address": check_address,
    "codes": check_codes,
    "honorific": check_choice("adult", "youth_union", "child"),
    "sex": check_choice("female", "male"),
    "image": check_image,
}
