"""Issuing to a crowd by a process that is killed (SIGKILL) at random moments, and what is in the register then."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import create_app
from lms.certificates.jobs import order_issuing
from lms.certificates.models import Certificate, CertificateEvent, CertificateSeries
from lms.classes.models import Enrolment, EnrolmentSource, EnrolmentState
from lms.core.access import EVERYTHING, Actor, set_scope
from lms.core.config import Settings
from lms.core.db import Model, db, writing
from lms.jobs.models import Job, JobState
from lms.jobs.worker import new_worker_id, work_off
from lms.people.models import Person
from tests.support.papers import DAYS, NOW, make_issuer, mark_crowd
from tests.support.world import World
from translations import names
from translations.partial_dates import PartialDate

SECRET = "a secret for killing only, long enough"
PATIENCE = 300

LOADED = multiprocessing.get_context("forkserver")
"""Processes of their own that begin with everything imported, so that a kill hits the work and not the start."""
LOADED.set_forkserver_preload(["lms.features"])


def work(url: str, instance: Path) -> None:
    """What `lms jobs run` does, in a process that will be killed."""
    settings = Settings(environment="test", secret_key=SECRET, database_url=url, instance_dir=instance)
    work_off(create_app(settings), new_worker_id())


@dataclass(frozen=True)
class Verdict:
    """The register after all kills."""

    state: str
    issued: int
    numbers: list[int]
    most_per_person: int
    events: int
    last_number: int
    told: int
    kills: int
    cut_in_the_middle: int
    """Kills that hit a process which was performing the job: it was running, and not all was done."""

    def holds(self, people: int) -> bool:
        """Whether everybody has one certificate and the numbers are 1 … people."""
        return (
            self.state == "done"
            and self.numbers == list(range(1, people + 1))
            and self.most_per_person == 1
            and self.issued == self.events == self.last_number == self.told == people
        )


class KilledIssuing:
    """A class of ``people`` who all completed, in the database at ``url``, with an order to issue to all."""

    def __init__(self, url: str, instance: Path, people: int, seed: int | None = None) -> None:
        self.url, self.instance, self.people = url, instance, people
        self.random = random.Random(seed)
        self.app = create_app(
            Settings(environment="test", secret_key=SECRET, database_url=url, instance_dir=instance),
            TESTING=True,
        )
        self.kills = self.hits = 0
        self._prepare()

    def _prepare(self) -> None:
        with self._session() as session, writing():
            Model.metadata.create_all(db.engine)
            World.build(session, now=NOW)
            world = World(session)
            course_class = world.make_class(sessions=DAYS[:1], capacity=self.people)
            self._crowd(world, course_class.id)
            mark_crowd(session, course_class)
            make_issuer(world, course_class)
            actor = Actor(None, "the test of killing")
            order_issuing(
                session, course_class, public_url="https://example.vn", actor=actor, now=datetime.now(UTC)
            )
            session.commit()

    def _crowd(self, world: World, class_id: object) -> None:
        unit, session = world.unit("00082"), world.session
        people = []
        for number in range(self.people):
            family = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng")[number % 5]
            given = ("An", "Bình", "Chi", "Dũng", "Hương", "Khánh", "Lan")[number % 7]
            name = f"{family} Thị {given} {chr(65 + number % 23)}{chr(97 + number // 23 % 23)}"
            person = Person(
                unit_id=unit.id,
                name=name,
                name_folded=names.fold(name),
                name_sort=names.sort_text(name),
                created_at=NOW,
            )
            person.birth = PartialDate(1940 + number % 60)
            people.append(person)
        session.add_all(people)
        session.flush()
        session.add_all(
            Enrolment(
                class_id=class_id,
                person_id=person.id,
                state=EnrolmentState.ENROLLED,
                source=EnrolmentSource.ROSTER,
                enrolled_at=NOW,
            )
            for person in people
        )
        session.flush()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self.app.app_context():
            try:
                set_scope(db.session(), EVERYTHING)
                yield db.session()
            finally:
                db.session.remove()

    def _job(self) -> tuple[JobState, int]:
        with self._session() as session:
            state, done = session.execute(select(Job.state, Job.done)).one()
            return state, done

    def _start(self) -> BaseProcess:
        process = LOADED.Process(target=work, args=(self.url, self.instance))
        process.start()
        return process

    def kill_once(self, kills_to_come: int) -> bool:
        """Start a process and kill it at a random moment; False when it was done before.

        The moment lies at random in the next share of the work, so that the kills spread over all of it.
        """
        _state, before = self._job()
        share = (self.people - before) / (kills_to_come + 1)
        target = before + self.random.uniform(0, 1.6) * share
        process, deadline = self._start(), time.monotonic() + PATIENCE
        try:
            while self._job()[1] < min(target, self.people - 1) and process.is_alive():
                if time.monotonic() > deadline:
                    raise TimeoutError(f"nothing moved: {self._job()}")
                time.sleep(0.03)
            time.sleep(self.random.uniform(0, 0.3))
        finally:
            process.kill()
            process.join()
        state, done = self._job()
        self.kills += 1
        self.hits += state is JobState.RUNNING and done < self.people
        return state is not JobState.DONE

    def finish(self) -> None:
        """Let a process work to the end."""
        process = self._start()
        process.join(PATIENCE)
        if process.exitcode != 0:
            raise RuntimeError(f"the last process ended with {process.exitcode}")

    def verdict(self) -> Verdict:
        """What the register holds."""
        with self._session() as session:
            rows = session.execute(select(Certificate.number, Certificate.person_id)).all()
            job = session.scalars(select(Job)).one()
            per_person = Counter(person_id for _number, person_id in rows)
            return Verdict(
                state=job.state.value,
                issued=len(rows),
                numbers=sorted(number for number, _person_id in rows),
                most_per_person=max(per_person.values(), default=0),
                events=session.scalar(select(func.count(CertificateEvent.id))) or 0,
                last_number=session.scalar(select(CertificateSeries.last_number)) or 0,
                told=job.checkpoint["issued"],
                kills=self.kills,
                cut_in_the_middle=self.hits,
            )

    def run(self, kills: int) -> Verdict:
        """Kill so many times, let it finish, and look."""
        for number in range(kills):
            if not self.kill_once(kills - number - 1):
                break
        self.finish()
        verdict = self.verdict()
        with self.app.app_context():
            db.engine.dispose()
        return verdict
