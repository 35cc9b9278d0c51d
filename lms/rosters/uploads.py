"""Uploaded rosters, kept on the server between the dry run and the import, and never longer than a day."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Upload:
    """A kept file."""

    filename: str
    data: bytes


def keep(folder: Path, data: bytes, filename: str, *, class_id: uuid.UUID) -> str:
    """Keep a file for a class; returns the token by which it is found. Files of earlier days are removed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder)
    token = secrets.token_hex(16)
    descriptor = os.open(folder / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps({"class": class_id.hex, "filename": filename}).encode() + b"\n")
        file.write(data)
    return token


def find(folder: Path, token: str, *, class_id: uuid.UUID) -> Upload | None:
    """The file kept for a class under a token, unless it is gone."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        heading, _, data = (folder / token).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    about = json.loads(heading)
    return Upload(about["filename"], data) if about["class"] == class_id.hex else None


def remove(folder: Path, token: str) -> None:
    """Remove a kept file."""
    if _TOKEN.fullmatch(token):
        (folder / token).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    oldest = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
