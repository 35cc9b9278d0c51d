"""Ordering, performing, cancelling, taking up and removing jobs, whatever they do."""

import os
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Grant
from lms.accounts.security import actor_of
from lms.audit.models import AuditEntry
from lms.core.access import EVERYTHING, set_scope
from lms.core.db import db, is_writing
from lms.core.errors import DomainError
from lms.jobs import files, rules, service
from lms.jobs import worker as workers
from lms.jobs.expiry import remove_expired
from lms.jobs.models import Job, JobProblem, JobState
from lms.jobs.worker import Worker, claim, has_ended, new_worker_id, work_off
from lms.units.models import Unit
from lms.venues.models import Venue


def counting(context):
    """Adds a room a step until there are ten, wherever it is taken up."""
    context.total = 10
    while context.done < 10:
        with context.step() as session:
            session.add(
                Venue(
                    unit_id=session.scalars(select(Unit.id)).first(),
                    name=f"Phòng {context.done + 1}",
                    seats=1,
                )
            )
            context.checkpoint["last"] = context.done
            context.advance(1)


def rooms(session):
    return session.scalar(select(func.count()).select_from(Venue).where(Venue.name.startswith("Phòng")))


def test_a_job_is_performed_and_says_how_far_it_came(session, kind, order, work):
    job = order(kind(counting))
    assert (job.state, job.done) == (JobState.QUEUED, 0)
    assert work() == 1
    assert (job.state, job.done, job.total) == (JobState.DONE, 10, 10)
    assert job.finished_at is not None
    assert rooms(session) == 10
    assert work() == 0


def test_a_job_of_a_request_that_failed_was_never_ordered(session, kind, order, work, world, clock):
    name = kind(counting)
    service.enqueue(
        session,
        name,
        {},
        unit_id=world.unit("00082").id,
        about={},
        actor=actor_of(world.user("manager")),
        now=clock(),
    )
    session.rollback()
    assert work() == 0


def test_the_same_is_not_done_twice_at_once(session, kind, order, work):
    name = kind(counting)
    order(name, running_key="phòng")
    with pytest.raises(DomainError) as refused:
        order(name, running_key="phòng")
    assert refused.value.code == "job_running"
    session.rollback()
    assert work() == 1
    order(name, running_key="phòng")
    assert work() == 1


def test_jobs_are_performed_in_their_order_with_the_orderers_rights(session, kind, order, work, world, clock):
    seen = []

    def look(context):
        with context.reading() as session:
            seen.append(
                (context.actor.name, context.params["number"], session.scalar(select(func.count(Venue.id))))
            )

    name = kind(look)
    for number, actor in enumerate([actor_of(world.user("manager")), None]):
        clock.now += timedelta(seconds=1)
        order(name, params={"number": number}, actor=actor or workers.Actor(None, "command line: root"))
    assert work() == 2
    assert seen == [("Nguyễn Thị Manager", 0, 1), ("command line: root", 1, 3)]


def test_who_lost_the_right_does_not_get_it_done(session, kind, order, work, world):
    job = order(kind(counting))
    session.execute(Grant.__table__.delete().where(Grant.user_id == world.user("manager").id))
    assert work() == 1
    assert (job.state, job.error_code) == (JobState.FAILED, "not_allowed")
    assert rooms(session) == 0


def test_a_refusal_is_kept_in_every_language(kind, order, work):
    def refuse(context):
        raise service._still_running()

    job = order(kind(refuse))
    work()
    assert (job.state, job.error_code) == (JobState.FAILED, "job_running")
    assert set(job.error) == {"vi", "ar", "en"}
    assert len(set(job.error.values())) == 3


def test_a_fault_ends_the_job_with_a_sentence_and_keeps_what_was_done(session, kind, order, work, caplog):
    def stumble(context):
        counting_some(context, 4)
        raise ZeroDivisionError

    def counting_some(context, most):
        while context.done < most:
            with context.step():
                context.advance(1)

    job = order(kind(stumble))
    work()
    assert (job.state, job.error_code, job.done) == (JobState.FAILED, "unexpected", 4)
    assert "ZeroDivisionError" in caplog.text


