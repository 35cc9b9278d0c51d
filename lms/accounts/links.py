"""Addresses of invitations as others reach them, and their QR codes."""

from __future__ import annotations

import segno
from flask import current_app, request, url_for


def invitation_link(token: str) -> str:
    """The absolute address that opens an invitation; ``public_url`` wins over the address of the request."""
    public = current_app.config["SETTINGS"].public_url.rstrip("/")
    if not public:
        return url_for("accounts.accept", token=token, _external=True)
    return public + url_for("accounts.accept", token=token).removeprefix(request.root_path)


def qr_image(text: str) -> str:
    """A QR code as a data address of an SVG image."""
    return str(segno.make(text, error="m").svg_data_uri(border=4, scale=6, dark="#000", light="#fff"))
