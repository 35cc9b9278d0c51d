"""PAdES B-B signatures: CMS structures written around a digest (ETSI EN 319 142-1, 319 122-1; RFC 5652).

Everything but the digest and the signature value is the same for one key, so it is encoded once.
"""

import hashlib
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from certificates.errors import refuse
from translations.messages import N_

DATA: Final = bytes.fromhex("06092a864886f70d010701")
SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE: Final = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST: Final = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE_V2: Final = bytes.fromhex("060b2a864886f70d010910022f")
ECDSA_SHA256: Final = bytes.fromhex("06082a8648ce3d040302")
RSA_SHA256: Final = bytes.fromhex("06092a864886f70d01010b0500")
VERSION_ONE: Final = bytes.fromhex("020101")
MARK: Final = b"\xaa" * 32

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def tlv(tag: int, *values: bytes) -> bytes:
    """A DER element."""
    value = b"".join(values)
    length = len(value)
    if length < 128:
        return bytes((tag, length)) + value
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + value


SHA256: Final = tlv(0x30, bytes.fromhex("0609608648016503040201"))


class Signer:
    """Signs SHA-256 digests of PDF byte ranges with one key.

    `room` is the number of hexadecimal digits to reserve for a signature in a file. Raises `CertificateError`
    (`key_unsupported`) for keys other than RSA and elliptic curves, (`key_mismatch`) when key and certificate differ.
    """

    def __init__(
        self, key: object, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()
    ) -> None:
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise refuse(
                "key_unsupported", N_("Documents can be signed with RSA and elliptic curve keys only.")
            )
        if key.public_key() != certificate.public_key():
            raise refuse("key_mismatch", N_("The key does not belong to its certificate."))
        self.key: PrivateKey = key
        self.certificate = certificate
        self.chain = chain
        der = certificate.public_bytes(serialization.Encoding.DER)
        parsed = asn1_x509.Certificate.load(der)
        issuer, serial = parsed.issuer.dump(), parsed["tbs_certificate"]["serial_number"].dump()
        self.issuer_and_serial = tlv(0x30, issuer, serial)
        body = self.signed_attributes(der, issuer, serial)
        place = body.index(MARK)
        self.before, self.after = body[:place], body[place + 32 :]
        self.as_set, self.as_implicit = (tlv(tag, body)[: -len(body)] for tag in (0x31, 0xA0))
        self.algorithm = tlv(
            0x30, ECDSA_SHA256 if isinstance(key, ec.EllipticCurvePrivateKey) else RSA_SHA256
        )
        certificates = tlv(0xA0, der, *(one.public_bytes(serialization.Encoding.DER) for one in chain))
        self.preamble = VERSION_ONE + tlv(0x31, SHA256) + tlv(0x30, DATA) + certificates
        self.room = 2 * (len(self.cms(bytes(32))) + 16)  # an ECDSA signature varies by a few bytes

    @staticmethod
    def signed_attributes(der: bytes, issuer: bytes, serial: bytes) -> bytes:
        """The signed attributes with a mark in the place of the digest, in DER's order for sets."""
        name = tlv(0x30, tlv(0xA4, issuer))
        certificate = tlv(0x30, tlv(0x04, hashlib.sha256(der).digest()), tlv(0x30, name, serial))
        attributes = (
            tlv(0x30, CONTENT_TYPE, tlv(0x31, DATA)),
            tlv(0x30, MESSAGE_DIGEST, tlv(0x31, tlv(0x04, MARK))),
            tlv(0x30, SIGNING_CERTIFICATE_V2, tlv(0x31, tlv(0x30, tlv(0x30, certificate)))),
        )
        return b"".join(sorted(attributes))

    def cms(self, digest: bytes) -> bytes:
        """The CMS structure that signs a SHA-256 digest of 32 bytes."""
        body = self.before + digest + self.after
        signature = self.signature(hashlib.sha256(self.as_set + body).digest())
        info = tlv(
            0x30,
            VERSION_ONE,
            self.issuer_and_serial,
            SHA256,
            self.as_implicit + body,
            self.algorithm,
            tlv(0x04, signature),
        )
        return tlv(0x30, SIGNED_DATA, tlv(0xA0, tlv(0x30, self.preamble, tlv(0x31, info))))

    def signature(self, digest: bytes) -> bytes:
        """The raw signature of a digest."""
        prehashed = Prehashed(hashes.SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(digest, ec.ECDSA(prehashed))
        return self.key.sign(digest, padding.PKCS1v15(), prehashed)
