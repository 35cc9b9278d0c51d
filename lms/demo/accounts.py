"""The sign-ins of the demo. They exist only where the demo was loaded; its addresses belong to nobody (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lms.accounts.service import ROLE_NAMES
from lms.core.access import Role

PASSWORD: Final = "hoc-so-vui-2026"


@dataclass(frozen=True)
class DemoAccount:
    """One sign-in: a role on the unit with an official code ("" for every province)."""

    key: str
    name: str
    role: Role
    unit: str

    @property
    def email(self) -> str:
        """What it signs in with."""
        return f"{self.key}@example.org"


ACCOUNTS: Final = (
    DemoAccount("bithu", "Nguyễn Thu Hà", Role.MANAGER, "00082"),
    DemoAccount("huongdan", "Trần Quốc Việt", Role.TRAINER, "00082"),
    DemoAccount("trogiang", "Lê Minh Châu", Role.HELPER, "00082"),
    DemoAccount("congson", "Hoàng Thị Nhình", Role.MANAGER, "06220"),
    DemoAccount("banlech", "Lương Văn Páo", Role.TRAINER, "06220"),
    DemoAccount("tinhdoan", "Phạm Đức Long", Role.OFFICER, "01"),
    DemoAccount("theodoi", "Vũ Thị Xuân", Role.VIEWER, "01"),
    DemoAccount("quantri", "Đỗ Hải Nam", Role.ADMIN, ""),
)

PLACES: Final = {"00082": "Cửa Nam", "06220": "Công Sơn", "01": "Hà Nội", "": ""}

SIGN_INS: Final = [
    {
        "name": account.name,
        "role": ROLE_NAMES[account.role],
        "place": PLACES[account.unit],
        "identity": account.email,
        "password": PASSWORD,
    }
    for account in ACCOUNTS
]
"""For the sign-in page and the terminal."""
