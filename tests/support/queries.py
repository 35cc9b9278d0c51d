"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass
class Counter:
    """The statements that were sent."""

    statements: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many statements."""
        return len(self.statements)


@contextmanager
def count_queries() -> Iterator[Counter]:
    """Count the statements sent by any engine while inside."""
    counter = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            counter.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield counter
    finally:
        event.remove(Engine, "before_cursor_execute", note)
