"""Signing by pyHanko: what the press does by itself, for files that were set the plain way."""

import datetime
import io
from typing import Any

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.signing import Signer


def sign_plainly(pdf: bytes, signer: Signer, now: datetime.datetime) -> bytes:
    """Add a PAdES B-B signature to a finished file, as an incremental update."""
    key = signer.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = signer.certificate.public_bytes(serialization.Encoding.DER)
    store: Any = SimpleCertificateStore
    simple = SimpleSigner(
        signing_cert=x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=store(),
    )
    metadata = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, use_pades_lta=False
    )
    signed = PdfSigner(metadata, simple).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return bytes(signed.getvalue())
