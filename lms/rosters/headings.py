"""Recognises the columns of a roster by their Vietnamese or English headings.

The words are those seen on lists of residents, youth-union members, pupils and voters. A person can correct
every choice by hand: `recognise_columns(…, by_hand=…)`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from translations.names import fold

# The fields that a column can hold. `female` and `male` are columns to tick, or to write the birth year in.
FIELDS = (
    "name", "family_name", "middle_name", "given_name", "birth", "birth_day", "birth_month", "birth_year",
    "sex", "female", "male", "phone", "email", "place", "ethnicity", "guardian", "guardian_phone",
    "note", "number",
)  # fmt: skip

_EXACT: dict[str, str] = {}
for _field, _words in {
    "name": (
        "ho va ten|ho ten|ho & ten|ho ten hoc vien|hoc vien|ten hoc vien|ten nguoi hoc|"
        "nguoi tham gia|ten nguoi tham gia|ho chu dem va ten|ho dem va ten|ho ten dem va ten|"
        "ho ten khai sinh|ho chu dem va ten khai sinh|full name|fullname|name|student|"
        "student name|participant|participant name|learner"
    ),
    "family_name": (
        "ho|ho dem|ho va dem|ho va ten dem|ho ten dem|ho lot|ho va ten lot|ho va chu lot|"
        "ho va chu dem|ho chu dem|family name|last name|surname|family and middle name|"
        "family & middle name"
    ),
    "middle_name": "dem|ten dem|chu dem|lot|ten lot|chu lot|middle name",
    "given_name": "ten|ten goi|given name|first name",
    "birth": (
        "ngay sinh|ngay thang nam sinh|ngay thang nam|sinh ngay|ntns|ngay sinh nam sinh|"
        "nam sinh ngay sinh|date of birth|birth date|birthdate|birthday|birth|dob|born"
    ),
    "birth_year": "nam sinh|sinh nam|ns|year of birth|birth year",
    "birth_month": "thang sinh|thang|month|birth month|month of birth",
    "birth_day": "day|birth day|day of birth",
    "sex": "gioi tinh|gt|phai|nam nu|nu nam|sex|gender",
    "female": "nu|female|la nu",
    "male": "male|la nam",
    "phone": (
        "sdt|so dt|dt|dtdd|so dtdd|dien thoai|so dien thoai|so dien thoai di dong|"
        "dien thoai di dong|di dong|so di dong|dien thoai lien he|so dien thoai lien he|zalo|"
        "so zalo|phone|phone number|mobile|mobile phone|tel|telephone"
    ),
    "email": "email|e mail|thu dien tu|dia chi email|hop thu",
    "place": (
        "to dan pho|tdp|to|thon|thon to|to thon|thon to dan pho|to dan pho thon|thon ban|"
        "thon xom|xom|ap|ban|buon|khu|khu pho|khu dan cu|khom|dia chi|noi o|cho o|noi o hien nay|"
        "noi cu tru|cho o hien nay|noi thuong tru|thuong tru|ho khau|don vi|chi doan|"
        "residential group|village|hamlet|address|place|residence|unit"
    ),
    "ethnicity": "dan toc|ethnicity|ethnic group",
    "guardian": (
        "nguoi giam ho|ho ten nguoi giam ho|phu huynh|ho ten phu huynh|cha me|ho ten cha me|"
        "bo me|guardian|parent|parents|guardian name|parent name"
    ),
    "guardian_phone": "sdt nguoi giam ho|sdt phu huynh|guardian phone|parent phone",
    "note": "ghi chu|note|notes|remark|remarks|comment",
    "number": "stt|so tt|tt|so thu tu|no|n o|index|#",
}.items():
    _EXACT.update(dict.fromkeys(_words.split("|"), _field))
# The headings of the Arabic template.
for _field, _words in {
    "name": "الاسم الكامل|الاسم",
    "birth": "تاريخ الميلاد",
    "birth_year": "سنة الميلاد",
    "sex": "الجنس",
    "phone": "رقم الهاتف|الهاتف",
    "email": "البريد الإلكتروني",
    "place": "المجموعة السكنية|محل الإقامة",
    "ethnicity": "القومية",
    "guardian": "ولي الأمر",
    "guardian_phone": "هاتف ولي الأمر",
    "note": "ملاحظات|ملاحظة",
    "number": "م|الرقم",
}.items():
    _EXACT.update({fold(_word): _field for _word in _words.split("|")})

_GUARDIAN = r"\b(giam ho|phu huynh|cha me|bo me|guardian|parent)\b"
_PHONE = r"\b(sdt|dt|dien thoai|phone)\b"

# Longer headings ("Số điện thoại liên hệ khi cần"): the first pattern that fits.
_PATTERNS = [
    ("guardian_phone", re.compile(rf".*{_GUARDIAN}.*{_PHONE}|.*{_PHONE}.*{_GUARDIAN}")),
    ("guardian", re.compile(rf".*{_GUARDIAN}")),
    ("name", re.compile(r"ho (va )?ten\b|full name\b")),
    ("birth", re.compile(r"ngay sinh\b|ngay thang nam sinh\b|date of birth\b")),
    ("birth_year", re.compile(r"nam sinh\b|year of birth\b")),
    ("sex", re.compile(r"gioi tinh\b|gender\b")),
    ("phone", re.compile(r"(so )?(dien thoai|sdt|di dong)\b|(mobile )?phone\b")),
    ("ethnicity", re.compile(r"dan toc\b|ethnic")),
    ("place", re.compile(r"dia chi\b|noi (o|cu tru|thuong tru)\b|to dan pho\b|thon\b|khu pho\b|address\b")),
    ("note", re.compile(r"ghi chu\b|remarks?\b|notes?\b")),
]

_LONGEST_HEADING = 60
_IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_NOT_A_WORD = re.compile(r"[^\w&#]+")


@lru_cache(maxsize=2000)
def field_of(heading: str) -> str | None:
    """The field that a heading names, or None."""
    if not heading or len(heading) > _LONGEST_HEADING:
        return None
    bare = _NOT_A_WORD.sub(" ", _IN_BRACKETS.sub(" ", heading)).strip()
    # Folding makes Nam (male) and Năm (year) the same word.
    word = bare.casefold()
    if word in ("nam", "năm"):
        return "male" if word == "nam" else "birth_year"
    if word == "ngày":
        return "birth_day"
    folded = " ".join(fold(bare).split())
    if folded in _EXACT:
        return _EXACT[folded]
    return next((field for field, pattern in _PATTERNS if pattern.match(folded)), None)


def recognise_columns(
    headings: Sequence[str],
    *,
    rows: Iterable[Sequence[object]] = (),
    by_hand: Mapping[str, int | None] | None = None,
) -> dict[str, int]:
    """Which column (counted from 0) holds which field.

    `rows` are some rows under the headings: they show whether a name is split over a headed column and an
    unheaded one. `by_hand` wins over what was recognised; None there says that no column holds the field.
    """
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        field = field_of(heading)
        if field is not None:
            columns.setdefault(field, index)
    _settle_names(columns, headings, list(rows))
    _settle_births(columns)
    for field, column in (by_hand or {}).items():
        if field not in FIELDS:
            raise ValueError(f"no such field: {field}")
        columns = {known: at for known, at in columns.items() if known != field and at != column}
        if column is not None:
            if not 0 <= column < len(headings):
                raise ValueError(f"no such column: {column}")
            columns[field] = column
    return columns


def has_name(columns: Mapping[str, int]) -> bool:
    """Whether the columns say what the people are called; without it no row can be read."""
    return "name" in columns or "given_name" in columns


def lacking(columns: Mapping[str, int]) -> list[str]:
    """Which of the needed fields, "name" and "birth", no column holds: to be named by hand before rows are checked."""
    has_birth = columns.keys() & {"birth", "birth_year", "female", "male"}
    return [field for field, found in (("name", has_name(columns)), ("birth", has_birth)) if not found]


def _settle_names(columns: dict[str, int], headings: Sequence[str], rows: list[Sequence[object]]) -> None:
    if "name" in columns:
        after = columns["name"] + 1
        if "given_name" in columns and columns["given_name"] == after and "family_name" not in columns:
            columns["family_name"] = columns.pop(
                "name"
            )  # "Họ và tên" over the first part, "Tên" over the second
        elif after < len(headings) and not headings[after] and _holds_given_names(rows, after):
            columns["family_name"], columns["given_name"] = columns.pop("name"), after
        else:
            for part in ("family_name", "middle_name", "given_name"):
                columns.pop(part, None)
    elif "given_name" in columns and "family_name" not in columns:
        columns["name"] = columns.pop("given_name")  # "Tên" alone
    elif "family_name" in columns and "given_name" not in columns:
        after = columns["family_name"] + 1
        if after < len(headings) and not headings[after] and _holds_given_names(rows, after):
            columns["given_name"] = after


def _holds_given_names(rows: list[Sequence[object]], column: int) -> bool:
    values = [row[column] for row in rows if len(row) > column and row[column]]
    words = [value for value in values if isinstance(value, str) and value.isalpha()]
    return len(words) >= 1 and len(words) > 0.8 * len(values) and len(words) > 0.5 * len(rows)


def _settle_births(columns: dict[str, int]) -> None:
    if "birth_month" in columns and "birth" in columns and "birth_day" not in columns:
        columns["birth_day"] = columns.pop("birth")  # "Ngày sinh | Tháng sinh | Năm sinh"
    if "birth" not in columns and "birth_month" not in columns and "birth_year" in columns:
        columns["birth"] = columns.pop("birth_year")
    if "birth_month" not in columns:
        columns.pop("birth_day", None)


# --- the heading row ---


def find_heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The index of the row that looks most like headings: a column of names and the most other fields."""
    best, best_count = None, 0
    for index, row in enumerate(rows):
        fields = {field for field in map(field_of, row) if field}
        if not fields & {"name", "given_name", "family_name"}:
            continue
        filled = sum(1 for cell in row if cell)
        if len(fields) > best_count and (len(fields) >= 2 or filled == 1):
            best, best_count = index, len(fields)
    return best