def test_a_step_that_fails_leaves_nothing(session, kind, order, work, caplog):
    def half(context):
        with context.step() as own:
            own.add(Venue(unit_id=own.scalars(select(Unit.id)).first(), name="Phòng dở dang", seats=1))
            context.advance(1)
            context.checkpoint["half"] = True
            context.problem("odd", "This is odd.", subject="A")
            own.flush()
            raise ZeroDivisionError

    job = order(kind(half))
    work()
    assert rooms(session) == 0
    assert (job.done, job.checkpoint, job.problem_count) == (0, {}, 0)
    assert session.scalar(select(func.count(JobProblem.id))) == 0


# --- broken off ------------------------------------------------------------------------------------------


def ended_process():
    """The worker id of a process of this machine that is no more."""
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    return f"{socket.gethostname()}/{int(done.stdout)}/abc"


def break_off(session, job, worker, clock, done=4):
    """As a kill -9 leaves it: running, with what was committed."""
    job.state, job.worker, job.heartbeat_at, job.started_at = JobState.RUNNING, worker, clock(), clock()
    job.done, job.total, job.attempts = done, 10, 1
    session.commit()


def test_what_a_killed_process_left_is_taken_up_where_it_was(session, kind, order, work, clock):
    job = order(kind(counting))
    break_off(session, job, ended_process(), clock)
    files.part_path(job.id, "old").write_bytes(b"half")
    assert work() == 1
    assert (job.state, job.done) == (JobState.DONE, 10)
    assert rooms(session) == 6
    assert list(files.folder().iterdir()) == []


def test_a_worker_elsewhere_is_left_in_peace_until_it_was_silent_for_long(session, kind, order, work, clock):
    job = order(kind(counting))
    break_off(session, job, "another-machine/12/abc", clock)
    clock.now += rules.SILENCE
    assert work() == 0
    clock.now += timedelta(seconds=1)
    assert work() == 1
    assert job.state is JobState.DONE


def test_processes_are_told_apart_even_when_numbers_are_used_again():
    here = f"{socket.gethostname()}/{os.getpid()}/"
    assert has_ended(here + "an-earlier-process")
    assert has_ended(ended_process())
    assert not has_ended(f"{socket.gethostname()}/{os.getppid()}/other")
    assert not has_ended(f"another-machine/{os.getpid()}/x")
    assert not has_ended("nonsense")


def test_who_was_taken_for_dead_writes_nothing_more(app, session, kind, order, clock):
    def slow(context):
        with context.step() as own:
            own.execute(Job.__table__.update().values(worker="another"))
            own.commit()
            context.advance(1)

    job = order(kind(slow))
    assert work_off(app, "first") == [job.id]
    session.expire_all()
    assert (job.state, job.done, job.worker) == (JobState.RUNNING, 0, "another")


def test_a_job_that_ends_the_process_every_time_is_given_up(session, kind, order, work, clock):
    job = order(kind(counting))
    break_off(session, job, ended_process(), clock, done=0)
    job.attempts = rules.MOST_ATTEMPTS
    assert work() == 1
    assert (job.state, job.error_code) == (JobState.FAILED, "gave_up")
    service.go_on(session, job, actor=workers.Actor(None, "x"), now=clock())
    assert work() == 1
    assert job.state is JobState.DONE


def test_progress_forgives_earlier_attempts(session, kind, order, app, clock):
    def kill(context):
        with context.step():
            context.advance(1)
        raise KeyboardInterrupt

    job = order(kind(kill))
    for _time in range(rules.MOST_ATTEMPTS + 2):
        with pytest.raises(KeyboardInterrupt):
            work_off(app, new_worker_id())
    session.expire_all()
    assert (job.state, job.done) == (JobState.RUNNING, rules.MOST_ATTEMPTS + 2)


