"""Data Integrity proofs of the cryptosuite eddsa-jcs-2022 (W3C), for credentials in JSON-LD.

A document and the proof's own options are each written in canonical JSON (RFC 8785) and hashed; Ed25519 signs both
hashes. Keys are named by did:key.
"""

import datetime
import hashlib
import json
from typing import Any, Final

from certificates.keys import TokenKey, is_signed

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PREFIX: Final = b"\xed\x01"
Document = dict[str, Any]


def canonical(value: object) -> bytes:
    """Canonical JSON of texts, whole numbers, lists and objects (RFC 8785).

    Names of members are ASCII here, so Python's order of keys is the order by UTF-16 units.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def base58(data: bytes) -> str:
    """Base 58 with Bitcoin's alphabet."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(BASE58[rest])
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + "".join(reversed(letters))


def unbase58(text: str) -> bytes:
    """The bytes of a base 58 text. Raises `ValueError`."""
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    body = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes(len(text) - len(text.lstrip("1"))) + body


def did_key(public: bytes) -> str:
    """The did:key identifier of an Ed25519 public key."""
    return f"did:key:z{base58(ED25519_PREFIX + public)}"


def public_of(method: str) -> bytes:
    """The public key that a did:key verification method names. Raises `ValueError`."""
    name = method.split("#")[0]
    if not name.startswith("did:key:z"):
        raise ValueError(method)
    data = unbase58(name.removeprefix("did:key:z"))
    if len(data) != 34 or not data.startswith(ED25519_PREFIX):
        raise ValueError(method)
    return data[2:]


class Prover:
    """Adds proofs of one key to documents."""

    def __init__(self, key: TokenKey) -> None:
        self.key = key
        self.did = did_key(key.public)
        self.method = f"{self.did}#{self.did.removeprefix('did:key:')}"

    def prove(self, document: Document, created: datetime.datetime) -> Document:
        """The document with a proof."""
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": instant(created),
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
        }
        signature = self.key.sign(hash_data(document, options))
        return {**document, "proof": {**options, "proofValue": f"z{base58(signature)}"}}


def hash_data(document: Document, options: Document) -> bytes:
    """What is signed: the hash of the options, then that of the document."""
    configured = {"@context": document["@context"], **options}
    return hashlib.sha256(canonical(configured)).digest() + hashlib.sha256(canonical(document)).digest()


def prover_of(document: Document) -> bytes | None:
    """The public key whose proof the document carries, or None when the document has no good proof."""
    try:
        proof = dict(document["proof"])
        signature = unbase58(proof.pop("proofValue").removeprefix("z"))
        public = public_of(proof["verificationMethod"])
        if proof["cryptosuite"] != "eddsa-jcs-2022" or proof["proofPurpose"] != "assertionMethod":
            return None
        bare = {name: value for name, value in document.items() if name != "proof"}
        return public if is_signed(public, signature, hash_data(bare, proof)) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def instant(moment: datetime.datetime) -> str:
    """An instant in UTC as XML Schema writes it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
