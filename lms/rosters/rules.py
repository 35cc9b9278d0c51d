"""Decides whether a row of a roster is good, and says about a bad one which column is wrong and why.

Plain values in, plain values out: no database, no request.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from lms.rosters.lines import person_rows
from lms.rosters.tables import Cell, Row, Table
from translations import names, phones
from translations.bidi import strip_marks
from translations.messages import N_
from translations.partial_dates import DateError, PartialDate

Sex = Literal["female", "male"]

LONGEST_TEXT: Final = 200

REASONS: Final[dict[str, str]] = {
    **{f"name_{code}": message for code, message in names.PROBLEMS.items()},
    "name_damaged": N_("Letters of the name were lost when the file was saved: “%(value)s”."),
    "birth_missing": N_("The birth date is missing. The year alone is enough."),
    "birth_unreadable": N_("“%(value)s” is not a date. Write it like 05/03/1958, 3/1958 or 1958."),
    "birth_short_year": N_("Write the year of “%(value)s” with four digits."),
    "birth_impossible": N_("%(value)s is not a date in the calendar."),
    "birth_in_future": N_("The birth date %(value)s is in the future."),
    "birth_too_early": N_("The birth date %(value)s is before 1900."),
    "phone_invalid": N_("“%(value)s” is not a Vietnamese phone number."),
    "email_invalid": N_("“%(value)s” is not an e-mail address."),
    "text_too_long": N_("The text is too long: at most 200 characters."),
    "cells_shifted": N_("The row has more cells than there are headings; is a quotation mark missing?"),
}
"""English message id of every reason. The codes are stable."""

_BIRTH_CODES: Final = {
    "date_empty": "birth_missing",
    "date_unreadable": "birth_unreadable",
    "date_short_year": "birth_short_year",
    "date_impossible": "birth_impossible",
    "date_future": "birth_in_future",
    "date_too_early": "birth_too_early",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is bad: `row` as in the file, `column` the heading as in the file, `value` the cell."""

    row: int
    column: str
    code: str
    value: str = ""

    def sentence(self, gettext: Callable[..., str]) -> str:
        """The reason, for a person. `gettext` is Flask-Babel's or that of a `translations` Translator."""
        return gettext(REASONS[self.code], value=self.shown_value)

    @property
    def shown_value(self) -> str:
        """The cell, shortened, without characters that would disorder the sentence around it."""
        shown = "".join(char for char in strip_marks(self.value) if char.isprintable())
        return shown if len(shown) <= 40 else shown[:39] + "…"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person as a good row tells it. `phone` and `guardian_phone` are E.164."""

    number: int
    name: str
    birth: PartialDate
    sex: Sex | None = None
    phone: str | None = None
    email: str | None = None
    place: str | None = None
    ethnicity: str | None = None
    guardian: str | None = None
    guardian_phone: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """All rows that were meant to hold a person."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]

    @property
    def bad_rows(self) -> int:
        """How many rows have a problem; a row can have several."""
        return len({problem.row for problem in self.problems})


def check_table(table: Table, columns: Mapping[str, int], *, today: date) -> CheckedTable:
    """Check every row that is meant to hold a person; headings, footers and empty lines are passed over.

    `columns` comes from `headings.recognise_columns` and must name a name column. `today` bounds birth dates.
    """
    persons = list(person_rows(table, columns))
    # A single column to tick for women says by an empty cell that the person is a man, once it is used at
    # all.
    only_women = "female" in columns and not {"male", "sex"} & columns.keys()
    blank_is_male = only_women and any(_is_tick(row.cells[columns["female"]]) for row, _ in persons)
    rows: list[RosterRow] = []
    problems: list[Problem] = []
    for row, group in persons:
        checked = check_row(
            row,
            columns,
            table.headings,
            today=today,
            group=group,
            blank_is_male=blank_is_male,
            kind=table.kind,
        )
        if isinstance(checked, RosterRow):
            rows.append(checked)
        else:
            problems.extend(checked)
    return CheckedTable(tuple(rows), tuple(problems))


