"""People's own certificates, opened with a code and a year of birth."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Response,
    abort,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask import session as cookie
from flask_babel import gettext as _

from certificates import qr
from lms.certificates import service as certificates
from lms.certificates.models import Certificate, CertificateState
from lms.core.access import public
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.i18n import current_language
from lms.verification import service
from lms.verification.forms import OwnForm
from lms.verification.views.blueprint import bp, unlisted
from translations.locales import LOCALES

OWN = "own_certificates"
REMEMBERED = timedelta(minutes=30)
"""How long a browser may show somebody's certificates: phones and computers are shared."""


@bp.route("/my-certificates", methods=["GET", "POST"])
@public
def mine() -> Any:
    """One's own certificates, opened with the code on the paper and the year of birth."""
    if request.method == "GET" and (person_id := _remembered()) is not None:
        found = certificates.certificates_of(db.session(), person_id)
        return unlisted(render_template("verification/mine.html", found=found))
    form, status = OwnForm(), 200
    if request.method == "GET":
        form.code.data = request.args.get("code", "")
    elif form.validate_on_submit() and form.year is not None:
        try:
            return _open(form.code.data or "", form.year)
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            status = error.status
            wait = error.details.get("seconds")
            return _form_page(form, status, {"Retry-After": str(wait)} if wait else {})
    else:
        status = 422
    return _form_page(form, status)


def _form_page(form: OwnForm, status: int, headers: dict[str, str] | None = None) -> Response:
    response = unlisted(render_template("verification/open.html", form=form), status)
    response.headers.update(headers or {})
    return response


def _open(code: str, birth_year: int) -> Any:
    moment = now()
    person_id = service.open_own(db.session(), code, birth_year, source=request.remote_addr or "", now=moment)
    db.session.commit()
    if person_id is None:
        raise DomainError("wrong_code_or_year", service.WRONG)
    cookie[OWN] = {"person": person_id.hex, "until": (moment + REMEMBERED).isoformat()}
    return redirect(url_for("verification.mine"))


def _remembered() -> uuid.UUID | None:
    kept = cookie.get(OWN)
    if kept is None or datetime.fromisoformat(kept["until"]) <= now():
        return None
    return uuid.UUID(kept["person"])


@bp.post("/my-certificates/close")
@public
def close() -> Any:
    """Forget whose certificates these are."""
    cookie.pop(OWN, None)
    return redirect(url_for("verification.mine"))


def _own(certificate_id: uuid.UUID) -> Certificate:
    """One of the remembered person's valid certificates; everything else is not there."""
    person_id = _remembered()
    found: Sequence[Certificate] = certificates.certificates_of(db.session(), person_id) if person_id else []
    valid = (each for each in found if each.state is CertificateState.VALID)
    return next((each for each in valid if each.id == certificate_id), None) or abort(404)


@bp.get("/my-certificates/<uuid:certificate_id>/<language>.pdf")
@public
def download(certificate_id: uuid.UUID, language: str) -> Any:
    """One's own certificate in a language."""
    if language not in LOCALES:
        abort(404)
    [paper] = certificates.papers(db.session(), [_own(certificate_id)], now=now())
    return send_file(
        io.BytesIO(paper.pdf(language)),
        mimetype="application/pdf",
        download_name=paper.file_name(language),
        as_attachment=True,
    )


@bp.get("/my-certificates/<uuid:certificate_id>/qr")
@public
def show_qr(certificate_id: uuid.UUID) -> Any:
    """The QR of one's own certificate, large, to hold out to somebody who checks it."""
    certificate = _own(certificate_id)
    image = base64.b64encode(qr.svg(certificates.address(certificate.printed, current_language()))).decode()
    page = render_template(
        "verification/qr.html",
        certificate=certificate,
        image=f"data:image/svg+xml;base64,{image}",
        label=_("QR code of the certificate"),
    )
    return unlisted(page)
