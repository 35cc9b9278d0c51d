"""The verbs of completion: observing tasks, deciding by the rule, and a manager's own decision."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from courses import catalogue
from courses.catalogue import MustTask
from lms import signals
from lms.accounts.models import User
from lms.attendance import service as attendance
from lms.audit import service as audit
from lms.classes.models import CourseClass, Enrolment, EnrolmentState
from lms.completion import merging as _merging  # noqa: F401 - registers the mover of decisions
from lms.completion.models import Completion, TaskObservation, TaskResult
from lms.completion.rules import Decision, Rule, decide
from lms.core.access import Actor
from lms.core.errors import DomainError
from lms.core.i18n import current_language, pick
from lms.people.models import Person

REASON_MINIMUM = 10
"""A written reason has at least this many characters: enough for a sentence, too many for a dot."""


REASON_LONGEST = 500


@dataclass(frozen=True)
class Candidate:
    """A person of a class: the rule's decision, results of observed tasks, and the manager's decision if any."""

    person: Person
    decision: Decision
    results: dict[str, TaskResult]
    override: Completion | None

    @property
    def completed(self) -> bool:
        """What holds: the manager's decision, otherwise the rule's."""
        return self.override.completed if self.override else self.decision.completed


def rule_of(course_class: CourseClass) -> Rule:
    """What a class asks for; the "must" tasks are those of its course, where the class requires them."""
    tasks = [task.key for task in must_tasks(course_class)] if course_class.tasks_required else []
    return Rule(course_class.attendance_percent, tasks)


def must_tasks(course_class: CourseClass) -> Sequence[MustTask]:
    """The "must" tasks of the class's course, in its order."""
    return catalogue.load(course_class.course_slug).must_tasks


def observe_task(
    session: Session,
    course_class: CourseClass,
    person_id: uuid.UUID,
    task: str,
    result: TaskResult,
    *,
    actor: Actor,
    now: datetime,
) -> TaskObservation:
    """Note how a person managed a task of the course.

    Raises DomainError for a task the course has not, and for people not in the class.
    """
    if task not in {each.key for each in must_tasks(course_class)}:
        raise DomainError("unknown_task", _l("This course has no such task."))
    _require_enrolled(session, course_class, person_id)
    observation = TaskObservation(
        class_id=course_class.id,
        person_id=person_id,
        task=task,
        result=result,
        observed_at=now,
        observed_by=actor.id,
    )
    session.add(observation)
    session.flush()
    return observation


def _require_enrolled(session: Session, course_class: CourseClass, person_id: uuid.UUID) -> None:
    query = select(Enrolment.id).where(
        Enrolment.class_id == course_class.id, Enrolment.person_id == person_id
    )
    if session.scalar(query) is None:
        raise DomainError("not_enrolled", _l("This person is not enrolled in the class."))


