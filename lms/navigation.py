"""The places that a member of staff can go to: at most five."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l

from lms.core.access import Permission

PLACES = [
    ("home.index", _l("Home"), "home", None),
    ("classes.index", _l("Classes"), "classes", Permission.CLASSES_VIEW),
    ("people.index", _l("People"), "people", Permission.PEOPLE_VIEW),
    ("certificates.index", _l("Certificates"), "certificate", Permission.CERTIFICATES_VIEW),
    ("units.more", _l("More"), "menu", None),
]
"""Endpoint, label, icon and the permission needed (None: everybody signed in)."""


def init_navigation(app: Flask) -> None:
    """Give templates ``navigation``."""

    @app.context_processor
    def places() -> dict[str, Any]:
        actor = g.get("actor")
        if actor is None:
            return {"navigation": []}
        blueprint = (request.endpoint or "").split(".")[0]
        return {
            "navigation": [
                {
                    "url": url_for(endpoint),
                    "label": label,
                    "icon": icon,
                    "current": endpoint.split(".")[0] == blueprint,
                }
                for endpoint, label, icon, permission in PLACES
                if endpoint in app.view_functions and (permission is None or actor.can(permission))
            ]
        }
