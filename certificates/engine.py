"""The one module that has WeasyPrint set documents.

It serves a page nothing but the design's own assets, turns any WeasyPrint warning into a refusal, and writes
PDF/A-3 with PDF/UA-1 tags.
"""

import logging
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates.designs import Design
from certificates.errors import refuse
from certificates.metadata import xmp_packet
from certificates.page import ADDRESS, IMAGE_ADDRESS, QR_ADDRESS
from translations.messages import N_

VARIANT: Final = "pdf/a-3a"
BASE: Final = ADDRESS
TYPES: Final = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}

lock = threading.RLock()
"""Pango and our font configuration are used by one thread at a time."""


class OutsideAddressError(FatalURLFetchingError):  # type: ignore[misc]
    """A page asked for something that is not an asset of its design."""


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves the given assets under the design address and refuses every other address."""

    def __init__(self, assets: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__()
        self.assets = assets

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The asset at an address."""
        name = url.removeprefix(ADDRESS)
        if not url.startswith(ADDRESS) or name not in self.assets:
            raise OutsideAddressError(url)
        content, media_type = self.assets[name]
        return URLFetcherResponse(url, content, {"Content-Type": media_type})


@dataclass(frozen=True)
class Typesetter:
    """A design's style sheet and fonts, parsed once."""

    design: Design
    fonts: FontConfiguration
    style: CSS
    hidden: CSS
    assets: dict[str, tuple[bytes, str]]
    pools: dict[str, dict[Any, Any]]
    """By language, WeasyPrint's fonts with every glyph shaped so far; shared by all pages of the design."""


_typesetters: dict[int, Typesetter] = {}


def typesetter(design: Design) -> Typesetter:
    """The typesetter of a design, kept as long as the design is."""
    known = _typesetters.get(id(design))
    if known is None or known.design is not design:
        fonts = FontConfiguration()
        assets = {name: (content, TYPES[name.rsplit(".", 1)[-1]]) for name, content in design.assets.items()}
        fetcher = AssetFetcher(assets)
        with no_warnings():
            style = CSS(string=design.style, base_url=BASE, url_fetcher=fetcher, font_config=fonts)
            hidden = CSS(string='[data-line],img[src$="/qr"]{visibility:hidden!important}', font_config=fonts)
        known = _typesetters[id(design)] = Typesetter(design, fonts, style, hidden, assets, defaultdict(dict))
    return known


class WarningCollector(logging.Handler):
    """Keeps what WeasyPrint complains about in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one complaint."""
        if record.thread == self.thread:
            self.messages.append(record.getMessage())


@contextmanager
def no_warnings() -> Iterator[None]:
    """Refuse when WeasyPrint warned of anything, or when the page asked for an outside address."""
    collector = WarningCollector()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(collector)
    try:
        yield
    except OutsideAddressError as outside:
        raise refuse("outside_address", N_("The page asks for “%(address)s”, which is not part of its design."),
                     address=str(outside)) from outside  # fmt: skip
    finally:
        logger.removeHandler(collector)
    if collector.messages:
        raise refuse(
            "typesetting",
            N_("The page cannot be set without faults: %(detail)s"),
            detail=collector.messages[0],
        )


def render(
    setter: Typesetter, page: str, images: Mapping[str, bytes], qr: bytes, *, hide: bool = False
) -> Document:
    """Lay out an HTML page of a design; with `hide`, everything personal is there but not painted."""
    own = {QR_ADDRESS.removeprefix(ADDRESS): (qr, TYPES["svg"])}
    for name, content in images.items():
        kind = TYPES["png" if content.startswith(b"\x89PNG") else "jpg"]
        own[f"{IMAGE_ADDRESS.removeprefix(ADDRESS)}{name}"] = (content, kind)
    fetcher = AssetFetcher(setter.assets | own)
    sheets = [setter.style, setter.hidden] if hide else [setter.style]
    with no_warnings():
        html = HTML(string=page, base_url=BASE, url_fetcher=fetcher)
        document = html.render(font_config=setter.fonts, stylesheets=sheets, pdf_variant=VARIANT)
    if len(document.pages) != 1:
        raise refuse(
            "typesetting",
            N_("The page cannot be set without faults: %(detail)s"),
            detail="more than one page",
        )
    return document


def write(document: Document, attachment: bytes | None = None) -> bytes:
    """Write a laid out page as PDF/A-3 with PDF/UA-1 tags, a JSON credential attached when given."""

    def finish(finished: Document, pdf: Any) -> None:
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        metadata.stream = [xmp_packet(finished.metadata.title)]
        metadata.compress = False
        for item in pdf.objects:  # empty dictionaries confuse allow-list checkers of PDF/A
            for holder in (item, getattr(item, "extra", None)):
                drop_empty(holder)
                drop_empty(holder.get("Resources") if isinstance(holder, dict) else None)

    attachments = []
    if attachment is not None:
        attachments.append(Attachment(string=attachment, name="credential.json", relationship="Data",
                                      description="Open Badges 3.0 credential"))  # fmt: skip
    with no_warnings(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint 70 leaves its colour profile open
        pdf: bytes = document.write_pdf(finisher=finish, pdf_variant=VARIANT, attachments=attachments)
    return pdf


def drop_empty(resources: object) -> None:
    """Remove empty patterns and shadings from a resource dictionary."""
    if isinstance(resources, dict):
        for name in ("Pattern", "Shading"):
            if name in resources and not resources[name]:
                del resources[name]
