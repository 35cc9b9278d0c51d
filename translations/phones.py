"""Vietnamese telephone numbers: reading what people type and spreadsheets do to it, and showing them."""

from __future__ import annotations

import re
from decimal import Decimal

from translations.names import clean

# National significant numbers under the plan in force since 2018: mobiles of nine digits, landlines of ten.
# 055 is open only from 0559.
_NATIONAL = re.compile(r"(?:[3789]\d{8}|5(?!5[0-8])\d{8}|2\d{9})", re.ASCII)
_WRITTEN = re.compile(r"\+?[\d\s().\-]+", re.ASCII)
_SPREADSHEET = re.compile(r"\d+\.0+|\d(?:\.\d+)?[eE]\+?\d{1,2}", re.ASCII)


def parse(text: str) -> str | None:
    """Return the number in E.164 ("+84912345678"), or ``None`` when it is no Vietnamese mobile or landline.

    Understands spaces, dots, dashes and brackets, +84, 84, 0084 and "+84 (0)", a leading apostrophe, a
    leading zero lost by a spreadsheet, and numbers that it has turned into "912345678.0" or "9.12345678E8".
    """
    typed = clean(text).lstrip("'’").strip()
    if _SPREADSHEET.fullmatch(typed):
        typed = str(int(Decimal(typed)))
    if not _WRITTEN.fullmatch(typed):
        return None
    digits = re.sub(r"\D", "", typed)
    rest = re.match(r"(?:00)?84" if not typed.startswith("+") else r"84", digits)
    candidates = [digits[rest.end() :].removeprefix("0")] if rest else []
    if not typed.startswith("+"):
        candidates.append(digits.removeprefix("0"))
    return next((f"+84{number}" for number in candidates if _NATIONAL.fullmatch(number)), None)


def display(e164: str) -> str:
    """Return a number as Vietnamese people write it: "0912 345 678", "024 3825 3536", "0208 385 5123".

    Anything but a Vietnamese E.164 number is returned unchanged. Show it with ``dir="ltr"``.
    """
    national = e164.removeprefix("+84")
    if national == e164 or not _NATIONAL.fullmatch(national):
        return e164
    number = "0" + national
    area = 3 if number.startswith(("024", "028")) else 4  # Hà Nội and Thành phố Hồ Chí Minh have short codes
    return f"{number[:area]} {number[area:7]} {number[7:]}"
