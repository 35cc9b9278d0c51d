"""The keys that issuers sign with."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Keyed, Model, choice
from lms.units.models import Branch, Unit, UnitScoped


class KeyPurpose(StrEnum):
    """What a key signs: PDF files, or the codes and credentials that come with them."""

    DOCUMENT = "document"
    TOKEN = "token"  # noqa: S105 - no password


class IssuerKey(Keyed, UnitScoped, Model):
    """A signing key of a branch, or of a unit for those of its branches that have none of their own.

    A key that signs no more is retired, never deleted: what it signed stays verifiable. ``public`` is the raw Ed25519
    key of a token key; ``certificate`` the PEM of a document key's certificate, its chain after it. ``private`` is
    encrypted (``vault``), with the row's id and purpose as associated data.
    """

    __tablename__ = "issuer_key"
    __table_args__ = (
        CheckConstraint("(purpose = 'token') = (public IS NOT NULL)", name="token_has_public"),
        CheckConstraint(
            "(purpose = 'document') = (certificate IS NOT NULL)", name="document_has_certificate"
        ),
        Index(
            "uq_issuer_key_of_branch",
            "branch_id",
            "purpose",
            unique=True,
            sqlite_where=text("retired_at IS NULL AND branch_id IS NOT NULL"),
            postgresql_where=text("retired_at IS NULL AND branch_id IS NOT NULL"),
        ),
        Index(
            "uq_issuer_key_of_unit",
            "unit_id",
            "purpose",
            unique=True,
            sqlite_where=text("retired_at IS NULL AND branch_id IS NULL"),
            postgresql_where=text("retired_at IS NULL AND branch_id IS NULL"),
        ),
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    branch_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("branch.id"), index=True)
    purpose: Mapped[KeyPurpose] = mapped_column(choice(KeyPurpose, "purpose"))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    token_key_id: Mapped[str | None] = mapped_column(String(8), unique=True)
    public: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    certificate: Mapped[str | None] = mapped_column(Text)
    private: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    branch: Mapped[Branch | None] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def place(self) -> bytes:
        """What the encrypted part is tied to."""
        return self.id.bytes + self.purpose.value.encode()

    @property
    def shown_fingerprint(self) -> str:
        """The fingerprint in pairs of digits, to be compared by eye."""
        return ":".join(self.fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
