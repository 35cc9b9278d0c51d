"""What a page says after a redirect."""

from __future__ import annotations

from typing import Any

from flask import flash


def offer_undo(text: str, url: str) -> None:
    """Say what was done, with a button that takes it back by a POST to ``url``."""
    note: Any = {"text": text, "url": url}
    flash(note, "undo")
