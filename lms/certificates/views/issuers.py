"""Pages of issuers: what each branch prints on its certificates."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.certificates import service
from lms.certificates.forms import IssuerForm
from lms.certificates.models import Issuer
from lms.certificates.views.blueprint import bp, public_url
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now, today
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.forms import choices
from lms.core.i18n import current_language, pick
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.units.models import Branch, Unit
from translations.locales import LOCALES

LINES = ("heading", "signatory_position")
TEXTS = ("certifier", "place")


@bp.get("/issuers")
@requires(Permission.CERTIFICATES_ISSUE)
def issuers() -> str:
    """The branches that can issue, and which of them have written down what they print."""
    text = request.args.get("q", "")
    page = paginate(db.session(), service.branches(text), number=asked_page())
    known = set(db.session.scalars(select(Issuer.branch_id)))
    language, day = current_language(), today()
    return render_template(
        "certificates/issuers.html",
        page=page,
        q=text,
        known=known,
        places={branch.id: service.unit_title(branch, language, day) for branch in page.items},
    )


def _branch(branch_id: uuid.UUID) -> Branch:
    unit = joinedload(Branch.unit)
    return get_or_404(Branch, branch_id, unit.joinedload(Unit.parent))


@bp.route("/issuers/<uuid:branch_id>", methods=["GET", "POST"])
@requires(Permission.CERTIFICATES_ISSUE)
def issuer(branch_id: uuid.UUID) -> Any:
    """What a branch prints, with a proposal at first."""
    branch = _branch(branch_id)
    known = db.session.get(Issuer, branch_id)
    form = IssuerForm(data=_present(branch, known))
    designs = service.designs(db.session(), branch.unit_id)
    form.design.choices = choices((design.name, pick(design.title)) for design in designs)
    if form.validate_on_submit():
        try:
            _set(branch, form)
            return redirect(url_for("certificates.issuer", branch_id=branch_id))
        except DomainError as error:
            db.session.rollback()
            form.refuse(error)
            branch, known = _branch(branch_id), db.session.get(Issuer, branch_id)
    page = render_template("certificates/issuer.html", branch=branch, form=form, known=known)
    return page, 200 if request.method == "GET" else 422


def _present(branch: Branch, known: Issuer | None) -> dict[str, Any]:
    words: Any = known or service.proposal(branch, on=today())
    return {
        "design": words.design,
        "number_symbol": words.number_symbol,
        "signatory_name": known.signatory_name if known else "",
        **{name: dict(getattr(words, name)) for name in TEXTS},
        **{name: {code: "\n".join(lines) for code, lines in getattr(words, name).items()} for name in LINES},
    }


def _set(branch: Branch, form: IssuerForm) -> None:
    service.set_issuer(
        db.session(),
        branch,
        design=form.design.data,
        number_symbol=form.number_symbol.data or "",
        heading=form.heading.lines,
        certifier=form.certifier.texts,
        place=form.place.texts,
        signatory_position=form.signatory_position.lines,
        signatory_name=form.signatory_name.data or "",
        actor=actor,
        now=now(),
    )
    db.session.commit()
    flash(_("Saved. Certificates issued from now on say this; those issued before stay as they are."))


@bp.get("/issuers/<uuid:branch_id>/specimen-<language>.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def specimen(branch_id: uuid.UUID, language: str) -> Any:
    """A certificate of nobody with what was saved."""
    known = db.session.get(Issuer, _branch(branch_id).id)
    if known is None or language not in LOCALES:
        abort(404)
    content = service.specimen(known, language, on=today(), public_url=public_url())
    return send_file(
        io.BytesIO(content), mimetype="application/pdf", download_name=f"specimen-{language}.pdf"
    )
