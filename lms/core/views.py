"""Addresses that belong to no feature: language, text size, health."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.core.access import public
from lms.core.db import db
from lms.core.i18n import COOKIE, TEXT_SIZE_COOKIE, TEXT_SIZES, language_chosen
from translations.locales import LOCALES

bp = Blueprint("core", __name__)
YEAR = 365 * 24 * 3600


SITE_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
"""A path of this site: browsers take two slashes, a backslash or a slash after a tab for another host."""


def safe_next(address: str | None) -> str:
    """``address`` when it is a path of this site, otherwise the first page."""
    return address if address and SITE_PATH.fullmatch(address) else url_for("home.index")


def _without_language(address: str) -> str:
    """``address`` without the language that it asks for, which would win over the one chosen now."""
    parts = urlsplit(address)
    kept = [pair for pair in parts.query.split("&") if not pair.startswith("lang=")]
    return urlunsplit(parts._replace(query="&".join(kept)))


def _remember(cookie: str, value: str, address: str) -> Any:
    response = redirect(address)
    response.set_cookie(
        cookie,
        value,
        max_age=YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
        path=request.root_path or "/",
    )
    return response


@bp.post("/language")
@public
def set_language() -> Any:
    """Remember the language and stay on the page."""
    code = request.form.get("locale", "")
    if code not in LOCALES:
        return redirect(safe_next(request.form.get("next")))
    g.language = code
    app: Any = current_app
    language_chosen.send(app._get_current_object(), language=code)
    return _remember(COOKIE, code, _without_language(safe_next(request.form.get("next"))))


@bp.post("/text-size")
@public
def set_text_size() -> Any:
    """Remember the text size and stay on the page."""
    size = request.form.get("text_size", "")
    size = size if size in TEXT_SIZES else TEXT_SIZES[0]
    return _remember(TEXT_SIZE_COOKIE, size, safe_next(request.form.get("next")))


@bp.get("/health")
@public
def health() -> Any:
    """Whether the program and its database answer."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify({"status": "database unreachable"}), 503
    return jsonify({"status": "ok"}), 200