def merge_heading_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...] | None:
    """One row of headings out of two ("Năm sinh" above "Nam" and "Nữ"), or None if the second is none."""
    filled = [(index, cell) for index, cell in enumerate(lower) if cell]
    names = {"name", "given_name", "family_name"}
    if not filled or any(field_of(cell) is None or field_of(cell) in names for _, cell in filled):
        return None
    # Under a heading of its own, "Nam" is the first person's sex, not a heading.
    if any(index < len(upper) and field_of(upper[index]) in ("sex", "female", "male") for index, _ in filled):
        return None
    width = max(len(upper), len(lower))
    padded = tuple(upper) + ("",) * (width - len(upper))
    return tuple(lower[i] if i < len(lower) and lower[i] else padded[i] for i in range(width))


def is_column_numbers(row: Sequence[str]) -> bool:
    """Whether the row only numbers the columns: (1) (2) (3), or A B 1 2."""
    cells = [cell.strip("() ") for cell in row if cell]
    numbers = [cell for cell in cells if cell.isdigit()]
    letters = [cell for cell in cells if len(cell) == 1 and cell.isalpha()]
    expected = [str(number) for number in range(1, len(numbers) + 1)]
    return len(cells) >= 2 and len(numbers) + len(letters) == len(cells) and numbers == expected
