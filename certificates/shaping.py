"""Text as Pango shapes it inside WeasyPrint: widths, baselines and the characters that no asked-for font has.

Together with `boxes.py` this is all that leans on WeasyPrint's private parts; the canary test watches it.
"""

from dataclasses import dataclass
from typing import Any

from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout, line_size, strut

from certificates.errors import refuse


@dataclass(frozen=True, slots=True)
class Measure:
    """A shaped line in CSS pixels: its width, and where its baseline is in a line box of a given leading."""

    width: float
    height: float
    ascent: float


class StyledText:
    """Shapes texts in one computed style, at one size and leading."""

    def __init__(self, style: Any, size: float | None = None, leading: float | None = None) -> None:
        self.style = style.copy()
        if size is not None:
            self.style["font_size"] = size
        if leading is not None:
            self.style["line_height"] = style["line_height"].__class__(leading, "px")
        self.families = frozenset(family.lower() for family in style["font_family"])
        self.layout = Layout(self.style)
        self.known: dict[str, Measure] = {}

    def measure(self, text: str) -> Measure:
        """The measure of a text on one line.

        Raises `CertificateError` (`no_glyph`) when a character is in none of the style's fonts.
        """
        known = self.known.get(text)
        if known is None:
            self.layout.set_text(text)
            line, _ = self.layout.get_first_line()
            self.refuse_strange_fonts(line, text)
            width, height = line_size(line, self.style)
            ascent = pango.pango_layout_get_baseline(self.layout.layout) * FROM_UNITS
            known = self.known[text] = Measure(width, height, ascent)
        return known

    def refuse_strange_fonts(self, line: Any, text: str) -> None:
        """Refuse a text of which a part was set in a font that the style does not name, or in none."""
        encoded = text.encode()
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
                    character = encoded[offset:].decode()[0]
                    raise no_glyph(character)
            run = run.next

    def baseline(self, text: str) -> tuple[float, float]:
        """Distance from a line box's top to its baseline, and the box's height, as WeasyPrint has them."""
        leading, base = strut(self.style)
        measure = self.measure(text)
        own = measure.ascent + (leading - measure.height) / 2
        return max(base, own), leading + abs(base - own)


def no_glyph(character: str) -> Exception:
    """The refusal for a character that cannot be printed."""
    return refuse(
        "no_glyph",
        "The character “%(character)s” (%(codepoint)s) is in none of the design's fonts.",
        character=character,
        codepoint=f"U+{ord(character):04X}",
    )


def font_family(font: Any) -> str:
    """Family name of a Pango font."""
    description = ffi.gc(
        pango.pango_font_describe_with_absolute_size(font), pango.pango_font_description_free
    )
    family: bytes = ffi.string(pango.pango_font_description_get_family(description))
    return family.decode()


__all__ = ["TO_UNITS", "Measure", "StyledText", "font_family", "no_glyph"]
