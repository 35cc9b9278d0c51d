"""Jobs in tests: performed on the spot, by a worker that a test asks to come."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts.security import actor_of
from lms.core.access import Permission
from lms.core.db import writing
from lms.jobs import files, service
from lms.jobs.kinds import KINDS
from lms.jobs.models import Job
from lms.jobs.worker import new_worker_id, work_off


@pytest.fixture(autouse=True)
def _no_files(app: Flask) -> Iterator[None]:
    yield
    files.remove(list(files.folder().iterdir()))


@pytest.fixture
def work(app: Flask, session: Session) -> Callable[[], int]:
    """Let a worker come and perform what is there; returns how many jobs."""

    def come() -> int:
        session.commit()
        performed = work_off(app, new_worker_id())
        session.expire_all()
        return len(performed)

    return come


@pytest.fixture
def kind() -> Iterator[Callable[..., str]]:
    """Register a performer for the time of a test; returns the name of its kind."""
    made: list[str] = []

    def register(perform: Any, permission: Permission = Permission.CERTIFICATES_ISSUE) -> str:
        name = f"test.{perform.__name__}"
        service.performer(name, title="Thử việc", permission=permission)(perform)
        made.append(name)
        return name

    yield register
    for name in made:
        KINDS.pop(name, None)


@pytest.fixture
def order(app: Flask, session: Session, world: Any, clock: Any) -> Callable[..., Job]:
    """Order a job as the manager of Cửa Nam."""

    def ordered(kind: str, unit: str = "00082", **values: Any) -> Job:
        actor = values.pop("actor", None) or actor_of(world.user("manager"))
        unit_id = world.unit(unit).id
        session.commit()
        with writing():
            params = values.pop("params", {})
            about = {"vi": "Lớp thử"}
            job = service.enqueue(
                session, kind, params, unit_id=unit_id, about=about, actor=actor, now=clock(), **values
            )
            session.commit()
        return job

    return ordered


@pytest.fixture
def pdf_text(tmp_path: Path) -> Callable[[bytes], str]:
    """The text of a PDF, as pdftotext gives it."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "paper.pdf"
        file.write_bytes(pdf)
        done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
        return done.stdout.decode()

    return read
