"""The plain way to a certificate: one page, set by WeasyPrint. The press is the fast way to the same page."""

from collections.abc import Mapping
from typing import Any

from certificates.designs import Design
from certificates.engine import lock, render, typesetter, write
from certificates.fitting import fit_all, slots_of
from certificates.page import fill, shape_of, skeleton, texts_by_key
from certificates.qr import svg
from certificates.wording import Composer, Content


def page_html(design: Design, content: Content) -> str:
    """The complete page of one person, every line fitted into its box."""
    page = skeleton(design, content.locale, shape_of(content))
    slots = slots_of(design, content)
    return fill(page, content, fit_all(design, slots, texts_by_key(content), content.person))


def render_pdf(
    design: Design, locale: str, data: Mapping[str, Any], attachment: bytes | None = None
) -> bytes:
    """One certificate as a PDF, set the plain way.

    `data` is a line of data as `certificates.fields` describes it; `locale` is "vi", "ar" or "en". Raises
    `CertificateError` naming the person when data are wrong, a character has no glyph or a text does not fit.
    """
    return render_content(design, Composer(design, locale).compose(data), attachment)


def render_content(design: Design, content: Content, attachment: bytes | None = None) -> bytes:
    """One certificate from composed texts, set the plain way. Raises `CertificateError`."""
    with lock:
        page = page_html(design, content)
        document = render(typesetter(design), page, content.images, svg(content.qr))
        return write(document, attachment)
