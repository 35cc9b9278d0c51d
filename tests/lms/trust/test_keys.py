"""Keys of issuers: made, taken in, locked away, retired; by the verbs and on the command line."""

import datetime
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from certificates import keys as library
from lms.cli import cli
from lms.core.access import SYSTEM
from lms.core.errors import DomainError
from lms.trust import service, vault
from lms.trust.models import IssuerKey, KeyPurpose

NOW = datetime.datetime(2026, 11, 22, 3, 0, tzinfo=datetime.UTC)
WARD = "00082"


@pytest.fixture
def branch(world):
    return world.branch(WARD)


def _document_key(session, branch, **values):
    return service.new_document_key(session, branch.unit, branch, actor=SYSTEM, now=NOW, **values)


def test_a_locked_key_opens_with_its_secret_in_its_row_only():
    locked = vault.lock(b"private", "one secret", b"row 1")
    assert vault.unlock(locked, ["another", "one secret"], b"row 1") == b"private"
    for secrets, place in ((["another"], b"row 1"), (["one secret"], b"row 2")):
        with pytest.raises(vault.LockedError):
            vault.unlock(locked, secrets, place)
    assert b"private" not in locked
    assert vault.lock(b"private", "one secret", b"row 1") != locked


def test_the_first_issue_makes_a_token_key_and_the_next_takes_it(session, branch):
    first = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    again = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    assert again.token_id == first.token_id
    assert first.signer is None, "PDF files are signed only when somebody made a key for them"
    row = session.get(IssuerKey, first.token_id)
    assert library.is_signed(row.public, again.token.sign(b"text"), b"text")
    known = service.known_key(session, again.token.key_id)
    assert (known.branch_id, known.public) == (branch.id, row.public)


def test_the_private_part_is_not_in_the_row(session, branch):
    seal = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    row = session.get(IssuerKey, seal.token_id)
    assert seal.token.private.private_bytes_raw() not in row.private


def test_a_private_part_moved_to_another_row_does_not_open(session, world, branch):
    mine = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    other = service.seal_for_issuing(session, world.branch("06220"), actor=SYSTEM, now=NOW)
    session.get(IssuerKey, other.token_id).private = session.get(IssuerKey, mine.token_id).private
    session.flush()
    with pytest.raises(DomainError) as refused:
        service.seals(session, [world.branch("06220").id])
    assert refused.value.code == "key_locked"


def test_another_secret_does_not_open_keys_and_says_what_to_do(app, session, branch, monkeypatch):
    service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    monkeypatch.setitem(app.config, "SECRET_KEY", "a quite different secret of 32 characters")
    with pytest.raises(DomainError) as refused:
        service.seals(session, [branch.id])
    assert refused.value.code == "key_locked"
    assert "KEY_ENCRYPTION_SECRET" in str(refused.value)


def test_the_key_of_a_branch_goes_before_that_of_its_unit(session, world, branch):
    for each in (branch, world.branch(WARD, "peoples_committee")):
        service.seal_for_issuing(session, each, actor=SYSTEM, now=NOW)
    shared = service.new_document_key(session, branch.unit, None, actor=SYSTEM, now=NOW)
    own = _document_key(session, branch)
    found = service.seals(session, [branch.id, world.branch(WARD, "peoples_committee").id])
    assert found[branch.id].signer_id == own.id
    assert found[world.branch(WARD, "peoples_committee").id].signer_id == shared.id
    assert service.seals(session, [world.branch("06220").id]) == {}


def test_one_key_of_a_purpose_at_a_time(session, branch):
    key = _document_key(session, branch)
    with pytest.raises(DomainError) as refused:
        _document_key(session, branch)
    assert refused.value.code == "key_exists"
    service.retire(session, key, actor=SYSTEM, now=NOW)
    assert _document_key(session, branch).fingerprint != key.fingerprint
    assert len(service.known_certificates(session)) == 2
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE issuer_key SET retired_at = NULL"))


def test_a_retired_token_key_is_followed_by_another_and_stays_known(session, branch):
    old = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    successor = service.retire(session, session.get(IssuerKey, old.token_id), actor=SYSTEM, now=NOW)
    assert service.seals(session, [branch.id])[branch.id].token_id == successor.id
    assert service.known_key(session, old.token.key_id) is not None
    assert [each.branch_id for each in service.known_keys(session)] == [branch.id, branch.id]
    with pytest.raises(DomainError) as refused:
        service.retire(session, session.get(IssuerKey, old.token_id), actor=SYSTEM, now=NOW)
    assert refused.value.code == "key_retired"


