"""Who teaches and helps in a class."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Grant, User
from lms.audit import service as audit
from lms.classes.models import ClassStaff, CourseClass
from lms.classes.service.states import refuse_closed
from lms.core.access import OWN_CLASS_ROLES, Actor, Role, public_rows
from lms.core.errors import DomainError
from lms.units.models import UnitClosure
from translations import names

CAN_BE = {
    Role.TRAINER: Role.TRAINER,
    Role.MANAGER: Role.TRAINER,
    Role.ADMIN: Role.TRAINER,
    Role.HELPER: Role.HELPER,
}
"""What somebody with a role at the unit can be in a class."""


def assign_staff(
    session: Session, course_class: CourseClass, user: User, role: Role | str, *, actor: Actor, now: datetime
) -> ClassStaff:
    """Make somebody trainer or helper of a class; again with another role changes the role.

    Raises DomainError "wrong_role", "not_staff_here" (without that role at the unit the class would stay hidden from
    them), "class_closed".
    """
    role = Role(role)
    if role not in OWN_CLASS_ROLES:
        raise DomainError("wrong_role", _l("Please choose trainer or helper."), field="staff")
    refuse_closed(course_class)
    if (user.id, role) not in {
        (each.id, may_be) for each, may_be in possible_staff(session, [course_class.unit_id])
    }:
        raise DomainError(
            "not_staff_here",
            _l(
                "This person has no such role in this unit yet. Please give the role on the page of staff first."
            ),
            field="staff",
        )
    member = next((each for each in course_class.staff if each.user_id == user.id), None)
    if member is None:
        member = ClassStaff(user_id=user.id, user=user, role=role, added_at=now)
        course_class.staff.append(member)
    member.role = role
    session.flush()
    audit.record(
        session,
        "class.staff_added",
        actor=actor,
        now=now,
        subject=course_class,
        user=str(user.id),
        role=role.value,
    )
    return member


def possible_staff(session: Session, unit_ids: Collection[uuid.UUID]) -> list[tuple[User, Role]]:
    """Who can teach or help in classes of the units, as which; a manager there can teach as well. By name."""
    above = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id.in_(unit_ids))
    query: Any = (
        select(User, Grant.role)
        .join(Grant, Grant.user_id == User.id)
        .where(User.active, Grant.unit_id.in_(above), Grant.role.in_(CAN_BE))
    )
    found: Any = session.execute(public_rows(query)).all()
    pairs = {(user, CAN_BE[role]) for user, role in found}
    return sorted(pairs, key=lambda pair: (names.sort_text(pair[0].name), pair[1] is Role.HELPER))


def remove_staff(
    session: Session, course_class: CourseClass, member: ClassStaff, *, actor: Actor, now: datetime
) -> None:
    """Take a trainer or helper off a class. Raises DomainError "class_closed"."""
    refuse_closed(course_class)
    course_class.staff.remove(member)
    session.flush()
    audit.record(
        session, "class.staff_removed", actor=actor, now=now, subject=course_class, user=str(member.user_id)
    )
