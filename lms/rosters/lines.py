"""Tells the rows of a table that hold a person from headings, footers, group titles and empty lines."""

import re
from collections.abc import Iterator, Mapping

from lms.rosters.headings import field_of
from lms.rosters.tables import Row, Table
from translations.names import fold

# The beginning of a line under a list: totals, place and date, who signs. On folded text.
_FOOTER = re.compile(
    r"(tong (so|cong)|cong\b|an dinh danh sach|danh sach (nay )?(co|gom)|bang chu\b|total|signature|signed|"
    r"prepared by|approved by|nguoi lap|lap (bang|bieu|danh sach)|t\W?m\b|k\W?t\b|t\W?l\b|(pho )?bi thu|"
    r"(pho )?chu tich|(pho )?truong (thon|ban|khu|ap|xom|phong|cong an)|to truong|thu truong|ban chap hanh|"
    r"bch\b|uy ban nhan dan|ubnd|xac nhan|ghi chu:|luu y|note:|"
    r"\(?(da )?ky( va|,| ghi| ten|\)|$)|.*\bngay\W.*\bthang\W.*\bnam\b)"
)
_LONGEST_FOOTER = 200
# The title of a group inside the list; with its marks, because "Tô" and "Bàn" are family names.
_GROUP = re.compile(
    r"(?:[IVX]+[.)]\s*|\d+[.)]\s*)?"
    r"((?:tổ dân phố|tổ|tdp|thôn|bản|xóm|ấp|khu phố|khu dân cư|khu|buôn|làng|chi đoàn|khóm)\s+.+)",
    re.IGNORECASE,
)
_PERSON_FIELDS = ("birth", "birth_day", "birth_month", "birth_year", "phone")
_NAME_FIELDS = ("name", "family_name", "middle_name", "given_name")
_ANY_DIGITS = re.compile(r"\d{4}|\d\D*\d\D*\d\D*\d\D*\d\D*\d")


def person_rows(table: Table, columns: Mapping[str, int]) -> Iterator[tuple[Row, str | None]]:
    """Each row that is meant to hold a person, good or bad, with the title of the group it stands under.

    A row counts when it has a name, a birth or a phone. Left out are: headings repeated on a new page,
    lines with only a printed number, group titles ("Tổ dân phố số 5"), totals, and everything below them
    that is not a person.
    """
    names = [columns[name] for name in _NAME_FIELDS if name in columns]
    details = [columns[name] for name in _PERSON_FIELDS if name in columns]
    number = columns.get("number")
    group: str | None = None
    in_footer = False
    for row in table.rows:
        has_name = any(row.cells[at] for at in names)
        has_details = any(_ANY_DIGITS.search(str(row.cells[at])) for at in details)
        if has_name and has_details and not in_footer:
            yield row, group  # the ordinary case, first for speed
            continue
        if _is_repeated_heading(row, table, columns):
            continue
        filled = [str(cell) for at, cell in enumerate(row.cells) if cell and at != number]
        if has_details and (has_name or not in_footer) and not _is_footer(filled):
            in_footer = False
            yield row, group
        elif _is_footer(filled):
            in_footer = True
        elif (title := _group_title(row)) is not None:
            group, in_footer = title, False
        elif not in_footer and (has_name or (len(filled) >= 2 and any(row.cells[at] for at in details))):
            yield row, group


def _is_footer(filled: list[str]) -> bool:
    return (
        bool(filled)
        and len(filled) <= 4
        and any(_FOOTER.match(fold(text[:_LONGEST_FOOTER])) for text in filled)
    )


def _is_repeated_heading(row: Row, table: Table, columns: Mapping[str, int]) -> bool:
    same = [at for at in columns.values() if row.cells[at] and row.cells[at] == table.headings[at]]
    named = [field for field, at in columns.items() if field_of(str(row.cells[at])) == field]
    return len(same) >= 2 or (len(named) >= 2 and any(field in named for field in _NAME_FIELDS))


def _group_title(row: Row) -> str | None:
    filled = [cell for cell in row.cells if cell]
    if not filled or not isinstance(filled[-1], str):
        return None
    # "I" in the column of numbers, the title in the next one; or the title alone.
    if (len(filled) == 2 and not re.fullmatch(r"[IVXivx]+|[A-H]|\d{1,3}", str(filled[0]))) or len(filled) > 2:
        return None
    found = _GROUP.fullmatch(filled[-1])
    return found[1] if found else None
