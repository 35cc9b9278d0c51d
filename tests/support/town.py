"""A ward in which everything is there once: an object for every parameter that an address of the program can have."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.models import Grant
from lms.certificates import service as certificates
from lms.certificates.jobs import order_printing
from lms.classes.models import ClassState, CourseClass, Enrolment, SessionState
from lms.completion import service as completion
from lms.completion.models import TaskResult
from lms.core.access import SYSTEM, Actor, Granted, Role
from lms.core.keys import new_key
from lms.people import merging
from lms.people.models import Person
from tests.support import papers
from tests.support.world import World

TODAY = date(2026, 11, 22)


class Town:
    """A ward's class with its people and papers. ``parameters`` has a value for every name in an address."""

    def __init__(
        self, world: World, code: str = "00082", *, trainer: str = "trainer", helper: str = "helper"
    ) -> None:
        self.world, self.code = world, code
        session, unit = world.session, world.unit(code)
        trainer_account, helper_account = world.user(trainer), world.user(helper)
        self.people = [
            self._person(name, 1950 + n)
            for n, name in enumerate(("Nguyễn Thị Ánh", "Trần Văn Bình", "Lê Đức"))
        ]
        self.class_ = papers.held_class(
            world, [(person, "pp") for person in self.people], code=code, state=ClassState.RUNNING
        )
        for offset in (0, 7):
            world.make_session(self.class_, TODAY + timedelta(offset), state=SessionState.PLANNED)
        world.put_on_staff(self.class_, trainer_account)
        helping = world.put_on_staff(self.class_, helper_account, Role.HELPER)
        self.finished = self._finished_class()
        issuer = papers.make_issuer(world, self.finished)
        certificates.set_picture(session, issuer, "logo", papers.picture(), actor=SYSTEM, now=papers.NOW)
        package = papers.design_package()
        design = certificates.upload_design(session, issuer, package, actor=SYSTEM, now=papers.NOW)
        self.certificate = papers.issue(world, self.finished).certificates[0]
        merge = merging.merge(session, *self._doubles(), actor=SYSTEM, now=papers.NOW)
        stranger, _ = self._doubles()
        inviting = Actor(None, "system", (Granted(Role.ADMIN, unit.id),))
        invitation, self.token = accounts.invite(
            session,
            unit=unit,
            role=Role.HELPER,
            name="Vũ Thị Mới",
            phone="0912345678",
            actor=inviting,
            now=papers.NOW,
        )
        job = order_printing(
            session, self.finished, form="pdf", languages=["vi"], actor=SYSTEM, now=papers.NOW
        )
        session.flush()
        group = self._group()
        self.parameters: dict[str, Any] = {
            "unit_id": unit.id,
            "group_id": group,
            "branch_id": world.branch(code).id,
            "venue_id": world.venue(code).id,
            "class_id": self.class_.id,
            "finished_id": self.finished.id,
            "session_id": self.class_.sessions[-2].id,
            "person_id": self.people[0].id,
            "stranger_id": stranger.id,
            "enrolment_id": session.scalars(
                select(Enrolment.id).where(Enrolment.class_id == self.class_.id)
            ).first(),
            "member_id": helping.id,
            "user_id": helper_account.id,
            "grant_id": session.scalars(
                select(Grant.id).where(Grant.user_id == helper_account.id, Grant.unit_id == unit.id)
            ).one(),
            "invitation_id": invitation.id,
            "merge_id": merge.id,
            "certificate_id": self.certificate.id,
            "job_id": job.id,
            "design_id": design.id,
            "form_id": new_key(),
            "task": "log-in-alone",
            "kind": "logo",
            "number": 1,
            "language": "vi",
            "role": "helper",
            "state": "enrolled",
            "code": self.certificate.code,
            "year": self.certificate.year,
            "birth_year": self.certificate.birth_year,
            "token": self.token,
            "filename": "lms.css",
        }
        session.flush()

    def _person(self, name: str, year: int) -> Person:
        return self.world.make_person(name, year, unit=self.world.unit(self.code), phone="+84912000111")

    def _doubles(self) -> tuple[Person, Person]:
        first, second = self._person("Phạm Thị Hoa", 1961), self._person("Pham Thi Hoa", 1961)
        return first, second

    def _finished_class(self) -> CourseClass:
        held = papers.held_class(self.world, [(person, "pp") for person in self.people], code=self.code)
        held.state = ClassState.FINISHED
        self.world.session.flush()
        return held

    def _group(self) -> uuid.UUID | None:
        return self.world.group(1).id if self.code == "00082" else None

    def observe(self) -> None:
        """Note how the first person managed a task."""
        completion.observe_task(
            self.world.session,
            self.class_,
            self.people[0].id,
            "log-in-alone",
            TaskResult.ALONE,
            actor=SYSTEM,
            now=papers.NOW,
        )
