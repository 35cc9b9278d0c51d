"""The blueprint of verification, and pages that no search engine shall list."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

bp = Blueprint("verification", __name__, template_folder="../templates")


def unlisted(page: str, status: int = 200) -> Response:
    """A page that search engines leave out."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
