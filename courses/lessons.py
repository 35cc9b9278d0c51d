"""Lessons are plain Markdown, the same in every language: a title and five sections, in this order.

    # Title
    ## Aim          one paragraph
    ## Steps        a numbered list
    ## Practice     a list
    ## Check        a list: what the learner can now show
    ## Remember     one sentence, printed large

No bold, links or other markup inside a line: WeasyPrint puts mixed script in the wrong order around it in Arabic.
"""

from dataclasses import dataclass
from typing import Any, Final

import mistune

SECTIONS: Final = ("aim", "steps", "practice", "check", "remember")

SECTION_TITLES: Final[dict[str, tuple[str, ...]]] = {
    "vi": ("Mục tiêu", "Các bước", "Thực hành", "Tự kiểm tra", "Ghi nhớ"),
    "en": ("Aim", "Steps", "Practice", "Check", "Remember"),
    "ar": ("الهدف", "الخطوات", "التدريب", "التحقق", "تذكّر"),
}
"""The section headings of each language, in the order of `SECTIONS`."""


class LessonFormatError(ValueError):
    """A lesson file departs from the format; the message says where."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson in one language. `number` counts from 1."""

    number: int
    title: str
    aim: str
    steps: tuple[str, ...]
    practice: tuple[str, ...]
    check: tuple[str, ...]
    remember: str


def parse_lessons(text: str, locale: str) -> tuple[Lesson, ...]:
    """Read a lesson file in one language ("vi", "en", "ar"). Raises LessonFormatError."""
    blocks = [token for token in _tokens(text) if token["type"] != "blank_line"]
    starts = [at for at, block in enumerate(blocks) if _is_heading(block, 1)]
    if not starts or starts[0] != 0:
        raise LessonFormatError("the file must begin with the title of a lesson")
    ends = [*starts[1:], len(blocks)]
    return tuple(
        _lesson(number, blocks[start:end], locale)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )


def _tokens(text: str) -> list[dict[str, Any]]:
    tokens = mistune.create_markdown(renderer=None)(text)
    assert isinstance(tokens, list)
    return tokens


def _is_heading(block: dict[str, Any], level: int) -> bool:
    return bool(block["type"] == "heading" and block["attrs"]["level"] == level)


def _lesson(number: int, blocks: list[dict[str, Any]], locale: str) -> Lesson:
    title, rest = _plain(blocks[0], number), blocks[1:]
    titles = tuple(_plain(block, number) for block in rest[::2] if _is_heading(block, 2))
    if titles != SECTION_TITLES[locale] or len(rest) != 2 * len(SECTIONS):
        raise LessonFormatError(
            f"lesson {number} ({locale}) must have the sections {', '.join(SECTION_TITLES[locale])}, one block each"
        )
    aim, steps, practice, check, remember = rest[1::2]
    return Lesson(
        number,
        title,
        _paragraph(aim, number),
        _items(steps, number, ordered=True),
        _items(practice, number, ordered=False),
        _items(check, number, ordered=False),
        _paragraph(remember, number),
    )


def _paragraph(block: dict[str, Any], number: int) -> str:
    if block["type"] != "paragraph":
        raise LessonFormatError(f"lesson {number}: expected a paragraph, found a {block['type']}")
    return _plain(block, number)


def _items(block: dict[str, Any], number: int, *, ordered: bool) -> tuple[str, ...]:
    if block["type"] != "list" or block["attrs"]["ordered"] is not ordered:
        raise LessonFormatError(f"lesson {number}: expected a {'numbered' if ordered else 'bulleted'} list")
    items = []
    for item in block["children"]:
        if len(item["children"]) != 1:
            raise LessonFormatError(f"lesson {number}: a list item must be one line of text")
        items.append(_plain(item["children"][0], number))
    return tuple(items)


def _plain(block: dict[str, Any], number: int) -> str:
    parts = []
    for child in block.get("children", []):
        if child["type"] not in ("text", "softbreak"):
            raise LessonFormatError(f"lesson {number}: no {child['type']} inside a line, only plain text")
        parts.append(child.get("raw", " "))
    return "".join(parts).strip()
