"""Files for programs: public keys, status lists, credentials."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, abort, jsonify, request

from certificates.badge import credential_json
from certificates.proof import Document, Prover, canonical
from lms.certificates import service as certificates
from lms.core.access import public
from lms.core.clock import now
from lms.core.db import db
from lms.core.i18n import current_language
from lms.trust import service as trust
from lms.verification import states
from lms.verification.views.blueprint import bp

FRESH = 60
"""Seconds for which a state may be kept on the way."""


def _for_everybody(response: Response) -> Response:
    """Programs of other sites may read it too: it holds nothing but what everybody may know."""
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/v/keys.json")
@public
def keys() -> Response:
    """Every issuer's public keys."""
    return _for_everybody(jsonify(states.public_keys(db.session())))


@bp.get("/v/states.json")
@public
def all_states() -> Response:
    """What does not hold any more, of all issuers, for a browser that will be without internet."""
    return _for_everybody(jsonify(states.states(db.session(), now=now())))


@bp.get("/status/<uuid:branch_id>/<int:year>")
@public
def status_list(branch_id: uuid.UUID, year: int) -> Response:
    """The status list of an issuer's certificates of a year: those that do not hold any more."""
    return _list(branch_id, year, "revocation")


@bp.get("/status/<uuid:branch_id>/<int:year>/replaced")
@public
def replaced_list(branch_id: uuid.UUID, year: int) -> Response:
    """The status list of those among them for which there is a newer one."""
    return _list(branch_id, year, "refresh")


def _list(branch_id: uuid.UUID, year: int, kind: states.Kind) -> Response:
    found: Document | None = states.status_list(
        db.session(), branch_id, year, kind, request.base_url, now=now()
    )
    if found is None:
        abort(404)
    return _for_everybody(Response(canonical(found), mimetype="application/ld+json"))


@bp.get("/v/<code>/credential.json")
@public
def credential(code: str) -> Any:
    """The Open Badges credential of the certificate with this code, in the language in force."""
    certificate = certificates.find_by_code(db.session(), code) or abort(404)
    seal = trust.seals(db.session(), [certificate.branch_id]).get(certificate.branch_id) or abort(404)
    document = certificates.credential(
        certificate.printed, current_language(), certificate.branch_id, Prover(seal.token), now=now()
    )
    response = Response(credential_json(document), mimetype="application/ld+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
