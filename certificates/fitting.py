"""Fit texts into the line boxes of a page: shrink to a stated size, then wrap, then refuse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from weasyprint.document import Document
from weasyprint.formatting_structure import boxes

from certificates.designs import Design, LineRule
from certificates.engine import render, typesetter
from certificates.errors import CertificateError, Reason, refuse
from certificates.page import FittedLine, Key, Shape, fill, shape_of, skeleton
from certificates.qr import svg
from certificates.shaping import MOST_KNOWN, Shaped, StyledText
from certificates.wording import Content
from translations import bidi
from translations.messages import N_

PIXELS_A_POINT: Final = 96 / 72
LEAST_LEADING: Final = 1.22
"""Smallest distance of two lines of a wrapped text, in font sizes: stacked marks must not touch."""

FSI, PDI = "\u2068", "\u2069"
NO_RULE: Final = LineRule()


@dataclass
class Slot:
    """The box of one line on the page, in CSS pixels, with the style of its text."""

    key: Key
    x: float
    y: float
    width: float
    height: float
    style: Any
    fonts: dict[Any, Any]
    shaped: dict[tuple[float | None, float], StyledText] = field(default_factory=dict)
    fitted: dict[str, FittedLine] = field(default_factory=dict)
    """Texts fitted before; emptied when there are many."""
    drawn: dict[FittedLine, tuple[bytes, list[Shaped]]] = field(default_factory=dict)
    """What the press drew of them."""
    begin: bytes | None = None
    """Operators that begin a text in this box's colour, for the press."""

    @property
    def size(self) -> float:
        """The design's font size, in CSS pixels."""
        return float(self.style["font_size"])

    def text(self, size: float | None, leading: float) -> StyledText:
        """The shaper for this box's style at a size and leading."""
        known = self.shaped.get((size, leading))
        if known is None:
            if len(self.shaped) > 64:
                self.shaped.clear()
            known = self.shaped[size, leading] = StyledText(self.style, self.fonts, size, leading)
        return known


Slots = dict[Key, Slot]
_slots: dict[tuple[int, str, Shape], tuple[Design, Slots]] = {}


def slots_of(design: Design, content: Content) -> Slots:
    """Where every line of the content's page goes; worked out once for each shape of page."""
    shape = shape_of(content)
    name = (id(design), content.locale, shape)
    known = _slots.get(name)
    if known is None or known[0] is not design:
        known = _slots[name] = (design, find_slots(design, content, shape))
        while len(_slots) > 200:
            del _slots[next(iter(_slots))]
    return known[1]


def find_slots(design: Design, content: Content, shape: Shape) -> Slots:
    """Lay the page out with a letter in place of each text and look where the boxes are."""
    page = skeleton(design, content.locale, shape)
    letters = Content(content.locale, "", "", {key: ["x"] * count if is_list(content, key) else "x"
                                               for key, count in shape if not key.startswith("image:")},
                      content.images, content.qr)  # fmt: skip
    plain = FittedLine(("x",), None, 10)
    lines = {(key, index): plain for key, count in shape for index in range(count)}
    document = render(typesetter(design), fill(page, letters, lines), content.images, svg("https://x.vn/"))
    return slots_in(document, typesetter(design).pools[content.locale])


def is_list(content: Content, key: str) -> bool:
    """Whether a line's name stands for several lines."""
    return isinstance(content.texts[key], list)


def slots_in(document: Document, pool: dict[Any, Any]) -> Slots:
    """The boxes of all elements with a `data-line` on the only page of a document."""
    slots: Slots = {}
    counts: dict[str, int] = {}

    def walk(box: Any) -> None:
        box = getattr(box, "_box", box)
        element = getattr(box, "element", None)
        key = element.get("data-line") if element is not None else None
        if key and isinstance(box, boxes.BlockBox):
            index = counts[key] = counts.get(key, -1) + 1
            place = (box.content_box_x(), box.content_box_y(), float(box.width), float(box.height))
            slots[key, index] = Slot((key, index), *place, box.style, pool)
            return
        for child in getattr(box, "children", ()):
            walk(child)

    walk(document.pages[0]._page_box)
    return slots


def fit_all(design: Design, slots: Slots, texts: Mapping[Key, str], person: str) -> dict[Key, FittedLine]:
    """Fit every text into its box. Raises `CertificateError` naming the person and each wrong line."""
    fitted: dict[Key, FittedLine] = {}
    reasons: list[Reason] = []
    for key, slot in slots.items():
        try:
            text = texts[key]
            line = slot.fitted.get(text)
            if line is None:
                line = fit(slot, design.lines.get(key[0], NO_RULE), text)
                if len(slot.fitted) >= MOST_KNOWN:
                    slot.fitted.clear()
                    slot.drawn.clear()
                slot.fitted[text] = line
            fitted[key] = line
        except CertificateError as refusal:
            reasons += refusal.reasons
    if reasons:
        raise CertificateError(*reasons, person=person)
    return fitted


def fit(slot: Slot, rule: LineRule, text: str) -> FittedLine:
    """Fit one text into its box. Raises `CertificateError`: `no_glyph`, `too_wide`."""
    plain = slot.text(None, slot.height)
    try:
        width = plain.shape(text).width
    except CertificateError as refusal:
        raise CertificateError(
            *(type(r)(r.code, r.message, slot.key[0], r.params) for r in refusal.reasons)
        ) from None
    if width <= slot.width:
        return FittedLine((text,), None, slot.height)
    smallest = (rule.shrink_to or math.inf) * PIXELS_A_POINT
    for count in range(1, rule.wrap + 1):
        texts = broken(plain, text, count)
        if texts is None:
            break
        leading = slot.height / count
        widest = max(plain.shape(line).width for line in texts)
        size = min(
            slot.size * slot.width / widest, leading / LEAST_LEADING if count > 1 else math.inf, slot.size
        )
        size = math.floor(size * 10) / 10
        if size >= smallest or (size >= slot.size and count > 1):
            shaped = slot.text(size, leading)
            if max(shaped.shape(line).width for line in texts) <= slot.width + 0.01:
                return FittedLine(tuple(texts), size, leading)
    message = N_("“%(text)s” is too long for its place, even when set as small as the design allows.")
    raise refuse("too_wide", message, slot.key[0], text=bidi.strip_marks(text))


def broken(shaped: StyledText, text: str, count: int) -> list[str] | None:
    """Break a text at spaces into lines as equal as can be; None when it has too few words."""
    if count == 1:
        return [text]
    words = text.split(" ")
    if len(words) < count:
        return None
    target = shaped.shape(text).width / count
    lines: list[str] = []
    start = 0
    for rest in range(count - 1, 0, -1):
        ends = range(start + 1, len(words) - rest + 1)
        end = min(ends, key=lambda stop: abs(shaped.shape(" ".join(words[start:stop])).width - target))
        lines.append(" ".join(words[start:end]))
        start = end
    lines.append(" ".join(words[start:]))
    return balanced(lines)


def balanced(lines: list[str]) -> list[str]:
    """Close an isolate at the end of a line and open it again on the next."""
    result, depth = [], 0
    for line in lines:
        opened = FSI * depth + line
        depth += line.count(FSI) - line.count(PDI)
        result.append(opened + PDI * depth)
    return result
