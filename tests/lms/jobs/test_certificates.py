"""Issuing to many people and printing for them, as jobs."""

import io
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from lms.accounts.security import actor_of
from lms.certificates import jobs as orders
from lms.certificates import service as certificates
from lms.certificates.models import Certificate
from lms.core.errors import DomainError
from lms.jobs import files, service
from lms.jobs.models import Job, JobState
from tests.support.papers import NOW, PUBLIC_URL, held_class, issue, make_issuer, mark


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(orders, "CHUNK", 3)


@pytest.fixture
def course_class(session, world, small_chunks):
    names = ["An", "Bình", "Chi", "Dung", "Em", "Giang", "Hà", "Khánh"]
    rolls = [(world.make_person(f"Nguyễn Thị {name}", 1950 + at), "p") for at, name in enumerate(names)]
    rolls += [(world.make_person("Lê 😀 Bảo"), "p"), (world.make_person("Trần Văn Vắng"), "a")]
    found = held_class(world, rolls)
    make_issuer(world, found)
    session.commit()
    return found


@pytest.fixture
def manager(world):
    return actor_of(world.user("manager"))


def order_issuing(session, course_class, actor):
    job = orders.order_issuing(session, course_class, public_url=PUBLIC_URL, actor=actor, now=NOW)
    session.commit()
    return job


def order_printing(session, course_class, actor, form="zip", languages=("vi", "ar")):
    job = orders.order_printing(session, course_class, form=form, languages=languages, actor=actor, now=NOW)
    session.commit()
    return job


def register(session):
    rows = session.scalars(select(Certificate).order_by(Certificate.number))
    return [(row.number, row.printed["name"]) for row in rows]


def test_everybody_who_completed_gets_a_number_in_the_order_of_names(session, course_class, manager, work):
    job = order_issuing(session, course_class, manager)
    work()
    assert (job.state, job.done, job.total, job.checkpoint["issued"]) == (JobState.DONE, 9, 9, 8)
    names = [name for _number, name in register(session)]
    assert [number for number, _name in register(session)] == list(range(1, 9))
    assert names == [f"Nguyễn Thị {x}" for x in ["An", "Bình", "Chi", "Dung", "Em", "Giang", "Hà", "Khánh"]]
    certificate = session.scalars(select(Certificate)).first()
    assert certificate.issued_by == manager.id
    assert certificate.printed["verify_url"]["vi"].startswith(PUBLIC_URL)


def test_who_cannot_get_one_is_named_with_the_reason(app, session, course_class, manager, work):
    job = order_issuing(session, course_class, manager)
    work()
    (problem,) = service.problems_of(session, job, most=9)
    assert (problem.code, problem.subject) == ("no_glyph", "Lê 😀 Bảo")
    with app.test_request_context(headers={"Cookie": "lms_language=vi"}):
        sentence = service.problem_sentence(job, problem)
    assert "😀" in sentence
    order_issuing(session, course_class, manager)
    work()
    assert len(register(session)) == 8


def test_a_broken_off_issuing_goes_on_without_a_gap_and_twice_nobody(
    session, course_class, manager, work, monkeypatch
):
    whole, calls = orders._issue_chunk, []

    def break_off(*args):
        calls.append(1)
        if len(calls) in (2, 4):
            whole(*args)  # numbers given, but not committed
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(orders, "_issue_chunk", break_off)
    job = order_issuing(session, course_class, manager)
    for expected in (3, 6):
        with pytest.raises(KeyboardInterrupt):
            work()
        session.rollback()
        session.expire_all()
        assert len(register(session)) == job.checkpoint["issued"]
        assert job.done == expected
    work()
    assert [number for number, _name in register(session)] == list(range(1, 9))
    assert len({name for _number, name in register(session)}) == 8
    assert (job.done, job.problem_count, job.checkpoint["issued"]) == (9, 1, 8)


def test_a_cancelled_issuing_keeps_what_was_issued_and_says_how_many(
    app, session, course_class, manager, work, monkeypatch
):
    whole = orders._issue_chunk

    def then_cancelled(own, context, chunk):
        whole(own, context, chunk)
        own.scalars(select(Job).where(Job.id == context.job_id)).one().cancel_asked_at = NOW

    monkeypatch.setattr(orders, "_issue_chunk", then_cancelled)
    job = order_issuing(session, course_class, manager)
    work()
    assert job.state is JobState.CANCELLED
    kept = len(register(session))
    assert kept in (0, 3)
    assert job.checkpoint["issued"] == kept
    with app.test_request_context(headers={"Cookie": "lms_language=en"}):
        assert service.made(job).startswith("No certificate" if kept == 0 else "3 certificates were issued.")


def test_without_an_issuer_nothing_is_issued_and_the_job_says_why(session, world, manager, work):
    course_class = held_class(world, [(world.make_person(), "p")])
    session.commit()
    job = order_issuing(session, course_class, manager)
    work()
    assert (job.state, job.error_code) == (JobState.FAILED, "issuer_missing")
    assert register(session) == []


def test_a_class_of_another_unit_is_not_there_for_the_performer(session, world, manager, work):
    course_class = held_class(world, [(world.make_person(unit=world.unit("00070")), "p")], code="00070")
    make_issuer(world, course_class)
    session.commit()
    job = order_issuing(session, course_class, manager)
    work()
    assert (job.state, job.error_code) == (JobState.FAILED, "class_gone")