def check_row(
    row: Row,
    columns: Mapping[str, int],
    headings: Sequence[str],
    kind: str = "csv",
    *,
    today: date,
    group: str | None = None,
    blank_is_male: bool = False,
) -> RosterRow | list[Problem]:
    """A person, or everything that is wrong with the row.

    `headings` and `kind` are the table's. `group` is the title that the row stands under; it is the place
    where the row names none. `blank_is_male` reads an empty cell of a column "Nữ" as a man.
    """
    reader = _RowReader(row, columns, headings)
    name = reader.name()
    birth, sex_of_birth = reader.birth(today)
    sex = reader.sex(blank_is_male=blank_is_male) or sex_of_birth
    phone, second_phone = reader.phone("phone")
    guardian_phone, _ = reader.phone("guardian_phone")
    guardian = reader.guardian()
    email = reader.email()
    place = reader.text("place") or group
    ethnicity = reader.text("ethnicity")
    note = "; ".join(text for text in (reader.text("note"), second_phone) if text) or None
    if kind == "csv" and (stray := _beyond(row, columns, headings)):
        reader.fail("cells_shifted", None, stray)
    if reader.problems or birth is None:
        return reader.problems
    return RosterRow(
        row.number, name, birth, sex, phone, email, place, ethnicity, guardian, guardian_phone, note
    )


def _beyond(row: Row, columns: Mapping[str, int], headings: Sequence[str]) -> str:
    """What stands to the right of every column that has a heading or a meaning."""
    width = max((at for at, heading in enumerate(headings, 1) if heading), default=0)
    width = max(width, max(columns.values(), default=0) + 1)
    return next((str(cell) for cell in row.cells[width:] if cell), "")


class _RowReader:
    """Reads one field after the other and gathers what is wrong."""

    def __init__(self, row: Row, columns: Mapping[str, int], headings: Sequence[str]) -> None:
        self.row = row
        self.columns = columns
        self.headings = headings
        self.problems: list[Problem] = []

    def fail(self, code: str, field: str | None, value: str) -> None:
        at = self.columns.get(field) if field else None
        heading = self.headings[at] if at is not None else ""
        self.problems.append(Problem(self.row.number, heading, code, value))

    def cell(self, field: str) -> Cell:
        at = self.columns.get(field)
        return "" if at is None else self.row.cells[at]

    def text(self, field: str) -> str | None:
        value = str(self.cell(field))
        if not value:
            return None
        if not value.isprintable():
            value = "".join(char if char.isprintable() else " " for char in value)
        value = names.clean(value)
        if len(value) > LONGEST_TEXT:
            self.fail("text_too_long", field, value)
        return value or None

    def name(self) -> str:
        if "name" in self.columns:
            field, raw = "name", str(self.cell("name"))
        else:
            parts = [str(self.cell(part)) for part in ("family_name", "middle_name", "given_name")]
            field, raw = "given_name", " ".join(part for part in parts if part)
        for code in names.problems(raw):
            self.fail(f"name_{code}", field, raw)
            return ""
        if _LOST_LETTER.search(raw):
            self.fail("name_damaged", field, raw)
        return stored_name(raw)

    def guardian(self) -> str | None:
        """A parent's or guardian's name; a dash or the like is none."""
        raw = str(self.cell("guardian"))
        if not any(char.isalnum() for char in raw):
            return None
        for code in names.problems(raw):
            self.fail(f"name_{code}", "guardian", raw)
            return None
        return stored_name(raw)

    def birth(self, today: date) -> tuple[PartialDate | None, Sex | None]:
        """The birth; and the sex, where the year stands in a column "Nam" or a column "Nữ"."""
        field, value, sex = self._birth_cell()
        text = value.isoformat() if isinstance(value, date) else value
        try:
            return PartialDate.parse(text, today=today), sex
        except DateError as problem:
            shown = value.strftime("%d/%m/%Y") if isinstance(value, date) else value
            self.fail(_BIRTH_CODES[problem.code], field, shown)
            return None, sex

    def _birth_cell(self) -> tuple[str, Cell, Sex | None]:
        if "birth_month" in self.columns:
            parts = [str(self.cell(part)) for part in ("birth_day", "birth_month", "birth_year")]
            return "birth_year", "/".join(part for part in parts if part), None
        for field in ("birth", "birth_year"):
            if value := self.cell(field):
                return field, value, None
        sexes: tuple[Sex, Sex] = ("female", "male")
        for sex in sexes:
            value = self.cell(sex)
            if value and not _is_tick(value):
                return sex, value, sex
        return next((field for field in ("birth", *sexes) if field in self.columns), "birth"), "", None

    def sex(self, *, blank_is_male: bool) -> Sex | None:
        """A mark that is not understood is no fault: the sex then stays unknown."""
        female, male = _is_tick(self.cell("female")), _is_tick(self.cell("male"))
        if female != male:
            return "female" if female else "male"
        if blank_is_male and not self.cell("female"):
            return "male"
        return _SEX_WORDS.get(_word(str(self.cell("sex"))))

    def phone(self, field: str) -> tuple[str | None, str | None]:
        """The number, and a second one when the cell holds two. "Không có" is no number and no fault."""
        value = str(self.cell(field))
        if not value:
            return None, None
        if number := phones.parse(value):
            return number, None
        if names.fold(value).strip(" .-") in _NO_PHONE:
            return None, None
        numbers = [phones.parse(part) for part in re.split(r"[/;,\n]|\s-\s", value) if part.strip()]
        if len(numbers) == 2 and numbers[0] and numbers[1]:
            return numbers[0], phones.display(numbers[1])
        self.fail("phone_invalid", field, value)
        return None, None

    def email(self) -> str | None:
        value = self.text("email")
        if value is not None and not _EMAIL.fullmatch(value):
            self.fail("email_invalid", "email", value)
        return value


