"""What the features' commands share."""

from __future__ import annotations

import getpass

from lms.core.access import EVERYTHING, Actor, set_scope
from lms.core.db import db


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
