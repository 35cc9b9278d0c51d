"""W3C Bitstring Status List 1.0: one small public file that says of every certificate whether it still stands.

A list is a string of bits, compressed; each credential has a place in it. `revocation` lists certificates that were
revoked; `refresh` lists those for which a newer one was issued.
"""

import base64
import datetime
import gzip
import zlib
from collections.abc import Iterable
from typing import Any, Final, Literal

from certificates.errors import refuse
from certificates.proof import Document, Prover, instant
from translations.messages import N_

LEAST_LENGTH: Final = 131_072
"""Shortest list allowed, in bits: a place in it must not tell who somebody is (section 6.1)."""

LARGEST: Final = 16_777_216
Purpose = Literal["revocation", "refresh"]


def entry(address: str, index: int, purpose: Purpose = "revocation") -> Document:
    """What a credential says about its place in a list."""
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def encode(indices: Iterable[int], length: int = LEAST_LENGTH) -> str:
    """The list in which the given places are set, as base64url of gzip with its multibase letter (section 3.3)."""
    bits = bytearray(max(length, LEAST_LENGTH) // 8)
    for index in indices:
        if not 0 <= index < 8 * len(bits):
            raise refuse("status_index", N_("The place %(index)s is not in the status list."), index=index)
        bits[index // 8] |= 0x80 >> index % 8  # the first bit is the leftmost
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(encoded: str) -> bytes:
    """The bits of a list. Raises `CertificateError` (`status_list_broken`)."""
    try:
        packed = base64.urlsafe_b64decode(
            encoded.removeprefix("u") + "=" * (-len(encoded.removeprefix("u")) % 4)
        )
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, LARGEST)
    except (ValueError, zlib.error) as wrong:
        raise refuse("status_list_broken", N_("The status list cannot be read.")) from wrong
    if not unpacker.eof or len(bits) * 8 < LEAST_LENGTH:
        raise refuse("status_list_broken", N_("The status list cannot be read."))
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether a place of a list is set. Raises `CertificateError` (`status_index`)."""
    if not 0 <= index < 8 * len(bits):
        raise refuse("status_index", N_("The place %(index)s is not in the status list."), index=index)
    return bool(bits[index // 8] & 0x80 >> index % 8)


def status_list_credential(
    address: str,
    indices: Iterable[int],
    prover: Prover,
    *,
    now: datetime.datetime,
    purpose: Purpose = "revocation",
    length: int = LEAST_LENGTH,
) -> Document:
    """The signed credential that publishes a list at an address."""
    subject: dict[str, Any] = {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encode(indices, length),
    }
    document: Document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": prover.did,
        "validFrom": instant(now),
        "credentialSubject": subject,
    }
    return prover.prove(document, now)