# A question mark inside a word is what remains of "ễ" after saving in a code page without Vietnamese.
_LOST_LETTER = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TICKS = frozenset("x|v|+|1|✓|✔|☑|☒|√|•|*|co|true|yes|nu|nam|f|m|female|male".split("|"))  # noqa: SIM905
_NO_PHONE = frozenset("|khong|khong co|chua co|ko|ko co|k|k co|0|none|no|n/a".split("|"))  # noqa: SIM905
_SEX_WORDS: dict[str, Sex] = {
    **dict.fromkeys(("nu", "f", "female", "woman", "girl", "gai", "ba", "nu gioi", "w", "انثى"), "female"),
    **dict.fromkeys(("nam", "m", "male", "man", "boy", "trai", "ong", "nam gioi", "ذكر"), "male"),
}


def _is_tick(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(cell) and _word(cell) in _TICKS


@lru_cache(maxsize=1000)
def _word(text: str) -> str:
    """A sign or a word that a column repeats from row to row, to compare."""
    return names.fold(text).strip("()[]. ")


_WORD = re.compile(r"[^\W\d_]+")


def stored_name(raw: str) -> str:
    """The name as it is stored: as typed, but capitals or small letters throughout become Capital Initials.

    An initial follows an apostrophe and a hyphen too: ``ĐINH K'RỂ`` becomes ``Đinh K'Rể``. Left as typed in
    case of doubt: mixed case, a single word, and names with digits or full stops ("NG. VĂN A"), whose
    capitals may be meant.
    """
    # Eth and African D look like Đ and are typed for it.
    name = names.clean(raw).replace("Ð", "Đ").replace("Ɖ", "Đ").replace("ð", "đ")
    if " " not in name or not (name.isupper() or name.islower()):
        return name
    if any(char == "." or char.isdigit() for char in name):
        return name
    return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), name)
