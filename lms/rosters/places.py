"""Residential groups as lists name them: "Tổ dân phố số 11", "TDP 11", "tổ 011" are one."""

from __future__ import annotations

import re
from functools import lru_cache

from translations.names import fold

_KINDS = re.compile(r"^(to dan pho|tdp|to)\b\.?\s*")
_NUMBER = re.compile(r"\b(?:so\s+)?0*(\d+)\b")


@lru_cache(maxsize=4096)
def place_key(text: str | None) -> str:
    """A key that is equal for the ways in which one residential group is written; an empty place has an empty
    one.

    Of an address only what stands before the first comma counts.
    """
    if not text:
        return ""
    folded = " ".join(fold(text.split(",")[0]).split())
    return _NUMBER.sub(r"\1", _KINDS.sub("to ", folded))
