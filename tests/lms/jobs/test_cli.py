"""`lms jobs`, and the worker beside a server."""

import pytest
from click.testing import CliRunner

from lms import create_app
from lms.cli import cli
from lms.core.config import Settings
from lms.core.errors import DomainError
from lms.jobs.worker import start_with_first_request


@pytest.fixture
def lms(app, session, monkeypatch):
    def run(*arguments):
        session.commit()
        monkeypatch.setattr(cli, "create_app", lambda: app)
        return CliRunner().invoke(cli, ["jobs", *arguments], prog_name="lms")

    return run


def fine(context):
    context.begin(3)


def refused(context):
    raise DomainError("odd", "Không được.")


def test_run_works_the_queue_off_and_list_shows_what_is_left(session, kind, order, lms):
    job_id = str(order(kind(fine)).id)
    listed = lms("list")
    assert listed.exit_code == 0
    assert job_id in listed.output
    assert "queued" in listed.output
    done = lms("run", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "1 job performed." in done.output
    assert lms("list").output == ""
    assert job_id in lms("list", "--all").output


def test_run_ends_with_2_when_a_job_failed(kind, order, lms):
    order(kind(refused))
    done = lms("run")
    assert done.exit_code == 2
    assert "Không được." in done.output


def test_a_hosted_application_performs_jobs_from_its_first_request_on(
    app, session, kind, order, client, monkeypatch
):
    monkeypatch.setitem(app.before_request_funcs, None, list(app.before_request_funcs[None]))
    monkeypatch.setattr(app, "_got_first_request", False)
    started = []
    monkeypatch.setattr("lms.jobs.worker.Worker.start", lambda worker: started.append(worker) or worker)
    start_with_first_request(app)
    assert started == []
    client.get("/health")
    client.get("/health")
    assert len(started) == 1


def test_the_setting_decides_whether_there_is_a_worker(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("lms.jobs.worker.Worker.start", lambda worker: started.append(worker) or worker)
    for number, values in enumerate(({}, {"LMS_WORKER": "on"})):
        settings = Settings.from_mapping({"LMS_INSTANCE_DIR": str(tmp_path), **values}, "LMS_")
        create_app(settings, TESTING=True).test_client().get("/health")
        assert len(started) == number
