"""Invented participants: names as they occur, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from translations.partial_dates import PartialDate

FAMILY: Final = "Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Tạ Phùng Lương Vi Nông"
MIDDLE: Final = {
    "female": "Thị Thị Thị Thu Ngọc Thanh Kim Bích Thùy Minh Hồng Mỹ",
    "male": "Văn Văn Văn Đức Hữu Quang Minh Công Xuân Đình Bá Thế",
}
GIVEN: Final = {
    "female": "Hoa Lan Hương Mai Nga Hiền Thảo Loan Yến Thủy Nhung Oanh Hạnh Liên Ánh Ngà Duyên Quyên Thắm Tuyết",
    "male": "Hùng Dũng Tuấn Sơn Nam Thành Long Minh Đạt Hải Khánh Phúc Vinh Kiên Bình Tùng Quý Thắng Mạnh Cường",
}
HIGHLAND: Final = (
    ("Triệu Mùi Say", "female"),
    ("Bàn Tài Đoàn", "male"),
    ("Giàng A Páo", "male"),
    ("Sùng Thị Dợ", "female"),
    ("Lò Thị Ế", "female"),
    ("Hoàng Thị Nhình", "female"),
    ("Nông Văn Slao", "male"),
    ("Vi Thị Phin", "female"),
)


@dataclass(frozen=True)
class Invented:
    """An invented participant; `phone` is None for those who have none."""

    name: str
    sex: str
    birth: PartialDate
    phone: str | None
    group: int


def participants(
    seed: str, number: int, born: tuple[int, int], *, groups: int, highland: bool = False
) -> Iterator[Invented]:
    """`number` people born in the years `born`; older ones often know only the year, families share phones."""
    dice = random.Random(seed)
    phone = None
    for index in range(number):
        if highland and index < len(HIGHLAND):
            name, sex = HIGHLAND[index]
        else:
            sex = dice.choice(["female", "female", "male"])
            name = " ".join(dice.choice(part.split()) for part in (FAMILY, MIDDLE[sex], GIVEN[sex]))
        year = dice.randint(*born)
        exact = dice.random() < (0.4 if year < 1965 else 0.9)
        birth = PartialDate(year, dice.randint(1, 12), dice.randint(1, 28)) if exact else PartialDate(year)
        if dice.random() < 0.8:
            phone = f"09{dice.randint(0, 99_999_999):08d}"
        yield Invented(name, sex, birth, phone if dice.random() < 0.75 else None, index % groups + 1)
