"""A design's page as HTML: first a skeleton with a mark in the place of every value, then the marks filled.

The skeleton of a page depends only on which lines there are, so that it can be kept and reused; values never
reach the template. A template may therefore only print a value or ask whether it is there.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from certificates.designs import Design
from certificates.errors import refuse
from certificates.wording import Content
from translations.locales import LOCALES
from translations.messages import N_

ADDRESS: Final = "https://design.invalid/"
"""Where a page finds its assets; `.invalid` is no host anywhere (RFC 2606)."""

QR_ADDRESS: Final = ADDRESS + "qr"
IMAGE_ADDRESS: Final = ADDRESS + "image/"
START, MIDDLE, END = "\ue000", "\ue001", "\ue002"
MARK: Final = re.compile(f"{START}(\\w+){MIDDLE}(\\d+){END}")
LINE_MARK: Final = re.compile(f'data-line="(\\w+)">{START}\\1{MIDDLE}(\\d+){END}<')

ANY_MARK: Final = re.compile(f"{LINE_MARK.pattern}|{MARK.pattern}")

Key = tuple[str, int]
"""A line of the page: its name, and its place when several have that name."""

Shape = tuple[tuple[str, int], ...]
"""Which lines a page has and how many of each, and which images: all that its skeleton depends on."""


@dataclass(frozen=True)
class FittedLine:
    """The text of one line box, already broken; `size` in CSS pixels is None when it is the design's own."""

    texts: tuple[str, ...]
    size: float | None
    leading: float


def shape_of(content: Content) -> Shape:
    """The shape of a content's page."""
    counts = [
        (key, len(text) if isinstance(text, list) else 1) for key, text in content.texts.items() if text
    ]
    return tuple(counts) + tuple((f"image:{name}", 1) for name in sorted(content.images))


def texts_by_key(content: Content) -> dict[Key, str]:
    """The text of every line that there is."""
    texts: dict[Key, str] = {}
    for key, text in content.texts.items():
        for index, line in enumerate(text if isinstance(text, list) else [text]):
            if line:
                texts[key, index] = line
    return texts


@functools.cache
def environment() -> SandboxedEnvironment:
    """The template environment: sandboxed, escaping, and strict about names that do not exist."""
    return SandboxedEnvironment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def mark(key: str, index: int) -> str:
    """The mark that stands for a value in a skeleton."""
    return f"{START}{key}{MIDDLE}{index}{END}"


def skeleton(design: Design, locale: str, shape: Shape) -> str:
    """The page of a design with marks for the values.

    Raises `CertificateError` (`design_template`) when the template is wrong or does more than print values.
    """
    counts = dict(shape)
    values: dict[str, object] = {}
    names = {*design.fields, *design.wording[locale], "birth_year"}
    for key in names:
        rule = design.fields.get(key)
        if rule is not None and rule.type == "lines":
            values[key] = [mark(key, index) for index in range(counts.get(key, 0))]
        elif rule is not None and rule.type == "image":
            values[key] = f"{IMAGE_ADDRESS}{key}" if f"image:{key}" in counts else ""
        else:
            values[key] = mark(key, 0) if key in counts else ""
    for key, said in design.wording[locale].items():
        if key.endswith("_alt"):  # descriptions of pictures are the same for everybody and in no line box
            values[key] = said
    values |= {
        "lang": locale,
        "dir": LOCALES[locale].direction,
        "qr": QR_ADDRESS,
        "document_title": mark("document_title", 0),
    }
    try:
        page = environment().from_string(design.page).render(values)
    except (jinja2.TemplateError, SecurityError) as wrong:
        raise refuse(
            "design_template", N_("The design's page has a mistake: %(detail)s"), detail=str(wrong)
        ) from wrong
    if re.search(f"[{START}{MIDDLE}{END}]", MARK.sub("", page)):
        raise refuse("design_template", N_("The design's page changes a value; it may only print it."))
    return page


def unmeasured_marks(page: str) -> list[str]:
    """Keys printed outside a line box of their own; a design with such a line cannot be made the fast way."""
    return [key for key, _ in MARK.findall(LINE_MARK.sub("<", page)) if key != "document_title"]


def fill(page: str, content: Content, lines: Mapping[Key, FittedLine]) -> str:
    """Put the fitted lines of a person into a skeleton."""
    texts = texts_by_key(content) | {("document_title", 0): content.title}

    def line(match: re.Match[str]) -> str:
        fitted = lines[match[1], int(match[2])]
        size = "" if fitted.size is None else f"font-size:{fitted.size:.4f}px;"
        words = "<br>".join(escape(text) for text in fitted.texts)
        return f'data-line="{match[1]}" style="{size}line-height:{fitted.leading:.4f}px">{words}<'

    # One pass: what was put in is not looked at again, whatever characters are in it
    return ANY_MARK.sub(
        lambda match: line(match) if match[1] else escape(texts[match[3], int(match[4])]), page
    )