def observe_tasks(
    session: Session,
    course_class: CourseClass,
    results: dict[tuple[uuid.UUID, str], TaskResult],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Note several results at once, only those that differ from what is known; returns how many."""
    known = _results(session, course_class.id)
    enrolled = set(session.scalars(select(Enrolment.person_id).where(Enrolment.class_id == course_class.id)))
    tasks = {task.key for task in must_tasks(course_class)}
    new = [
        TaskObservation(
            class_id=course_class.id,
            person_id=person_id,
            task=task,
            result=result,
            observed_at=now,
            observed_by=actor.id,
        )
        for (person_id, task), result in results.items()
        if person_id in enrolled and task in tasks and known[person_id].get(task) != result
    ]
    session.add_all(new)
    session.flush()
    return len(new)


def _results(
    session: Session, class_id: uuid.UUID, person_ids: Sequence[uuid.UUID] | None = None
) -> dict[uuid.UUID, dict[str, TaskResult]]:
    # Observations are never rewritten: those of a person merged into another count for that other.
    person = Person.__table__.c
    query = (
        select(
            func.coalesce(person.merged_into_id, TaskObservation.person_id),
            TaskObservation.task,
            TaskObservation.result,
        )
        .join(Person.__table__, person.id == TaskObservation.person_id)
        .where(TaskObservation.class_id == class_id)
        .order_by(TaskObservation.observed_at, TaskObservation.id)
    )
    if person_ids is not None:
        query = query.where(func.coalesce(person.merged_into_id, TaskObservation.person_id).in_(person_ids))
    results: dict[uuid.UUID, dict[str, TaskResult]] = defaultdict(dict)
    for person_id, task, result in session.execute(query):
        results[person_id][task] = result
    return results


def candidates(
    session: Session, course_class: CourseClass, person_ids: Sequence[uuid.UUID] | None = None
) -> list[Candidate]:
    """Everybody enrolled (of ``person_ids`` if given), in Vietnamese order, with the decision and its reasons. As many
    queries whatever the size.
    """
    rule = rule_of(course_class)
    counts = attendance.attendance_counts(session, course_class.id, person_ids)
    results = _results(session, course_class.id, person_ids)
    overrides = {
        row.person_id: row
        for row in session.scalars(
            select(Completion).where(Completion.class_id == course_class.id, Completion.overridden)
        )
    }
    query = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.class_id == course_class.id, Enrolment.state == EnrolmentState.ENROLLED)
        .order_by(Person.name_sort, Person.birth_year, Person.id)
        .options(joinedload(Person.residential_group))
    )
    if person_ids is not None:
        query = query.where(Person.id.in_(person_ids))
    found = []
    for person in session.scalars(query):
        count = counts.get(person.id)
        if count is None:  # enrolled since the attendance was counted
            continue
        decision = decide(rule, attended=count.attended, held=count.held, results=results[person.id])
        found.append(Candidate(person, decision, results[person.id], overrides.get(person.id)))
    return found


def decide_class(
    session: Session, course_class: CourseClass, *, actor: Actor, now: datetime
) -> list[Candidate]:
    """Write down the decision for everybody; a manager's own decisions stay."""
    # Two people may decide at the same time: the second waits for the first (on SQLite writers do anyway).
    session.execute(select(CourseClass.id).where(CourseClass.id == course_class.id).with_for_update())
    found = candidates(session, course_class)
    session.execute(
        delete(Completion).where(Completion.class_id == course_class.id, Completion.overridden.is_(False))
    )
    session.add_all(
        Completion(
            class_id=course_class.id,
            person_id=candidate.person.id,
            completed=candidate.decision.completed,
            figures=candidate.decision.figures(),
            decided_at=now,
            decided_by=actor.id,
        )
        for candidate in found
        if candidate.override is None
    )
    session.flush()
    completed = sum(candidate.completed for candidate in found)
    audit.record(
        session,
        "completion.decided",
        actor=actor,
        now=now,
        subject=course_class,
        completed=completed,
        people=len(found),
    )
    signals.send_after_commit(session, signals.class_completed, class_id=course_class.id, completed=completed)
    return found


def override(
    session: Session,
    course_class: CourseClass,
    person_id: uuid.UUID,
    *,
    completed: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Completion:
    """A manager decides for one person, against or without the rule, with a written reason."""
    reason = " ".join(reason.split())
    if not REASON_MINIMUM <= len(reason) <= REASON_LONGEST:
        raise DomainError(
            "reason_missing",
            _l(
                "Please write the reason in a sentence of at most 500 characters; it is kept with the decision."
            ),
            field="reason",
        )
    candidate = next(
        (each for each in candidates(session, course_class) if each.person.id == person_id), None
    )
    if candidate is None:
        raise DomainError("not_enrolled", _l("This person is not enrolled in the class."))
    row = session.get(Completion, (course_class.id, person_id))
    if row is None:
        row = Completion(class_id=course_class.id, person_id=person_id)
        session.add(row)
    row.completed, row.overridden, row.override_reason = completed, True, reason
    row.figures, row.decided_at, row.decided_by = candidate.decision.figures(), now, actor.id
    session.flush()
    audit.record(
        session,
        "completion.overridden",
        actor=actor,
        now=now,
        subject=course_class,
        person_id=person_id.hex,
        completed=completed,
    )
    return row


def withdraw_override(
    session: Session, course_class: CourseClass, person_id: uuid.UUID, *, actor: Actor, now: datetime
) -> None:
    """Let the rule decide again for one person."""
    row = session.get(Completion, (course_class.id, person_id))
    if row is None or not row.overridden:
        raise DomainError("no_override", _l("The rule already decides for this person."))
    session.delete(row)
    session.flush()
    audit.record(
        session,
        "completion.override_withdrawn",
        actor=actor,
        now=now,
        subject=course_class,
        person_id=person_id.hex,
    )


# --- shown ---------------------------------------------------------------------------------------


def reasons(course_class: CourseClass, decision: Decision) -> list[str]:
    """Why the rule decided as it did, in sentences of the language in force."""
    if not decision.held:
        return [gettext("No session has been held yet.")]
    sentences = [
        ngettext(
            "%(attended)s of %(num)s session; %(needed)s needed.",
            "%(attended)s of %(num)s sessions; %(needed)s needed.",
            decision.held,
            attended=decision.attended,
            needed=decision.needed,
        )
    ]
    if decision.missing_tasks:
        texts = {task.key: pick(task.texts) for task in must_tasks(course_class)}
        missing = ("؛ " if current_language() == "ar" else "; ").join(
            texts[key] for key in decision.missing_tasks
        )
        sentences.append(gettext("Not yet seen doing: %(tasks)s.", tasks=missing))
    elif decision.tasks_needed:
        sentences.append(
            ngettext(
                "The task of the course was seen.",
                "All %(num)s tasks of the course were seen.",
                decision.tasks_needed,
            )
        )
    return sentences


def deciders(session: Session, found: Sequence[Candidate]) -> dict[uuid.UUID, str]:
    """The names of the staff who decided against or without the rule, by their key."""
    ids = {each.override.decided_by for each in found if each.override and each.override.decided_by}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs for the type checker
