"""The signed code, the lists of what ended, and the credential: all agree with the register."""

import base64
import datetime
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from certificates import token
from certificates.keys import TokenKey
from certificates.proof import prover_of
from certificates.statuslist import decode, is_set
from lms.certificates import service as certificates
from lms.core.access import SYSTEM
from lms.trust import service as trust
from lms.trust.models import IssuerKey
from lms.verification.checking import check_token
from tests.support.papers import NOW, PUBLIC_URL, one_certificate

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


def _token(certificate, language="vi"):
    return certificate.printed["verify_url"][language].rsplit("/", 1)[1]


def _revoke(session, certificate):
    certificates.revoke(session, certificate, reason=REASON, actor=SYSTEM, now=NOW)
    session.commit()


def _reissue(session, certificate):
    new = certificates.reissue(
        session, certificate, reason=REASON, public_url=PUBLIC_URL, actor=SYSTEM, now=NOW
    )
    session.commit()
    return new


# --- the signed code ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_the_code_of_every_language_says_what_the_paper_says(session, certificate, language):
    checked = check_token(session, _token(certificate, language))
    assert checked.code == "valid"
    assert (checked.token.number, checked.token.name) == ("01/GCN-ĐTN", "Nguyễn Thị Ánh")
    assert checked.token.course == certificate.printed["course_title"][language]
    assert [each.field for each in checked.fields] == ["name", "course", "issued_on", "number", "issuer"]
    assert all(each.same for each in checked.fields)


def test_the_page_of_the_code_compares_field_by_field(certificate, english):
    page = english.get(f"/v/{_token(certificate)}")
    assert page.status_code == 200
    assert "This certificate is genuine and valid." in page.text
    assert "What the code says" in page.text
    assert page.text.count("The same") == 5


def test_a_typed_or_pasted_code_leads_to_the_same_page(certificate, english):
    text = _token(certificate)
    spaced = " ".join(text[at : at + 8] for at in range(0, len(text), 8)).lower()
    for typed in (
        certificate.printed["verify_url"]["vi"],
        text,
        spaced,
        f"lop.example.vn/v/{certificate.code}?x=1",
    ):
        page = english.get("/v/", query_string={"code": typed}, follow_redirects=True)
        assert "genuine and valid" in page.text, typed


def _forged(certificate, key=None, **changes):
    said = token.Token(
        **{
            "number": certificate.printed["number"],
            "issuer": certificate.printed["issuer_name"]["vi"],
            "name": certificate.printed["name"],
            "course": certificate.printed["course_title"]["vi"],
            "issued_on": certificate.issued_on,
            "locale": "vi",
            **changes,
        }
    )
    return token.sign(said, key or TokenKey(Ed25519PrivateKey.generate()))


def _altered(text):
    """The code with another name in it, its signature kept."""
    data = token.decoded(text)
    changed = data.replace("Ánh".encode(), b"Anx1")
    assert changed != data
    return base64.b32encode(changed).decode().rstrip("=")


@pytest.mark.parametrize(
    ("forge", "code", "sentence"),
    [
        (lambda certificate: _token(certificate)[:-9], "token_cut_short", "cut short"),
        (lambda certificate: _token(certificate)[:60], "token_cut_short", "cut short"),
        (lambda certificate: _altered(_token(certificate)), "token_altered", "altered"),
        (_forged, "token_unknown_key", "not known here"),
    ],
)
def test_a_code_that_is_not_as_it_was_signed_says_what_is_wrong(
    session, certificate, english, forge, code, sentence
):
    text = forge(certificate)
    assert check_token(session, text).code == code
    page = english.get(f"/v/{text}").text
    assert sentence in page
    assert "genuine" not in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Nguyễn Thị Giả"}, "different"),
        ({"course": "Lớp khác"}, "different"),
        ({"issued_on": datetime.date(2026, 1, 1)}, "different"),
        ({"number": "02/GCN-ĐTN"}, "unregistered"),
        ({"number": "không số"}, "unregistered"),
        ({"issued_on": datetime.date(2024, 1, 1)}, "unregistered"),
    ],
)
def test_a_code_signed_by_the_issuer_must_agree_with_the_register(
    session, world, certificate, english, changes, code
):
    seal = trust.seals(session, [certificate.branch_id])[certificate.branch_id]
    text = _forged(certificate, seal.token, **changes)
    assert check_token(session, text).code == code
    page = english.get(f"/v/{text}").text
    assert "genuine and valid" not in page
    assert "the register" in page


