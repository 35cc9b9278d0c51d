"""Pages of how a branch's papers look: logo, seal, designs of its own, each looked at before it is used."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from certificates.packages import LARGEST_PACKAGE
from lms.certificates import service
from lms.certificates.appearance import LARGEST_PICTURE, drawn, reference
from lms.certificates.forms import PackageForm, PictureForm
from lms.certificates.models import Issuer, UnitDesign
from lms.certificates.views.blueprint import bp, public_url
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.rows import get_or_404
from translations.locales import LOCALES

KINDS = ("logo", "seal")


def _issuer(branch_id: uuid.UUID) -> Issuer:
    query = select(Issuer).where(Issuer.branch_id == branch_id).options(joinedload(Issuer.branch))
    return db.session.scalar(query) or abort(404)


def _kind(kind: str) -> Any:
    return kind if kind in KINDS else abort(404)


@bp.get("/issuers/<uuid:branch_id>/appearance")
@requires(Permission.CERTIFICATES_ISSUE)
def appearance(branch_id: uuid.UUID) -> str:
    """Logo, seal and the unit's own designs."""
    return _page(_issuer(branch_id))


def _page(issuer: Issuer, **forms: Any) -> str:
    known = {kind: PictureForm(formdata=None, prefix=kind) for kind in KINDS}
    return render_template(
        "certificates/appearance.html",
        issuer=issuer,
        pictures={**known, **forms.pop("pictures", {})},
        package=forms.pop("package", None) or PackageForm(formdata=None),
        designs=service.unit_designs(db.session(), issuer.unit_id),
        reference=reference,
    )


@bp.post("/issuers/<uuid:branch_id>/pictures/<kind>")
@requires(Permission.CERTIFICATES_ISSUE)
def set_picture(branch_id: uuid.UUID, kind: str) -> Any:
    """Take a logo or a seal."""
    issuer, form = _issuer(branch_id), PictureForm(prefix=_kind(kind))
    if form.validate_on_submit():
        try:
            content = _content(form.picture.data, LARGEST_PICTURE)
            service.set_picture(db.session(), issuer, _kind(kind), content, actor=actor, now=now())
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            error.field = "picture"
            form.refuse(error)
        else:
            flash(_("Saved. Certificates issued from now on carry it; those issued before stay as they are."))
            return redirect(url_for("certificates.appearance", branch_id=branch_id))
    return _page(_issuer(branch_id), pictures={kind: form}), 422


@bp.post("/issuers/<uuid:branch_id>/pictures/<kind>/remove")
@requires(Permission.CERTIFICATES_ISSUE)
def remove_picture(branch_id: uuid.UUID, kind: str) -> Any:
    """Leave a logo or a seal out from now on."""
    service.remove_picture(db.session(), _issuer(branch_id), _kind(kind), actor=actor, now=now())
    db.session.commit()
    return redirect(url_for("certificates.appearance", branch_id=branch_id))


@bp.get("/issuers/<uuid:branch_id>/pictures/<kind>")
@requires(Permission.CERTIFICATES_ISSUE)
def picture(branch_id: uuid.UUID, kind: str) -> Any:
    """The logo or the seal as it is printed."""
    found = getattr(_issuer(branch_id), _kind(kind)) or abort(404)
    return Response(
        found.content, mimetype="image/png" if found.content.startswith(b"\x89PNG") else "image/jpeg"
    )


def _content(file: Any, most: int) -> bytes:
    """What was uploaded, and one byte more than allowed when it is too large."""
    with contextlib.closing(file):
        content: bytes = file.read(most + 1)
    return content


@bp.post("/issuers/<uuid:branch_id>/designs")
@requires(Permission.CERTIFICATES_ISSUE)
def upload_design(branch_id: uuid.UUID) -> Any:
    """Take a design, and go to look at it."""
    issuer, form = _issuer(branch_id), PackageForm()
    if form.validate_on_submit():
        try:
            content = _content(form.package.data, LARGEST_PACKAGE)
            design = service.upload_design(db.session(), issuer, content, actor=actor, now=now())
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
        else:
            return redirect(url_for("certificates.design", branch_id=branch_id, design_id=design.id))
    return _page(_issuer(branch_id), package=form), 422


def _design(issuer: Issuer, design_id: uuid.UUID) -> UnitDesign:
    design = get_or_404(UnitDesign, design_id)
    return design if design.unit_id == issuer.unit_id else abort(404)


@bp.get("/issuers/<uuid:branch_id>/designs/<uuid:design_id>")
@requires(Permission.CERTIFICATES_ISSUE)
def design(branch_id: uuid.UUID, design_id: uuid.UUID) -> str:
    """A design of the unit in all languages side by side, before it is used."""
    issuer = _issuer(branch_id)
    found = _design(issuer, design_id)
    return render_template(
        "certificates/design.html", issuer=issuer, design=found, used=issuer.design == reference(found)
    )


@bp.post("/issuers/<uuid:branch_id>/designs/<uuid:design_id>/use")
@requires(Permission.CERTIFICATES_ISSUE)
def use_design(branch_id: uuid.UUID, design_id: uuid.UUID) -> Any:
    """Print with a design that was looked at."""
    issuer = _issuer(branch_id)
    service.use_design(db.session(), issuer, _design(issuer, design_id), actor=actor, now=now())
    db.session.commit()
    flash(_("Saved. Certificates issued from now on have this design; those issued before stay as they are."))
    return redirect(url_for("certificates.issuer", branch_id=branch_id))


@bp.get("/issuers/<uuid:branch_id>/designs/<uuid:design_id>/<language>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def design_picture(branch_id: uuid.UUID, design_id: uuid.UUID, language: str) -> Any:
    """A certificate of nobody in a design of the unit."""
    issuer = _issuer(branch_id)
    return _drawn(issuer, language, reference(_design(issuer, design_id)))


@bp.get("/issuers/<uuid:branch_id>/specimen-<language>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def specimen_picture(branch_id: uuid.UUID, language: str) -> Any:
    """A certificate of nobody with what was saved, as a picture."""
    return _drawn(_issuer(branch_id), language, None)


def _drawn(issuer: Issuer, language: str, design: str | None) -> Any:
    if language not in LOCALES:
        abort(404)
    pdf = service.specimen(issuer, language, on=today(), public_url=public_url(), design=design)
    content = drawn(pdf)
    response = Response(content, mimetype="image/png")
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)