@pytest.mark.parametrize(
    ("made_at", "code"),
    [(NOW, None), (NOW.replace(year=2015), "key_expired"), (NOW.replace(year=2027), "key_expired")],
)
def test_a_certificate_must_be_valid_today(session, branch, made_at, code):
    content = library.new_document_key("Đoàn phường Cửa Nam", "mật khẩu", now=made_at)
    if code is None:
        key = _document_key(session, branch, content=content, passphrase="mật khẩu")
        assert key.shown_fingerprint == library.fingerprint(service.known_certificates(session)[0])
        return
    with pytest.raises(DomainError) as refused:
        _document_key(session, branch, content=content, passphrase="mật khẩu")
    assert refused.value.code == code


# --- on the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def run(app, session):
    def call(*arguments, **options):
        session.commit()
        return app.test_cli_runner().invoke(cli, ["keys", *arguments], **options)

    return call


def _keys(session):
    session.rollback()
    return session.scalars(select(IssuerKey)).all()


def test_a_self_made_key_prints_its_fingerprint_and_warns_of_the_shared_secret(run, session):
    done = run("new", f"{WARD}/youth_union")
    assert done.exit_code == 0, done.output
    [key] = _keys(session)
    assert key.shown_fingerprint in done.stdout
    assert "KEY_ENCRYPTION_SECRET" in done.stderr
    listed = run("list").stdout
    assert key.fingerprint[:16] in listed
    assert "Đoàn Cửa Nam" in listed


def test_a_file_of_an_authority_is_taken_in_with_its_password(run, session, tmp_path):
    file = tmp_path / "authority.p12"
    file.write_bytes(library.new_document_key("Công ty chữ ký số", "đúng", now=NOW))
    assert run("new", "--unit", WARD, "--pkcs12", str(file), input="đúng\n").exit_code == 0
    [key] = _keys(session)
    assert (key.branch_id, key.purpose) == (None, KeyPurpose.DOCUMENT)


def test_a_wrong_password_makes_nothing_and_says_so(run, session, tmp_path):
    file = tmp_path / "authority.p12"
    file.write_bytes(library.new_document_key("Công ty chữ ký số", "đúng", now=NOW))
    done = run("new", f"{WARD}/youth_union", "--pkcs12", str(file), input="sai\n")
    assert done.exit_code == 2
    assert "mật khẩu" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert _keys(session) == []


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (["new", "99999/youth_union"], None),
        (["new", WARD], None),
        (["new", f"{WARD}/nobody"], None),
        (["new", "--unit", "99999"], None),
        (["new", f"{WARD}/youth_union", "--pkcs12", "key.p12"], b"no key at all"),
        (["new", f"{WARD}/youth_union", "--pkcs12", "key.p12"], b"x" * 200_000),
        (["new", f"{WARD}/youth_union", "--pkcs12", "key.p12"], None),
        (["retire", "00"], None),
        (["retire", "0123456789abcdef"], None),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    run, session, tmp_path, monkeypatch, arguments, content
):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "key.p12").write_bytes(content)
    done = run(*arguments, input="x\n")
    assert done.exit_code == 2, done.output
    assert "lms: " in done.stderr
    assert "Traceback" not in done.stderr
    assert _keys(session) == []


def test_retiring_names_the_key_by_its_first_digits(run, session):
    run("new", f"{WARD}/youth_union")
    [key] = _keys(session)
    done = run("retire", key.shown_fingerprint[:23])
    assert done.exit_code == 0, done.output
    assert _keys(session)[0].retired_at is not None
    assert run("retire", key.fingerprint[:16]).exit_code == 2


def test_keys_made_before_a_secret_of_their_own_was_set_stay_readable(
    app, session, world, branch, monkeypatch
):
    before = service.seal_for_issuing(session, branch, actor=SYSTEM, now=NOW)
    settings = replace(app.config["SETTINGS"], key_encryption_secret="a secret for keys alone")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert service.has_own_secret()
    assert service.seals(session, [branch.id])[branch.id].token_id == before.token_id
    other = world.branch("06220")
    service.seal_for_issuing(session, other, actor=SYSTEM, now=NOW)
    monkeypatch.setitem(app.config, "SECRET_KEY", "a new secret key of this site, long enough")
    assert list(service.seals(session, [other.id])) == [other.id]
