"""Papers: certificates ready to be set, without the database, and the documents made of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import pikepdf
from sqlalchemy.orm import Session

from certificates.press import Press
from certificates.printfile import write_print_file
from lms.certificates import pictures, printing, rules, sealing
from lms.certificates.models import Certificate
from lms.trust import service as trust
from lms.trust.service import Seal


@dataclass(frozen=True)
class Paper:
    """All that it takes to set a certificate, without the database: design, the frozen line, a readable name, and
    what the branch signs with at ``made_at``.
    """

    design: str
    line: dict[str, Any]
    number: int
    year: int
    seal: Seal | None = None
    made_at: datetime | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, certificate: Certificate) -> Paper:
        """The bare paper of a register entry."""
        return cls(certificate.design, certificate.printed, certificate.number, certificate.year)

    def file_name(self, language: str) -> str:
        """Unique for an issuer, and readable."""
        return rules.file_name(self.number, self.year, self.line["name"], language)

    @property
    def kind(self) -> tuple[str, Seal | None]:
        """Papers of one kind come from one press."""
        return self.design, self.seal

    def press(self, language: str) -> Press:
        """The press for this paper and others of its kind."""
        found = printing.press(self.design, language, self.seal)
        if self.made_at is not None:
            found.sign_at(self.made_at)
            if isinstance(found.credential, sealing.Credentials):
                found.credential.now = self.made_at
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The line with its pictures, as the press takes it."""
        return pictures.with_pictures(self.line, self.pictures)

    def pdf(self, language: str) -> bytes:
        """The certificate in one language."""
        return self.press(language).one(self.data)


def papers(session: Session, certificates: Sequence[Certificate], *, now: datetime) -> list[Paper]:
    """The papers of certificates, with pictures, signed now by what their branches sign with. Two queries."""
    seals = trust.seals(session, [each.branch_id for each in certificates])
    digests = {
        each.printed[kind] for each in certificates for kind in pictures.PICTURES if kind in each.printed
    }
    found = pictures.pictures_of(session, digests)
    return [
        replace(
            Paper.of(each),
            seal=seals.get(each.branch_id),
            made_at=now if each.branch_id in seals else None,
            pictures=found,
        )
        for each in certificates
    ]


def edition(certificate: Certificate, language: str) -> bytes:
    """The bare certificate as a PDF in one language, from its frozen copy."""
    return Paper.of(certificate).pdf(language)


def print_file(papers: Sequence[Paper], language: str, title: str) -> bytes:
    """One PDF with a page a certificate, in the given order."""
    parts = [
        _print_part(design, language, [paper.data for paper in group], title)
        for design, group in groupby(papers, key=lambda paper: paper.design)
    ]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _print_part(design: str, language: str, lines: Sequence[dict[str, Any]], title: str) -> bytes:
    file = io.BytesIO()
    for made in write_print_file(printing.press(design, language), lines, file, title):
        if made.refusal is not None:
            raise made.refusal
    return file.getvalue()


def _joined(parts: Sequence[bytes]) -> bytes:
    # Rare: the issuer changed its design between two certificates of one class.
    with contextlib.ExitStack() as sources, pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            whole.pages.extend(sources.enter_context(pikepdf.open(io.BytesIO(part))).pages)
        file = io.BytesIO()
        whole.save(file)
        return file.getvalue()
