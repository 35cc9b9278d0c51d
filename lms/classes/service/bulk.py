"""Many people enrolled at once, as a list brings them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.audit import service as audit
from lms.classes.models import CourseClass, Enrolment, EnrolmentSource, EnrolmentState
from lms.classes.service.enrolments import lock_list
from lms.classes.service.states import refuse_closed
from lms.core.access import Actor
from lms.core.keys import new_key


@dataclass(frozen=True)
class BulkEnrolment:
    """How many of the people got a place, and how many are on the waiting list now."""

    enrolled: int
    waiting: int


def enrol_many(
    session: Session,
    course_class: CourseClass,
    person_ids: Sequence[uuid.UUID],
    *,
    source: EnrolmentSource,
    actor: Actor,
    now: datetime,
) -> BulkEnrolment:
    """Give people places in the order given, and those beyond the capacity one on the waiting list.

    Nobody may have an enrolment in the class yet, not even a withdrawn one. A constant number of statements.
    Raises DomainError "class_closed".
    """
    refuse_closed(course_class)
    lock_list(session, course_class)
    free = free_places(session, course_class)
    states = [EnrolmentState.ENROLLED] * free + [EnrolmentState.WAITING] * max(len(person_ids) - free, 0)
    rows = [
        {
            "id": new_key(),
            "class_id": course_class.id,
            "person_id": person_id,
            "state": state,
            "source": source,
            "enrolled_at": now,
        }
        for person_id, state in zip(person_ids, states, strict=False)
    ]
    if not rows:
        return BulkEnrolment(0, 0)
    session.execute(insert(Enrolment.__table__), rows)  # type: ignore[arg-type]
    done = BulkEnrolment(min(free, len(rows)), max(len(rows) - free, 0))
    audit.record(
        session,
        "class.enrolled_many",
        actor=actor,
        now=now,
        subject=course_class,
        enrolled=done.enrolled,
        waiting=done.waiting,
    )
    return done


def free_places(session: Session, course_class: CourseClass) -> int:
    """How many people still get a place at once: none while somebody waits."""
    query = (
        select(Enrolment.state, func.count())
        .where(Enrolment.class_id == course_class.id)
        .group_by(Enrolment.state)
    )
    counts = dict(session.execute(query).all())
    if counts.get(EnrolmentState.WAITING):
        return 0
    return max(course_class.capacity - counts.get(EnrolmentState.ENROLLED, 0), 0)
