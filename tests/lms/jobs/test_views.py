"""The pages of jobs, as staff see them."""

from datetime import timedelta

import pytest

from lms.audit.models import AuditEntry
from lms.certificates.views import papers
from lms.core.errors import DomainError
from lms.jobs import files
from lms.jobs.models import Job, JobState
from tests.support.papers import held_class, make_issuer
from tests.support.queries import count_queries


def file_of(context):
    context.begin(1200)
    with context.result("lớp-1.zip") as file:
        file.write(b"PK" + b"x" * 1_500_000)
        context.progress(1200)
    context.problem("no_glyph", "This paper is odd.", subject="Lê Bảo")


@pytest.fixture
def manager(world, sign_in):
    return sign_in(world.user("manager"))


def running(session, job, clock, done=300, **values):
    at = clock().timestamp()
    job.state, job.worker, job.heartbeat_at, job.started_at = (
        JobState.RUNNING,
        "elsewhere/1/x",
        clock(),
        clock(),
    )
    job.done, job.total, job.pace = done, 1200, [[at - 10, done - 100], [at, done]]
    for name, value in values.items():
        setattr(job, name, value)
    session.commit()


def test_a_running_job_shows_its_bar_and_the_time_left_and_loads_itself_anew(
    session, kind, order, manager, clock
):
    job = order(kind(file_of))
    running(session, job, clock)
    page = manager.get(f"/jobs/{job.id}?lang=en").text
    assert 'max="1200" value="300"' in page
    assert "300/1,200" in page
    assert "About 2 minutes left" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'src="/static/job.js' in page
    answer = manager.get(f"/jobs/{job.id}.json?lang=en").json
    assert answer == {
        "state": "running",
        "done": 300,
        "total": 1200,
        "problems": 0,
        "count": "300/1,200",
        "left": "About 2 minutes left",
    }
    assert "300/1.200" in manager.get(f"/jobs/{job.id}").text


def test_a_finished_job_gives_its_file_and_names_the_problems(session, kind, order, manager, work, clock):
    job = order(kind(file_of))
    work()
    page = manager.get(f"/jobs/{job.id}?lang=en").text
    assert "refresh" not in page
    assert "Lê Bảo" in page
    assert "This paper is odd." in page
    assert "1.5 MB" in page
    answer = manager.get(f"/jobs/{job.id}/result")
    assert answer.status_code == 200
    assert answer.data == b"PK" + b"x" * 1_500_000
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "l%E1%BB%9Bp-1.zip" in disposition
    assert answer.headers["Content-Length"] == "1500002"
    part = manager.get(f"/jobs/{job.id}/result", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, b"PK")


def test_an_expired_file_is_said_to_be_removed(session, kind, order, work, clock, world, sign_in):
    job = order(kind(file_of))
    work()
    clock.now += timedelta(days=7)
    manager = sign_in(world.user("manager"))
    answer = manager.get(f"/jobs/{job.id}/result?lang=en")
    assert answer.status_code == 410
    assert "kept for seven days" in answer.text
    page = manager.get(f"/jobs/{job.id}?lang=en").text
    assert f"/jobs/{job.id}/result" not in page


def test_a_job_is_cancelled_and_goes_on_by_its_buttons(session, kind, order, manager, work, clock):
    job = order(kind(file_of))
    assert manager.post(f"/jobs/{job.id}/cancel").location == f"/jobs/{job.id}"
    session.expire_all()
    assert job.state is JobState.CANCELLED
    assert manager.post(f"/jobs/{job.id}/cancel").status_code == 422
    assert f"/jobs/{job.id}/go-on" in manager.get(f"/jobs/{job.id}").text
    manager.post(f"/jobs/{job.id}/go-on")
    work()
    assert job.state is JobState.DONE


def test_a_running_job_that_is_being_cancelled_says_so(session, kind, order, manager, clock):
    job = order(kind(file_of))
    running(session, job, clock)
    manager.post(f"/jobs/{job.id}/cancel")
    page = manager.get(f"/jobs/{job.id}?lang=en").text
    assert "Being cancelled" in page
    assert f"/jobs/{job.id}/cancel" not in page


def test_a_failed_job_says_why_in_the_language_of_who_looks(session, kind, order, manager, work):
    def refuse(context):
        raise DomainError("odd", "…")

    job = order(kind(refuse))
    work()
    job.error = {"vi": "Không được.", "ar": "لا يمكن."}
    session.commit()
    assert "Không được." in manager.get(f"/jobs/{job.id}").text
    assert "لا يمكن." in manager.get(f"/jobs/{job.id}?lang=ar").text
    assert "odd" in manager.get(f"/jobs/{job.id}").text


