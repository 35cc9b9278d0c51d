"""The code in the QR on real papers, their signature and credential, and that nothing done later changes them."""

import copy
import io
import json
import subprocess

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from certificates import qr
from certificates.badge import read_credential
from certificates.proof import prover_of
from certificates.verify import attached, verify_pdf
from lms.certificates import rules, service
from lms.classes.models import CourseClass
from lms.core.access import SYSTEM
from lms.core.keys import new_key
from lms.people import service as people
from lms.people.models import Person
from lms.trust import service as trust
from lms.units.models import Branch
from tests.support.papers import NOW, one_certificate


@pytest.fixture
def certificate(session, world):
    certificate = one_certificate(world, "Nguyễn Thị Phương Thảo", birth=1958)
    session.commit()
    return certificate


def _pdf(session, certificate, language="vi"):
    [paper] = service.papers(session, [certificate], now=NOW)
    return paper.pdf(language)


def _drawn(pdf, folder, dpi):
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(
        [
            "pdftoppm",
            "-r",
            str(dpi),
            "-gray",
            "-png",
            "-singlefile",
            str(folder / "paper.pdf"),
            str(folder / "page"),
        ],
        check=True,
    )
    return Image.open(folder / "page.png")


def _bad_photocopy(image):
    """Askew by three degrees, out of focus, grey on grey."""
    askew = image.rotate(3, resample=Image.Resampling.BICUBIC, fillcolor=255, expand=True)
    return askew.filter(ImageFilter.GaussianBlur(1)).point(lambda value: 60 + value * 0.6)


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_the_code_is_read_from_a_cheap_print_and_from_a_bad_photocopy(
    session, certificate, tmp_path, language
):
    address = certificate.printed["verify_url"][language]
    assert (qr.symbol(address).size - 17) // 4 <= 14, "a larger symbol has modules too small for a phone"
    page = _drawn(_pdf(session, certificate, language), tmp_path, 150)
    for image in (page, _bad_photocopy(page)):
        assert [code.text for code in zxingcpp.read_barcodes(image)] == [address]


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Nguyễn Thị Ánh", 40, "Nguyễn Thị Ánh"),
        ("Nguyễn Thị Ánh", 14, "Nguyễn Th…"),
        ("Nguyễn Thị Ánh", 12, "Nguyễn…"),
        ("محمد عبد الرحمن", 12, "محمد…"),
        ("é" * 20, 9, "ééé…"),
        ("e\u0301" * 3, 6, "ééé"),
    ],
)
def test_a_text_too_long_for_the_code_ends_with_an_ellipsis(text, most, short):
    assert rules.shortened(text, most) == short
    assert len(rules.shortened(text, most).encode()) <= most
    assert rules.says_the_same(short, text)


@pytest.mark.parametrize("said", ["Nguyễn Thị", "Nguyễn Thị Anh", "…", "Ng… Ánh", ""])
def test_another_text_is_not_the_same(said):
    assert not rules.says_the_same(said, "Nguyễn Thị Ánh")


def test_with_a_key_papers_are_signed_with_the_credential_inside(session, certificate):
    branch = session.get(Branch, certificate.branch_id)
    trust.new_document_key(session, branch.unit, branch, actor=SYSTEM, now=NOW)
    session.commit()
    pdf = _pdf(session, certificate, "ar")
    seal = trust.seals(session, [branch.id])[branch.id]
    found = verify_pdf(
        pdf, trusted=trust.known_certificates(session), public_keys=[seal.token.public], now=NOW
    )
    assert (found.code, found.signature.code, found.credential_code) == ("genuine", "good", "good")
    assert found.signature.signed_at == NOW
    assert found.printed["language"] == "ar"


def test_a_print_file_is_for_paper_only(session, certificate):
    papers = service.papers(session, [certificate], now=NOW)
    with pikepdf.open(io.BytesIO(service.print_file(papers, "vi", "Lớp"))) as document:
        assert len(document.attachments) == 0


# --- nothing changes what was issued ---------------------------------------------------------------------------------


def _said(session, client, certificate):
    """Everything that is said of a certificate: the paper's text and credential, the page, the published state."""
    pdf = _pdf(session, certificate)
    credential = read_credential(attached(pdf))
    assert prover_of(credential) is not None
    credential.pop("proof")
    text = certificate.printed["verify_url"]["vi"].rsplit("/", 1)[1]
    document = json.loads(client.get(f"/v/{certificate.code}/credential.json?lang=vi").data)
    document.pop("proof")
    page = client.get(f"/v/{text}").text
    return (
        copy.deepcopy(certificate.printed),
        credential,
        document,
        page[page.index("<main") :].split("csrf")[0],
    )


def _merge_people(session, world, certificate):
    kept = world.make_person("Nguyễn Thị Thảo", 1959)
    people.merge(session, kept, session.get(Person, certificate.person_id), actor=SYSTEM, now=NOW)


def _rename(session, certificate):
    course_class = session.get(CourseClass, certificate.class_id)
    course_class.title = {"vi": "Tên lớp khác", "ar": "اسم آخر"}
    course_class.course_slug = "a-course-that-is-no-more"
    session.get(Branch, certificate.branch_id).name = {"vi": "Đoàn phường Khác"}


@pytest.mark.parametrize(
    "what", ["delete the class", "merge people", "rename course and issuer", "retire the key"]
)
def test_paper_page_and_credential_stay_as_they_were(session, world, client, certificate, monkeypatch, what):
    before = _said(session, client, certificate)
    if what == "delete the class":
        certificate.class_id = (
            new_key()
        )  # it carries no foreign key: this is what is left when the class is gone
    elif what == "merge people":
        _merge_people(session, world, certificate)
    elif what == "rename course and issuer":
        _rename(session, certificate)
    else:
        for key in session.scalars(trust.all_keys()).all():
            trust.retire(session, key, actor=SYSTEM, now=NOW)
    session.commit()
    session.expire_all()
    after = _said(session, client, certificate)
    if what == "retire the key":
        # a new key signs from now on, and what it says is the same but for its name
        for each in (before, after):
            for document in each[1:3]:
                document["issuer"].pop("id")
    assert after == before
