"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """``items`` are the rows of page ``number`` (from 1) of ``pages``; ``total`` counts the whole list."""

    items: Sequence[Row]
    number: int
    pages: int
    total: int


def asked_page() -> int:
    """The page number in the address; 1 when it is none."""
    number = request.args.get("page", "1")
    return max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 7 else 1


def paginate(session: Session, statement: Select[Any], *, number: int, size: int = SIZE) -> Page[Any]:
    """The rows (entities) of ``statement`` on page ``number``; past the end, the last page. Two queries."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    pages = max(-(-total // size), 1)
    number = min(number, pages)
    items = session.scalars(statement.limit(size).offset((number - 1) * size)).unique().all()
    return Page(items=items, number=number, pages=pages, total=total)
