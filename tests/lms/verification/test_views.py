"""Pages for anybody with a paper in hand, and people's own certificates."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.certificates import service as certificates
from lms.certificates.models import LookupAttempt
from lms.core.access import SYSTEM
from lms.people import service as people
from lms.verification import rules
from tests.support.papers import NOW, PUBLIC_URL, held_class, issue, make_issuer, one_certificate
from tests.support.queries import count_queries

REASON = "Cấp nhầm cho người không học lớp này."


@pytest.fixture
def certificate(session, world):
    certificate = one_certificate(world, "Nguyễn Thị Ánh", birth=1958)
    session.commit()
    return certificate


@pytest.fixture
def english(client):
    client.set_cookie("lms_language", "en")
    return client


def _text(response):
    main = re.search(r"<main.*</main>", response.text, re.DOTALL)[0]
    main = re.sub(r'name="csrf_token" value="[^"]*"', "", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def _revoke(session, certificate):
    certificates.revoke(session, certificate, reason=REASON, actor=SYSTEM, now=NOW)
    session.commit()


# --- checking ---------------------------------------------------------------------------------------------------


def test_a_genuine_certificate_says_so_and_shows_every_printed_field(certificate, english):
    response = english.get(f"/v/{certificate.code}")
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex"
    text = _text(response)
    assert "This certificate is genuine and valid." in text
    for shown in (
        "NGUYỄN THỊ ÁNH", "1958", "01/GCN-ĐTN", "0001/2026", certificate.printed["code"], "Trần Minh Quang",
        "VNeID", "1 of 1", "22 November 2026", "SECRETARY", "1 session (2 hours)", "5 Oct 2026",
    ):  # fmt: skip
        assert shown in text, shown


@pytest.mark.parametrize(("language", "sentence"), [("vi", "là thật"), ("ar", "صحيحة"), ("en", "genuine")])
def test_the_address_can_ask_for_a_language(certificate, client, language, sentence):
    response = client.get(f"/v/{certificate.code}?lang={language}")
    assert f'<html lang="{language}"' in response.text
    assert sentence in _text(response)


@pytest.mark.parametrize(
    "form", [str.lower, lambda code: f"{code[:4]}-{code[4:8]}-{code[8:]}", lambda code: f" {code} "]
)
def test_a_typed_code_is_found_in_any_form(certificate, english, form):
    assert "genuine" in _text(
        english.get("/verify", query_string={"code": form(certificate.code)}, follow_redirects=True)
    )
    assert "genuine" in _text(english.get(f"/v/{form(certificate.code)}"))


def test_a_revoked_certificate_says_when_and_why(certificate, session, english):
    _revoke(session, certificate)
    text = _text(english.get(f"/v/{certificate.code}"))
    assert "revoked on 22 November 2026" in text
    assert REASON in text
    assert "genuine and valid" not in text


def test_a_replaced_certificate_leads_to_the_new_one(certificate, session, english):
    new = certificates.reissue(
        session, certificate, reason=REASON, public_url=PUBLIC_URL, actor=SYSTEM, now=NOW
    )
    session.commit()
    old = english.get(f"/v/{certificate.code}")
    assert "genuine and valid" not in old.text
    assert f'href="/v/{new.code}"' in old.text
    assert "genuine and valid" in english.get(f"/v/{new.code}").text


def test_whatever_is_wrong_with_a_code_the_answer_is_the_same(certificate, english):
    wrong = ("000000000000", certificate.code[:-1], "xin-chao", "%3Cb%3E", "a" * 200)
    answers = {re.sub(r'value="[^"]*"', "", _text(english.get(f"/v/{code}"))) for code in wrong}
    assert len(answers) == 1
    assert "There is no certificate with this code." in answers.pop()
    assert all(english.get(f"/v/{code}").status_code == 404 for code in wrong)
    assert english.get("/v/?code=xin-chao").status_code == 404
    assert english.get("/verify", follow_redirects=True).status_code == 200


# --- one's own certificates -----------------------------------------------------------------------------------------


def _open(client, code, year):
    return client.post("/my-certificates", data={"code": code, "birth_year": str(year)})


def test_code_and_year_open_the_certificates_for_half_an_hour(certificate, english, clock):
    code = certificate.printed["code"].lower().replace("-", " ").replace("0", "o")
    response = _open(english, code, 1958)
    assert (response.status_code, response.location) == (302, "/my-certificates")
    page = english.get("/my-certificates")
    assert "Nguyễn Thị Ánh" in page.text
    assert f"/my-certificates/{certificate.id}/ar.pdf" in page.text
    clock.now += timedelta(minutes=31)
    assert "Nguyễn Thị Ánh" not in english.get("/my-certificates").text
    assert english.get(f"/my-certificates/{certificate.id}/ar.pdf").status_code == 404


@pytest.mark.parametrize("typed", ["1958", " 1958 ", "١٩٥٨", "5/3/1958"])
def test_the_year_can_be_typed_in_several_ways(certificate, english, typed):
    assert _open(english, certificate.code, typed).status_code == 302


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_the_paper_is_downloaded_in_every_language(certificate, english, language):
    _open(english, certificate.code, 1958)
    response = english.get(f"/my-certificates/{certificate.id}/{language}.pdf")
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == (
        f"attachment; filename=0001-2026-nguyen-thi-anh-{language}.pdf"
    )


def test_the_qr_can_be_held_out(certificate, english):
    _open(english, certificate.code, 1958)
    page = english.get(f"/my-certificates/{certificate.id}/qr")
    assert "data:image/svg+xml;base64," in page.text


def test_nothing_is_open_before_the_code_and_after_closing(certificate, english):
    addresses = [f"/my-certificates/{certificate.id}/{name}" for name in ("vi.pdf", "qr")]
    assert [english.get(address).status_code for address in addresses] == [404, 404]
    _open(english, certificate.code, 1958)
    assert [english.get(address).status_code for address in addresses] == [200, 200]
    english.post("/my-certificates/close")
    assert [english.get(address).status_code for address in addresses] == [404, 404]


def test_one_persons_code_does_not_open_anothers_paper(certificate, session, world, english):
    other = one_certificate(world, "Trần Văn Bình", birth=1960)
    session.commit()
    _open(english, certificate.code, 1958)
    assert english.get(f"/my-certificates/{other.id}/vi.pdf").status_code == 404
    assert "Trần Văn Bình" not in english.get("/my-certificates").text


def test_a_revoked_paper_is_listed_but_not_downloaded(certificate, session, english):
    _revoke(session, certificate)
    _open(english, certificate.code, 1958)
    page = english.get("/my-certificates").text
    assert "Revoked" in page
    assert ".pdf" not in page
    assert english.get(f"/my-certificates/{certificate.id}/vi.pdf").status_code == 404
    assert english.get(f"/my-certificates/{certificate.id}/qr").status_code == 404


def test_certificates_of_merged_records_are_opened_together(certificate, session, world, english):
    twin = world.make_person("Nguyễn Thị Ánh", 1958)
    course_class = held_class(world, [(twin, "p")])
    make_issuer(world, course_class)
    other = issue(world, course_class).certificates[0]
    kept = session.get(type(twin), certificate.person_id)
    people.merge(session, kept, twin, actor=SYSTEM, now=NOW)
    session.commit()
    for code in (certificate.code, other.code):
        _open(english, code, 1958)
        page = english.get("/my-certificates").text
        assert "01/GCN-ĐTN" in page
        assert "02/GCN-ĐTN" in page


def test_the_answer_is_the_same_whether_the_code_or_the_year_was_wrong(certificate, english):
    wrong = [(certificate.code, 1959), ("000000000000", 1958), ("7K2M9QWX4TB0", 1990), ("xyz", 1958)]
    for _ in range(2):  # the first answers of all bring the session's cookie
        english.get("/my-certificates")
    answers = []
    for code, year in wrong:
        response = _open(english, code, year)
        text = re.sub(r'value="[^"]*"', "", re.search(r"<main.*</main>", response.text, re.DOTALL)[0])
        answers.append((response.status_code, text, {name for name, _ in response.headers}))
    assert answers == answers[:1] * len(wrong)
    assert answers[0][0] == 422
    assert "do not belong together" in answers[0][1]


def test_the_same_queries_are_made_whether_the_code_or_the_year_was_wrong(certificate, english):
    statements = []
    for code, year in ((certificate.code, 1959), ("000000000000", 1958), ("xyz", 1958)):
        with count_queries() as counter:
            _open(english, code, year)
        statements.append(counter.statements)
    assert statements[0] == statements[1] == statements[2]


def test_wrong_tries_for_a_code_are_slowed_even_from_many_addresses(certificate, english, clock):
    for n in range(rules.FREE_FOR_CODE):
        response = english.post(
            "/my-certificates",
            data={"code": certificate.code, "birth_year": "1900"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{n}"},
        )
        assert response.status_code == 422
    blocked = _open(english, certificate.code, 1958)
    assert blocked.status_code == 429
    assert blocked.headers["Retry-After"] == "15"
    assert "Please wait 15 seconds" in blocked.text
    assert certificate.code in blocked.text, "what was typed stays"
    clock.now += timedelta(seconds=15)
    assert _open(english, certificate.code, 1958).status_code == 302


def test_a_code_that_does_not_exist_is_slowed_in_the_same_way(certificate, english):
    answers = [_open(english, "000000000000", 1958).status_code for _ in range(rules.FREE_FOR_CODE + 1)]
    assert answers == [422] * rules.FREE_FOR_CODE + [429]


def test_wrong_tries_from_one_address_are_slowed_whatever_the_code(certificate, english, client):
    for n in range(rules.FREE_FROM_SOURCE):
        assert _open(english, f"{n:012d}", 1958).status_code == 422
    assert _open(english, certificate.code, 1958).status_code == 429
    elsewhere = english.post(
        "/my-certificates",
        data={"code": certificate.code, "birth_year": "1958"},
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )
    assert elsewhere.status_code == 302


def test_one_household_of_ipv6_is_one_source(certificate, english):
    for n in range(rules.FREE_FROM_SOURCE):
        english.post(
            "/my-certificates",
            data={"code": f"{n:012d}", "birth_year": "1958"},
            environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"},
        )
    last = english.post(
        "/my-certificates",
        data={"code": "111111111111", "birth_year": "1958"},
        environ_base={"REMOTE_ADDR": "2001:db8::ffff"},
    )
    assert last.status_code == 429


def test_waiting_does_not_grow_by_pressing_again(certificate, english, clock):
    for _ in range(rules.FREE_FOR_CODE + 20):
        _open(english, certificate.code, 1900)
    clock.now += rules.FIRST_WAIT
    assert _open(english, certificate.code, 1958).status_code == 302


def test_tries_are_kept_for_a_day_and_name_nobody(certificate, session, english, clock):
    _open(english, certificate.code, 1900)
    row = session.scalars(select(LookupAttempt)).one()
    assert certificate.code not in (row.code_hash, row.source_hash)
    assert "127.0.0.1" not in row.source_hash
    clock.now += timedelta(days=1, seconds=1)
    _open(english, "000000000000", 1900)
    session.expire_all()
    assert len(session.scalars(select(LookupAttempt)).all()) == 1


@pytest.mark.parametrize(
    "data", [{}, {"code": "7K2M"}, {"code": "7K2M", "birth_year": "abc"}, {"code": "", "birth_year": "1958"}]
)
def test_an_incomplete_form_comes_back(english, data, session):
    response = english.post("/my-certificates", data=data)
    assert response.status_code == 422
    assert "Please look at this again" in response.text
    assert session.scalars(select(LookupAttempt)).all() == []


def test_somebody_without_a_year_of_birth_is_told_whom_to_ask(session, world, english):
    certificate = one_certificate(world, "Trần Văn Bình", birth=None)
    session.commit()
    response = _open(english, certificate.code, 1958)
    assert response.status_code == 422
    assert "If there is no year of birth on your paper" in response.text


def test_the_code_of_the_scanned_paper_is_filled_in(certificate, english):
    page = english.get(f"/v/{certificate.code}").text
    address = html.unescape(re.search(r'href="(/my-certificates[^"]*)"', page)[1])
    assert f'value="{certificate.printed["code"]}"' in english.get(address).text


def test_no_name_stands_in_an_address(certificate, english):
    _open(english, certificate.code, 1958)
    for path in ("/my-certificates", f"/v/{certificate.code}"):
        page = english.get(path).text
        assert not re.search(
            r'(?:href|action|src)="[^"]*(?:nh|Nguy|nguyen)[^"]*"', page.replace("/static/", "")
        )


def test_a_language_chosen_on_the_page_wins_over_the_one_in_the_address(certificate, client):
    path = f"/v/{certificate.code}"
    chosen = client.post("/language", data={"locale": "vi", "next": f"{path}?lang=ar&from=qr"})
    assert chosen.location == f"{path}?from=qr"
    assert '<html lang="vi"' in client.get(chosen.location).text
