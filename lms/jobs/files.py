"""The files that jobs made, in a folder of the instance until they expire."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from flask import current_app

PART = ".part"


def folder() -> Path:
    """The folder of results; made when it is not there."""
    instance: Path = current_app.config["SETTINGS"].instance_dir
    path = instance.resolve() / "results"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def result_path(job_id: uuid.UUID) -> Path:
    """Where the result of a job lies, once there is one."""
    return folder() / job_id.hex


def part_path(job_id: uuid.UUID, token: str) -> Path:
    """Where a result is being written by the worker with ``token``."""
    return folder() / f"{job_id.hex}.{token}{PART}"


def keep(part: Path, job_id: uuid.UUID) -> int:
    """Make a written part the result of a job, surely on disk; returns its size in bytes."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    part.replace(result_path(job_id))
    return size


def parts_of(job_id: uuid.UUID) -> Iterator[Path]:
    """What attempts at a job have left behind half-written."""
    return folder().glob(f"{job_id.hex}.*{PART}")


def remove(paths: Iterator[Path] | Collection[Path]) -> int:
    """Remove files, as far as nobody else did; returns how many."""
    removed = 0
    for path in paths:
        with suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def job_of(path: Path) -> uuid.UUID | None:
    """The job that a file of the folder belongs to."""
    with suppress(ValueError):
        return uuid.UUID(path.name.split(".")[0])
    return None
