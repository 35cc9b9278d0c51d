"""Signatures, tokens, credentials, status lists, and the verification of files."""

import base64
import datetime
import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates import keys, statuslist, token
from certificates.badge import Issuer, StatusPlace, credential, credential_json
from certificates.designs import Design
from certificates.errors import CertificateError
from certificates.keys import TokenKey
from certificates.press import Press
from certificates.proof import Prover, base58, prover_of, unbase58
from certificates.signing import Signer
from certificates.verify import SENTENCES, verify_pdf
from tests.certificates.conftest import NOW

PASSPHRASE = "mật khẩu"


@pytest.fixture(scope="module")
def issuer(token_key: TokenKey) -> Issuer:
    return Issuer("UBND phường Cửa Nam", Prover(token_key))


@pytest.fixture(scope="module")
def signed(state: Design, signer: Signer, issuer: Issuer) -> bytes:
    status = StatusPlace("https://lop.example.vn/status/1", 94)

    def attach(data: Any, locale: str) -> bytes:
        return credential_json(credential(data, locale, issuer, now=NOW, status=status))

    return Press(state, "vi", signer=signer, credential=attach, now=NOW).one(state.sample)


def hanko(pdf: bytes, signer: Signer) -> Any:
    der = signer.certificate.public_bytes(serialization.Encoding.DER)
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(der)], allow_fetching=False, moment=NOW
    )
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0]
    return validate_pdf_signature(signature, signer_validation_context=context)


def pdfsig(pdf: bytes, tmp_path: Path) -> str:
    file = tmp_path / "signed.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True).stdout


def test_two_independent_checkers_accept_the_signature(signed: bytes, signer: Signer, tmp_path: Path) -> None:
    status = hanko(signed, signer)
    assert status.bottom_line, status.pretty_print_details()
    said = pdfsig(signed, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_a_public_authority_s_rsa_key_signs_too(state: Design, tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name.from_rfc4514_string("CN=Sở Khoa học và Công nghệ,C=VN")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(77).not_valid_before(NOW).not_valid_after(NOW + datetime.timedelta(days=9))
    )
    certificate = builder.sign(key, hashes.SHA256())
    file = pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, None, serialization.BestAvailableEncryption(PASSPHRASE.encode())
    )
    pdf = Press(state, "en", signer=keys.load_document_key(file, PASSPHRASE), now=NOW).one(state.sample)
    assert "Signature is Valid" in pdfsig(pdf, tmp_path)


def test_any_changed_byte_is_found(signed: bytes, signer: Signer, token_key: TokenKey) -> None:
    trusted, public = [signer.certificate], [token_key.public]
    assert verify_pdf(signed, trusted=trusted, public_keys=public, now=NOW).code == "genuine"
    hole = re.search(rb"/Contents <[0-9a-f]+>", signed)
    assert hole is not None
    for place in [
        *range(20, hole.start(), len(signed) // 12),
        hole.start() + 400,
        hole.end() + 5,
        len(signed) - 700,
    ]:
        changed = bytearray(signed)
        changed[place] ^= 1
        code = verify_pdf(bytes(changed), trusted=trusted, public_keys=public, now=NOW).code
        # a change in the certificate inside the signature makes it one that nobody knows
        assert code in {"altered", "credential_altered", "unknown_signer", "truncated"}, (place, code)


def test_an_edited_copy_is_found(signed: bytes, signer: Signer) -> None:
    edited = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed)) as document:
        document.docinfo.Title = "Giấy chứng nhận – Người Khác"
        document.save(edited)
    appended = (
        signed + b"\n9 0 obj\n<</Title(x)>>\nendobj\nxref\n0 0\ntrailer\n<</Size 10>>\nstartxref\n0\n%%EOF\n"
    )
    for pdf in (edited.getvalue(), appended):
        assert verify_pdf(pdf, trusted=[signer.certificate], now=NOW).code == "altered"


