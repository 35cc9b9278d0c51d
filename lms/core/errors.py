"""How a verb refuses: a stable code and a sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal.

    ``code`` is stable and machine-readable; ``message`` is a (lazily translated) sentence that says what
    happened and what to do; ``status`` is the HTTP status of the page that shows it; ``field`` names the form field it
    belongs to, if any.
    """

    def __init__(
        self,
        code: str,
        message: Any,
        *,
        status: int = 422,
        field: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.field = field
        self.details = dict(details or {})

    def __str__(self) -> str:
        return str(self.message)
