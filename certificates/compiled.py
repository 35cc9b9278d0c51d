"""A page of a design, set once by WeasyPrint and taken apart, so that many people's pages can be made from it.

The page is set with every line and the QR code present but hidden. A hidden box leaves an empty pair of marked-content
operators in the page's content stream, at its exact place in paint order and reading order; there the stream is cut.
Which pair is whose follows from the structure tree, which WeasyPrint builds in the order of the boxes.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pikepdf
import weasyprint
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes

from certificates.designs import Design
from certificates.engine import render, typesetter, write
from certificates.fitting import Slot, slots_in
from certificates.fontset import Glyphs, Overrides, add_glyphs
from certificates.page import FittedLine, Key, Shape, fill, skeleton, unmeasured_marks
from certificates.qr import operators, svg
from certificates.shaping import Shaped, glyphs_in
from certificates.wording import Content

KNOWN_VERSION: Final = "70.0"
"""The only WeasyPrint whose insides this module knows; any other means the plain way."""

EMPTY_PAIR: Final = re.compile(rb"/\w+\s*<</MCID (\d+)>>\s*BDC\s+(?=EMC)")
QR: Final[Key] = ("qr", -1)


class NotFastError(Exception):
    """The fast way cannot make this page; the plain way can."""


@dataclass
class Compiled:
    """A page with cuts: `pieces` of the content stream, and between them the lines and the QR code in `order`."""

    design: Design
    locale: str
    slots: dict[Key, Slot]
    pieces: list[bytes]
    order: list[Key]
    square: tuple[float, float, float]
    glyphs: Glyphs
    source: bytes
    pool: dict[Any, Any]

    @property
    def moves_lines(self) -> bool:
        """Whether the page has coordinates of its own somewhere, as transformed boxes have."""
        return sum(piece.count(b" cm") for piece in self.pieces) != 2

    def draw(self, lines: Mapping[Key, FittedLine], address: str) -> tuple[list[bytes], list[Shaped]]:
        """What one person's page has at the cuts, and all shaped texts in it, both in the order of painting."""
        texts: list[Shaped] = []
        return [self.drawn(key, lines, address, texts) for key in self.order], texts

    def content(self, drawn: Iterable[bytes]) -> bytes:
        """The content stream of a page from what it has at the cuts."""
        pairs = zip(drawn, self.pieces[1:], strict=True)
        return self.pieces[0] + b"".join(part for pair in pairs for part in pair)

    def drawn(self, key: Key, lines: Mapping[Key, FittedLine], address: str, texts: list[Shaped]) -> bytes:
        """The operators of one line, or of the QR code."""
        if key == QR:
            return b"q /a1.0 gs\n" + operators(address, *self.square) + b"Q\n"
        slot, line = self.slots[key], lines[key]
        known = slot.drawn.get(line)
        if known is None:
            known = slot.drawn[line] = draw_line(slot, line)
        texts += known[1]
        return known[0]


def overrides(texts: Iterable[Shaped]) -> Overrides:
    """What each oddly used glyph stands for on a page: WeasyPrint keeps the meaning that is painted first."""
    texts = list(texts)
    if not any(text.odd for text in texts):
        return ()
    odd = dict.fromkeys(place for text in texts for place in text.odd)
    decided = []
    for font, glyph in odd:
        first = next(
            text for text in texts if any(name == font and glyph in known for name, known in text.glyphs)
        )
        if (font, glyph) in first.odd:
            decided.append((font, glyph, first.odd[font, glyph]))
    return tuple(decided)


def draw_line(slot: Slot, fitted: FittedLine) -> tuple[bytes, list[Shaped]]:
    """The operators that write a fitted line into its box, and its shaped texts."""
    texts: list[Shaped] = []
    styled = slot.text(fitted.size, fitted.leading)
    parts = [colour_operator(slot)]
    top = slot.y
    for text in fitted.texts:
        shaped = styled.shape(text)
        base, height = styled.baseline(shaped)
        x = slot.x + (slot.width - shaped.width) * alignment(slot)
        parts.append(b"1 0 0 -1 %.6f %.6f Tm %s\n" % (x, top + base, shaped.operators))
        texts.append(shaped)
        top += height
    parts.append(b"ET Q\n")
    return b"".join(parts), texts


def colour_operator(slot: Slot) -> bytes:
    """Begin a text in the slot's colour."""
    if slot.begin is None:
        red, green, blue = slot.style["color"].to("srgb").coordinates
        slot.begin = b"q /a1.0 gs %.5g %.5g %.5g rg BT\n" % (red, green, blue)
    return slot.begin


def alignment(slot: Slot) -> float:
    """How much of the free width stands before the text: 0 at the left edge, 1 at the right."""
    align = slot.style["text_align_all"]
    if align in ("start", "end", "justify"):
        starts_right = slot.style["direction"] == "rtl"
        return float(starts_right != (align == "end"))
    return {"left": 0.0, "center": 0.5, "right": 1.0}[align]


