"""The pages of the register and of issuing, as staff see them."""

import re

import pytest

from lms.certificates import service
from lms.certificates.models import Certificate, CertificateState, Issuer
from tests.support.papers import held_class, issue, make_issuer, one_certificate
from tests.support.queries import count_queries

REASON = "The name was misspelt on the paper."


@pytest.fixture
def certificate(session, world):
    certificate = one_certificate(world, "Nguyễn Thị Ánh")
    session.commit()
    return certificate


@pytest.fixture
def manager(world, sign_in):
    return sign_in(world.user("manager"), "en")


# --- the register -------------------------------------------------------------------------------------------


def test_the_register_is_searched_and_filtered_by_links(certificate, manager):
    for address in ("", "?q=anh", "?q=1", f"?q={certificate.code}", "?state=valid", "?year=2026"):
        assert "Nguyễn Thị Ánh" in manager.get(f"/certificates{address}").text, address
    for address in ("?q=binh", "?state=revoked", "?year=2025", f"?issuer={certificate.person_id}"):
        page = manager.get(f"/certificates{address}").text
        assert "Nguyễn Thị Ánh" not in page
        assert "No certificate fits" in page


def test_filters_that_are_none_do_not_count(certificate, manager):
    page = manager.get("/certificates?year=²&state=new&issuer=1&page=x")
    assert "Nguyễn Thị Ánh" in page.text


def test_an_empty_register_says_where_certificates_come_from(world, manager):
    assert "No certificate has been issued yet" in manager.get("/certificates").text


def test_the_register_of_a_class_names_the_class(certificate, manager):
    page = manager.get(f"/certificates?class={certificate.class_id}").text
    assert "Only of the class" in page
    assert manager.get(f"/certificates?class={certificate.person_id}").status_code == 404


def test_the_register_asks_the_database_as_often_for_many(session, world, manager):
    counts = []
    for size in (10, 40):
        people = [(world.make_person(f"Trần Thị Hoa {chr(65 + n % 26)}"), "p") for n in range(size)]
        course_class = held_class(world, people)
        make_issuer(world, course_class)
        issue(world, course_class)
        session.commit()
        for address in (f"/certificates?class={course_class.id}", f"/classes/{course_class.id}/certificates"):
            with count_queries() as counter:
                assert manager.get(address).status_code == 200
            counts.append(counter.number)
    assert counts[:2] == counts[2:]


# --- a certificate -------------------------------------------------------------------------------------------


def test_the_page_of_a_certificate_has_everything_on_the_paper_and_its_history(certificate, manager):
    page = manager.get(f"/certificates/{certificate.id}").text
    for text in ("01/GCN-ĐTN", "0001/2026", certificate.printed["code"], "Trần Minh Quang", "1 of 1"):
        assert text in page
    assert "Issued" in page


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_staff_download_every_language(certificate, manager, pdf_text, language):
    response = manager.get(f"/certificates/{certificate.id}/{language}.pdf")
    assert response.mimetype == "application/pdf"
    assert f"0001-2026-nguyen-thi-anh-{language}.pdf" in response.headers["Content-Disposition"]
    assert "NGUYỄN THỊ ÁNH" in pdf_text(response.data)


def test_the_qr_code_on_the_paper_leads_to_the_page_that_says_it_is_genuine(
    certificate, manager, qr_of, client
):
    addresses = qr_of(manager.get(f"/certificates/{certificate.id}/vi.pdf").data)
    assert addresses == [certificate.printed["verify_url"]["vi"]]
    path = re.sub(r"^https://[^/]+", "", addresses[0])
    client.set_cookie("lms_language", "en")
    page = client.get(path)
    assert "genuine and valid" in page.text
    assert "Nguyễn Thị Ánh".upper() in page.text


def test_revoking_says_what_happens_and_needs_a_sentence(certificate, session, manager):
    address = f"/certificates/{certificate.id}/revoke"
    assert "cannot be taken back" in manager.get(address).text
    refused = manager.post(address, data={"reason": "sai"})
    assert refused.status_code == 422
    assert re.search(r">\s*sai</textarea>", refused.text)
    done = manager.post(address, data={"reason": REASON}, follow_redirects=True)
    assert REASON in done.text
    session.expire_all()
    assert certificate.state is CertificateState.REVOKED
    assert manager.get(address).status_code == 422, "a second time there is nothing to revoke"
    assert manager.get(f"/certificates/{certificate.id}/vi.pdf").status_code == 422


