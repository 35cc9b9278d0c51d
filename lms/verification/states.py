"""The state of all certificates in small public files: W3C status lists, and one file that answers for all offline."""

from __future__ import annotations

import base64
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from certificates.proof import Document, Prover
from certificates.statuslist import LEAST_LENGTH, encode, status_list_credential
from lms.certificates import service as certificates
from lms.certificates.models import CertificateState
from lms.trust import service as trust

Kind = Literal["revocation", "refresh"]
ENDS = {
    "revocation": (CertificateState.REVOKED, CertificateState.REPLACED),
    "refresh": (CertificateState.REPLACED,),
}
"""Who only knows the list of revocations takes a replaced certificate for what it is: not valid any more."""


def status_list(
    session: Session, branch_id: uuid.UUID, year: int, kind: Kind, address: str, *, now: datetime
) -> Document | None:
    """The signed list of an issuer's certificates of a year; a certificate's place is its number.

    None when the issuer has no key, so has issued nothing.
    """
    seal = trust.seals(session, [branch_id]).get(branch_id)
    if seal is None:
        return None
    numbers = [
        number
        for _branch, _year, number, state in certificates.no_longer_valid(session, branch_id, year)
        if state in ENDS[kind]
    ]
    return status_list_credential(
        address, numbers, Prover(seal.token), now=now, purpose=kind, length=_length(numbers)
    )


def states(session: Session, *, now: datetime) -> dict[str, Any]:
    """The lists of all issuers and years in which something ended, as of now."""
    ended: dict[tuple[uuid.UUID, int], list[tuple[int, CertificateState]]] = defaultdict(list)
    for branch_id, year, number, state in certificates.no_longer_valid(session):
        ended[branch_id, year].append((number, state))
    lists: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for (branch_id, year), rows in ended.items():
        length = _length([number for number, _state in rows])
        lists[str(branch_id)][str(year)] = {
            kind: encode((number for number, state in rows if state in ENDS[kind]), length) for kind in ENDS
        }
    return {"as_of": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "lists": lists}


def public_keys(session: Session) -> dict[str, Any]:
    """Every issuer's token keys, retired ones too, with the issuer whose lists tell the state."""
    return {
        "keys": [
            {
                "id": key.key_id,
                "public": base64.urlsafe_b64encode(key.public).decode().rstrip("="),
                "issuer": str(key.branch_id),
            }
            for key in trust.known_keys(session)
        ]
    }


def _length(numbers: list[int]) -> int:
    """Whole blocks of the shortest list allowed."""
    return LEAST_LENGTH * (max(numbers, default=0) // LEAST_LENGTH + 1)
