"""The press: many certificates of one design and language, each as if WeasyPrint had set it alone.

A page is compiled once (`compiled.py`); a person's file is then the shared part, a content stream and a few small
objects (`pdffile.py`). When a page cannot be made that way the press sets it the plain way, and says so in the log.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from certificates.compiled import Compiled, NotFastError, compile_page, overrides
from certificates.designs import Design
from certificates.engine import lock
from certificates.errors import CertificateError
from certificates.fitting import fit_all
from certificates.fontset import Glyphs, Overrides, add_glyphs
from certificates.page import Shape, shape_of, texts_by_key
from certificates.pdffile import Batch, FilePlan, Person
from certificates.plainsign import sign_plainly
from certificates.shaping import Shaped
from certificates.signing import Signer
from certificates.typeset import render_content
from certificates.wording import Composer, Content

log: Final = logging.getLogger(__name__)

CHUNK: Final = 500
"""People whose files share one set of fonts; also what is held in memory at a time."""

MOST_PLANS: Final = 24

Data = Mapping[str, Any]
Credential = Callable[[Data, str], bytes]
"""Makes the JSON that is attached to a person's certificate, from the line of data and the language."""


Group = tuple[int, Overrides]


@dataclass(frozen=True)
class Made:
    """What became of one line of data: a file or the reason why there is none."""

    data: Data
    pdf: bytes | None = None
    refusal: CertificateError | None = None


@dataclass
class Set:
    """One person's page, set but not yet written."""

    data: Data
    content: Content
    plan: FilePlan | None
    drawn: list[bytes] = field(default_factory=list)
    texts: list[Shaped] = field(default_factory=list)
    group: Group | None = None
    """People whose files can share fonts: those of one plan whose glyphs stand for the same texts."""


PlanKey = tuple[Shape, tuple[tuple[str, bytes], ...]]


def glyphs_of(pages: Iterable[Set]) -> dict[Group, Glyphs]:
    """The glyphs that each group of pages uses together."""
    used: dict[Group, Glyphs] = {}
    for page in pages:
        if page.plan is None or page.group is None:
            continue
        glyphs = used.get(page.group)
        if glyphs is None:
            static = page.plan.compiled.glyphs
            glyphs = used[page.group] = {font: set(known) for font, known in static.items()}
        for text in page.texts:
            add_glyphs(glyphs, text.glyphs)
    return used


class Press:
    """Makes certificates of one design in one language.

    `signer` signs every file; `credential` makes the attached JSON; `now` is the time of signing.
    """

    def __init__(
        self,
        design: Design,
        locale: str,
        *,
        signer: Signer | None = None,
        credential: Credential | None = None,
        now: datetime.datetime | None = None,
    ) -> None:
        self.design = design
        self.locale = locale
        self.signer = signer
        self.credential = credential
        self.sign_at(now or datetime.datetime.now(datetime.UTC))
        self.composer = Composer(design, locale)
        self.plans: dict[PlanKey, FilePlan | None] = {}

    def sign_at(self, now: datetime.datetime) -> None:
        """From here on, the time of signing."""
        self.now = now
        self.moment = now.astimezone(datetime.UTC).strftime("D:%Y%m%d%H%M%SZ")

    def one(self, data: Data) -> bytes:
        """One certificate. Raises `CertificateError`."""
        made = next(self.make([data]))
        if made.refusal is not None:
            raise made.refusal
        assert made.pdf is not None
        return made.pdf

    def make(self, people: Iterable[Data], chunk: int = CHUNK) -> Iterator[Made]:
        """Make the certificates of any number of people, in order, in bounded memory."""
        waiting = iter(people)
        while batch := list(islice(waiting, chunk)):
            with lock:
                yield from self.make_chunk(batch)

    def make_chunk(self, people: list[Data]) -> Iterator[Made]:
        """Set all pages of a chunk, then write them with the fonts that they use together."""
        pages = [self.set(data) for data in people]
        used = glyphs_of(page for page in pages if isinstance(page, Set))
        batches: dict[Group, Batch] = {}
        for page in pages:
            if isinstance(page, Made):
                yield page
            elif page.plan is None or page.group is None:
                yield self.plainly(page)
            else:
                batch = batches.get(page.group)
                if batch is None:
                    batch = batches[page.group] = page.plan.batch(used[page.group], page.group[1])
                yield Made(page.data, batch.file(self.person(page)))

    def set(self, data: Data) -> Set | Made:
        """Set one person's page, or say why not."""
        try:
            content = self.composer.compose(data)
            plan = self.plan(content)
            if plan is None:
                return Set(data, content, None)
            compiled = plan.compiled
            lines = fit_all(self.design, compiled.slots, texts_by_key(content), content.person)
            drawn, texts = compiled.draw(lines, content.qr)
            group = (id(plan), overrides(texts))
            return Set(data, content, plan, drawn, texts, group)
        except CertificateError as refusal:
            if refusal.person is None:
                refusal.person = str(data.get("name") or "?")
            return Made(data, refusal=refusal)

    def person(self, page: Set) -> Person:
        """What differs in a person's file."""
        attachment = self.credential(page.data, self.locale) if self.credential else None
        assert page.plan is not None
        stream = page.plan.compiled.content(page.drawn)
        return Person(page.content.title, stream, attachment, self.moment)

    def plan(self, content: Content) -> FilePlan | None:
        """The plan for the content's shape and pictures, compiled at its first use; None when it must go plainly."""
        shape = shape_of(content)
        key = (shape, tuple(sorted(content.images.items())))
        if key not in self.plans:
            if len(self.plans) >= MOST_PLANS:
                self.plans.clear()
            try:
                compiled: Compiled = compile_page(self.design, content, shape)
                self.plans[key] = FilePlan(compiled, self.signer, attach=self.credential is not None)
            except NotFastError as reason:
                log.warning("The design “%s” is set the plain, slower way: %s", self.design.name, reason)
                self.plans[key] = None
        return self.plans[key]

    def plainly(self, page: Set, *, sign: bool = True) -> Made:
        """Set a page by WeasyPrint alone and sign it by pyHanko."""
        attachment = self.credential(page.data, self.locale) if self.credential else None
        try:
            pdf = render_content(self.design, page.content, attachment)
        except CertificateError as refusal:
            return Made(page.data, refusal=refusal)
        return Made(page.data, sign_plainly(pdf, self.signer, self.now) if self.signer and sign else pdf)
