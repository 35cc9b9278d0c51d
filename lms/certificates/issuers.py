"""What branches print on their certificates: set up, proposed at first, and looked at before issuing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.audit import service as audit
from lms.certificates import appearance, headings, printing, showing
from lms.certificates.models import Issuer
from lms.classes.models import CourseClass
from lms.core.access import Actor
from lms.core.clock import local_date
from lms.core.errors import DomainError
from lms.units import service as units
from lms.units.models import Branch, Unit, UnitPeriod
from translations import names


def proposal(branch: Branch, *, on: date) -> headings.Proposal:
    """What a branch prints unless it changes it."""
    unit = branch.unit
    above = _place(unit.parent, on) if unit.parent is not None else None
    return headings.proposal(branch.organisation.value, branch.name, _place(unit, on), above)


def _place(unit: Unit, on: date) -> headings.Place:
    period = unit.at(on)
    return headings.Place(
        title={code: units.title(unit, code, on) for code in ("vi", "en", "ar")},
        name={"vi": period.name_vi, "en": period.name_en, "ar": period.name_ar or period.name_vi},
    )


def set_issuer(
    session: Session,
    branch: Branch,
    *,
    design: str,
    number_symbol: str,
    heading: dict[str, list[str]],
    certifier: dict[str, str],
    place: dict[str, str],
    signatory_position: dict[str, list[str]],
    signatory_name: str,
    actor: Actor,
    now: datetime,
) -> Issuer:
    """Write down what a branch prints on its certificates. Papers already issued keep what they have.

    Raises DomainError when a line does not fit the design, before anybody waits for a certificate.
    """
    if design not in {each.name for each in appearance.designs(session, branch.unit_id)}:
        raise DomainError("unknown_design", _l("There is no such design."), field="design")
    issuer = session.get(Issuer, branch.id)
    if issuer is None:
        issuer = Issuer(branch_id=branch.id, unit_id=branch.unit_id)
    issuer.branch = branch
    issuer.design, issuer.number_symbol = design, names.clean(number_symbol)
    issuer.heading, issuer.certifier, issuer.place = heading, certifier, place
    issuer.signatory_position, issuer.signatory_name = signatory_position, names.clean(signatory_name)
    refusal = printing.why_not_printable(issuer, printing.specimen_line(issuer, on=local_date(now)))
    if refusal is not None:
        field = refusal.reasons[0].field or ""
        raise DomainError("not_printable", showing.sentence(refusal), field=showing.ISSUER_FIELDS.get(field))
    session.add(issuer)
    session.flush()
    audit.record(session, "issuer.set", actor=actor, now=now, unit_id=branch.unit_id, subject=branch)
    return issuer


def issuer_of(session: Session, course_class: CourseClass) -> Issuer | None:
    """What the class's branch prints, if it has been written down."""
    query = (
        select(Issuer).where(Issuer.branch_id == course_class.branch_id).options(joinedload(Issuer.branch))
    )
    return session.scalar(query)


def branches(text: str = "") -> Select[Any]:
    """The branches that this session may see, by a part of their unit's name; in the order of the units' codes."""
    unit = joinedload(Branch.unit).joinedload(Unit.parent)
    query = select(Branch).join(Unit, Unit.id == Branch.unit_id).order_by(Unit.code, Branch.id).options(unit)
    if text := names.clean(text):
        folded = select(UnitPeriod.unit_id).where(
            UnitPeriod.folded.contains(names.fold(text), autoescape=True)
        )
        query = query.where(Branch.unit_id.in_(folded))
    return query


def unit_title(branch: Branch, language: str, on: date) -> str:
    """The unit of a branch, with the one above: "phường Cửa Nam, thành phố Hà Nội"."""
    return units.full_title(branch.unit, language, on)
