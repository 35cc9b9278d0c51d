"""Who has a place in a class, and who waits for one."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit import service as audit
from lms.classes.models import CourseClass, Enrolment, EnrolmentSource, EnrolmentState
from lms.classes.service.states import refuse_closed
from lms.core.access import Actor
from lms.core.errors import DomainError
from lms.people.models import Person


def enrol(
    session: Session,
    course_class: CourseClass,
    person: Person,
    *,
    source: EnrolmentSource | str,
    beyond_capacity: bool = False,
    actor: Actor,
    now: datetime,
) -> Enrolment:
    """Give a person a place, or one on the waiting list when the class is full.

    Somebody who withdrew goes to the end. ``beyond_capacity`` is for who sits in the room already, also
    when the person was on the waiting list.
    Raises DomainError "already_enrolled", "class_closed".
    """
    refuse_closed(course_class)
    lock_list(session, course_class)
    enrolment = _enrolment_of(session, course_class.id, person.id)
    waiting_here = beyond_capacity and enrolment is not None and enrolment.state is EnrolmentState.WAITING
    if enrolment is not None and enrolment.state is not EnrolmentState.WITHDRAWN and not waiting_here:
        raise DomainError(
            "already_enrolled",
            _l("This person is already in the class or on its waiting list."),
            status=409,
            field="person",
        )
    full = _count(session, course_class, EnrolmentState.ENROLLED) >= course_class.capacity
    waits = not beyond_capacity and (full or _anybody_waits(session, course_class))
    if enrolment is None:
        enrolment = Enrolment(class_id=course_class.id, person_id=person.id)
        session.add(enrolment)
    enrolment.source = EnrolmentSource(source)
    enrolment.state = EnrolmentState.WAITING if waits else EnrolmentState.ENROLLED
    enrolment.enrolled_at = now
    session.flush()
    audit.record(
        session,
        "class.enrolled",
        actor=actor,
        now=now,
        subject=enrolment,
        unit_id=course_class.unit_id,
        state=enrolment.state.value,
    )
    return enrolment


def withdraw(session: Session, enrolment: Enrolment, *, actor: Actor, now: datetime) -> list[Enrolment]:
    """Take a person out of a class or off its waiting list; the first in waiting move up and are returned.

    Raises DomainError "not_enrolled", "class_closed".
    """
    course_class = enrolment.course_class
    refuse_closed(course_class)
    lock_list(session, course_class)
    if enrolment.state is EnrolmentState.WITHDRAWN:
        raise DomainError("not_enrolled", _l("This person has already left the class."), status=409)
    enrolment.state = EnrolmentState.WITHDRAWN
    session.flush()
    audit.record(
        session, "class.withdrawn", actor=actor, now=now, subject=enrolment, unit_id=course_class.unit_id
    )
    return fill_places(session, course_class, actor=actor, now=now)


def restore_enrolment(
    session: Session,
    enrolment: Enrolment,
    *,
    state: EnrolmentState,
    moved_up: uuid.UUID | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Undo a withdrawal: the person is back as before, and whoever moved up for it waits again.

    ``moved_up`` is the enrolment that ``withdraw`` returned. Raises DomainError "already_enrolled", "class_closed".
    """
    course_class = enrolment.course_class
    refuse_closed(course_class)
    lock_list(session, course_class)
    if enrolment.state is not EnrolmentState.WITHDRAWN:
        raise DomainError(
            "already_enrolled", _l("This person is already in the class or on its waiting list."), status=409
        )
    enrolment.state = state
    successor = session.scalar(
        select(Enrolment).where(Enrolment.id == moved_up, Enrolment.class_id == course_class.id)
    )
    if successor is not None and successor.state is EnrolmentState.ENROLLED:
        successor.state = EnrolmentState.WAITING
    session.flush()
    audit.record(
        session,
        "class.withdrawal_undone",
        actor=actor,
        now=now,
        subject=enrolment,
        unit_id=course_class.unit_id,
    )


def fill_places(
    session: Session, course_class: CourseClass, *, actor: Actor, now: datetime
) -> list[Enrolment]:
    """Give free places to the first in waiting, in the order in which they came; returns who moved up."""
    free = course_class.capacity - _count(session, course_class, EnrolmentState.ENROLLED)
    if free <= 0:
        return []
    waiting = (
        select(Enrolment)
        .where(Enrolment.class_id == course_class.id, Enrolment.state == EnrolmentState.WAITING)
        .order_by(Enrolment.enrolled_at, Enrolment.id)
        .limit(free)
    )
    moved = list(session.scalars(waiting))
    for enrolment in moved:
        enrolment.state = EnrolmentState.ENROLLED
        audit.record(
            session, "class.moved_up", actor=actor, now=now, subject=enrolment, unit_id=course_class.unit_id
        )
    session.flush()
    return moved


def enrolled_people(session: Session, class_id: uuid.UUID) -> list[Person]:
    """The people with a place, in the order of Vietnamese class lists."""
    query = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.ENROLLED)
    )
    return sorted(
        session.scalars(query), key=lambda person: (person.name_sort, person.birth_year or 0, person.id)
    )


def lock_list(session: Session, course_class: CourseClass) -> None:
    """Make other writers of this class's list wait, so that the last place is given once."""
    session.execute(select(CourseClass.id).where(CourseClass.id == course_class.id).with_for_update())


def _count(session: Session, course_class: CourseClass, state: EnrolmentState) -> int:
    query = select(func.count()).where(Enrolment.class_id == course_class.id, Enrolment.state == state)
    return session.scalar(query) or 0


def _anybody_waits(session: Session, course_class: CourseClass) -> bool:
    return _count(session, course_class, EnrolmentState.WAITING) > 0


def _enrolment_of(session: Session, class_id: uuid.UUID, person_id: uuid.UUID) -> Enrolment | None:
    query = select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.person_id == person_id)
    return session.scalar(query)
