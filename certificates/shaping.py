"""Text as Pango shapes it inside WeasyPrint: widths, baselines, PDF operators, and characters that no font has.

With `fontset.py`, `fitting.py` and `compiled.py` this is all that leans on WeasyPrint's private parts; the canary
test watches them.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import pydyf
from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.line_break import Layout, line_size, strut

from certificates.errors import refuse
from translations.messages import N_

MOST_KNOWN: Final = 4000
"""Shaped texts kept for each style before the store is emptied: memory stays flat in a run of any length."""

FONT_OPERATOR: Final = re.compile(rb"/(\w+) \S+ Tf")
GLYPHS: Final = re.compile(rb"<([0-9a-f]+)>")
NO_MOVE: Final = Matrix()


@dataclass(frozen=True, slots=True)
class Shaped:
    """A shaped line in CSS pixels: width, height, ascent; the operators that draw it; its glyphs by font."""

    width: float
    height: float
    ascent: float
    operators: bytes
    glyphs: tuple[tuple[str, frozenset[int]], ...]
    odd: dict[tuple[str, int], str]
    """Glyphs that stand for another text here than where they were first seen, such as brackets in Arabic."""


class Drawing:
    """What WeasyPrint's text drawing wants to know of a text box."""

    def __init__(self, text: str, style: Any, layout: Layout) -> None:
        self.text = text
        self.style = style
        self.pango_layout = layout


class StyledText:
    """Shapes texts in one computed style, at one size and leading, into a pool of fonts.

    `fonts` is shared by all styles of a design: WeasyPrint's fonts by its own key.
    """

    def __init__(
        self, style: Any, fonts: dict[Any, Any], size: float | None = None, leading: float | None = None
    ) -> None:
        self.style = style.copy()
        if size is not None:
            self.style["font_size"] = size
        if leading is not None:
            self.style["line_height"] = style["line_height"].__class__(leading, "px")
        self.families = frozenset(family.lower() for family in style["font_family"])
        self.layout = Layout(self.style)
        self.fonts = fonts
        self.stream = Stream(fonts, (0, 0, 1, 1), pydyf.Dictionary(), {}, None, {}, None)
        self.known: dict[str, Shaped] = {}
        self.strut: tuple[float, float] = strut(self.style)

    def shape(self, text: str) -> Shaped:
        """Shape a text on one line.

        Raises `CertificateError` (`no_glyph`) when a character is in none of the style's fonts.
        """
        known = self.known.get(text)
        if known is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            known = self.known[text] = self.shape_anew(text)
        return known

    def shape_anew(self, text: str) -> Shaped:
        """Shape a text that is not in the store."""
        self.layout.set_text(text)
        line, _ = self.layout.get_first_line()
        self.refuse_strange_fonts(line, text)
        width, height = line_size(line, self.style)
        ascent = pango.pango_layout_get_baseline(self.layout.layout) * FROM_UNITS
        self.stream.stream = []
        self.stream._current_font = None
        seen = {key: font.to_unicode for key, font in self.fonts.items()}
        for font in self.fonts.values():
            font.to_unicode = {}
        draw_first_line(self.stream, Drawing(text, self.style, self.layout), "clip", "none", NO_MOVE)
        odd: dict[tuple[str, int], str] = {}
        for key, font in self.fonts.items():
            here, font.to_unicode = font.to_unicode, seen.get(key, {})
            for glyph, meaning in here.items():
                if font.to_unicode.setdefault(glyph, meaning) != meaning:
                    odd[font.hash, glyph] = meaning
        # The first operator places the line; that is ours to do
        operators = b" ".join(self.stream.stream[1:])
        return Shaped(width, height, ascent, operators, glyphs_in(operators), odd)

    def refuse_strange_fonts(self, line: Any, text: str) -> None:
        """Refuse a text of which a part was set in a font that the style does not name, or in none."""
        run = line.runs[0]
        while run != ffi.NULL:
            item, glyphs = run.data.item, run.data.glyphs
            strange = font_family(item.analysis.font).lower() not in self.families
            for index in range(glyphs.num_glyphs):
                glyph = glyphs.glyphs[index].glyph
                if glyph == pango.PANGO_GLYPH_EMPTY:
                    continue
                if strange or glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
                    offset = item.offset + glyphs.log_clusters[index]
                    character = text.encode()[offset:].decode()[0]
                    message = N_(
                        "The character “%(character)s” (%(codepoint)s) is in none of the design's fonts."
                    )
                    codepoint = f"U+{ord(character):04X}"
                    raise refuse("no_glyph", message, character=character, codepoint=codepoint)
            run = run.next

    def baseline(self, shaped: Shaped) -> tuple[float, float]:
        """Distance from a line box's top to its baseline, and the box's height, as WeasyPrint has them."""
        leading, base = self.strut
        own = shaped.ascent + (leading - shaped.height) / 2
        return max(base, own), leading + abs(base - own)


def glyphs_in(operators: bytes) -> tuple[tuple[str, frozenset[int]], ...]:
    """The glyphs that text operators show, by the name of their font."""
    parts = FONT_OPERATOR.split(operators)
    found = []
    for font, shown in zip(parts[1::2], parts[2::2], strict=True):
        run = b"".join(GLYPHS.findall(shown))
        found.append((font.decode(), frozenset(int(run[i : i + 4], 16) for i in range(0, len(run), 4))))
    return tuple(found)


def font_family(font: Any) -> str:
    """Family name of a Pango font."""
    describe = pango.pango_font_describe_with_absolute_size
    description = ffi.gc(describe(font), pango.pango_font_description_free)
    family: bytes = ffi.string(pango.pango_font_description_get_family(description))
    return family.decode()
