"""The small world of the tests, and factories for what a test needs in it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Grant, User
from lms.classes.models import (
    ClassMode,
    ClassSession,
    ClassStaff,
    ClassState,
    CourseClass,
    Enrolment,
    EnrolmentSource,
    EnrolmentState,
    SessionState,
)
from lms.core.access import Role
from lms.core.clock import TIME_ZONE
from lms.people.models import Person
from lms.units.models import Branch, Organisation, Unit, UnitClosure, UnitLevel, UnitPeriod, UnitType
from lms.venues.models import Venue
from translations import names
from translations.partial_dates import PartialDate

PASSWORD = "mật khẩu để thử"
FIRST_DAY = date(2025, 7, 1)


class World:
    """Units by code and staff by short name; ``make_…`` add rows and flush them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # --- built once -----------------------------------------------------------------------------------------------

    @classmethod
    def build(cls, session: Session, *, now: datetime) -> None:
        """Hà Nội with Cửa Nam and Hoàn Kiếm, Lạng Sơn with Công Sơn; branches; a member of staff of every role."""
        world = cls(session)
        hanoi = world.make_unit("01", "Hà Nội", UnitType.CITY)
        cua_nam = world.make_unit("00082", "Cửa Nam", UnitType.WARD, hanoi)
        hoan_kiem = world.make_unit("00070", "Hoàn Kiếm", UnitType.WARD, hanoi)
        lang_son = world.make_unit("20", "Lạng Sơn", UnitType.PROVINCE)
        cong_son = world.make_unit("06220", "Công Sơn", UnitType.COMMUNE, lang_son)
        for number in (1, 2):
            world.make_unit(None, f"Tổ dân phố số {number}", UnitType.RESIDENTIAL_GROUP, cua_nam)
        for unit in (cua_nam, hoan_kiem, cong_son):
            for organisation, name in (
                (Organisation.PEOPLES_COMMITTEE, f"Ủy ban nhân dân {unit.latest.name_vi}"),
                (Organisation.YOUTH_UNION, f"Đoàn {unit.latest.name_vi}"),
            ):
                session.add(Branch(unit_id=unit.id, organisation=organisation, name={"vi": name}))
            session.add(Venue(unit_id=unit.id, name=f"Nhà văn hóa {unit.latest.name_vi}", seats=50))
        session.flush()
        place: Unit | None
        for name, role, place in (
            ("admin", Role.ADMIN, None),
            ("officer", Role.OFFICER, hanoi),
            ("manager", Role.MANAGER, cua_nam),
            ("trainer", Role.TRAINER, cua_nam),
            ("helper", Role.HELPER, cua_nam),
            ("viewer", Role.VIEWER, cua_nam),
            ("other_manager", Role.MANAGER, hoan_kiem),
        ):
            for unit in [place] if place else [hanoi, lang_son]:
                world.make_staff(name, role, unit, now=now)

    # --- found ----------------------------------------------------------------------------------------------------

    def unit(self, code: str) -> Unit:
        """The unit with an official code: 01, 00082, 00070, 20, 06220."""
        return self.session.scalars(select(Unit).where(Unit.code == code)).one()

    def group(self, number: int) -> Unit:
        """Residential group 1 or 2 of Cửa Nam."""
        name = f"Tổ dân phố số {number}"
        return self.session.scalars(select(Unit).join(UnitPeriod).where(UnitPeriod.name_vi == name)).one()

    def branch(self, code: str, organisation: Organisation = Organisation.YOUTH_UNION) -> Branch:
        """A branch at the unit with ``code``."""
        unit = self.unit(code)
        query = select(Branch).where(Branch.unit_id == unit.id, Branch.organisation == organisation)
        return self.session.scalars(query).one()

    def venue(self, code: str = "00082") -> Venue:
        """The house of culture of a unit."""
        return self.session.scalars(select(Venue).where(Venue.unit_id == self.unit(code).id)).one()

    def user(self, name: str) -> User:
        """A member of staff: admin, officer, manager, trainer, helper, viewer, other_manager."""
        return self.session.scalars(select(User).where(User.email == f"{name}@example.vn")).one()

    # --- made -----------------------------------------------------------------------------------------------------

    def make_unit(self, code: str | None, name: str, kind: UnitType, parent: Unit | None = None) -> Unit:
        """A unit with its closure rows."""
        level = UnitLevel.PROVINCE if parent is None else UnitLevel.COMMUNE if code else UnitLevel.GROUP
        unit = Unit(code=code, level=level, parent_id=parent.id if parent else None)
        unit.periods.append(
            UnitPeriod(
                valid_from=FIRST_DAY,
                type=kind,
                name_vi=name,
                name_en=names.fold(name).title(),
                folded=names.fold(name),
            )
        )
        self.session.add(unit)
        self.session.flush()
        ancestors = select(UnitClosure).where(UnitClosure.descendant_id == parent.id) if parent else None
        for row in self.session.scalars(ancestors).all() if ancestors is not None else []:
            self.session.add(
                UnitClosure(ancestor_id=row.ancestor_id, descendant_id=unit.id, depth=row.depth + 1)
            )
        self.session.add(UnitClosure(ancestor_id=unit.id, descendant_id=unit.id, depth=0))
        self.session.flush()
        return unit

    def make_staff(
        self, name: str, role: Role, unit: Unit, *, now: datetime | None = None, sensitive: bool = False
    ) -> User:
        """An account with a role on a unit; the same name gets a further grant."""
        user = self.session.scalars(select(User).where(User.email == f"{name}@example.vn")).first()
        if user is None:
            user = User(
                name=f"Nguyễn Thị {name.title()}",
                email=f"{name}@example.vn",
                password=PASSWORD,
                active=True,
                fs_uniquifier=uuid.uuid4().hex,
            )
            self.session.add(user)
            self.session.flush()
        granted_at = now or datetime.now(UTC)
        self.session.add(
            Grant(user_id=user.id, unit_id=unit.id, role=role, granted_at=granted_at, sensitive=sensitive)
        )
        self.session.flush()
        return user

    def make_person(
        self, name: str = "Nguyễn Văn Hùng", birth: int | PartialDate | None = 1955, **values: Any
    ) -> Person:
        """A participant of Cửa Nam unless ``unit`` says otherwise."""
        unit = values.pop("unit", None) or self.unit("00082")
        person = Person(
            unit_id=unit.id,
            name=name,
            name_folded=names.fold(name),
            name_sort=names.sort_text(name),
            created_at=datetime.now(UTC),
            **values,
        )
        person.birth = PartialDate(birth) if isinstance(birth, int) else birth
        self.session.add(person)
        self.session.flush()
        return person

    def make_class(
        self, code: str = "00082", *, people: int = 0, sessions: list[date] | None = None, **values: Any
    ) -> CourseClass:
        """An open class at a unit with sessions of two hours from 8:00 and enrolled people."""
        number = self.session.query(CourseClass).count() + 1
        course_class = CourseClass(
            **{
                "code": f"{code}-26-{number:02d}",
                "unit_id": self.unit(code).id,
                "branch_id": self.branch(code).id,
                "course_slug": "vneid",
                "course_version": "1",
                "title": {"vi": "Lớp VNeID cho bà con"},
                "age_groups": ["middle", "elder"],
                "mode": ClassMode.IN_PERSON,
                "venue_id": self.venue(code).id,
                "capacity": 40,
                "state": ClassState.RUNNING,
                "tasks_required": False,
                "created_at": datetime.now(UTC),
                **values,
            }
        )
        self.session.add(course_class)
        self.session.flush()
        for day in sessions or []:
            self.make_session(course_class, day)
        for index in range(people):
            self.enrol(
                course_class,
                self.make_person(f"Trần Thị Hoa {chr(65 + index % 26)}{index}", 1950 + index % 20),
            )
        return course_class

    def make_session(
        self, course_class: CourseClass, day: date, start: time = time(8), end: time = time(10), **values: Any
    ) -> ClassSession:
        """A session on a day at wall times in Vietnam."""
        starts_at = datetime.combine(day, start, TIME_ZONE)
        meeting = ClassSession(
            class_id=course_class.id,
            local_date=day,
            start_time=start,
            end_time=end,
            starts_at=starts_at,
            ends_at=datetime.combine(day, end, TIME_ZONE),
            **{"state": SessionState.PLANNED, **values},
        )
        self.session.add(meeting)
        self.session.flush()
        return meeting

    def enrol(
        self, course_class: CourseClass, person: Person, state: EnrolmentState = EnrolmentState.ENROLLED
    ) -> Enrolment:
        """A place in a class."""
        enrolment = Enrolment(
            class_id=course_class.id,
            person_id=person.id,
            state=state,
            source=EnrolmentSource.FORM,
            enrolled_at=datetime.now(UTC) + timedelta(microseconds=1),
        )
        self.session.add(enrolment)
        self.session.flush()
        return enrolment

    def put_on_staff(self, course_class: CourseClass, user: User, role: Role = Role.TRAINER) -> ClassStaff:
        """Make a member of staff trainer or helper of a class."""
        staff = ClassStaff(class_id=course_class.id, user_id=user.id, role=role, added_at=datetime.now(UTC))
        self.session.add(staff)
        self.session.flush()
        return staff
