"""How classes stand: the figures of a class page and what is to be done next, in a constant number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.accounts.models import User
from lms.classes import rules
from lms.classes.models import ClassSession, ClassStaff, CourseClass, Enrolment, EnrolmentState, SessionState
from lms.classes.service.states import has_place
from lms.core.access import Role
from lms.core.clock import local_date

Counter = Callable[[Session, Sequence[uuid.UUID]], Mapping[uuid.UUID, Mapping[str, int]]]

FIGURES: list[Counter] = []
"""Counts of classes that features above this one know: (session, class ids) -> {class id: {name: count}}.

Names: "came" and "marked" (marks of attendance), "decided" and "completed" (people), "certificates" (that hold), and
"due" (people who completed and have none that holds).
"""


@dataclass(frozen=True)
class Step:
    """One thing to be done for a class: a code of ``rules.next_steps``, and the session it is about, if any."""

    code: str
    session_id: uuid.UUID | None = None


@dataclass(frozen=True)
class ClassSummary:
    """A class at a glance. ``state`` is the one that holds now; ``rate`` is the share of marks that say "came"."""

    course_class: CourseClass
    state: str
    next_session: ClassSession | None
    trainers: list[User]
    helpers: list[User]
    enrolled: int
    waiting: int
    sessions: int
    held: int
    rate: float | None
    decided: int
    completed: int
    certificates: int
    steps: list[Step] = field(default_factory=list)

    @property
    def capacity(self) -> int:
        """Places of the class."""
        return self.course_class.capacity


def summary(session: Session, course_class: CourseClass, *, now: datetime) -> ClassSummary:
    """How one class stands."""
    return summaries(session, [course_class], now=now)[0]


def summaries(session: Session, classes: Sequence[CourseClass], *, now: datetime) -> list[ClassSummary]:
    """How each class stands, in the given order; the number of queries does not depend on how many there are."""
    ids = [course_class.id for course_class in classes]
    _load(session, ids)
    people = _people_counts(session, ids)
    figures: dict[uuid.UUID, dict[str, int]] = {key: {} for key in ids}
    for counter in FIGURES:
        for key, counts in counter(session, ids).items():
            figures[key].update(counts)
    return [_summary(each, people.get(each.id, {}), figures[each.id], now) for each in classes]


def _load(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Bring sessions, staff and venues of the classes into the session at once."""
    query = (
        select(CourseClass)
        .where(CourseClass.id.in_(ids))
        .options(
            selectinload(CourseClass.sessions).joinedload(ClassSession.venue),
            selectinload(CourseClass.staff).joinedload(ClassStaff.user),
            selectinload(CourseClass.venue),
        )
    )
    session.scalars(query).all()


def _people_counts(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    query = (
        select(Enrolment.class_id, Enrolment.state, func.count())
        .where(Enrolment.class_id.in_(ids))
        .group_by(Enrolment.class_id, Enrolment.state)
    )
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for class_id, state, number in session.execute(query):
        counts.setdefault(class_id, {})[state.value] = number
    return counts


def _summary(
    course_class: CourseClass, people: Mapping[str, int], figures: Mapping[str, int], now: datetime
) -> ClassSummary:
    meetings = [each for each in course_class.sessions if each.state is not SessionState.CANCELLED]
    ahead = [each for each in meetings if each.state is SessionState.PLANNED and each.ends_at > now]
    unmarked = [each for each in meetings if needs_attendance(each, now)]
    first = min((each.starts_at for each in meetings), default=None)
    state = rules.state_at(course_class.state, first, now)
    trainers = [each.user for each in course_class.staff if each.role is Role.TRAINER]
    held = sum(each.state is SessionState.HELD for each in meetings)
    marked = figures.get("marked", 0)
    facts = rules.ClassFacts(
        state=state,
        sessions=len(meetings),
        sessions_ahead=len(ahead),
        sessions_held=held,
        sessions_unmarked=len(unmarked),
        trainers=len(trainers),
        has_place=has_place(course_class),
        enrolled=people.get(EnrolmentState.ENROLLED, 0),
        waiting=people.get(EnrolmentState.WAITING, 0),
        capacity=course_class.capacity,
        decided=figures.get("decided", 0),
        certificates_due=figures.get("due", 0),
    )
    about = {"take_attendance": unmarked[0].id} if unmarked else {}
    return ClassSummary(
        course_class=course_class,
        state=state,
        next_session=ahead[0] if ahead else None,
        trainers=trainers,
        helpers=[each.user for each in course_class.staff if each.role is Role.HELPER],
        enrolled=facts.enrolled,
        waiting=facts.waiting,
        sessions=len(meetings),
        held=held,
        rate=figures.get("came", 0) / marked if marked else None,
        decided=facts.decided,
        completed=figures.get("completed", 0),
        certificates=figures.get("certificates", 0),
        steps=[Step(code, about.get(code)) for code in rules.next_steps(facts)],
    )


def needs_attendance(meeting: ClassSession, now: datetime) -> bool:
    """Whether attendance is to be taken: the session has begun or is today, and nobody was marked yet."""
    today = meeting.local_date <= local_date(now)
    return meeting.state is SessionState.PLANNED and today
