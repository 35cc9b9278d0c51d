"""Who may give which role, what a password must be, and how long to wait after wrong tries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from translations import names

ROLES: Final = ("admin", "officer", "manager", "trainer", "helper", "viewer")
"""Every role, those that may do most first."""

GRANTABLE: Final[dict[str, frozenset[str]]] = {
    "admin": frozenset(ROLES),
    "manager": frozenset({"manager", "trainer", "helper", "viewer"}),
}
"""What who holds a role on a unit may give to others there and below: nothing above oneself."""

PASSWORD_LENGTH: Final = 8
_COMMON: Final = frozenset(
    {
        *("12345678", "123456789", "1234567890", "87654321", "11223344", "12341234", "password", "passw0rd"),
        *("matkhau1", "matkhau123", "qwertyui", "qwerty123", "asdfghjk", "iloveyou", "anhyeuem", "abcd1234"),
        *("abc12345", "vietnam1", "vietnam123", "admin123"),
    }
)

WINDOW: Final = timedelta(minutes=15)
TRIES_FOR_ACCOUNT: Final = 10
TRIES_FROM_SOURCE: Final = 50
"""A whole office can stand behind one address, so a source has more tries than an account."""


def grantable_roles(held: Iterable[str]) -> list[str]:
    """The roles that who holds ``held`` on a unit may give there, highest first."""
    allowed = frozenset[str]().union(*(GRANTABLE.get(role, frozenset()) for role in held))
    return [role for role in ROLES if role in allowed]


def may_grant(held: Collection[str], role: str, *, sensitive: bool = False) -> bool:
    """Whether ``held`` on a unit is enough to give ``role`` there; ``sensitive`` comes from an admin only."""
    if sensitive and "admin" not in held:
        return False
    return role in grantable_roles(held)


def can_be_sensitive(role: str) -> bool:
    """Whether a grant of ``role`` can open the sensitive fields."""
    return role in ("admin", "manager")


def password_problem(password: str, identities: Iterable[str | None] = ()) -> str | None:
    """Why a password cannot be taken: "too_short", "too_simple", "like_identity"; None when it can.

    ``identities`` are the name, phone and e-mail of the account.
    """
    if len(password) < PASSWORD_LENGTH:
        return "too_short"
    folded = names.fold(password)
    if folded.replace(" ", "") in _COMMON or len(set(folded)) < 4:
        return "too_simple"
    if any(_same(folded, identity) for identity in identities if identity):
        return "like_identity"
    return None


def _same(folded: str, identity: str) -> bool:
    digits, theirs = re.sub(r"\D", "", folded), re.sub(r"\D", "", identity)
    if len(theirs) >= 8 and digits[-8:] == theirs[-8:] and not re.search(r"[a-z]", folded):
        return True
    known = names.fold(identity)
    return folded.replace(" ", "") in {known.replace(" ", ""), known.split("@")[0]}


def wait_until(failures: Sequence[datetime], limit: int, now: datetime) -> datetime | None:
    """When the next try is allowed after ``failures``: None is now.

    ``limit`` wrong tries within ``WINDOW`` close the way until the oldest of them is that long ago.
    """
    recent = sorted(failure for failure in failures if failure > now - WINDOW)
    return recent[-limit] + WINDOW if len(recent) >= limit else None
