"""How a branch's papers look: designs that its unit uploads, its logo and its seal."""

from __future__ import annotations

import hashlib
import io
import shutil
import uuid
from datetime import date, datetime
from typing import Final, Literal

import pypdfium2
from flask_babel import lazy_gettext as _l
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import packages
from certificates.designs import LANGUAGES, Design
from certificates.engine import lock
from certificates.errors import CertificateError
from lms.audit import service as audit
from lms.certificates import printing
from lms.certificates.models import Issuer, Picture, UnitDesign
from lms.certificates.showing import sentence
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import new_key

LARGEST_PICTURE: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 20_000_000
LARGEST_SIDE: Final = 800
"""Pixels of a printed picture: 300 a centimetre are more than a printer shows, and files stay small."""

NEEDED_FIELDS: Final = ("course_title", "number", "code", "verify_url", "issued_on", "issuer_name")
"""Without these a paper could not be told from others, or not be checked."""

PictureKind = Literal["logo", "seal"]


# --- designs -----------------------------------------------------------------------------------------------------


def reference(design: UnitDesign) -> str:
    """The name under which issuers and certificates know an uploaded design."""
    return f"{printing.OWN_DESIGN}{design.id.hex}"


def designs(session: Session, unit_id: uuid.UUID) -> list[Design]:
    """The designs that a branch at a unit can choose: those that come along, and those that the unit offers."""
    query = select(UnitDesign).where(UnitDesign.unit_id == unit_id, UnitDesign.offered_at.is_not(None))
    own = session.scalars(query.order_by(UnitDesign.uploaded_at)).all()
    return [*printing.certificate_designs(), *(printing.design_of(reference(each)) for each in own)]


def unit_designs(session: Session, unit_id: uuid.UUID) -> list[UnitDesign]:
    """The designs that a unit uploaded, newest first."""
    query = select(UnitDesign).where(UnitDesign.unit_id == unit_id)
    return list(session.scalars(query.order_by(UnitDesign.uploaded_at.desc())))


def upload_design(
    session: Session, issuer: Issuer, content: bytes, *, actor: Actor, now: datetime
) -> UnitDesign:
    """Check a package of a design and keep it for the issuer's unit; it can be chosen after it was looked at.

    Raises DomainError with the code of the first thing that is wrong and all of them as sentences.
    """
    row = UnitDesign(id=new_key(), unit_id=issuer.unit_id, uploaded_at=now, uploaded_by=actor.id)
    folder = printing.designs_folder() / issuer.unit_id.hex / row.id.hex
    try:
        design = packages.open_package(content, folder, reference(row))
    except CertificateError as error:
        raise _refusal(error) from error
    try:
        _require_usable(issuer, design, local_date(now))
    except DomainError:
        shutil.rmtree(folder)
        raise
    row.title = design.title
    session.add(row)
    session.flush()
    audit.record(session, "issuer.design_uploaded", actor=actor, now=now, unit_id=issuer.unit_id, subject=row)
    return row


def _refusal(error: CertificateError) -> DomainError:
    return DomainError(error.code, sentence(error), field="package")


def _require_usable(issuer: Issuer, design: Design, on: date) -> None:
    if set(design.languages) != set(LANGUAGES):
        raise DomainError(
            "design_languages",
            _l("The design must have Vietnamese, Arabic and English."),
            field="package",
        )
    lacking = [name for name in NEEDED_FIELDS if name not in design.fields]
    if lacking or not design.fields["course_title"].required:
        raise DomainError(
            "design_lacks_field",
            _l("The design must have the fields %(fields)s.", fields=", ".join(lacking or ["course_title"])),
            field="package",
        )
    refusal = printing.why_not_printable(
        issuer, printing.specimen_line(issuer, on=on, design=design.name), design=design.name
    )
    if refusal is not None:
        raise _refusal(refusal)


def use_design(session: Session, issuer: Issuer, design: UnitDesign, *, actor: Actor, now: datetime) -> None:
    """Offer a design that somebody has looked at to the unit's branches, and let the issuer print with it."""
    if design.unit_id != issuer.unit_id:
        raise DomainError("unknown_design", _l("There is no such design."))
    design.offered_at = design.offered_at or now
    issuer.design = reference(design)
    session.flush()
    audit.record(session, "issuer.set", actor=actor, now=now, unit_id=issuer.unit_id, subject=issuer.branch)


# --- pictures ------------------------------------------------------------------------------------------------------


def set_picture(
    session: Session, issuer: Issuer, kind: PictureKind, content: bytes, *, actor: Actor, now: datetime
) -> None:
    """Print a picture on the papers issued from now on. Raises DomainError ``bad_picture``."""
    made = _prepared(content, kind)
    digest = hashlib.sha256(made).hexdigest()
    if session.get(Picture, digest) is None:
        session.add(Picture(digest=digest, content=made, added_at=now))
        session.flush()
    setattr(issuer, f"{kind}_digest", digest)
    session.flush()
    session.expire(issuer, [kind])
    audit.record(session, "issuer.set", actor=actor, now=now, unit_id=issuer.unit_id, subject=issuer.branch)


def remove_picture(
    session: Session, issuer: Issuer, kind: PictureKind, *, actor: Actor, now: datetime
) -> None:
    """Print no such picture any more; papers issued before keep it."""
    setattr(issuer, f"{kind}_digest", None)
    session.flush()
    session.expire(issuer, [kind])
    audit.record(session, "issuer.set", actor=actor, now=now, unit_id=issuer.unit_id, subject=issuer.branch)


def _prepared(content: bytes, kind: str) -> bytes:
    """A picture made small enough to print, without what a camera writes beside it."""
    if len(content) > LARGEST_PICTURE:
        raise DomainError("bad_picture", _l("The picture is larger than 2 MB."), field=kind)
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise DomainError("bad_picture", _l("The picture has too many pixels."), field=kind)
            is_png = picture.format == "PNG"
            made = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        with Image.open(io.BytesIO(content)) as again:
            again.verify()  # WeasyPrint lets Pillow load pictures that are cut short
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DomainError(
            "bad_picture", _l("The picture must be a PNG or JPEG file that can be read."), field=kind
        ) from error
    made.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    out = io.BytesIO()
    if is_png:
        made.save(out, "PNG", optimize=True)
    else:
        made.save(out, "JPEG", quality=88)
    return out.getvalue()


# --- looking -------------------------------------------------------------------------------------------------------


def drawn(pdf: bytes, width: int = 900) -> bytes:
    """The first page of a PDF as a PNG picture of so many pixels."""
    with lock, pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        picture = page.render(scale=width / page.get_width()).to_pil()
    out = io.BytesIO()
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(out, "PNG")
    return out.getvalue()