def test_issuing_anew_leads_to_the_new_certificate(certificate, session, manager):
    done = manager.post(
        f"/certificates/{certificate.id}/reissue", data={"reason": REASON}, follow_redirects=True
    )
    assert "02/GCN-ĐTN" in done.text
    old = manager.get(f"/certificates/{certificate.id}").text
    assert "It was replaced by:" in old
    assert "02/GCN-ĐTN" in old


@pytest.mark.parametrize(
    "address",
    [
        "/certificates/{id}",
        "/certificates/{id}/vi.pdf",
        "/certificates/{id}/revoke",
        "/certificates/{id}/reissue",
        "/classes/{class_id}/certificates",
        "/classes/{class_id}/certificates/vi.pdf",
        "/issuers/{branch_id}",
        "/issuers/{branch_id}/specimen-vi.pdf",
    ],
)
def test_another_unit_finds_nothing(certificate, world, sign_in, address):
    path = address.format(id=certificate.id, class_id=certificate.class_id, branch_id=certificate.branch_id)
    client = sign_in(world.user("other_manager"))
    assert client.get(path).status_code == 404
    assert "Nguyễn Thị Ánh" not in client.get("/certificates").text


def test_another_unit_changes_nothing(certificate, session, world, sign_in):
    client = sign_in(world.user("other_manager"))
    for path in (
        f"/certificates/{certificate.id}/revoke",
        f"/certificates/{certificate.id}/reissue",
        f"/classes/{certificate.class_id}/certificates",
        f"/issuers/{certificate.branch_id}",
    ):
        assert client.post(path, data={"reason": REASON}).status_code == 404
    session.expire_all()
    assert certificate.state is CertificateState.VALID


def test_an_officer_looks_but_does_not_issue(certificate, world, sign_in):
    client = sign_in(world.user("officer"), "en")
    page = client.get(f"/certificates/{certificate.id}")
    assert page.status_code == 200
    assert "/revoke" not in page.text
    assert client.get(f"/classes/{certificate.class_id}/certificates").status_code == 200
    assert client.post(f"/classes/{certificate.class_id}/certificates").status_code == 403


# --- issuing to a class -----------------------------------------------------------------------------------------


@pytest.fixture
def class_of_three(session, world):
    rolls = [
        (world.make_person("Nguyễn Thị Ánh"), "p"),
        (world.make_person("Lê 😀 Bảo"), "p"),
        (world.make_person("Trần Thị Chi"), "p"),
    ]
    course_class = held_class(world, rolls)
    session.commit()
    return course_class


def test_before_issuing_the_page_says_who_and_which_numbers(class_of_three, session, world, manager):
    address = f"/classes/{class_of_three.id}/certificates"
    page = manager.get(address).text
    assert "Write down who signs" in page
    make_issuer(world, class_of_three)
    session.commit()
    page = manager.get(address).text
    plain = page.replace("\u2068", "").replace("\u2069", "")
    assert "2 certificates will get the numbers 01/GCN-ĐTN to 02/GCN-ĐTN." in plain
    assert "Issue 2 certificates" in page
    assert "😀" in page[page.index("These papers cannot be set") :]
    done = manager.post(address, follow_redirects=True).text
    assert "2 certificates were issued." in done
    assert "1 person got none" in done
    assert "Issue 2 certificates" not in done
    again = manager.post(address, follow_redirects=True).text
    assert "none was issued" in again
    assert session.query(Certificate).count() == 2