def compile_page(design: Design, content: Content, shape: Shape) -> Compiled:
    """Set the page of a shape and cut it. Raises `NotFastError` when it uses what the fast way cannot do."""
    if weasyprint.__version__ != KNOWN_VERSION:
        raise NotFastError(f"WeasyPrint {weasyprint.__version__} is not {KNOWN_VERSION}")
    page = skeleton(design, content.locale, shape)
    if loose := unmeasured_marks(page):
        raise NotFastError(f"“{loose[0]}” has no line box of its own")
    setter = typesetter(design)
    document = render(setter, blank(page, content, shape), content.images, svg("https://x.vn/"), hide=True)
    pool = setter.pools[content.locale]
    slots = slots_in(document, pool)
    for slot in slots.values():
        check_style(slot)
    source = write(document)
    with pikepdf.open(io.BytesIO(source)) as pdf:
        stream = pdf.pages[0].Contents.read_bytes()
        marks = dict(zip(reading_order(pdf.Root.StructTreeRoot), leaves(document), strict=True))
    static: Glyphs = {}
    add_glyphs(static, glyphs_in(b" ".join(re.findall(rb"/\w+ \S+ Tf|<[0-9a-f]+>", stream))))
    pool.update({key: font for key, font in document.fonts.items() if key not in pool})
    pieces, order, squares = cut(stream, marks)
    if len(squares) != 1 or set(order) != {*slots, QR}:
        raise NotFastError("a line or the QR code is not painted exactly once")
    return Compiled(design, content.locale, slots, pieces, order, squares[0], static, source, pool)


def blank(page: str, content: Content, shape: Shape) -> str:
    """The page with a letter in every line."""
    texts: dict[str, str | list[str]] = {
        key: ["x"] * count if isinstance(content.texts[key], list) else "x"
        for key, count in shape
        if not key.startswith("image:")
    }
    lines = {(key, index): FittedLine(("x",), None, 10) for key, count in shape for index in range(count)}
    return fill(page, Content(content.locale, "", "x", texts, content.images, content.qr), lines)


def check_style(slot: Slot) -> None:
    """Refuse styles that need more than the text's own operators."""
    style = slot.style
    plain = {
        "text_decoration_line": "none",
        "white_space": "nowrap",
        "letter_spacing": "normal",
        "word_spacing": 0,
    }
    for name, value in plain.items():
        if style[name] != value:
            raise NotFastError(f"the style {name} of “{slot.key[0]}”")
    if style["color"].alpha != 1 or style["text_align_all"] not in (
        "left",
        "right",
        "center",
        "start",
        "end",
    ):
        raise NotFastError(f"the colour or alignment of “{slot.key[0]}”")


def leaves(document: Document) -> Iterator[Any]:
    """Text and replaced boxes in the order in which WeasyPrint tags them."""

    def walk(box: Any) -> Iterator[Any]:
        box = getattr(box, "_box", box)
        if isinstance(box, boxes.TextBox | boxes.ReplacedBox):
            yield box
        for child in getattr(box, "children", ()):
            yield from walk(child)

    return walk(document.pages[0]._page_box)


def reading_order(tree: Any) -> Iterator[int]:
    """Marked-content numbers of a structure tree, depth first."""
    for kid in tree.get("/K", ()):
        if isinstance(kid, pikepdf.Dictionary):
            yield from reading_order(kid)
        else:
            yield int(kid)


def cut(
    stream: bytes, marks: Mapping[int, Any]
) -> tuple[list[bytes], list[Key], list[tuple[float, float, float]]]:
    """Cut a content stream at the empty pairs: the pieces, what belongs between them, and the QR code's square."""
    pieces: list[bytes] = []
    order: list[Key] = []
    squares = []
    counts: dict[str, int] = {}
    boxes_in_order = list(marks.values())
    keys = {}
    for box in boxes_in_order:
        name = box.element.get("data-line") if box.element is not None else None
        if name:
            counts[name] = counts.get(name, -1) + 1
            keys[id(box)] = (name, counts[name])
    start = 0
    for pair in EMPTY_PAIR.finditer(stream):
        box = marks[int(pair[1])]
        if isinstance(box, boxes.ReplacedBox):
            squares.append((box.content_box_x(), box.content_box_y(), float(box.width)))
            key = QR
        elif id(box) in keys:
            key = keys[id(box)]
        else:
            raise NotFastError("a hidden box that is no line")
        pieces.append(stream[start : pair.end()])
        order.append(key)
        start = pair.end()
    return [*pieces, stream[start:]], order, squares


__all__ = ["QR", "Compiled", "NotFastError", "compile_page"]
