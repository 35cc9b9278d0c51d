"""Who asks, and whether the view may answer: decided once, before any view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, g, has_request_context, redirect, request, url_for
from werkzeug.local import LocalProxy

from lms.core.access import NOTHING, Actor, Permission, set_scope
from lms.core.db import db
from lms.core.http import this_address, wants_json

IDENTITY = "lms.identity"
"""Key of the WSGI environment under which a host application hands over who is signed in."""

LINKS = {
    "home_url": "home.index",
    "account_url": "accounts.me",
    "sign_in_url": "security.login",
    "sign_out_url": "security.logout",
}
"""Template name and endpoint of the addresses in the frame of every page."""


def get_actor() -> Actor | None:
    """The signed-in staff member of this request, or None."""
    return g.get("actor")


actor: Actor = LocalProxy(get_actor)  # type: ignore[assignment]
"""The signed-in staff member; in views that need no permission it may be falsy."""


def permission_of(app: Flask, endpoint: str) -> Permission | str | None:
    """The permission that a view names; None when it names none (and so is closed to all)."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return "public"
    if endpoint.startswith("security."):
        return "public"
    return getattr(app.view_functions[endpoint], "permission", None)


def init_auth(app: Flask, load_actor: Callable[[], Actor | None]) -> None:
    """Check every request before its view: fails closed.

    ``load_actor`` finds the signed-in staff member of the request and the grants held.
    """

    @app.before_request
    def check() -> Any:
        set_scope(db.session(), NOTHING)
        if request.endpoint is None:
            return None
        needed = permission_of(app, request.endpoint)
        if request.endpoint.endswith("static"):
            return None
        g.actor = load_actor()
        if needed == "public":
            return None
        if needed is None:
            current_app.logger.error("view %s names no permission", request.endpoint)
            abort(403)
        if g.actor is None:
            if wants_json():
                abort(401)
            return redirect(
                url_for("security.login", next=this_address() if request.method == "GET" else None)
            )
        if needed == "signed-in":
            return None
        if not g.actor.can(needed):
            abort(403)
        set_scope(db.session(), g.actor.scope(needed))
        return None

    @app.context_processor
    def who() -> dict[str, Any]:
        return {"actor": g.get("actor"), **_account_links()}


def _account_links() -> dict[str, str | None]:
    """Addresses of the first page and the account menu; None where a host keeps the accounts."""
    if not has_request_context():
        return dict.fromkeys(LINKS)
    hosted = IDENTITY in request.environ
    return {
        name: url_for(endpoint)
        if endpoint in current_app.view_functions and not (hosted and name != "home_url")
        else None
        for name, endpoint in LINKS.items()
    }