def test_the_key_of_another_issuer_signs_nothing_here(session, world, certificate):
    other = trust.seal_for_issuing(session, world.branch("06220"), actor=SYSTEM, now=NOW)
    assert check_token(session, _forged(certificate, other.token)).code == "unregistered"


def test_revoked_and_replaced_codes_say_so(session, certificate, english):
    new = _reissue(session, certificate)
    old = english.get(f"/v/{_token(certificate, 'ar')}").text
    assert "does not hold any more" in old
    assert f'href="/v/{new.code}"' in old
    _revoke(session, new)
    page = english.get(f"/v/{_token(new)}").text
    assert "revoked on 22 November 2026" in page
    assert REASON in page


def test_long_names_are_shortened_in_the_code_and_still_agree(session, world):
    certificate = one_certificate(world, "Nguyễn " + "Phương " * 15 + "Anh")
    session.commit()
    text = _token(certificate, "ar")
    assert len(text) <= 560
    checked = check_token(session, text)
    assert checked.code == "valid"
    assert checked.token.name.endswith("…")


def test_a_code_signed_by_a_retired_key_still_verifies(session, certificate, english):
    key = session.scalars(select(IssuerKey)).one()
    trust.retire(session, key, actor=SYSTEM, now=NOW)
    session.commit()
    assert "genuine and valid" in english.get(f"/v/{_token(certificate)}").text
    new = _reissue(session, certificate)
    keys = {token.decoded(_token(each))[1:5].hex() for each in (certificate, new)}
    assert len(keys) == 2
    assert {each["id"] for each in english.get("/v/keys.json").json["keys"]} == keys


# --- lists -------------------------------------------------------------------------------------------------------


def _set_places(document):
    assert prover_of(document) is not None, "the list is signed"
    bits = decode(document["credentialSubject"]["encodedList"])
    return [place for place in range(200) if is_set(bits, place)]


def test_the_lists_follow_the_register(session, world, certificate, client):
    numbers = [one_certificate(world, f"Lê Thị {name}") for name in ("Hai", "Ba")]
    session.commit()
    address = f"/status/{certificate.branch_id}/2026"
    assert _set_places(client.get(address).json) == []
    _revoke(session, numbers[0])
    _reissue(session, numbers[1])
    response = client.get(address)
    document = response.json
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert document["id"].endswith(address)
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    assert _set_places(document) == [2, 3], "who knows one list only, must not take a replaced one for valid"
    replaced = client.get(f"{address}/replaced").json
    assert replaced["credentialSubject"]["statusPurpose"] == "refresh"
    assert _set_places(replaced) == [3]
    assert _set_places(client.get(f"/status/{certificate.branch_id}/2025").json) == []
    assert client.get(f"/status/{world.branch('06220').id}/2026").status_code == 404


def test_one_file_answers_for_all_issuers(session, certificate, client, clock):
    assert client.get("/v/states.json").json == {"as_of": "2026-11-22T03:00:00Z", "lists": {}}
    _revoke(session, certificate)
    lists = client.get("/v/states.json").json["lists"]
    [year] = lists[str(certificate.branch_id)].items()
    assert year[0] == "2026"
    assert is_set(decode(year[1]["revocation"]), 1)
    assert not is_set(decode(year[1]["refresh"]), 1)


def test_a_list_grows_with_the_numbers(session, certificate, client):
    certificate.number = 140_000
    session.commit()
    _revoke(session, certificate)
    document = client.get(f"/status/{certificate.branch_id}/2026").json
    assert is_set(decode(document["credentialSubject"]["encodedList"]), 140_000)


# --- the credential ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "ar", "en"])
def test_the_credential_says_what_the_paper_says_and_where_its_state_is(
    session, certificate, client, language
):
    response = client.get(f"/v/{certificate.code}/credential.json?lang={language}")
    document = json.loads(response.data)
    seal = trust.seals(session, [certificate.branch_id])[certificate.branch_id]
    assert prover_of(document) == seal.token.public
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["id"] == certificate.printed["verify_url"][language]
    assert document["printed"]["name"] == "Nguyễn Thị Ánh"
    status = document["credentialStatus"]
    assert status["statusListCredential"] == f"{PUBLIC_URL}/status/{certificate.branch_id}/2026"
    assert status["statusListIndex"] == "1"
    codes = [each["targetCode"] for each in document["credentialSubject"]["achievement"]["alignment"]]
    assert codes == certificate.printed["competences"]
    assert codes


def test_nobody_gets_a_credential_of_a_code_that_is_not_there(certificate, client):
    assert client.get("/v/000000000000/credential.json").status_code == 404