def test_what_the_register_says_is_compared_field_by_field(
    signed: bytes, state: Design, signer: Signer, token_key: TokenKey
) -> None:
    known: dict[str, Any] = {"trusted": [signer.certificate], "public_keys": [token_key.public], "now": NOW}
    right = {"name": "Nguyễn Thị Ánh", "number": "12/GCN-UBND", "issued_on": datetime.date(2025, 9, 15)}
    result = verify_pdf(signed, expected=right, **known)
    assert result.code == "genuine"
    compared = {check.field: check.code for check in result.checks if check.code != "unknown"}
    assert compared == dict.fromkeys(right, "same")
    wrong = verify_pdf(signed, expected={**right, "name": "Nguyễn Thị Anh"}, **known)
    assert wrong.code == "credential_altered"
    assert [check.field for check in wrong.checks if check.code == "different"] == ["name"]


def test_a_retired_key_keeps_what_it_signed_and_a_wrong_clock_does_not(signed: bytes, signer: Signer) -> None:
    later = NOW + datetime.timedelta(days=365 * 9)
    assert verify_pdf(signed, trusted=[signer.certificate], now=later).code == "genuine"
    before = signer.certificate.not_valid_before_utc - datetime.timedelta(days=30)
    assert verify_pdf(signed, trusted=[signer.certificate], now=before).signature.code == "unknown_signer"


