"""What a branch's certificates say at first: heading, who certifies, place and signer by the kind of organisation.

The Vietnamese parts follow Decree 30/2020/NĐ-CP for a People's Committee and guideline 29-HD/TWĐTN-VP for the
Youth Union (its three stars stand in the design). The branch can change every line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from translations import bidi, names

Texts = dict[str, str]
Lines = dict[str, list[str]]

STATE, YOUTH_UNION, WOMENS_UNION = "peoples_committee", "youth_union", "womens_union"

DESIGNS: Final = {STATE: "state", YOUTH_UNION: "youth-union"}
"""The design of an organisation; partners have the plain one."""

SYMBOLS: Final = {
    STATE: "GCN-UBND",
    YOUTH_UNION: "GCN-ĐTN",
    WOMENS_UNION: "GCN-HPN",
    "elderly_association": "GCN-NCT",
    "veterans_association": "GCN-CCB",
    "post": "GCN-BĐ",
    "telecom": "GCN-VT",
    "police": "GCN-CA",
    "school": "GCN-TH",
    "other": "GCN",
}
"""What follows the number: the kind of paper and the issuer's abbreviation."""


@dataclass(frozen=True)
class Place:
    """A unit by language: its title ("phường Cửa Nam", "Cua Nam Ward") and its bare name ("Cửa Nam")."""

    title: Mapping[str, str]
    name: Mapping[str, str]


@dataclass(frozen=True)
class Proposal:
    """What a branch prints unless it changes it: texts and lists of lines by language."""

    design: str
    number_symbol: str
    heading: Lines
    certifier: Texts
    place: Texts
    signatory_position: Lines


def proposal(organisation: str, branch: Mapping[str, str], unit: Place, above: Place | None) -> Proposal:
    """The first wording for an organisation (a value of ``Organisation``) called ``branch`` at a unit.

    ``above`` is the unit above, None for a province.
    """
    heading, certifier, position = MAKERS.get(organisation, _partner)(branch, unit, above)
    return Proposal(
        design=DESIGNS.get(organisation, "plain"),
        number_symbol=SYMBOLS.get(organisation, SYMBOLS["other"]),
        heading=heading,
        certifier=certifier,
        place={code: bidi.strip_marks(unit.name[code]) for code in ("vi", "en", "ar")},
        signatory_position=position,
    )


Parts = tuple[Lines, Texts, Lines]


def _state(_branch: Mapping[str, str], unit: Place, _above: Place | None) -> Parts:
    vi, en, ar = _capitals(unit)
    return (
        {
            "vi": ["ỦY BAN NHÂN DÂN", vi],
            "en": ["PEOPLE'S COMMITTEE", f"OF {en}"],
            "ar": ["اللجنة الشعبية", _of(ar)],
        },
        {
            "vi": f"CHỦ TỊCH ỦY BAN NHÂN DÂN {vi}",
            "en": f"THE CHAIRMAN OF THE PEOPLE'S COMMITTEE OF {en}",
            "ar": f"رئيس اللجنة الشعبية {_of(ar)}",
        },
        {"vi": ["CHỦ TỊCH"], "en": ["CHAIRMAN"], "ar": ["الرئيس"]},
    )


def _youth_union(_branch: Mapping[str, str], unit: Place, above: Place | None) -> Parts:
    vi, en, ar = _capitals(unit)
    over = _capitals(above) if above else None
    return (
        {
            "vi": [
                f"BCH ĐOÀN {over[0]}" if over else "TRUNG ƯƠNG ĐOÀN TNCS HỒ CHÍ MINH",
                f"BAN CHẤP HÀNH ĐOÀN {vi}",
            ],
            "en": [
                f"YOUTH UNION OF {over[1]}" if over else "CENTRAL COMMITTEE OF THE YOUTH UNION",
                f"EXECUTIVE COMMITTEE, {en}",
            ],
            "ar": [
                f"اتحاد الشباب {_of(over[2])}" if over else "اللجنة المركزية لاتحاد الشباب",
                f"اللجنة التنفيذية {_of(ar)}",
            ],
        },
        {
            "vi": f"BAN CHẤP HÀNH ĐOÀN {vi}",
            "en": f"THE YOUTH UNION EXECUTIVE COMMITTEE OF {en}",
            "ar": f"اللجنة التنفيذية لاتحاد الشباب {_of(ar)}",
        },
        {
            "vi": ["TM. BAN CHẤP HÀNH", "BÍ THƯ"],
            "en": ["FOR THE EXECUTIVE COMMITTEE", "SECRETARY"],
            "ar": ["عن اللجنة التنفيذية", "الأمين"],
        },
    )


def _womens_union(_branch: Mapping[str, str], unit: Place, above: Place | None) -> Parts:
    vi, en, ar = _capitals(unit)
    over = _capitals(above) if above else None
    return (
        {
            "vi": [
                f"HỘI LHPN {over[0]}" if over else "TRUNG ƯƠNG HỘI LHPN VIỆT NAM",
                f"BAN CHẤP HÀNH HỘI LHPN {vi}",
            ],
            "en": [
                f"WOMEN'S UNION OF {over[1]}" if over else "VIET NAM WOMEN'S UNION",
                f"EXECUTIVE COMMITTEE, {en}",
            ],
            "ar": [
                f"اتحاد النساء {_of(over[2])}" if over else "اتحاد نساء فيتنام",
                f"اللجنة التنفيذية {_of(ar)}",
            ],
        },
        {
            "vi": f"BAN CHẤP HÀNH HỘI LHPN {vi}",
            "en": f"THE WOMEN'S UNION EXECUTIVE COMMITTEE OF {en}",
            "ar": f"اللجنة التنفيذية لاتحاد النساء {_of(ar)}",
        },
        {
            "vi": ["TM. BAN CHẤP HÀNH", "CHỦ TỊCH"],
            "en": ["FOR THE EXECUTIVE COMMITTEE", "CHAIRWOMAN"],
            "ar": ["عن اللجنة التنفيذية", "الرئيسة"],
        },
    )


def _partner(branch: Mapping[str, str], _unit: Place, _above: Place | None) -> Parts:
    name = {code: names.upper(branch.get(code) or branch["vi"]) for code in ("vi", "en", "ar")}
    return (
        {code: [text] for code, text in name.items()},
        name,
        {"vi": ["THỦ TRƯỞNG ĐƠN VỊ"], "en": ["HEAD OF THE ORGANISATION"], "ar": ["رئيس الجهة"]},
    )


MAKERS: Final[dict[str, Callable[[Mapping[str, str], Place, Place | None], Parts]]] = {
    STATE: _state,
    YOUTH_UNION: _youth_union,
    WOMENS_UNION: _womens_union,
}


def _capitals(place: Place) -> tuple[str, str, str]:
    """The title in Vietnamese and English capitals, and in Arabic; without marks, which the press sets anew."""
    vi, en, ar = (bidi.strip_marks(place.title[code]) for code in ("vi", "en", "ar"))
    return names.upper(vi), en.upper(), ar


def _of(title: str) -> str:
    """Arabic "of …": the preposition joins the word, and swallows the alif of its article."""
    return f"لل{title[2:]}" if title.startswith("ال") else f"ل{title}"
