"""The 54 ethnic groups of Vietnam by their official two-digit codes, and the many ways their names are
written.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from translations import names

SOURCE = Path(__file__).parent / "data" / "ethnic_groups.csv"


@dataclass(frozen=True)
class EthnicGroup:
    """A group of the official list (Decision 421-TCTK/PPCĐ of 1979)."""

    code: str
    vi: str
    en: str
    ar: str

    def name(self, language: str) -> str:
        """The name in a language; where Arabic has no settled one, the Vietnamese name."""
        return {"en": self.en, "ar": self.ar}.get(language) or self.vi


@cache
def ethnic_groups() -> dict[str, EthnicGroup]:
    """Every group by code, in the official order."""
    return {row["code"]: EthnicGroup(row["code"], row["vi"], row["en"], row["ar"]) for row in _rows()}


def find(text: str) -> str | None:
    """The code of a group however its name is written: ``find("H'Mông") == find("hmong") == "08"``; None if
    unknown.
    """
    return _spellings().get(_bare(text))


@cache
def _spellings() -> dict[str, str]:
    return {
        _bare(spelling): row["code"]
        for row in _rows()
        for spelling in (row["code"], row["vi"], row["en"], row["ar"], *row["aliases"].split("|"))
        if _bare(spelling)
    }


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", names.fold(text))
