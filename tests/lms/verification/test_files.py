"""Files given to the page that checks PDF files: genuine, edited, foreign, damaged."""

import io
import json

import pikepdf
import pytest
from sqlalchemy import select

from certificates.badge import read_credential
from certificates.verify import attached
from lms.certificates import service as certificates
from lms.core.access import SYSTEM
from lms.trust import service as trust
from lms.trust.models import IssuerKey, KeyPurpose
from lms.verification.files import check_file
from tests.support.papers import NOW, PUBLIC_URL, one_certificate

REASON = "Cấp nhầm cho người không học lớp này."


@pytest.fixture
def certificate(session, world):
    certificate = one_certificate(world, "Nguyễn Thị Ánh", birth=1958)
    session.commit()
    return certificate


@pytest.fixture
def document_key(session, world):
    branch = world.branch("00082")
    key = trust.new_document_key(session, branch.unit, branch, actor=SYSTEM, now=NOW)
    session.commit()
    return key


@pytest.fixture
def english(client):
    client.set_cookie("lms_language", "en")
    return client


def _pdf(session, certificate, language="vi"):
    [paper] = certificates.papers(session, [certificate], now=NOW)
    return paper.pdf(language)


def _shown(key):
    return key.shown_fingerprint.replace(":", ":<wbr>")


def _send(client, content):
    start = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="certificate.pdf"\r\n\r\n'
    body = start + content + b"\r\n--limit--\r\n"
    return client.post("/verify-file", data=body, content_type="multipart/form-data; boundary=limit")


def _edited(pdf, change):
    """The file with another attached credential, as somebody with a PDF editor would save it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        credential = json.loads(attached(pdf))
        change(credential)
        del document.attachments["credential.json"]
        document.attachments["credential.json"] = pikepdf.AttachedFileSpec(
            document, json.dumps(credential).encode()
        )
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_a_signed_file_is_genuine_and_every_field_agrees(
    session, certificate, document_key, english, language
):
    response = _send(english, _pdf(session, certificate, language))
    assert response.status_code == 200
    assert "This file is genuine" in response.text
    assert _shown(document_key) in response.text
    assert "Different" not in response.text
    assert response.text.count("The same") >= 15
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_without_a_key_the_data_are_signed_and_the_page_says_what_it_cannot_tell(
    session, certificate, english
):
    page = _send(english, _pdf(session, certificate)).text
    assert "The data in this file are signed by the issuer" in page
    assert "The page itself has no digital signature" in page


def test_the_attached_credential_is_the_one_at_its_address(session, certificate, client):
    inside = read_credential(attached(_pdf(session, certificate, "ar")))
    outside = client.get(f"/v/{certificate.code}/credential.json?lang=ar").json
    for document in (inside, outside):
        document.pop("proof")
    assert inside == outside


def test_one_changed_byte_of_a_signed_file_is_found_out(session, certificate, document_key, english):
    pdf = bytearray(_pdf(session, certificate))
    pdf[len(pdf) // 3] ^= 1
    page = _send(english, bytes(pdf)).text
    assert "genuine:" not in page
    assert "changed after it was signed" in page or "damaged" in page


def test_an_edited_name_is_found_out_field_by_field(session, certificate, english):
    pdf = _edited(_pdf(session, certificate), lambda each: each["printed"].update(name="Trần Văn Giả"))
    page = _send(english, pdf).text
    assert "not what the issuer signed" in page
    assert "Trần Văn Giả" in page
    assert "Nguyễn Thị Ánh" in page
    assert page.count("Different") == 1


def test_a_file_of_another_register_is_not_believed(session, certificate, english):
    """Signed by a key that is not known here, though its code is in the register."""
    pdf = _pdf(session, certificate)
    for key in session.scalars(select(IssuerKey).where(IssuerKey.purpose == KeyPurpose.TOKEN)):
        session.delete(key)
    session.commit()
    checked = check_file(session, pdf)
    assert checked.code == "unknown_signer"


def test_revoked_and_replaced_files_say_so_and_keep_their_signature(
    session, certificate, document_key, english
):
    pdf = _pdf(session, certificate)
    new = certificates.reissue(
        session, certificate, reason=REASON, public_url=PUBLIC_URL, actor=SYSTEM, now=NOW
    )
    session.commit()
    assert "replaced by a new one" in _send(english, pdf).text
    newer = _pdf(session, new)
    assert "This file is genuine" in _send(english, newer).text
    certificates.revoke(session, new, reason=REASON, actor=SYSTEM, now=NOW)
    session.commit()
    page = _send(english, newer).text
    assert "it was revoked" in page
    assert _shown(document_key) in page


def test_a_file_signed_by_a_retired_key_still_verifies(session, certificate, document_key, english):
    pdf = _pdf(session, certificate)
    for key in session.scalars(select(IssuerKey)).all():
        trust.retire(session, key, actor=SYSTEM, now=NOW)
    session.commit()
    assert "This file is genuine" in _send(english, pdf).text
    again = _pdf(session, certificate)
    assert "The data in this file are signed" in _send(english, again).text, "no key signs documents now"


def test_a_certificate_that_left_the_register_is_named(session, certificate, document_key, english):
    pdf = _pdf(session, certificate)
    certificate.code = "000000000000"
    session.commit()
    assert "the register has no such certificate" in _send(english, pdf).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a PDF at all", "This is not a PDF file."),
        (b"%PDF-1.7\n" + b"0" * 5000, "cut short"),
        (b"%PDF-1.7\n1 0 obj\n<</Broken\n%%EOF", "damaged"),
        (None, "not a certificate made by this program"),
    ],
)
def test_foreign_files_are_named_for_what_they_are(english, content, sentence):
    if content is None:
        out = io.BytesIO()
        blank = pikepdf.new()
        blank.add_blank_page()
        blank.save(out)
        content = out.getvalue()
    response = _send(english, content)
    assert response.status_code == 200
    assert sentence in response.text


def test_a_truncated_certificate_is_named(session, certificate, document_key, english):
    pdf = _pdf(session, certificate)
    assert "cut short" in _send(english, pdf[: len(pdf) // 2]).text


@pytest.mark.parametrize(("size", "status"), [(0, 200), (10 * 1024 * 1024 + 1, 413), (11 * 1024 * 1024, 413)])
def test_a_file_that_is_too_large_gets_a_sentence(english, size, status):
    response = _send(english, b"%PDF-" + b"0" * size)
    assert response.status_code == status
    assert ("larger than 10 MB" in response.text) is (status == 413)


def test_no_file_is_no_answer(english):
    response = english.post("/verify-file", data={})
    assert response.status_code == 422
    assert "Please choose a file." in response.text
    assert english.get("/verify-file").status_code == 200
