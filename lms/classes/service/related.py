"""The classes on a person's page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.classes.models import CourseClass, Enrolment, EnrolmentState
from lms.people import service as people
from lms.people.models import Person

_STATES = {
    EnrolmentState.ENROLLED: _l("Enrolled"),
    EnrolmentState.WAITING: _l("On the waiting list"),
    EnrolmentState.WITHDRAWN: _l("Withdrawn"),
}


def classes_of(session: Session, person: Person) -> list[people.Related]:
    """The classes that a person is or was in, the newest first."""
    query = (
        select(CourseClass.id, CourseClass.title, Enrolment.state)
        .join(Enrolment, Enrolment.class_id == CourseClass.id)
        .where(Enrolment.person_id == person.id)
        .order_by(Enrolment.enrolled_at.desc())
    )
    return [
        people.Related(title, _STATES[state], "classes.show", {"class_id": class_id})
        for class_id, title, state in session.execute(query)
    ]


people.RELATED.append(classes_of)
