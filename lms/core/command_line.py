"""What the features' commands share."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator

from flask_babel import force_locale

from lms.core.access import EVERYTHING, Actor, set_scope
from lms.core.db import db
from lms.core.errors import DomainError


def see_everything() -> None:
    """Give the command line's session all rows; called first in a command that reads scoped tables."""
    set_scope(db.session(), EVERYTHING)


def command_line_actor() -> Actor:
    """Who the audit log names for what is done here: the account on the machine."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    return Actor(None, f"command line: {account}")


@contextlib.contextmanager
def in_language(code: str) -> Iterator[None]:
    """Inside, texts are in the language with ``code``; so is the sentence of a refusal that leaves it."""
    with force_locale(code):
        try:
            yield
        except DomainError as error:
            error.message = str(error.message)
            raise
