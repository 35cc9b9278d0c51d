"""Loading the demo: phường Cửa Nam (Hà Nội) and xã Công Sơn (Lạng Sơn), six classes in different states."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalogue
from lms.accounts import service as accounts
from lms.accounts.models import User
from lms.attendance import service as attendance
from lms.attendance.models import AttendanceStatus
from lms.certificates import service as certificates
from lms.classes import service as classes
from lms.classes.models import ClassMode, ClassSession, CourseClass, EnrolmentSource
from lms.completion import service as completion
from lms.completion.models import TaskResult
from lms.core.access import SYSTEM, Actor, Role
from lms.core.clock import local_date
from lms.core.keys import new_key
from lms.demo.accounts import ACCOUNTS, PASSWORD
from lms.demo.names import Invented, participants
from lms.people import service as people
from lms.people.models import ConsentMethod, ConsentPurpose, Person, Sex
from lms.units import service as units
from lms.units.models import Branch, Organisation, Unit, UnitType
from lms.venues import service as venues
from lms.venues.models import Venue
from translations.dates import at_local
from translations.locales import LOCALES

CUA_NAM, CONG_SON = "00082", "06220"


@dataclass(frozen=True)
class Plan:
    """One class of the demo: `days` are days before (negative) or after today."""

    unit: str
    organisation: Organisation
    course: str
    title: str
    days: Sequence[int]
    start: time
    state: str
    people: int
    born: tuple[int, int]
    age_groups: tuple[str, ...]
    mode: ClassMode = ClassMode.IN_PERSON
    capacity: int = 40
    issue: bool = False


NOW = time(0)
"""Stands for a start around the moment at which the demo is loaded."""

YOUTH, STATE = Organisation.YOUTH_UNION, Organisation.PEOPLES_COMMITTEE
PLANS = (
    Plan(
        CUA_NAM,
        STATE,
        course="vneid",
        title="Lớp VNeID cho bà con tổ 1 đến tổ 4",
        days=(-24, -21, -17, -14, -10),
        start=time(8),
        state="archived",
        people=38,
        born=(1944, 1968),
        age_groups=("middle", "elder"),
        issue=True,
    ),
    Plan(
        CUA_NAM,
        YOUTH,
        course="smartphone-first-steps",
        title="Làm quen điện thoại thông minh",
        days=(-9, -6, -4, -2),
        start=time(14),
        state="finished",
        people=30,
        born=(1942, 1966),
        age_groups=("elder",),
    ),
    Plan(
        CUA_NAM,
        YOUTH,
        course="online-safety",
        title="An toàn trên mạng",
        days=(-7, -3, 0, 4),
        start=NOW,
        state="running",
        people=40,
        born=(1967, 1995),
        age_groups=("middle", "youth"),
    ),
    Plan(
        CUA_NAM,
        YOUTH,
        course="vneid",
        title="VNeID cuối tuần",
        days=(6, 13, 20),
        start=time(9),
        state="open",
        people=26,
        born=(1950, 1990),
        age_groups=("middle", "elder"),
        capacity=24,
    ),
    Plan(
        CONG_SON,
        YOUTH,
        course="smartphone-first-steps",
        title="Lớp điện thoại ở nhà văn hóa thôn",
        days=(-8, -5, -1, 3),
        start=time(19),
        state="running",
        people=36,
        born=(1948, 1985),
        age_groups=("middle", "elder"),
        mode=ClassMode.TRAVELLING,
    ),
    Plan(
        CONG_SON,
        YOUTH,
        course="online-safety",
        title="An toàn trên mạng cho thanh thiếu nhi",
        days=(10, 12),
        start=time(15),
        state="draft",
        people=30,
        born=(2008, 2012),
        age_groups=("child", "youth"),
        mode=ClassMode.HANDS_ON,
    ),
)


def is_loaded(session: Session) -> bool:
    """Whether the demo is there already."""
    return session.scalar(select(User.id).where(User.email == ACCOUNTS[0].email)) is not None


def build(session: Session, *, public_url: str, now: datetime) -> int:
    """Make the demo around today; returns how many classes. Does nothing when it is there already."""
    if is_loaded(session):
        return 0
    began = now - timedelta(days=40)
    staff = _staff(session, began)
    places = {code: _Place.make(session, code, actor=staff[key], now=began) for code, key in MANAGERS.items()}
    for number, plan in enumerate(PLANS):
        _Lesson(session, plan, places[plan.unit], staff, number).run(public_url=public_url, now=now)
    return len(PLANS)


MANAGERS = {CUA_NAM: "bithu", CONG_SON: "congson"}
TRAINERS = {CUA_NAM: "huongdan", CONG_SON: "banlech"}


def _staff(session: Session, now: datetime) -> dict[str, Actor]:
    made: dict[str, User] = {}
    for account in ACCOUNTS:
        user = accounts.create_user(session, name=account.name, email=account.email, password=PASSWORD)
        places = [units.find_unit(session, account.unit)] if account.unit else units.children(session, None)
        for place in places:
            assert place is not None
            accounts.grant_role(session, user, place, account.role, actor=SYSTEM, now=now)
        made[account.key] = user
    session.flush()
    return {key: accounts.actor_of(session, user) for key, user in made.items()}


@dataclass(frozen=True)
class _Place:
    unit: Unit
    groups: list[Unit]
    branches: dict[Organisation, Branch]
    venue: Venue

    @classmethod
    def make(cls, session: Session, code: str, *, actor: Actor, now: datetime) -> _Place:
        unit = units.find_unit(session, code)
        assert unit is not None
        ward = unit.at(local_date(now)).type is UnitType.WARD
        kind = UnitType.RESIDENTIAL_GROUP if ward else UnitType.VILLAGE
        names = [f"Tổ dân phố số {number}" for number in range(1, 7)] if ward else VILLAGES
        groups = [
            units.add_group(session, unit, name=name, type=kind, actor=actor, now=now) for name in names
        ]
        branches = {}
        today = local_date(now)
        for organisation, signatory in SIGNATORIES.items():
            texts = _branch_name(unit, organisation, today)
            branch = units.add_branch(
                session, unit, organisation=organisation, name=texts, actor=actor, now=now
            )
            proposed = asdict(certificates.proposal(branch, on=today))
            certificates.set_issuer(
                session, branch, **proposed, signatory_name=signatory, actor=actor, now=now
            )
            branches[organisation] = branch
        hall = "Nhà văn hóa phường" if ward else "Nhà văn hóa thôn Bản Lếch"
        venue = venues.add_venue(session, unit_id=unit.id, name=hall, seats=60, actor=actor, now=now)
        return cls(unit, groups, branches, venue)


SIGNATORIES = {STATE: "Trần Quốc Tuấn", YOUTH: "Nguyễn Thu Hà"}


def _branch_name(unit: Unit, organisation: Organisation, on: date) -> dict[str, str]:
    titles = {code: units.title(unit, code, on) for code in LOCALES}
    if organisation is STATE:
        return {
            "vi": f"Ủy ban nhân dân {titles['vi']}",
            "en": f"People's Committee of {titles['en']}",
            "ar": f"اللجنة الشعبية، {titles['ar']}",
        }
    return {
        "vi": f"Đoàn Thanh niên {titles['vi']}",
        "en": f"Youth Union of {titles['en']}",
        "ar": f"اتحاد الشباب، {titles['ar']}",
    }


VILLAGES = ["Bản Lếch", "Khuổi Nặm", "Nhọt Nặm", "Đông Chắn", "Pác Đây"]


class _Lesson:
    """One class from its draft to the state that the plan names."""

    def __init__(
        self, session: Session, plan: Plan, place: _Place, staff: dict[str, Actor], number: int
    ) -> None:
        self.session, self.plan, self.place, self.number = session, plan, place, number
        self.manager, self.trainer = staff[MANAGERS[plan.unit]], staff[TRAINERS[plan.unit]]
        self.helper = staff["trogiang"] if plan.unit == CUA_NAM else None
        self.dice = random.Random(number)

    def run(self, *, public_url: str, now: datetime) -> None:
        """Make the class, hold its past sessions, and bring it to its state."""
        planned_at = now - timedelta(days=35)
        course_class = self.create(planned_at, local_date(now))
        self.enrol(course_class, planned_at)
        if self.plan.state == "draft":
            return
        self.assign(course_class, planned_at)
        classes.open_class(self.session, course_class, actor=self.manager, now=planned_at)
        for meeting in sorted(course_class.sessions, key=lambda each: each.starts_at):
            if meeting.ends_at <= now:
                self.hold(course_class, meeting)
        if self.plan.state not in ("finished", "archived"):
            return
        self.observe(course_class, now - timedelta(hours=20))
        classes.finish_class(self.session, course_class, actor=self.manager, now=now - timedelta(hours=12))
        if self.plan.issue:
            certificates.issue(
                self.session,
                course_class,
                public_url=public_url,
                actor=self.manager,
                now=now - timedelta(hours=11),
            )
        if self.plan.state == "archived":
            classes.archive_class(
                self.session, course_class, actor=self.manager, now=now - timedelta(hours=10)
            )

    def create(self, planned_at: datetime, today: date) -> CourseClass:
        """The draft with its sessions."""
        plan = self.plan
        course_class = classes.create_class(
            self.session,
            unit_id=self.place.unit.id,
            branch_id=self.place.branches[plan.organisation].id,
            course_slug=plan.course,
            title={**catalogue.load(plan.course).titles, "vi": plan.title},
            age_groups=list(plan.age_groups),
            mode=plan.mode,
            capacity=plan.capacity,
            venue_id=self.place.venue.id,
            actor=self.manager,
            now=planned_at,
        )
        for offset in plan.days:
            start = plan.start if plan.start is not NOW else _around_now(planned_at + timedelta(days=35))
            classes.schedule_session(
                self.session,
                course_class,
                day=today + timedelta(days=offset),
                start=start,
                end=_later(start),
                actor=self.manager,
                now=planned_at,
            )
        return course_class

    def enrol(self, course_class: CourseClass, now: datetime) -> None:
        """Register the participants and give them places, the last ones on the waiting list."""
        highland = self.plan.unit == CONG_SON
        invented = participants(
            f"class {self.number}",
            self.plan.people,
            self.plan.born,
            groups=len(self.place.groups),
            highland=highland,
        )
        for someone in invented:
            person = self.register(someone, now)
            classes.enrol(
                self.session, course_class, person, source=EnrolmentSource.ROSTER, actor=self.manager, now=now
            )

    def register(self, someone: Invented, now: datetime) -> Person:
        """A participant who agreed to attend and to a certificate."""
        child = someone.birth.year > 2009
        data = people.PersonData(
            name=someone.name,
            birth=someone.birth,
            sex=Sex(someone.sex),
            phone=someone.phone,
            residential_group_id=self.place.groups[someone.group - 1].id,
            guardian_name="Nguyễn Văn Hùng" if child else None,
            guardian_relation="Bố" if child else None,
        )
        person = people.register_person(self.session, self.place.unit.id, data, actor=self.manager, now=now)
        for purpose in (ConsentPurpose.ATTEND, ConsentPurpose.CERTIFICATE):
            people.record_consent(
                self.session,
                person,
                purpose,
                given=True,
                method=ConsentMethod.PAPER,
                by_guardian=child,
                actor=self.manager,
                now=now,
            )
        return person

    def assign(self, course_class: CourseClass, now: datetime) -> None:
        """The trainer, and in the ward a helper."""
        for actor, role in ((self.trainer, Role.TRAINER), (self.helper, Role.HELPER)):
            if actor is not None:
                user = self.session.get_one(User, actor.id)
                classes.assign_staff(self.session, course_class, user, role, actor=self.manager, now=now)

    def hold(self, course_class: CourseClass, meeting: ClassSession) -> None:
        """Take attendance of a past session; some people come seldom."""
        moment = meeting.starts_at + timedelta(minutes=20)
        marks = []
        for index, entry in enumerate(attendance.roll(self.session, meeting)):
            weights = (2, 1, 1, 4) if index % 9 == 0 else (16, 2, 1, 1)
            status = self.dice.choices(list(AttendanceStatus)[:4], weights)[0]
            marks.append(attendance.NewMark(new_key(), meeting.id, entry.person.id, status, marked_at=moment))
        attendance.record_marks(self.session, marks, actor=self.trainer, now=moment)

    def observe(self, course_class: CourseClass, now: datetime) -> None:
        """Watch the "must" tasks; a few people need more practice."""
        results = {}
        for index, person in enumerate(classes.enrolled_people(self.session, course_class.id)):
            for task in completion.must_tasks(course_class):
                weak = index % 11 == 5
                results[person.id, task.key] = self.dice.choices(
                    list(TaskResult), (1, 2, 3) if weak else (6, 3, 0)
                )[0]
        completion.observe_tasks(self.session, course_class, results, actor=self.trainer, now=now)


def _around_now(now: datetime) -> time:
    """A start of a two-hour session that is open for marking at `now`, whatever the time of day."""
    local = now.astimezone(at_local(local_date(now), time(0)).tzinfo)
    return time(min(max((local + timedelta(minutes=30)).hour, 6), 21))


def _later(start: time) -> time:
    return start.replace(hour=start.hour + 2)
