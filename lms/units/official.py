"""The official list of units: 34 provinces and 3,321 communes with codes, and their types over time.

Decision 19/2025/QĐ-TTg as of 1 July 2025, and the type changes of 2026 (data/NOTICE.txt).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lms.units.models import UnitLevel, UnitType

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2025, 7, 1)
"""The day from which there are two levels of local government and the list holds."""

TYPES = {
    "thành phố": UnitType.CITY,
    "tỉnh": UnitType.PROVINCE,
    "phường": UnitType.WARD,
    "xã": UnitType.COMMUNE,
    "đặc khu": UnitType.SPECIAL_ZONE,
}


@dataclass(frozen=True)
class OfficialUnit:
    """A line of the list; ``types`` are pairs of the day from which a type holds and the type."""

    code: str
    level: UnitLevel
    parent_code: str | None
    name_vi: str
    name_en: str
    name_ar: str | None
    types: tuple[tuple[date, UnitType], ...]


def official_units() -> Iterator[OfficialUnit]:
    """Every official unit, provinces first."""
    for file, level in (("provinces.csv", UnitLevel.PROVINCE), ("communes.csv", UnitLevel.COMMUNE)):
        with (DATA / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield OfficialUnit(
                    code=row["code"],
                    level=level,
                    parent_code=row.get("province_code"),
                    name_vi=row["name_short_vi"],
                    name_en=row["name_en"],
                    name_ar=row.get("name_ar"),
                    types=_types(row),
                )


def _types(row: dict[str, str]) -> tuple[tuple[date, UnitType], ...]:
    first = (FIRST_DAY, TYPES[row["type_2025-07-01"]])
    if not row["type_changed_on"]:
        return (first,)
    return (first, (date.fromisoformat(row["type_changed_on"]), TYPES[row["type_now"]]))
