"""Pages of certificates: the register, a certificate, issuing to a class, revoking and issuing anew."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload, selectinload

from lms.certificates import service
from lms.certificates.forms import ReasonForm
from lms.certificates.jobs import AT_ONCE
from lms.certificates.models import Certificate, CertificateState
from lms.certificates.views.blueprint import bp, public_url
from lms.certificates.views.orders import order_issuing
from lms.classes.models import CourseClass
from lms.core.access import Permission, requires
from lms.core.auth import actor
from lms.core.clock import now
from lms.core.db import db
from lms.core.errors import DomainError
from lms.core.i18n import current_language
from lms.core.keys import is_key
from lms.core.paging import asked_page, paginate
from lms.core.rows import get_or_404
from lms.units import service as units
from translations.locales import LOCALES


def _pdf(content: bytes, name: str, *, download: bool = True) -> Any:
    return send_file(
        io.BytesIO(content), mimetype="application/pdf", download_name=name, as_attachment=download
    )


def _language(language: str) -> str:
    return language if language in LOCALES else abort(404)


# --- the register ----------------------------------------------------------------------------------------


@bp.get("/certificates")
@requires(Permission.CERTIFICATES_VIEW)
def index() -> str:
    """The register, newest first."""
    asked = _asked()
    text = request.args.get("q", "")
    query = service.search(text, **asked)
    branches, years = service.filters(db.session())
    course_class = get_or_404(CourseClass, asked["class_id"]) if asked["class_id"] else None
    return render_template(
        "certificates/index.html",
        page=paginate(db.session(), query, number=asked_page()),
        q=text,
        asked=asked,
        branches=branches,
        years=years,
        states=list(CertificateState),
        course_class=course_class,
    )


def _asked() -> dict[str, Any]:
    """The filters in the address; what is none of ours does not count."""
    values = request.args
    year, state = values.get("year", ""), values.get("state", "")
    keys = {
        name: uuid.UUID(values[key]) if is_key(values.get(key, "")) else None
        for name, key in (("branch_id", "issuer"), ("class_id", "class"))
    }
    return {
        **keys,
        "year": int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        "state": CertificateState(state) if state in set(CertificateState) else None,
    }


@bp.get("/certificates/<uuid:certificate_id>")
@requires(Permission.CERTIFICATES_VIEW)
def show(certificate_id: uuid.UUID) -> str:
    """A certificate: everything printed on it and what happened to it."""
    certificate = _certificate(certificate_id)
    return render_template(
        "certificates/show.html",
        certificate=certificate,
        facts=service.facts(certificate, current_language()),
        names=service.staff_names(db.session(), certificate.events),
        course_class=service.class_of(db.session(), certificate),
        replaces=service.replaced_by(db.session(), certificate),
        may_issue=_may_issue(certificate.unit_id),
        verify_url=url_for("verification.show", code=certificate.code),
    )


def _certificate(certificate_id: uuid.UUID) -> Certificate:
    return get_or_404(
        Certificate, certificate_id, joinedload(Certificate.replaced_by), selectinload(Certificate.events)
    )


def _may_issue(unit_id: uuid.UUID) -> bool:
    return units.may(db.session(), actor, Permission.CERTIFICATES_ISSUE, unit_id)


@bp.get("/certificates/<uuid:certificate_id>/<language>.pdf")
@requires(Permission.CERTIFICATES_VIEW)
def download(certificate_id: uuid.UUID, language: str) -> Any:
    """The paper in one language; only while it holds."""
    certificate = _certificate(certificate_id)
    service.require_valid(certificate)
    [paper] = service.papers(db.session(), [certificate], now=now())
    return _pdf(paper.pdf(_language(language)), paper.file_name(language))


@bp.route("/certificates/<uuid:certificate_id>/revoke", methods=["GET", "POST"])
@requires(Permission.CERTIFICATES_ISSUE)
def revoke(certificate_id: uuid.UUID) -> Any:
    """Declare a certificate void."""
    certificate, form = _certificate(certificate_id), ReasonForm()
    service.require_valid(certificate)
    if form.validate_on_submit():
        try:
            service.revoke(db.session(), certificate, reason=form.reason.data or "", actor=actor, now=now())
            db.session.commit()
        except DomainError as error:
            certificate = _refused(form, error, certificate_id)
        else:
            flash(_("The certificate is revoked. Its page says so from now on."))
            return redirect(url_for("certificates.show", certificate_id=certificate_id))
    return _reason_page("certificates/revoke.html", certificate, form)


@bp.route("/certificates/<uuid:certificate_id>/reissue", methods=["GET", "POST"])
@requires(Permission.CERTIFICATES_ISSUE)
def reissue(certificate_id: uuid.UUID) -> Any:
    """Give a new certificate in place of one."""
    certificate, form = _certificate(certificate_id), ReasonForm()
    service.require_valid(certificate)
    if form.validate_on_submit():
        try:
            new = service.reissue(
                db.session(),
                certificate,
                reason=form.reason.data or "",
                public_url=public_url(),
                actor=actor,
                now=now(),
            )
            db.session.commit()
        except DomainError as error:
            certificate = _refused(form, error, certificate_id)
        else:
            flash(_("This is the new certificate. The old one says that it was replaced."))
            return redirect(url_for("certificates.show", certificate_id=new.id))
    return _reason_page("certificates/reissue.html", certificate, form)


def _refused(form: ReasonForm, error: DomainError, certificate_id: uuid.UUID) -> Certificate:
    db.session.rollback()
    form.refuse(error)
    return _certificate(certificate_id)


def _reason_page(template: str, certificate: Certificate, form: ReasonForm) -> Any:
    page = render_template(template, certificate=certificate, form=form)
    return page, 200 if request.method == "GET" else 422


# --- the certificates of a class --------------------------------------------------------------------------


def _class(class_id: uuid.UUID) -> CourseClass:
    return get_or_404(CourseClass, class_id, joinedload(CourseClass.branch), joinedload(CourseClass.unit))


@bp.get("/classes/<uuid:class_id>/certificates")
@requires(Permission.CERTIFICATES_VIEW)
def of_class(class_id: uuid.UUID) -> str:
    """Who would get a certificate now and with which numbers, and the papers that are there."""
    course_class = _class(class_id)
    issuer = service.issuer_of(db.session(), course_class)
    may_issue = _may_issue(course_class.unit_id)
    ready = None
    if issuer is not None and may_issue:
        ready = service.readiness(db.session(), course_class, issuer, now=now())
    return render_template(
        "certificates/of_class.html",
        course_class=course_class,
        issuer=issuer,
        may_issue=may_issue,
        ready=ready,
        refused=[(person, service.sentence(error)) for person, error in ready.refused] if ready else [],
        issued=service.certificates_of_class(db.session(), course_class.id),
        at_once=AT_ONCE,
    )


@bp.post("/classes/<uuid:class_id>/certificates")
@requires(Permission.CERTIFICATES_ISSUE)
def issue(class_id: uuid.UUID) -> Any:
    """Give a certificate to everybody who completed and has none; to a large class as a job."""
    course_class = _class(class_id)
    if len(service.waiting(db.session(), course_class)) > AT_ONCE:
        return order_issuing(course_class)
    issued = service.issue(db.session(), course_class, public_url=public_url(), actor=actor, now=now())
    db.session.commit()
    count = len(issued.certificates)
    if count:
        flash(ngettext("%(num)d certificate was issued.", "%(num)d certificates were issued.", count))
    else:
        flash(_("Nobody was waiting for a certificate, so none was issued."))
    if issued.refused:
        text = ngettext(
            "%(num)d person got none: see below why.",
            "%(num)d people got none: see below why.",
            len(issued.refused),
        )
        flash(text, "warning")
    return redirect(url_for("certificates.of_class", class_id=class_id))


@bp.get("/classes/<uuid:class_id>/certificates/<language>.pdf")
@requires(Permission.CERTIFICATES_VIEW)
def print_file(class_id: uuid.UUID, language: str) -> Any:
    """The valid certificates of a class in one file, by residential group and name; of a large class a job makes it."""
    course_class = _class(class_id)
    certificates = service.certificates_of_class(db.session(), class_id)
    if len(certificates) > AT_ONCE:
        return redirect(url_for("certificates.of_class", class_id=class_id))
    papers = service.papers(db.session(), certificates, now=now())
    if not papers:
        abort(404)
    content = service.print_file(papers, _language(language), course_class.code)
    return _pdf(content, f"{course_class.code}-{language}.pdf")
