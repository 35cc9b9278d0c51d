"""The competence framework: codes and names in the three languages.

Areas 1-6 follow Circular 02/2025/TT-BGDĐT (its 24 components; the first 21 agree with DigComp); area 0, devices, comes
from the framework for rural people (letter 3139/BTTTT-KTS&XHS of 2024). The Arabic names are our own.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("competences.csv")


@dataclass(frozen=True, slots=True)
class Competence:
    """One competence ("2.6") or area ("2") with its name by language code."""

    code: str
    names: dict[str, str]

    @property
    def is_area(self) -> bool:
        """Whether this is a whole area; courses are tagged with its parts only."""
        return "." not in self.code


@cache
def competences() -> dict[str, Competence]:
    """All areas and competences by code, in the order of the framework."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["code"]: Competence(row["code"], {code: row[code] for code in ("vi", "en", "ar")}) for row in rows
    }
