"""Pages for anybody with a paper in hand; once opened they answer without internet, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from lms.certificates import service as certificates
from lms.certificates.models import Certificate
from lms.core.access import public
from lms.core.db import db
from lms.core.i18n import current_language
from lms.verification.checking import LEAST_LENGTH, Checked, check_token, code_in
from lms.verification.views.blueprint import bp, unlisted


@bp.get("/verify")
@public
def check_before() -> Any:
    """The former address of the page with the field."""
    return redirect(url_for("verification.check", **request.args.to_dict()))


@bp.get("/v/")
@public
def check() -> Any:
    """A field for the code or the link; the browser keeps this page and answers with it when there is no internet."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return unlisted(render_template("verification/check.html", typed="", unknown=False))
    code = code_in(typed)
    if (short := certificates.typed_code(code)) is None and len(code) < LEAST_LENGTH:
        return _unknown(typed)
    return redirect(url_for("verification.show", code=short or "".join(code.split())))


@bp.get("/v/<code>")
@public
def show(code: str) -> Any:
    """Whether the certificate with this code is genuine, in one sentence, and everything printed on it."""
    if certificates.typed_code(code) is None and len(code) >= LEAST_LENGTH:
        checked = check_token(db.session(), code)
        if checked.code == "token_unreadable":
            return _unknown(code)
        entry = checked.entry
        return _answer(checked, certificates.find_by_code(db.session(), entry.code) if entry else None)
    certificate = certificates.find_by_code(db.session(), code)
    if certificate is None:
        return _unknown(code)
    return _answer(Checked(certificate.state.value), certificate)


def _answer(checked: Checked, certificate: Certificate | None) -> Response:
    page = render_template(
        "verification/show.html",
        checked=checked,
        certificate=certificate,
        last=certificates.events_of(db.session(), certificate)[-1] if certificate else None,
        facts=certificates.facts(certificate, current_language()) if certificate else [],
    )
    return unlisted(page)


def _unknown(typed: str) -> Response:
    page = render_template("verification/check.html", typed=typed[:40], unknown=True)
    return unlisted(page, 404)


@bp.get("/v/sw.js")
@public
def worker() -> Response:
    """The service worker. It stands here because it may serve only what lies beside or below it."""
    script = Path(current_app.static_folder or "") / "verify-worker.js"
    response = make_response(script.read_text(encoding="utf-8"))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response