@pytest.mark.parametrize("name", ["other_manager", "officer", "trainer", "helper", "viewer"])
def test_staff_of_elsewhere_or_without_the_right_do_not_find_it(
    session, kind, order, work, world, sign_in, name
):
    job = order(kind(file_of))
    work()
    browser = sign_in(world.user(name))
    for address in ("", ".json", "/result"):
        assert browser.get(f"/jobs/{job.id}{address}").status_code == 404
    for address in ("cancel", "go-on"):
        assert browser.post(f"/jobs/{job.id}/{address}").status_code == 404
    listed = browser.get("/jobs")
    assert listed.status_code == (200 if name == "other_manager" else 403)
    assert str(job.id) not in listed.text
    assert files.result_path(job.id).exists()


def test_an_administrator_of_the_province_sees_the_jobs_below(kind, order, world, sign_in):
    job = order(kind(file_of))
    assert str(job.id) in sign_in(world.user("admin")).get("/jobs").text


def test_nobody_finds_anything_without_signing_in(kind, order, client):
    job = order(kind(file_of))
    for address in ("/jobs", f"/jobs/{job.id}", f"/jobs/{job.id}/result"):
        assert client.get(address).status_code == 302


def test_the_list_asks_the_database_as_often_for_ten_as_for_forty(session, kind, order, manager, clock):
    name, asked = kind(file_of), []
    for number in (10, 30):
        for _number in range(number):
            order(name)
        manager.get("/jobs")
        with count_queries() as counter:
            assert manager.get("/jobs").status_code == 200
        asked.append(counter.number)
    assert asked[0] == asked[1]


def test_looking_at_a_job_writes_nothing_but_a_download_is_recorded(session, kind, order, manager, work):
    job = order(kind(file_of))
    work()
    before = session.query(AuditEntry).count()
    manager.get(f"/jobs/{job.id}")
    manager.get("/jobs")
    session.expire_all()
    assert session.query(AuditEntry).count() == before
    manager.get(f"/jobs/{job.id}/result")
    session.rollback()
    assert session.query(AuditEntry).count() == before + 1


# --- from the pages of certificates ----------------------------------------------------------------------


@pytest.fixture
def course_class(session, world):
    rolls = [(world.make_person(f"Nguyễn Thị Hoa {number}", 1950), "p") for number in range(4)]
    found = held_class(world, rolls)
    make_issuer(world, found)
    session.commit()
    return found


def test_a_large_class_is_issued_and_printed_by_jobs(
    session, course_class, manager, work, monkeypatch, world
):
    monkeypatch.setattr(papers, "AT_ONCE", 3)
    page = f"/classes/{course_class.id}/certificates"
    answer = manager.post(page)
    job = session.query(Job).one()
    assert answer.location == f"/jobs/{job.id}"
    assert manager.post(page).status_code == 422  # it runs already
    work()
    assert "Đã cấp 4" in manager.get(f"/jobs/{job.id}").text
    listed = manager.get(page).text
    assert f"{page}/print" in listed
    assert manager.get(f"{page}/vi.pdf").location == page
    answer = manager.post(f"{page}/print", data={"form": "pdf", "language": "ar"})
    work()
    result = manager.get(f"{answer.location}/result")
    assert result.data.startswith(b"%PDF")
    assert f"{course_class.code}-ar.pdf" in result.headers["Content-Disposition"]


def test_a_small_class_is_issued_at_once_and_zipped_by_a_job(session, course_class, manager, work):
    page = f"/classes/{course_class.id}/certificates"
    assert manager.post(page).location == page
    assert session.query(Job).count() == 0
    assert manager.get(f"{page}/vi.pdf").data.startswith(b"%PDF")
    answer = manager.post(f"{page}/print", data={"form": "zip", "language": ["vi", "ar"]})
    work()
    assert manager.get(f"{answer.location}/result").data.startswith(b"PK")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form": "exe", "language": "vi"},
        {"form": "zip"},
        {"form": "zip", "language": "fr"},
        {"form": "pdf", "language": ["vi", "ar"]},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(session, course_class, manager, data):
    assert manager.post(f"/classes/{course_class.id}/certificates/print", data=data).status_code == 400
    assert session.query(Job).count() == 0


def test_printing_for_a_class_of_another_unit_is_a_404(session, course_class, world, sign_in):
    browser = sign_in(world.user("other_manager"))
    answer = browser.post(
        f"/classes/{course_class.id}/certificates/print", data={"form": "zip", "language": "vi"}
    )
    assert answer.status_code == 404
