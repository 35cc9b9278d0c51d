"""The verbs of rosters: what a list would do, taking it over in one transaction, and the list of a class."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO, Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from lms.audit import service as audit
from lms.classes import service as classes
from lms.classes.models import CourseClass, Enrolment, EnrolmentSource, EnrolmentState
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.core.keys import new_key
from lms.people import service as people
from lms.people.models import Person, Sex
from lms.people.service import PersonData
from lms.rosters.headings import has_name, recognise_columns
from lms.rosters.matching import Known, Match, People
from lms.rosters.places import place_key
from lms.rosters.reading import Table, UnreadableRoster, read_table
from lms.rosters.rules import Problem, RosterRow, check_table
from lms.rosters.writing import Column, Value, write_table
from lms.units.models import Unit
from translations.locales import Locale
from translations.names import fold
from translations.partial_dates import PartialDate

Choice = Literal["same", "new"]
NAMES_IN_ONE_QUERY = 5000
SAMPLE_ROWS = 20
"""How many rows show what an unheaded column holds."""


@dataclass(frozen=True)
class LikelyDuplicate:
    """A row that looks like somebody: a person of the register, or the person of an earlier row.

    ``taken_as``: "same" enrols the other one, "new" adds the row as a person of its own.
    """

    row: RosterRow
    other: Known
    other_row: int | None
    enrolled: bool
    taken_as: Choice

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "row": self.row.number,
            "name": self.row.name,
            "looks_like": None if self.other_row else str(self.other.person_id),
            "looks_like_row": self.other_row,
            "taken_as": self.taken_as,
        }


@dataclass
class RosterReport:
    """What a list does, or would do. Row numbers are those of the file."""

    headings: tuple[str, ...]
    columns: dict[str, int]
    rows: int = 0
    added: int = 0
    waiting: int = 0
    known: list[RosterRow] = field(default_factory=list)
    likely: list[LikelyDuplicate] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    without_guardian: int = 0

    @property
    def bad_rows(self) -> int:
        """How many rows have a problem."""
        return len({problem.row for problem in self.problems})

    def as_json(self) -> dict[str, Any]:
        """For programs: what was (or would be) added, what was known already, and what is wrong."""
        return {
            "added": self.added,
            "known": len(self.known),
            "likely_duplicates": [likely.as_json() for likely in self.likely],
            "bad": [
                {
                    "row": problem.row,
                    "column": problem.column,
                    "reason": problem.sentence(_),
                    "code": problem.code,
                }
                for problem in self.problems
            ],
        }


@dataclass
class _Plan:
    report: RosterReport
    new: dict[uuid.UUID, RosterRow] = field(default_factory=dict)
    enrol: list[uuid.UUID] = field(default_factory=list)


def read(data: bytes, filename: str = "") -> Table:
    """The table in a file. Raises DomainError with the reason for a file that cannot be read."""
    try:
        return read_table(data, filename)
    except UnreadableRoster as error:
        message = _l(error.message, **error.values)
        raise DomainError(f"roster_{error.code}", message, field="file") from error


def preview(
    session: Session,
    course_class: CourseClass,
    table: Table,
    *,
    mapping: Mapping[str, int | None] | None = None,
    choices: Mapping[int, Choice] | None = None,
    now: datetime,
) -> RosterReport:
    """What importing a table into a class would do; nothing is written.

    ``mapping`` says by hand which column (from 0) holds which field of ``headings.FIELDS``, None for no
    column. ``choices`` says of likely duplicates, by row number, whether they are the same person or a new
    one. Raises DomainError "no_name_column".
    """
    return _plan(session, course_class, table, mapping, choices or {}, now).report


def import_roster(
    session: Session,
    course_class: CourseClass,
    table: Table,
    *,
    mapping: Mapping[str, int | None] | None = None,
    choices: Mapping[int, Choice] | None = None,
    actor: Actor,
    now: datetime,
) -> RosterReport:
    """Take the good rows of a table over: new people into the register, and everybody into the class.

    The number of statements does not grow with the rows. The same table again adds nothing. Raises
    DomainError "no_name_column", "class_closed".
    """
    # One list at a time into a class, so that a file sent twice at once counts once.
    session.execute(select(CourseClass.id).where(CourseClass.id == course_class.id).with_for_update())
    plan = _plan(session, course_class, table, mapping, choices or {}, now)
    unit_id = people.commune_of(session, course_class.unit_id)
    groups = _groups(session, unit_id)
    rows = [
        {
            "id": person_id,
            "unit_id": unit_id,
            "created_at": now,
            "merged_into_id": None,
            **_columns(row, groups),
        }
        for person_id, row in plan.new.items()
    ]
    if rows:
        session.execute(insert(Person.__table__), rows)  # type: ignore[arg-type]
    done = classes.enrol_many(
        session, course_class, plan.enrol, source=EnrolmentSource.ROSTER, actor=actor, now=now
    )
    report = replace(plan.report, waiting=done.waiting)
    audit.record(
        session,
        "roster.imported",
        actor=actor,
        now=now,
        subject=course_class,
        new_people=len(rows),
        added=report.added,
        known=len(report.known),
        likely=len(report.likely),
        bad=report.bad_rows,
    )
    session.flush()
    return report


# --- deciding about each row --------------------------------------------------------------------------------


def _plan(
    session: Session,
    course_class: CourseClass,
    table: Table,
    mapping: Mapping[str, int | None] | None,
    choices: Mapping[int, Choice],
    now: datetime,
) -> _Plan:
    sample = [row.cells for row in table.rows[:SAMPLE_ROWS]]
    columns = recognise_columns(table.headings, rows=sample, by_hand=mapping)
    if not has_name(columns):
        raise DomainError("no_name_column", _l("Please say which column holds the names."))
    checked = check_table(table, columns, today=local_date(now))
    report = RosterReport(table.headings, columns, problems=checked.problems)
    report.rows = len(checked.rows) + checked.bad_rows
    plan = _Plan(report)
    unit_id = people.commune_of(session, course_class.unit_id)
    groups = _groups(session, unit_id)
    folded = {row.number: fold(row.name) for row in checked.rows}
    register = People(_candidates(session, unit_id, set(folded.values()), groups))
    before = _enrolled(session, course_class)
    enrolled = set(before)
    in_file: dict[uuid.UUID, int] = {}
    for row in checked.rows:
        group = groups.get(place_key(row.place))
        place = group.latest.name_vi if group else row.place
        match = register.match(row.name, row.birth, row.phone, place, unit_id, folded=folded[row.number])
        person_id = _decide(plan, row, match, register, before, in_file, choices)
        if person_id is None:
            person_id = new_key()
            plan.new[person_id] = row
            in_file[person_id] = row.number
            known = Known(person_id, row.name, row.birth, row.phone, place, unit_id, folded[row.number])
            register.add(known)
            report.without_guardian += people.needs_guardian(row.birth, row.guardian, now=now)
        if person_id in enrolled:
            report.known.append(row)
        else:
            enrolled.add(person_id)
            plan.enrol.append(person_id)
    report.added = len(plan.enrol)
    report.waiting = max(report.added - classes.free_places(session, course_class), 0)
    return plan


def _decide(
    plan: _Plan,
    row: RosterRow,
    match: Match,
    register: People,
    before: frozenset[uuid.UUID],
    in_file: Mapping[uuid.UUID, int],
    choices: Mapping[int, Choice],
) -> uuid.UUID | None:
    """The person that a row is; None when it is somebody new.

    Without a choice, somebody who looks like a person of this very class is that person (so that a list sent
    again adds nobody), and anybody else is new: a record too many can be merged later, a person left out is
    lost.
    """
    person_id: Any = match.person_id
    if match.kind != "likely":
        return person_id
    in_class = person_id in before
    taken_as = choices.get(row.number, "same" if in_class else "new")
    other = register.person(person_id)
    plan.report.likely.append(LikelyDuplicate(row, other, in_file.get(person_id), in_class, taken_as))
    return person_id if taken_as == "same" else None


def _candidates(
    session: Session, unit_id: uuid.UUID, folded: Collection[str], groups: Mapping[str, Unit]
) -> Iterator[Known]:
    """The people of the commune whose folded name is on the list; one merged away counts as the kept one."""
    kept = _kept_ids(session, unit_id)
    places: dict[uuid.UUID | None, str] = {group.id: group.latest.name_vi for group in groups.values()}
    found = (
        select(
            Person.id,
            Person.name,
            Person.birth_year,
            Person.birth_month,
            Person.birth_day,
            Person.phone,
            Person.residential_group_id,
            Person.place,
            Person.name_folded,
        )
        .where(Person.unit_id == unit_id)
        .order_by(Person.id)
    )
    for names in _batched(sorted(folded), NAMES_IN_ONE_QUERY):
        for row in session.execute(found.where(Person.name_folded.in_(names))):
            key, name, year, month, day, phone, group_id, place, folded_name = row
            birth = PartialDate(year, month, day) if year else None
            place = places.get(group_id) or place
            yield Known(kept.get(key, key), name, birth, phone, place, unit_id, folded_name)


def _batched(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Consecutive parts of at most ``size`` values."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _kept_ids(session: Session, unit_id: uuid.UUID) -> dict[uuid.UUID, uuid.UUID]:
    """Of every merged person of a unit, who it is now."""
    query = select(Person.id, Person.merged_into_id).where(
        Person.unit_id == unit_id, Person.merged_into_id.is_not(None)
    )
    into = {key: target for key, target in session.execute(query) if target}
    kept = {}
    for key, target in into.items():
        while target in into:
            target = into[target]
        kept[key] = target
    return kept


def _enrolled(session: Session, course_class: CourseClass) -> frozenset[uuid.UUID]:
    """Everybody with an enrolment; who withdrew is not brought back by a list."""
    query = select(Enrolment.person_id).where(Enrolment.class_id == course_class.id)
    return frozenset(session.scalars(query))


def _groups(session: Session, unit_id: uuid.UUID) -> dict[str, Unit]:
    """The residential groups of a commune by the key of their name."""
    query = select(Unit).where(Unit.parent_id == unit_id).options(selectinload(Unit.periods))
    return {place_key(period.name_vi): unit for unit in session.scalars(query) for period in unit.periods}


def _columns(row: RosterRow, groups: Mapping[str, Unit]) -> dict[str, Any]:
    group = groups.get(place_key(row.place))
    note = "; ".join(text for text in (row.note, row.email) if text)
    data = PersonData(
        name=row.name,
        birth=row.birth,
        sex=Sex(row.sex) if row.sex else None,
        phone=row.phone,
        residential_group_id=group.id if group else None,
        place=None if group else row.place,
        guardian_name=row.guardian,
        guardian_phone=row.guardian_phone,
        note=note or None,
    )
    return people.columns(data)


# --- the list of a class ------------------------------------------------------------------------------------


def export_roster(
    session: Session,
    course_class: CourseClass,
    file: BinaryIO,
    kind: Literal["xlsx", "csv"],
    *,
    locale: Locale,
    actor: Actor,
    now: datetime,
) -> int:
    """Write the people of a class to a binary file, in Vietnamese order; returns how many.

    Headings are those that an import recognises. Sensitive facts and notes are never in it. Recorded in the
    audit log.
    """
    query = (
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.class_id == course_class.id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .options(selectinload(Person.residential_group))
        .order_by(Person.name_sort, Person.id)
    )
    found = session.execute(query).all()
    write_table(
        file,
        kind,
        _export_columns(),
        map(_export_row, enumerate(found, 1)),
        locale=locale,
        title=course_class.code,
    )
    audit.record(
        session, "roster.exported", actor=actor, now=now, subject=course_class, people=len(found), kind=kind
    )
    session.flush()
    return len(found)


def _export_columns() -> list[Column]:
    return [
        Column(_("No."), 6),
        Column(_("Full name"), 28),
        Column(_("Date of birth"), 14),
        Column(_("Sex"), 10),
        Column(_("Phone number"), 16),
        Column(_("Residential group"), 22),
        Column(_("Guardian"), 28),
        Column(_("Guardian's phone"), 16),
        Column(_("Place in the class"), 18),
    ]


def _export_row(numbered: tuple[int, tuple[Enrolment, Person]]) -> list[Value]:
    number, (enrolment, person) = numbered
    group = person.residential_group
    return [
        number,
        person.name,
        person.birth,
        {Sex.FEMALE: _("Female"), Sex.MALE: _("Male"), None: ""}[person.sex],
        person.phone,
        group.latest.name_vi if group else person.place,
        person.guardian_name,
        person.guardian_phone,
        _("On the waiting list") if enrolment.state is EnrolmentState.WAITING else _("Enrolled"),
    ]
