"""Issuing to many people, and printing, as jobs: in steps that a killed process takes up again."""

from __future__ import annotations

import contextlib
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import pikepdf
from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certificates.errors import CertificateError
from certificates.printfile import write_print_file
from lms.certificates import printing, service, showing
from lms.certificates.models import Certificate
from lms.certificates.papers import Paper
from lms.classes.models import CourseClass
from lms.completion import service as completion
from lms.core.access import Actor, Permission
from lms.core.clock import now
from lms.core.errors import DomainError
from lms.core.i18n import pick
from lms.jobs import service as jobs
from lms.jobs.models import Job, JobProblem, JobState
from translations.dates import local
from translations.locales import LOCALES

ISSUING, PRINTING = "certificates.issue", "certificates.print"

AT_ONCE = 60
"""Up to so many certificates are issued, or put in one file, while the person waits for the page."""

CHUNK = 100
"""People a step: on SQLite nobody else writes in the meantime, and so many are lost when the process is killed."""

Form = Literal["zip", "pdf"]
Item = TypeVar("Item")
Order = Sequence[tuple[uuid.UUID, str]]
"""Certificates to print: key and design."""


def order_issuing(
    session: Session, course_class: CourseClass, *, public_url: str, actor: Actor, now: datetime
) -> Job:
    """Order certificates for everybody who completed the class and has none."""
    return jobs.enqueue(
        session,
        ISSUING,
        {"class_id": course_class.id.hex, "public_url": public_url},
        unit_id=course_class.unit_id,
        about=_about(course_class),
        running_key=f"{ISSUING} {course_class.id.hex}",
        actor=actor,
        now=now,
    )


def order_printing(
    session: Session,
    course_class: CourseClass,
    *,
    form: Form,
    languages: Sequence[str],
    actor: Actor,
    now: datetime,
) -> Job:
    """Order the valid certificates of a class: one print file of one language, or a zip with a PDF each."""
    if form == "pdf" and len(languages) != 1:
        raise ValueError("a print file has one language")
    return jobs.enqueue(
        session,
        PRINTING,
        {
            "class_id": course_class.id.hex,
            "form": form,
            "languages": list(languages),
            "name": f"{course_class.code}-{'-'.join(languages)}.{form}",
            "title": pick(course_class.title, languages[0]),
        },
        unit_id=course_class.unit_id,
        about=_about(course_class),
        running_key=f"{PRINTING} {form} {'-'.join(languages)} {course_class.id.hex}",
        actor=actor,
        now=now,
    )


def _about(course_class: CourseClass) -> dict[str, str]:
    return {code: f"{course_class.code} · {pick(course_class.title, code)}" for code in LOCALES}


def _class(session: Session, context: jobs.Context) -> CourseClass:
    query = (
        select(CourseClass)
        .where(CourseClass.id == uuid.UUID(context.params["class_id"]))
        .options(joinedload(CourseClass.branch), joinedload(CourseClass.unit))
    )
    found = session.scalars(query).first()
    if found is None:
        raise DomainError(
            "class_gone", _l("The class is not there any more, or the account may not see it now.")
        )
    return found


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _place(job: Job) -> str:
    return url_for("certificates.of_class", class_id=uuid.UUID(job.params["class_id"]))


def _note(
    context: jobs.Context, refusal: CertificateError, name: str, person_id: uuid.UUID | None = None
) -> None:
    reason = refusal.reasons[0]
    values = {key: value if isinstance(value, int) else str(value) for key, value in reason.params.items()}
    context.problem(reason.code, reason.message, values, subject=name, subject_id=person_id)


# --- issuing ---------------------------------------------------------------------------------------------


def _issued(job: Job) -> str | None:
    count = job.checkpoint.get("issued", 0)
    if not count:
        return gettext("No certificate was issued.")
    sentence = ngettext("%(num)d certificate was issued.", "%(num)d certificates were issued.", count)
    if job.state is JobState.DONE:
        return sentence
    kept = gettext("They are in the register and hold.")
    return f"{sentence} {kept}"


@jobs.performer(
    ISSUING,
    title=_l("Issue certificates"),
    permission=Permission.CERTIFICATES_ISSUE,
    made=_issued,
    words=showing.named,
    place=_place,
)
def issue(context: jobs.Context) -> None:
    """Decide once who completed, then issue in chunks, each with its numbers in one transaction."""
    if "issued" not in context.checkpoint:
        with context.step() as session:
            course_class = _class(session, context)
            completion.decide_class(session, course_class, actor=context.actor, now=context.ordered_at)
            context.total = len(service.waiting(session, course_class))
            context.checkpoint["issued"] = 0
    with context.reading() as session:
        named = select(JobProblem.subject_id).where(JobProblem.job_id == context.job_id)
        refused = set(session.scalars(named))
        waiting = [key for key in service.waiting(session, _class(session, context)) if key not in refused]
    for chunk in _chunks(waiting):
        with context.step() as session:
            _issue_chunk(session, context, chunk)


