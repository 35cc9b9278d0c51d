"""What every answer has: security headers, one way to show an error, and writers that take turns."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms.core.db import db, start_writing, stop_writing
from lms.core.errors import DomainError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}

SENTENCES = {
    400: _l("The page could not read what was sent. Please go back and try again."),
    403: _l("Your account may not open this page. If you need it, ask the person who manages your unit."),
    404: _l("There is nothing at this address. It may have been moved, or the address may be mistyped."),
    405: _l("This address cannot be used in this way. Please go back and use the buttons of the page."),
    413: _l("The file is too large. Please send a smaller one."),
    429: _l("Too many tries. Please wait a little and try again."),
    500: _l("Something went wrong on our side. What was saved before is kept. Please try again in a moment."),
}

CSRF_SENTENCE = _l(
    "The page was open for too long, so it was not accepted. Please go back and send it again."
)


def wants_json() -> bool:
    """Whether the other side is a program."""
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def this_address() -> str:
    """The path and query of this request, to come back to; below a host's prefix the prefix is part of it."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.script_root}{request.path}" + (f"?{query}" if query else "")


def error_answer(status: int, code: str, sentence: Any) -> tuple[Response | str, int]:
    """A page, or a JSON body for a program: what happened, and the code for support."""
    if wants_json():
        return jsonify({"code": code, "message": str(sentence)}), status
    return render_template("core/error.html", status=status, code=code, sentence=sentence), status


def init_http(app: Flask) -> None:
    """Install headers, error pages and the writers' turns."""

    app.jinja_env.globals["this_address"] = this_address

    @app.before_request
    def begin() -> None:
        if request.method not in SAFE_METHODS:
            g.write_token = start_writing()

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        token = g.pop("write_token", None)
        if token is not None:
            db.session.remove()
            stop_writing(token)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Any:
        db.session.rollback()
        return error_answer(error.status, error.code, error.message)

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> Any:
        return error_answer(400, "stale_form", CSRF_SENTENCE)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        status = error.code or 500
        if status < 400:
            return error
        sentence = SENTENCES.get(status, SENTENCES[400] if status < 500 else SENTENCES[500])
        body, status = error_answer(status, f"http_{status}", sentence)
        kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
        return body, status, kept

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        if app.testing and app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        db.session.rollback()
        app.logger.exception("unexpected error in %s", request.endpoint)
        return error_answer(500, "unexpected", SENTENCES[500])
