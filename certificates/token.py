"""The verifiable code in a certificate's QR: a compact token signed with Ed25519, readable without internet.

Layout, version 1, before base 32 (RFC 4648, capitals, no padding):
    1 byte   version
    4 bytes  key id: the start of the SHA-256 of the public key
    1 byte   language: 0 vi, 1 ar, 2 en
    2 bytes  day of issue, days since 2000-01-01, big-endian
    number, issuer, name, course: each a length (1 byte below 128, else 2 bytes with the high bit set) and UTF-8
    64 bytes Ed25519 signature over everything before
"""

import base64
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from certificates.errors import refuse
from certificates.keys import KEY_ID_LENGTH, TokenKey, is_signed
from translations.messages import N_

VERSION: Final = 1
LANGUAGES: Final = ("vi", "ar", "en")
EPOCH: Final = datetime.date(2000, 1, 1)
SIGNATURE_LENGTH: Final = 64
HEAD_LENGTH: Final = 1 + KEY_ID_LENGTH + 1 + 2
ALPHABET: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@dataclass(frozen=True)
class Token:
    """What a verifiable code says."""

    number: str
    issuer: str
    name: str
    course: str
    issued_on: datetime.date
    locale: str


class CutShortError(Exception):
    """The bytes end before the token does."""


def sign(token: Token, key: TokenKey) -> str:
    """Write and sign a token. Raises `CertificateError` (`token_too_long`, `token_bad_date`)."""
    days = (token.issued_on - EPOCH).days
    if not 0 <= days < 1 << 16:
        raise refuse("token_bad_date", N_("The day of issue cannot be written in a code."))
    body = bytes((VERSION,)) + key.key_id + bytes((LANGUAGES.index(token.locale),)) + days.to_bytes(2, "big")
    body += b"".join(field(text) for text in (token.number, token.issuer, token.name, token.course))
    return base64.b32encode(body + key.sign(body)).decode().rstrip("=")


def field(text: str) -> bytes:
    """A text with its length before it."""
    data = text.encode()
    if len(data) >= 1 << 10:
        raise refuse("token_too_long", N_("“%(text)s” is too long for a code."), text=text)
    length = bytes((len(data),)) if len(data) < 128 else (0x8000 | len(data)).to_bytes(2, "big")
    return length + data


def verify(text: str, keys: Mapping[bytes, bytes]) -> Token:
    """Read a token and check its signature; `keys` are the known public keys by key id.

    Raises `CertificateError`: `token_unreadable` (no such code), `token_cut_short`, `token_unknown_key`,
    `token_altered`.
    """
    data = decoded(text)
    try:
        token, length = read(data)
    except CutShortError:
        raise refuse(
            "token_cut_short", N_("The code is cut short: scan it again, or type all of it.")
        ) from None
    except (UnicodeDecodeError, IndexError, ValueError):
        raise altered() from None
    if len(data) < length + SIGNATURE_LENGTH:
        raise refuse("token_cut_short", N_("The code is cut short: scan it again, or type all of it."))
    public = keys.get(data[1 : 1 + KEY_ID_LENGTH])
    if public is None:
        raise refuse("token_unknown_key", N_("The code is signed by a key that is not known here."))
    if len(data) != length + SIGNATURE_LENGTH or not is_signed(public, data[length:], data[:length]):
        raise altered()
    return token


def altered() -> Exception:
    """The refusal of a token that is not as it was signed."""
    return refuse("token_altered", N_("The code was altered: it is not what the issuer signed."))


def decoded(text: str) -> bytes:
    """The bytes of a token, however it was typed; a trailing half character is dropped."""
    letters = "".join(text.split()).replace("-", "").upper()
    if not letters or not set(letters) <= ALPHABET:
        raise refuse("token_unreadable", N_("This is not a code of a certificate."))
    if len(letters) % 8 in (1, 3, 6):
        letters = letters[:-1]
    data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    if not data or data[0] != VERSION:
        raise refuse("token_unreadable", N_("This is not a code of a certificate."))
    return data


def read(data: bytes) -> tuple[Token, int]:
    """The fields of a token, and where its signature begins."""
    if len(data) < HEAD_LENGTH:
        raise CutShortError
    locale = LANGUAGES[data[1 + KEY_ID_LENGTH]]
    day = EPOCH + datetime.timedelta(days=int.from_bytes(data[HEAD_LENGTH - 2 : HEAD_LENGTH], "big"))
    texts = []
    position = HEAD_LENGTH
    for _ in range(4):
        text, position = read_field(data, position)
        texts.append(text)
    number, issuer, name, course = texts
    return Token(number, issuer, name, course, day, locale), position


def read_field(data: bytes, position: int) -> tuple[str, int]:
    """A text at a position, and the position after it."""
    wide = position < len(data) and data[position] & 0x80
    start = position + (2 if wide else 1)
    if start > len(data):
        raise CutShortError
    length = int.from_bytes(data[position:start], "big") & 0x7FFF if wide else data[position]
    if start + length > len(data):
        raise CutShortError
    return data[start : start + length].decode(), start + length
