"""The blueprint of certificates, and the address that goes on paper."""

from __future__ import annotations

from flask import Blueprint, current_app, request

bp = Blueprint("certificates", __name__, template_folder="../templates")


def public_url() -> str:
    """The address under which others reach this site, for the codes on paper."""
    configured: str = current_app.config["SETTINGS"].public_url
    return configured or request.url_root