def test_without_an_issuer_nothing_is_issued_and_the_page_says_what_to_do(class_of_three, session, manager):
    response = manager.post(f"/classes/{class_of_three.id}/certificates")
    assert response.status_code == 422
    assert "who signs" in response.text
    assert session.query(Certificate).count() == 0


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_one_print_file_has_a_page_a_person(session, world, manager, pdf_text, qr_of, language):
    rolls = [
        (world.make_person("Nguyễn Thị Ánh", residential_group_id=world.group(2).id), "p"),
        (world.make_person("Vũ Văn Yên", residential_group_id=world.group(1).id), "p"),
        (world.make_person("محمد علي حسن", residential_group_id=world.group(2).id), "p"),
    ]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    assert manager.get(f"/classes/{course_class.id}/certificates/vi.pdf").status_code == 404
    issue(world, course_class)
    session.commit()
    response = manager.get(f"/classes/{course_class.id}/certificates/{language}.pdf")
    pages = pdf_text(response.data).split("\f")[:-1]
    assert len(pages) == 3
    assert "VŨ VĂN YÊN" in pages[0], "residential group 1 comes first"
    assert len(set(qr_of(response.data))) == 3


def test_an_unknown_language_is_not_there(certificate, manager):
    assert manager.get(f"/certificates/{certificate.id}/fr.pdf").status_code == 404
    assert manager.get(f"/classes/{certificate.class_id}/certificates/fr.pdf").status_code == 404
    assert manager.get(f"/issuers/{certificate.branch_id}/specimen-fr.pdf").status_code == 404


# --- issuers ------------------------------------------------------------------------------------------------------


def _filled(page):
    fields = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]* name="([\w-]+)"[^>]*>\s*([^<]*)</textarea>', page))
    fields["design"] = re.search(r'name="design"[^>]* value="([\w-]+)" checked', page)[1]
    return {name: value.replace("&#39;", "'") for name, value in fields.items() if name != "csrf_token"}


def test_a_branch_starts_from_a_proposal_and_writes_who_signs(session, world, manager, pdf_text):
    branch = world.branch("00082")
    address = f"/issuers/{branch.id}"
    assert "Not written down yet" in manager.get("/issuers").text
    form = _filled(manager.get(address).text)
    assert form["design"] == "youth-union"
    assert form["heading-vi"].splitlines() == [
        "BCH ĐOÀN THÀNH PHỐ HÀ NỘI",
        "BAN CHẤP HÀNH ĐOÀN PHƯỜNG CỬA NAM",
    ]
    assert manager.get(f"{address}/specimen-vi.pdf").status_code == 404
    refused = manager.post(address, data=form)
    assert refused.status_code == 422, "nobody signs yet"
    saved = manager.post(address, data={**form, "signatory_name": "Phạm Thị Hòa"}, follow_redirects=True)
    assert "Saved." in saved.text
    assert _filled(saved.text)["signatory_name"] == "Phạm Thị Hòa"
    specimen = pdf_text(manager.get(f"{address}/specimen-vi.pdf").data)
    assert "Phạm Thị Hòa" in specimen
    assert "BAN CHẤP HÀNH ĐOÀN PHƯỜNG CỬA NAM" in specimen
    assert "NGUYỄN VĂN MẪU" in specimen


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"heading-vi": "A\nB\nC\nD"}, "Too many lines"),
        ({"heading-vi": " "}, "Please write it in Vietnamese"),
        ({"certifier-vi": "CHỦ TỊCH " * 30}, "is too long for its place"),
        ({"design": "thanks"}, ""),
    ],
)
def test_what_cannot_be_printed_comes_back_with_the_reason(session, world, manager, change, sentence):
    address = f"/issuers/{world.branch('00082').id}"
    form = {**_filled(manager.get(address).text), "signatory_name": "Phạm Thị Hòa", **change}
    refused = manager.post(address, data=form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Phạm Thị Hòa" in refused.text, "what was typed stays"
    assert session.query(Issuer).count() == 0


def test_branches_are_found_by_the_name_of_their_unit(world, sign_in):
    client = sign_in(world.user("admin"), "en")
    page = client.get("/issuers?q=cong son").text
    assert "Đoàn Công Sơn" in page
    assert "Đoàn Cửa Nam" not in page


def test_the_file_name_of_a_readable_paper(certificate):
    assert service.Paper.of(certificate).file_name("vi") == "0001-2026-nguyen-thi-anh-vi.pdf"
