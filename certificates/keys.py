"""Keys of an issuer: one with a certificate that signs documents, one that signs tokens and credentials.

Both are kept encrypted by a passphrase: the first as PKCS#12, which is also what public authorities hand out; the
second as an encrypted PKCS#8 PEM.
"""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from certificates.errors import CertificateError, refuse
from certificates.signing import Signer
from translations.messages import N_

KEY_ID_LENGTH: Final = 4
PEM_MARK: Final = b"-----BEGIN"


def new_document_key(issuer: str, passphrase: str, *, now: datetime.datetime, years: int = 5) -> bytes:
    """Make a signing key with a certificate of its own signature; returns it as PKCS#12 under the passphrase.

    `issuer` is the name in the certificate. People who receive documents compare the printed `fingerprint`.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, issuer[:64]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        issuer.encode(), key, certificate, None, encryption(passphrase)
    )


def encryption(passphrase: str) -> serialization.KeySerializationEncryption:
    """Encryption under a passphrase. Raises `CertificateError` (`passphrase_missing`) for an empty one."""
    if not passphrase:
        raise refuse("passphrase_missing", N_("A key must be kept under a passphrase."))
    return serialization.BestAvailableEncryption(passphrase.encode())


def load_document_key(data: bytes, passphrase: str = "") -> Signer:
    """Read a document key from PKCS#12, or from PEM with key and certificate.

    Raises `CertificateError`: `key_passphrase`, `key_unreadable`, `key_unsupported`, `key_mismatch`.
    """
    secret = passphrase.encode() or None
    try:
        if PEM_MARK in data:
            key = serialization.load_pem_private_key(data, secret)
            certificates = x509.load_pem_x509_certificates(data)
            return Signer(key, certificates[0], tuple(certificates[1:]))
        found, certificate, chain = pkcs12.load_key_and_certificates(data, secret)
    except CertificateError:
        raise
    except (ValueError, TypeError) as wrong:
        raise unreadable(wrong, data) from wrong
    if found is None or certificate is None:
        raise refuse("key_unreadable", N_("The file holds no signing key with a certificate."))
    return Signer(found, certificate, tuple(chain))


def unreadable(wrong: Exception, data: bytes) -> CertificateError:
    """Whether a key file has another passphrase or is no key file at all."""
    text = str(wrong).lower()
    if any(word in text for word in ("password", "passphrase", "decrypt", "mac", "encrypted")):
        return refuse("key_passphrase", N_("The passphrase does not open this key."))
    return refuse("key_unreadable", N_("The file holds no signing key with a certificate."))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 fingerprint of a certificate, in pairs of digits, to be printed and compared by eye."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True)
class TokenKey:
    """An Ed25519 key that signs tokens and credentials."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """The short name of the key in tokens, 4 bytes."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes (RFC 8032)."""
        return self.private.sign(message)


def key_id(public: bytes) -> bytes:
    """The short name of a public key."""
    return hashlib.sha256(public).digest()[:KEY_ID_LENGTH]


def new_token_key(passphrase: str) -> bytes:
    """Make a token key; returns it as PEM under the passphrase."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption(passphrase)
    )


def load_token_key(data: bytes, passphrase: str) -> TokenKey:
    """Read a token key. Raises `CertificateError`: `key_passphrase`, `key_unreadable`, `key_unsupported`."""
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode() or None)
    except (ValueError, TypeError) as wrong:
        raise unreadable(wrong, data) from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse("key_unsupported", N_("Tokens are signed with Ed25519 keys only."))
    return TokenKey(key)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is good."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
