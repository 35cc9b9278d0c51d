"""Classes that were held and marked, and issuers: what tests of completion and certificates start from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import designs
from lms.attendance import service as attendance
from lms.attendance.models import AttendanceStatus
from lms.attendance.service import NewMark
from lms.certificates import service as certificates
from lms.certificates.models import Certificate, Issuer
from lms.classes.models import CourseClass, Enrolment
from lms.core.access import SYSTEM
from lms.core.keys import new_key
from lms.people.models import Person
from tests.support.world import World
from translations.dates import at_local

NOW = datetime.fromisoformat("2026-11-22T03:00:00+00:00")
DAYS = [date(2026, 10, day) for day in (5, 7, 12, 14, 19, 21)]
PUBLIC_URL = "https://lop.example.vn"

MARKS = {
    "p": AttendanceStatus.PRESENT,
    "l": AttendanceStatus.LATE,
    "e": AttendanceStatus.EXCUSED,
    "a": AttendanceStatus.ABSENT,
}


def held_class(world: World, rolls: Sequence[tuple[Person, str]], **values: Any) -> CourseClass:
    """A class of Cửa Nam whose sessions were held: a letter a session for everybody (p, l, e, a)."""
    code = values.pop("code", "00082")
    days = DAYS[: max((len(roll) for _person, roll in rolls), default=0)]
    course_class = world.make_class(code, sessions=days, **values)
    for person, roll in rolls:
        world.enrol(course_class, person)
        mark(world.session, course_class, person, roll)
    world.session.flush()
    return course_class


def mark(session: Session, course_class: CourseClass, person: Person, roll: str) -> None:
    """Mark somebody at the sessions of a class, as on the evenings themselves."""
    for meeting, letter in zip(course_class.sessions, roll, strict=False):
        moment = at_local(meeting.local_date, time(9))
        marks = [NewMark(new_key(), meeting.id, person.id, MARKS[letter], marked_at=moment)]
        receipts = attendance.record_marks(session, marks, actor=SYSTEM, now=moment)
        assert [receipt.outcome for receipt in receipts] == ["accepted"]


def make_issuer(world: World, course_class: CourseClass, **values: Any) -> Issuer:
    """The class's branch with the wording that is proposed to it."""
    branch = course_class.branch
    words = certificates.proposal(branch, on=NOW.date())
    return certificates.set_issuer(
        world.session,
        branch,
        **{
            "design": words.design,
            "number_symbol": words.number_symbol,
            "heading": words.heading,
            "certifier": words.certifier,
            "place": words.place,
            "signatory_position": words.signatory_position,
            "signatory_name": "Trần Minh Quang",
            **values,
        },
        actor=SYSTEM,
        now=NOW,
    )


def issue(world: World, course_class: CourseClass, *, now: datetime = NOW) -> certificates.Issued:
    """Issue to all who completed."""
    return certificates.issue(world.session, course_class, public_url=PUBLIC_URL, actor=SYSTEM, now=now)


def one_certificate(world: World, name: str = "Nguyễn Thị Ánh", **values: Any) -> Certificate:
    """A certificate of one person in a class of one session."""
    person = world.make_person(name, values.pop("birth", 1958), **values.pop("person", {}))
    course_class = held_class(world, [(person, "p")], **values)
    make_issuer(world, course_class)
    return issue(world, course_class).certificates[0]


def mark_crowd(session: Session, course_class: CourseClass) -> None:
    """Mark everybody enrolled present at every session, as devices that come back online do."""
    people = session.scalars(select(Enrolment.person_id).where(Enrolment.class_id == course_class.id)).all()
    for meeting in course_class.sessions:
        moment = at_local(meeting.local_date, time(9))
        for start in range(0, len(people), 500):
            marks = [
                NewMark(new_key(), meeting.id, person_id, AttendanceStatus.PRESENT, marked_at=moment)
                for person_id in people[start : start + 500]
            ]
            receipts = attendance.record_marks(session, marks, actor=SYSTEM, now=moment)
            assert {receipt.outcome for receipt in receipts} == {"accepted"}


def picture(size: tuple[int, int] = (300, 200), kind: str = "PNG") -> bytes:
    """A red picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def design_package(**changes: bytes | None) -> bytes:
    """The packaged plain design as a zip; a file can be changed or added, or left out by None."""
    files: dict[str, bytes | None] = {
        path.name: path.read_bytes() for path in (designs.ROOT / "plain").iterdir()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (files | changes).items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()
