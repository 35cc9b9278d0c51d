"""Private keys at rest: encrypted with a key derived from the instance's secret, and tied to their row."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_LENGTH: Final = 12


class LockedError(Exception):
    """No secret opens the content, or it belongs to another row."""


def lock(content: bytes, secret: str, place: bytes) -> bytes:
    """Encrypt content for one place: nonce (12 bytes), AES-256-GCM ciphertext and tag."""
    nonce = os.urandom(NONCE_LENGTH)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, content, place)


def unlock(locked: bytes, secrets: Sequence[str], place: bytes) -> bytes:
    """The content, with the first secret that fits. Raises LockedError."""
    for secret in secrets:
        try:
            return AESGCM(_key(secret)).decrypt(locked[:NONCE_LENGTH], locked[NONCE_LENGTH:], place)
        except InvalidTag:
            continue
    raise LockedError


def _key(secret: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"lop-so issuer keys 1").derive(secret.encode())
