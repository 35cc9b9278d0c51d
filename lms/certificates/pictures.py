"""Logos and seals: a line names them by digest, the press wants their content."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certificates.models import Picture
from lms.core.access import public_rows

PICTURES: Final = ("logo", "seal")
"""Fields of a line that name a picture by its digest."""


def pictures_of(session: Session, digests: Collection[str]) -> dict[str, bytes]:
    """The content of pictures by digest."""
    if not digests:
        return {}
    query: Any = select(Picture.digest, Picture.content).where(Picture.digest.in_(digests))
    return {digest: content for digest, content in session.execute(public_rows(query))}  # noqa: C416 - rows are no pairs


def with_pictures(line: Mapping[str, Any], pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """A line with the content of its pictures in place of their digests."""
    found = {kind: pictures[line[kind]] for kind in PICTURES if line.get(kind) in pictures}
    return {**bare(line), **found}


def bare(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line without pictures."""
    return {key: value for key, value in line.items() if key not in PICTURES}