@pytest.mark.databases("postgresql")
def test_two_workers_never_take_the_same_job(app, session, kind, order):
    jobs = {order(kind(counting)).id for _number in range(6)}
    taken, start = [], threading.Barrier(3)

    def take(worker):
        start.wait()
        while True:
            with app.app_context():
                set_scope(db.session(), EVERYTHING)
                job = claim(db.session(), f"{worker}{len(taken)}", app.config["CLOCK"]())
                key = job and job.id
                db.session.remove()
            if key is None:
                return
            taken.append(key)

    threads = [threading.Thread(target=take, args=[f"elsewhere/{number}/"]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(jobs)


# --- cancelled, let go on --------------------------------------------------------------------------------


def test_a_queued_job_is_cancelled_at_once(session, kind, order, work, clock, world):
    job = order(kind(counting))
    service.cancel(session, job, actor=actor_of(world.user("manager")), now=clock())
    assert work() == 0
    assert job.state is JobState.CANCELLED
    with pytest.raises(DomainError) as refused:
        service.cancel(session, job, actor=actor_of(world.user("manager")), now=clock())
    assert refused.value.code == "job_over"


def test_a_running_job_ends_after_the_step_in_hand_and_can_go_on(
    app, session, kind, order, work, clock, world
):
    manager = actor_of(world.user("manager"))
    calls = []

    def interrupted(context):
        for _number in range(3):
            with context.step():
                context.advance(1)
        if not calls:
            calls.append(1)
            with context.step() as own:  # as the page does it, in another transaction
                row = own.scalars(select(Job).where(Job.id == context.job_id)).one()
                row.cancel_asked_at = clock()
        counting(context)

    job = order(kind(interrupted))
    work()
    assert (job.state, job.done) == (JobState.CANCELLED, 3)
    service.go_on(session, job, actor=manager, now=clock())
    work()
    assert (job.state, job.done) == (JobState.DONE, 10)


def test_a_cancelled_job_whose_worker_died_is_not_taken_up(session, kind, order, work, clock, world):
    job = order(kind(counting))
    break_off(session, job, ended_process(), clock)
    service.cancel(session, job, actor=actor_of(world.user("manager")), now=clock())
    work()
    assert (job.state, job.done, rooms(session)) == (JobState.CANCELLED, 4, 0)


def test_what_is_done_does_not_go_on(session, kind, order, work, clock, world):
    job = order(kind(counting))
    work()
    with pytest.raises(DomainError) as refused:
        service.go_on(session, job, actor=actor_of(world.user("manager")), now=clock())
    assert refused.value.code == "job_not_over"


# --- results ---------------------------------------------------------------------------------------------


def writing_a_file(context):
    context.begin(3)
    with context.result("giấy.txt") as file:
        for number in range(3):
            file.write(b"x" * 1000)
            context.progress(number + 1)
    context.problem("odd", "This is odd.", subject="Nguyễn Văn A")


def test_a_result_is_kept_for_seven_days_and_then_removed_with_the_names(session, kind, order, work, clock):
    job = order(kind(writing_a_file))
    work()
    assert (job.result_name, job.result_size, job.problem_count) == ("giấy.txt", 3000, 1)
    assert service.result_of(job, clock()).read_bytes() == b"x" * 3000
    clock.now += timedelta(days=7) - timedelta(seconds=1)
    assert remove_expired(session, now=clock()) == 0
    assert service.result_of(job, clock()).exists()
    clock.now += timedelta(seconds=1)
    with pytest.raises(DomainError) as refused:
        service.result_of(job, clock())
    assert (refused.value.code, refused.value.status) == ("result_expired", 410)
    assert remove_expired(session, now=clock()) == 1
    assert list(files.folder().iterdir()) == []
    assert session.scalar(select(func.count(JobProblem.id))) == 0


def test_files_that_belong_to_no_job_are_removed_and_half_written_ones_of_running_jobs_are_not(
    session, kind, order, clock
):
    job = order(kind(counting))
    files.part_path(job.id, "now").write_bytes(b"half")
    (files.folder() / "stray").write_bytes(b"?")
    assert remove_expired(session, now=clock()) == 1
    assert files.part_path(job.id, "now").exists()


def test_a_cancelled_or_failed_result_leaves_no_file(session, kind, order, work, clock, caplog):
    def cancelled(context):
        with context.result("a.txt") as file:
            file.write(b"half")
            with context.step() as own:
                own.scalars(select(Job)).one().cancel_asked_at = clock()
            context.note()

    def failed(context):
        with context.result("a.txt") as file:
            file.write(b"half")
        raise ZeroDivisionError

    for perform_it, state in ((cancelled, JobState.CANCELLED), (failed, JobState.FAILED)):
        job = order(kind(perform_it))
        work()
        assert (job.state, job.result_name) == (state, None)
        assert list(files.folder().iterdir()) == []
        with pytest.raises(DomainError) as refused:
            service.result_of(job, clock())
        assert refused.value.code == "no_result"
        session.delete(job)
        session.commit()


def test_a_full_disk_is_said(session, kind, order, work, caplog):
    def full(context):
        with context.result("a.txt"):
            raise OSError(28, "No space left on device")

    job = order(kind(full))
    work()
    assert (job.state, job.error_code) == (JobState.FAILED, "file_not_written")


def test_problems_of_an_earlier_attempt_do_not_count_twice(session, kind, order, work, clock, world):
    tries = []

    def twice(context):
        writing_a_file(context)
        context.note()
        tries.append(1)
        if len(tries) == 1:
            raise DomainError("x", "x")

    job = order(kind(twice))
    work()
    assert job.state is JobState.FAILED
    service.go_on(session, job, actor=actor_of(world.user("manager")), now=clock())
    work()
    assert (job.state, job.problem_count) == (JobState.DONE, 1)
    assert [each.subject for each in service.problems_of(session, job, most=9)] == ["Nguyễn Văn A"]


# --- progress --------------------------------------------------------------------------------------------


def test_the_time_left_is_told_from_the_pace(app, session, kind, order, clock, work):
    told = []

    def steady(context):
        context.begin(100)
        for _number in range(1, 6):
            clock.now += timedelta(seconds=2)
            with context.step():
                context.advance(4)
        with app.test_request_context(headers={"Cookie": "lms_language=en"}), context.reading() as own:
            told.append(service.time_left(own.scalars(select(Job)).one(), clock()))

    order(kind(steady))
    work()
    assert told == ["About 40 seconds left"]


def test_a_queued_job_that_nobody_takes_is_pointed_out(session, kind, order, clock):
    job = order(kind(counting))
    assert not service.nobody_comes(session, job, clock())
    clock.now += timedelta(minutes=2)
    assert service.nobody_comes(session, job, clock())
    other = order(kind(counting))
    break_off(session, other, "another-machine/12/abc", clock)
    assert not service.nobody_comes(session, job, clock())


def test_progress_is_written_at_most_once_a_second(app, session, kind, order, work):
    written = []

    def many(context):
        context.begin(5000)
        note = context.note
        context.note = lambda: (written.append(context.done), note())
        for number in range(5000):
            context.progress(number)

    job = order(kind(many))
    started = time.monotonic()
    work()
    assert len(written) <= time.monotonic() - started + 1
    assert job.total == 5000


def test_nobody_writes_in_the_middle_of_reading(session, kind, order, work, caplog):
    def muddle(context):
        with context.reading() as own:
            own.scalars(select(Venue)).all()
            context.note()

    job = order(kind(muddle))
    work()
    assert job.error_code == "unexpected"
    assert "a transaction is open" in caplog.text


def test_every_change_is_in_the_activity_log(session, kind, order, clock, world):
    manager = actor_of(world.user("manager"))
    job = order(kind(counting))
    service.cancel(session, job, actor=manager, now=clock())
    service.go_on(session, job, actor=manager, now=clock())
    session.commit()
    entries = session.execute(
        select(AuditEntry.action, AuditEntry.unit_id).where(AuditEntry.subject_id == job.id)
    )
    assert sorted(tuple(row) for row in entries) == sorted(
        (action, world.unit("00082").id) for action in ("job.ordered", "job.cancelled", "job.went_on")
    )


# --- the thread ------------------------------------------------------------------------------------------


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_thread_takes_up_old_jobs_and_hears_of_new_ones(app, session, kind, order, monkeypatch):
    monkeypatch.setattr(workers, "LOOK_AGAIN", 60)
    done = []

    def note(context):
        done.append(is_writing())

    name = kind(note)
    order(name)
    worker = Worker(app).start()
    try:
        wait_for(lambda: len(done) == 1)
        order(name)
        wait_for(lambda: len(done) == 2)
    finally:
        worker.stop()
    assert done == [False, False]


def test_a_long_silence_of_the_performer_is_no_silence_of_the_worker(
    app, session, kind, order, clock, monkeypatch
):
    monkeypatch.setattr(
        workers, "pulse", lambda *args: __import__("lms.jobs.pulse").jobs.pulse.pulse(*args, every=0.02)
    )
    seen = []

    def busy(context):
        clock.now += timedelta(minutes=5)

        def heard():
            with context.reading() as own:
                return own.scalars(select(Job.heartbeat_at)).one() == clock.now

        wait_for(heard)
        seen.append(True)

    order(kind(busy))
    work_off(app, new_worker_id())
    assert seen == [True]
