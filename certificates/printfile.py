"""One file of many certificates for a printing house: pages share everything but their own texts and codes.

It is written page by page, so that memory stays flat. It has no tags and no signature: it is for paper.
"""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final

import pikepdf

from certificates.compiled import QR, Compiled
from certificates.engine import lock
from certificates.fontset import Glyphs, add_glyphs, font_objects, renumbered
from certificates.metadata import PRODUCER
from certificates.pdffile import HEADER, FilePlan
from certificates.press import CHUNK, Data, Made, Press, Set
from certificates.qr import image_operators

MARKED_CONTENT: Final = re.compile(rb"/\w+\s*(<<[^>]*>>\s*BDC|BMC)\s|EMC\s")
COMMON_SHARE: Final = 4
"""A line that at least so many people of a chunk have in common is written once for all of them."""


class PrintFile:
    """Writes certificates as pages of one PDF to a binary file."""

    def __init__(self, file: BinaryIO, title: str, locale: str) -> None:
        self.file = file
        self.title = title
        self.locale = locale
        self.offsets: list[int] = [0]
        self.position = 0
        self.pages: list[int] = []
        self.resources: dict[int, tuple[FilePlan, int, int]] = {}
        self.common: dict[tuple[int, bytes], int] = {}
        self.used: dict[int, Glyphs] = {}
        self.write(HEADER)
        self.tree = self.number()

    def number(self) -> int:
        """A new object number."""
        self.offsets.append(0)
        return len(self.offsets) - 1

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.file.write(data)
        self.position += len(data)

    def put(self, number: int, body: bytes) -> int:
        """Append an object; returns its number."""
        self.offsets[number] = self.position
        self.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def add_chunk(self, pages: list[Set]) -> None:
        """Append pages; what several of them have in common is written once."""
        counts = Counter((id(page.plan), part) for page in pages for part in page.drawn)
        for page in pages:
            shared = [counts[id(page.plan), part] >= COMMON_SHARE for part in page.drawn]
            self.add(page, shared)

    def add(self, page: Set, shared: list[bool]) -> None:
        """Append one person's page, of which some lines are shared with others."""
        assert page.plan is not None
        resources = self.share(page.plan)
        for text in page.texts:
            add_glyphs(self.used[id(page.plan)], text.glyphs)
        common, own = split(page.plan.compiled, self.for_paper(page), shared, page.plan.page_box[1])
        key = (id(page.plan), common)
        if key not in self.common:
            self.common[key] = self.put(self.number(), compressed(common))
        content = self.put(self.number(), compressed(own))
        head = (
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.6f %.6f]/Resources %d 0 R/Contents[%d 0 R %d 0 R]>>"
        )
        body = head % (self.tree, *page.plan.page_box, resources, self.common[key], content)
        self.pages.append(self.put(self.number(), body))

    @staticmethod
    def for_paper(page: Set) -> list[bytes]:
        """What the page has at the cuts, its QR code as a picture."""
        assert page.plan is not None
        compiled = page.plan.compiled
        code = b"q /a1.0 gs\n" + image_operators(page.content.qr, *compiled.square) + b"Q\n"
        return [code if key == QR else part for key, part in zip(compiled.order, page.drawn, strict=True)]

    def share(self, plan: FilePlan) -> int:
        """Append what all pages of a plan share; the number of its resources."""
        if id(plan) not in self.resources:
            fonts = self.number()
            numbers = {old: self.number() for old in plan.page_objects} | {plan.fonts: fonts}
            for old, body in plan.page_objects.items():
                self.put(numbers[old], renumbered(body, numbers))
            self.resources[id(plan)] = (plan, numbers[plan.resources], fonts)
            self.used[id(plan)] = {font: set(known) for font, known in plan.compiled.glyphs.items()}
        return self.resources[id(plan)][1]

    def close(self) -> None:
        """Write the fonts, the page tree and the end of the file."""
        for plan, _, fonts in self.resources.values():
            first = len(self.offsets)
            bodies = font_objects(plan.compiled.pool, self.used[id(plan)], (), fonts, first)
            self.put(fonts, bodies[0])
            for body in bodies[1:]:
                self.put(self.number(), body)
        kids = b" ".join(b"%d 0 R" % page for page in self.pages)
        self.put(self.tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids))
        catalogue = b"<</Type/Catalog/Pages %d 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>>>"
        root = self.put(self.number(), catalogue % (self.tree, self.locale.encode()))
        title = b"feff" + self.title.encode("utf-16-be").hex().encode()
        info = self.put(self.number(), b"<</Producer(%s)/Title<%s>>>" % (PRODUCER.encode(), title))
        start, size = self.position, len(self.offsets)
        self.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        self.write(b"".join(b"%010d 00000 n \n" % offset for offset in self.offsets[1:]))
        self.write(b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (size, root, info))
        self.write(b"startxref\n%d\n%%%%EOF\n" % start)


def split(compiled: Compiled, drawn: list[bytes], shared: list[bool], height: float) -> tuple[bytes, bytes]:
    """A page's content in two: what it shares, and its own lines on top in the page's CSS coordinates.

    A design that moves or clips a line by more than its place must keep its own stream whole.
    """
    if compiled.moves_lines:
        return b"", MARKED_CONTENT.sub(b"", compiled.content(drawn))
    common = compiled.content(
        part if is_shared else b"" for part, is_shared in zip(drawn, shared, strict=True)
    )
    own = b"".join(part for part, is_shared in zip(drawn, shared, strict=True) if not is_shared)
    placed = b"q .75 0 0 -.75 0 %.6f cm\n%sQ\n" % (height, own)
    return b"q\n" + MARKED_CONTENT.sub(b"", common) + b"\nQ\n", placed


def compressed(data: bytes) -> bytes:
    """A stream object, packed as small as can be."""
    packed = zlib.compress(data, 9)
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)


def write_print_file(press: Press, people: Iterable[Data], file: BinaryIO, title: str) -> Iterator[Made]:
    """Write the certificates of people as the pages of one file, in their order.

    `file` is open for writing bytes. Yields what became of each line of data, without its PDF; the file is complete
    when the iterator is exhausted.
    """
    target = PrintFile(file, title, press.locale)
    waiting = iter(people)
    plain: pikepdf.Pdf | None = None
    while chunk := list(islice(waiting, CHUNK)):
        with lock:
            pages = [press.set(data) for data in chunk]
            if any(isinstance(page, Set) and page.plan is None for page in pages):
                plain = plain or pikepdf.new()
                yield from append_plainly(press, pages, plain)
                continue
            target.add_chunk([page for page in pages if isinstance(page, Set)])
            yield from (page if isinstance(page, Made) else Made(page.data) for page in pages)
    if plain is None:
        target.close()
    else:
        file.seek(0)
        file.truncate()
        plain.save(file)


def append_plainly(press: Press, pages: list[Set | Made], merged: pikepdf.Pdf) -> Iterator[Made]:
    """Append pages that were set the plain way; they share nothing."""
    for page in pages:
        made = page if isinstance(page, Made) else press.plainly(page, sign=False)
        if made.pdf is not None:
            with pikepdf.open(io.BytesIO(made.pdf)) as one:
                merged.pages.extend(one.pages)
        yield Made(made.data, refusal=made.refusal)
