"""The register of certificates: numbers without gaps, frozen copies, and what happened to each."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.classes.models import staffed
from lms.core.access import Scope, Scoped
from lms.core.append_only import append_only
from lms.core.db import Keyed, Model, choice, sort_text
from lms.units.models import Branch, UnitScoped, below


class Issuer(UnitScoped, Model):
    """What a branch prints on its certificates: design, number symbol, headings, and who signs."""

    __tablename__ = "issuer"

    branch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    design: Mapped[str] = mapped_column(String(60))
    number_symbol: Mapped[str] = mapped_column(String(30))
    heading: Mapped[dict[str, Any]]
    certifier: Mapped[dict[str, Any]]
    place: Mapped[dict[str, Any]]
    signatory_position: Mapped[dict[str, Any]]
    signatory_name: Mapped[str] = mapped_column(String(120))
    logo_digest: Mapped[str | None] = mapped_column(ForeignKey("picture.digest"))
    seal_digest: Mapped[str | None] = mapped_column(ForeignKey("picture.digest"))

    branch: Mapped[Branch] = relationship()
    logo: Mapped[Picture | None] = relationship(foreign_keys=[logo_digest], lazy="joined")
    seal: Mapped[Picture | None] = relationship(foreign_keys=[seal_digest], lazy="joined")

    @property
    def pictures(self) -> dict[str, bytes]:
        """The content of logo and seal by digest."""
        return {each.digest: each.content for each in (self.logo, self.seal) if each is not None}


class Picture(Model):
    """A logo or a seal that was uploaded, under the SHA-256 of its content. Never changed: papers name it."""

    __tablename__ = "picture"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]


class UnitDesign(Keyed, UnitScoped, Model):
    """A design that a unit uploaded; its files are in the instance folder and never change.

    Branches of the unit can choose it once somebody has looked at it in all languages (``offered_at``).
    """

    __tablename__ = "unit_design"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[dict[str, Any]]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    offered_at: Mapped[datetime | None]


class CertificateSeries(Model):
    """The last number an issuer gave in a year. Its row is locked while numbers are given, so that none is missing."""

    __tablename__ = "certificate_series"

    branch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class CertificateState(StrEnum):
    """Whether a certificate holds."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Certificate(Keyed, Scoped, Model):
    """An entry of the register. ``printed`` is a frozen copy of everything on the paper, in each language.

    ``class_id`` and ``person_id`` tell where it came from; they carry no foreign key, so that nothing that
    happens to a class or a person reaches a paper already handed over.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("branch_id", "year", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        # One certificate that holds for a person and class, whatever two browsers do at once.
        Index(
            "uq_certificate_valid",
            "class_id",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'valid'"),
            postgresql_where=text("state = 'valid'"),
        ),
        Index(None, "unit_id", "issued_at"),
    )

    branch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("branch.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    class_id: Mapped[uuid.UUID] = mapped_column(index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(index=True)
    birth_year: Mapped[int | None]
    name_folded: Mapped[str] = mapped_column(String(240))
    name_sort: Mapped[str] = mapped_column(sort_text(800))
    group_sort: Mapped[str] = mapped_column(sort_text(400), default="")
    design: Mapped[str] = mapped_column(String(60))
    printed: Mapped[dict[str, Any]]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[CertificateState] = mapped_column(
        choice(CertificateState, "state"), default=CertificateState.VALID
    )
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("certificate.id"))

    replaced_by: Mapped[Certificate | None] = relationship(remote_side="Certificate.id")
    events: Mapped[list[CertificateEvent]] = relationship(
        back_populates="certificate", order_by="CertificateEvent.at, CertificateEvent.id"
    )

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Certificates of the scope's units, and of classes that the actor is on the staff of."""
        condition = cls.unit_id.in_(below(scope.unit_ids))
        return condition | cls.class_id.in_(staffed(scope)) if scope.staff_id else condition


class CertificateEventKind(StrEnum):
    """What can happen to a certificate."""

    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"


class CertificateEvent(Keyed, Scoped, Model):
    """Something happened to a certificate. Never changed."""

    __tablename__ = "certificate_event"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[CertificateEventKind] = mapped_column(choice(CertificateEventKind, "kind"))
    reason: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id"))

    certificate: Mapped[Certificate] = relationship(back_populates="events")

    @classmethod
    def within(cls, scope: Scope) -> ColumnElement[bool]:
        """Events of the certificates in the scope."""
        table = Certificate.__table__.c
        of_units = select(table.id).where(table.unit_id.in_(below(scope.unit_ids)))
        condition: ColumnElement[bool] = cls.certificate_id.in_(of_units)
        if scope.staff_id:
            own = select(table.id).where(table.class_id.in_(staffed(scope)))
            condition = condition | cls.certificate_id.in_(own)
        return condition


append_only(CertificateEvent.__table__)  # type: ignore[arg-type]


class LookupAttempt(Keyed, Model):
    """A try to open certificates with a code; counted to slow guessing, for a day. Where it came from and the code
    are kept as keyed hashes only.
    """

    __tablename__ = "lookup_attempt"
    __table_args__ = (Index(None, "source_hash", "at"), Index(None, "code_hash", "at"), Index(None, "at"))

    source_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    succeeded: Mapped[bool]