def test_files_of_strangers_get_a_clear_code(signed: bytes, state: Design, tmp_path: Path) -> None:
    unsigned = Press(state, "vi").one(state.sample)
    cases = {
        b"": "not_pdf",
        b"PK\x03\x04 zip": "not_pdf",
        signed[: len(signed) // 2]: "truncated",
        signed[:-300] + b"%%EOF": "altered",
        b"%PDF-1.7\nnonsense\n%%EOF\n": "damaged",
        unsigned: "foreign",
        signed: "unknown_signer",
    }
    for pdf, code in cases.items():
        result = verify_pdf(pdf, now=NOW)
        assert result.code == code
        assert result.sentence == SENTENCES[code]


@given(st.binary(max_size=300), st.integers(0, 90_000))
def test_no_file_breaks_the_verification(junk: bytes, place: int) -> None:
    assert verify_pdf(b"%PDF-1.7\n" + junk + b"\n%%EOF", now=NOW).code in SENTENCES


def test_a_wrong_passphrase_or_file_is_said_clearly() -> None:
    document_key, token_pem = keys.new_document_key("UBND", "đúng", now=NOW), keys.new_token_key("đúng")
    cases: list[tuple[Callable[[bytes, str], object], bytes, str, str]] = [
        (keys.load_document_key, document_key, "sai", "key_passphrase"),
        (keys.load_token_key, token_pem, "sai", "key_passphrase"),
        (keys.load_document_key, b"no key", "", "key_unreadable"),
        (keys.load_token_key, b"no key", "x", "key_unreadable"),
        (keys.load_document_key, document_key[:90], "đúng", "key_unreadable"),
    ]
    for load, data, passphrase, code in cases:
        with pytest.raises(CertificateError) as refusal:
            load(data, passphrase)
        assert refusal.value.code == code
    with pytest.raises(CertificateError) as refusal:
        keys.new_token_key("")
    assert refusal.value.code == "passphrase_missing"
    assert b"PRIVATE" not in document_key
    assert b"ENCRYPTED" in token_pem


def test_a_fingerprint_can_be_read_aloud(signer: Signer) -> None:
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", keys.fingerprint(signer.certificate))


SAMPLE = token.Token(
    "12/GCN-UBND",
    "UBND phường Cửa Nam",
    "Nguyễn Thị Ánh",
    "Dịch vụ công trực tuyến",
    datetime.date(2025, 9, 15),
    "vi",
)


def test_a_token_says_what_was_signed(token_key: TokenKey) -> None:
    written = token.sign(SAMPLE, token_key)
    assert token.verify(written, {token_key.key_id: token_key.public}) == SAMPLE
    assert (
        token.verify(
            " " + written.lower()[:9] + "-" + written.lower()[9:], {token_key.key_id: token_key.public}
        )
        == SAMPLE
    )
    assert len(written) <= 320


def test_a_wrong_token_is_refused_by_its_fault(token_key: TokenKey) -> None:
    known = {token_key.key_id: token_key.public}
    written = token.sign(SAMPLE, token_key)
    other = keys.load_token_key(keys.new_token_key("x"), "x")
    data = bytearray(token.decoded(written))
    data[20] ^= 1
    forged = base64.b32encode(bytes(data)).decode().rstrip("=")
    cases = {
        written[:-1]: "token_cut_short",
        written[: len(written) // 2]: "token_cut_short",
        written[:9]: "token_cut_short",
        forged: "token_altered",
        written + "ABCDEFGH": "token_altered",
        token.sign(SAMPLE, other): "token_unknown_key",
        "": "token_unreadable",
        "không phải mã": "token_unreadable",
        "ABCDEFGH": "token_unreadable",
    }
    for text, code in cases.items():
        with pytest.raises(CertificateError) as refusal:
            token.verify(text, known)
        assert refusal.value.code == code, text


def test_no_letter_of_a_token_can_be_changed(token_key: TokenKey) -> None:
    known = {token_key.key_id: token_key.public}
    written = token.sign(SAMPLE, token_key)
    for place in range(len(written) - 1):
        changed = written[:place] + ("B" if written[place] == "A" else "A") + written[place + 1 :]
        with pytest.raises(CertificateError):
            token.verify(changed, known)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    with pytest.raises(CertificateError) as refusal:
        token.verify(text, {})
    assert refusal.value.code.startswith("token_")


def test_a_credential_is_an_open_badge_that_its_key_proves(
    state: Design, issuer: Issuer, token_key: TokenKey
) -> None:
    status = StatusPlace("https://lop.example.vn/status/1", 94)
    document = credential(state.sample, "ar", issuer, now=NOW, status=status)
    again = json.loads(credential_json(document))
    assert {"VerifiableCredential", "OpenBadgeCredential"} <= set(again["type"])
    assert again["@context"][:1] == ["https://www.w3.org/ns/credentials/v2"]
    achievement = again["credentialSubject"]["achievement"]
    assert [one["targetCode"] for one in achievement["alignment"]] == state.sample["competences"]
    assert achievement["alignment"][0]["targetName"] == "ممارسة المواطنة رقميًا"
    assert again["credentialStatus"]["statusListIndex"] == "94"
    assert again["printed"]["name"] == "Nguyễn Thị Ánh"
    assert prover_of(again) == token_key.public
    again["credentialSubject"]["achievement"]["name"] = "Khóa học khác"
    assert prover_of(again) is None
    assert prover_of({"proof": []}) is None


@given(st.binary(max_size=70))
def test_base58_returns_what_it_was_given(data: bytes) -> None:
    assert unbase58(base58(data)) == data


def test_a_known_ed25519_key_has_its_known_did() -> None:
    # From the did:key method's own test vectors
    did = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    from certificates.proof import did_key, public_of

    assert did_key(public_of(did)) == did


def test_a_status_list_tells_who_was_revoked(token_key: TokenKey) -> None:
    document = statuslist.status_list_credential(
        "https://x.vn/s/1", [0, 94, 131_071], Prover(token_key), now=NOW
    )
    bits = statuslist.decode(document["credentialSubject"]["encodedList"])
    assert [index for index in range(8 * len(bits)) if statuslist.is_set(bits, index)] == [0, 94, 131_071]
    assert len(document["credentialSubject"]["encodedList"]) < 1000
    assert prover_of(document) == token_key.public
    for encoded in ("u", "uAAAA", document["credentialSubject"]["encodedList"][:-20]):
        with pytest.raises(CertificateError) as refusal:
            statuslist.decode(encoded)
        assert refusal.value.code == "status_list_broken"
    with pytest.raises(CertificateError):
        statuslist.is_set(bits, 8 * len(bits))
