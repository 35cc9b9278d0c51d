"""Font objects for a PDF that hold exactly the glyphs that are used, made by WeasyPrint's own font writer."""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pydyf
from weasyprint.pdf.fonts import build_fonts_dictionary

OPTIONS: Final = {"hinting": False, "pdf_version": "1.7"}
REFERENCE: Final = re.compile(rb"\b(\d+) 0 R\b")

Glyphs = dict[str, set[int]]
"""Glyph numbers by the name that a font has in the page's resources."""


Overrides = tuple[tuple[str, int, str], ...]
"""Glyphs that stand for another text than they first did: the font's name, the glyph, the text."""


def add_glyphs(used: Glyphs, more: Iterable[tuple[str, frozenset[int]]]) -> None:
    """Note that a text's glyphs are used."""
    for font, glyphs in more:
        known = used.get(font)
        if known is None:
            used[font] = set(glyphs)
        else:
            known |= glyphs


def font_objects(
    pool: Mapping[Any, Any], used: Mapping[str, set[int]], overrides: Overrides, dictionary: int, first: int
) -> list[bytes]:
    """The bodies of the PDF objects of the used fonts.

    The first is the font dictionary of the resources, numbered `dictionary`; the others are numbered from `first` on.
    """
    fonts = {}
    for key, font in pool.items():
        glyphs = used.get(font.hash)
        if glyphs:
            fonts[key] = own = copy.copy(font)
            own.to_unicode = {
                glyph: font.to_unicode[glyph] for glyph in sorted(glyphs) if glyph in font.to_unicode
            }
            own.to_unicode |= {glyph: text for name, glyph, text in overrides if name == font.hash}
            own.widths = {glyph: font.widths[glyph] for glyph in sorted(glyphs) if glyph in font.widths}
    pdf = pydyf.PDF()
    start = len(pdf.objects)
    pdf.add_object(build_fonts_dictionary(pdf, fonts, True, True, OPTIONS))
    made = pdf.objects[start:]
    numbers = {item.number: first + index for index, item in enumerate(made[:-1])}
    numbers[made[-1].number] = dictionary
    return [renumbered(item.data, numbers) for item in (made[-1], *made[:-1])]


def renumbered(body: bytes, numbers: Mapping[int, int]) -> bytes:
    """An object's body with its references renumbered; the content of a stream is left as it is."""
    head, stream, rest = body.partition(b"stream")
    return REFERENCE.sub(lambda match: b"%d 0 R" % numbers[int(match[1])], head) + stream + rest