def _issue_chunk(session: Session, context: jobs.Context, chunk: Sequence[uuid.UUID]) -> None:
    issued = service.issue(
        session,
        _class(session, context),
        public_url=context.params["public_url"],
        actor=context.actor,
        now=context.ordered_at,
        person_ids=chunk,
        decided=True,
    )
    for person, refusal in issued.refused:
        _note(context, refusal, person.name, person.id)
    context.checkpoint["issued"] += len(issued.certificates)
    context.advance(len(chunk))


# --- printing --------------------------------------------------------------------------------------------


def _printed(job: Job) -> str | None:
    if job.state is not JobState.DONE:
        return gettext("No file was made.")
    count = job.done - job.problem_count
    return ngettext("The file holds %(num)d certificate.", "The file holds %(num)d certificates.", count)


@jobs.performer(
    PRINTING,
    title=_l("Print certificates"),
    permission=Permission.CERTIFICATES_ISSUE,
    made=_printed,
    words=showing.named,
    place=_place,
)
def print_papers(context: jobs.Context) -> None:
    """Set the papers chunk by chunk straight into a file on disk."""
    with context.reading() as session:
        order = service.printing_order(session, _class(session, context).id)
    if not order:
        raise DomainError("nothing_to_print", _l("This class has no valid certificate to print."))
    languages: list[str] = context.params["languages"]
    context.begin(len(order) * len(languages))
    with context.result(context.params["name"]) as file:
        if context.params["form"] == "pdf":
            _print_file(context, order, languages[0], file)
        else:
            _archive(context, order, languages, file)
    context.done = context.total
    context.note()
    if context.problem_count == context.total:
        raise DomainError("nothing_to_print", _l("None of these certificates can be set: see below why."))


def _papers(context: jobs.Context, order: Order, before: int) -> Iterator[Paper]:
    """The papers in their order. Progress is written down between chunks, when nobody holds the press: who waits for
    the database while holding it might wait for somebody who writes and waits for the press.
    """
    for number, chunk in enumerate(_chunks(order)):
        context.progress(before + number * CHUNK)
        keys = [key for key, _design in chunk]
        with context.reading() as session:
            rows = session.scalars(select(Certificate).where(Certificate.id.in_(keys))).all()
            found = {
                row.id: paper
                for row, paper in zip(rows, service.papers(session, rows, now=now()), strict=True)
            }
        yield from (found[key] for key in keys)


def _archive(context: jobs.Context, order: Order, languages: Sequence[str], file: BinaryIO) -> None:
    """A zip with a PDF each, in a folder a language when there are several."""
    moment = local(context.ordered_at).timetuple()[:6]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, language in enumerate(languages):
            folder = f"{language}/" if len(languages) > 1 else ""
            papers = _papers(context, order, number * len(order))
            for _kind, group in groupby(papers, key=lambda paper: paper.kind):
                for chunk in _chunks(group):
                    results = chunk[0].press(language).make([paper.data for paper in chunk])
                    for paper, made in zip(chunk, results, strict=True):
                        entry = zipfile.ZipInfo(folder + paper.file_name(language), moment)
                        if made.refusal is not None:
                            _note(context, made.refusal, paper.line["name"])
                        elif made.pdf is not None:
                            archive.writestr(entry, made.pdf)


def _print_file(context: jobs.Context, order: Order, language: str, file: BinaryIO) -> None:
    """One PDF with a page a certificate."""
    groups = [list(group) for _design, group in groupby(order, key=lambda each: each[1])]
    if len(groups) == 1:
        _pages(context, order, 0, language, file)
        return
    # Rare: the issuer changed its design between two certificates of one class
    with contextlib.ExitStack() as stack:
        whole, before = stack.enter_context(pikepdf.new()), 0
        for group in groups:
            part = stack.enter_context(tempfile.TemporaryFile(dir=Path(file.name).parent))
            _pages(context, group, before, language, part)
            before += len(group)
            part.seek(0)
            whole.pages.extend(stack.enter_context(pikepdf.open(part)).pages)
        whole.save(file)


def _pages(context: jobs.Context, order: Order, before: int, language: str, file: BinaryIO) -> None:
    """The pages of certificates of one design."""
    press = printing.press(order[0][1], language)
    lines = (paper.data for paper in _papers(context, order, before))
    for made in write_print_file(press, lines, file, context.params["title"]):
        if made.refusal is not None:
            _note(context, made.refusal, made.data["name"])