def test_the_day_of_issue_is_the_day_of_the_order(session, course_class, manager, work, clock):
    order_issuing(session, course_class, manager)
    clock.now += timedelta(days=2)
    work()
    assert {row.issued_on.isoformat() for row in session.scalars(select(Certificate))} == {"2026-11-22"}


# --- printing --------------------------------------------------------------------------------------------


@pytest.fixture
def printed_class(world, session, course_class):
    issue(world, course_class)
    session.commit()
    return course_class


def result(job, clock):
    return service.result_of(job, clock()).read_bytes()


def test_a_zip_has_every_paper_in_every_language(session, printed_class, manager, work, clock, pdf_text):
    job = order_printing(session, printed_class, manager)
    work()
    assert (job.state, job.done, job.total) == (JobState.DONE, 16, 16)
    with zipfile.ZipFile(io.BytesIO(result(job, clock))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == 16
        assert "vi/0002-2026-nguyen-thi-binh-vi.pdf" in names
        assert "NGUYỄN THỊ BÌNH" in pdf_text(archive.read("vi/0002-2026-nguyen-thi-binh-vi.pdf")).upper()
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert job.result_size == len(result(job, clock))


def test_a_print_file_has_a_page_each_in_the_order_of_the_class(
    session, printed_class, manager, work, clock, pdf_text
):
    job = order_printing(session, printed_class, manager, "pdf", ["vi"])
    work()
    pages = [page for page in pdf_text(result(job, clock)).split("\f") if page.strip()]
    wanted = [each.printed["name"] for each in certificates.certificates_of_class(session, printed_class.id)]
    assert len(pages) == len(wanted) == 8
    assert all(name.upper() in page.upper() for name, page in zip(wanted, pages, strict=True))


def test_a_print_file_across_a_change_of_design(session, world, manager, work, clock):
    course_class = held_class(world, [(world.make_person("Nguyễn Thị An"), "p")])
    make_issuer(world, course_class)
    issue(world, course_class)
    late = world.make_person("Trần Văn Bé")
    world.enrol(course_class, late)
    mark(session, course_class, late, "p")
    designs = {row.design for row in session.scalars(select(Certificate))}
    other = next(
        each.name for each in certificates.designs(session, course_class.unit_id) if each.name not in designs
    )
    make_issuer(world, course_class, design=other)
    issue(world, course_class)
    session.commit()
    job = order_printing(session, course_class, manager, "pdf", ["vi"])
    work()
    assert job.state is JobState.DONE, job.error
    with pikepdf.open(io.BytesIO(result(job, clock))) as pdf:
        assert len(pdf.pages) == 2


def test_a_killed_printing_begins_anew_and_leaves_nothing_behind(
    session, printed_class, manager, work, clock, monkeypatch
):
    job = order_printing(session, printed_class, manager)
    read, calls = orders.service.Paper.of, []

    def killed(certificate):
        calls.append(1)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return read(certificate)

    monkeypatch.setattr(orders.Paper, "of", killed)
    with pytest.raises(KeyboardInterrupt):
        work()
    files.part_path(job.id, "of-the-killed-process").write_bytes(b"PK")
    work()
    assert (job.state, job.done) == (JobState.DONE, 16)
    assert [path.name for path in files.folder().iterdir()] == [job.id.hex]


def test_a_cancelled_printing_leaves_no_file(session, printed_class, manager, work, clock, monkeypatch):
    job = order_printing(session, printed_class, manager)
    made = []

    def cancel_after(context, order, before):
        for paper in papers(context, order, before):
            made.append(paper)
            if len(made) == 5:
                with context.step() as own:
                    own.scalars(select(Job)).one().cancel_asked_at = NOW
            yield paper

    papers = orders._papers
    monkeypatch.setattr(orders, "_papers", cancel_after)
    work()
    assert (job.state, job.result_name) == (JobState.CANCELLED, None)
    assert list(files.folder().iterdir()) == []


def test_nothing_to_print_is_said(session, course_class, manager, work):
    job = order_printing(session, course_class, manager)
    work()
    assert (job.state, job.error_code) == (JobState.FAILED, "nothing_to_print")
    assert list(files.folder().iterdir()) == []


def test_the_same_print_is_ordered_once_and_other_forms_beside_it(session, printed_class, manager):
    order_printing(session, printed_class, manager, "pdf", ["vi"])
    with pytest.raises(DomainError) as refused:
        order_printing(session, printed_class, manager, "pdf", ["vi"])
    assert refused.value.code == "job_running"
    session.rollback()
    order_printing(session, printed_class, manager, "pdf", ["ar"])
    order_printing(session, printed_class, manager, "zip", ["vi"])


def test_a_paper_that_cannot_be_set_any_more_is_named_and_the_others_are_printed(
    session, printed_class, manager, work, clock
):
    # As if a design of a unit had been changed since: a character that its font has not
    certificate = session.scalars(select(Certificate).where(Certificate.number == 3)).one()
    certificate.printed = {**certificate.printed, "name": "Nguyễn 😀 Chi"}
    session.commit()
    for form, languages in (("zip", ["vi", "ar"]), ("pdf", ["vi"])):
        job = order_printing(session, printed_class, manager, form, languages)
        work()
        assert job.state is JobState.DONE
        assert job.problem_count == len(languages)
        assert {each.subject for each in service.problems_of(session, job, most=9)} == {"Nguyễn 😀 Chi"}
    with pikepdf.open(io.BytesIO(result(job, clock))) as pdf:
        assert len(pdf.pages) == 7
