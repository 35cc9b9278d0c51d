"""Which kinds of jobs there are: a feature registers the function that performs its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lms.core.access import Permission
from lms.jobs.context import Context
from lms.jobs.models import Job

Performer = Callable[[Context], None]
Values = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its (lazy) title, what staff need to order and see it, who performs it, the sentence that
    says what was made, how the values of a problem are written in the language in force, and the address of the
    page of what it is done to.
    """

    name: str
    title: Any
    permission: Permission
    perform: Performer
    made: Callable[[Job], str | None]
    words: Callable[[Values], Values]
    place: Callable[[Job], str | None]


KINDS: dict[str, Kind] = {}


def performer(
    name: str,
    *,
    title: Any,
    permission: Permission,
    made: Callable[[Job], str | None] = lambda _job: None,
    words: Callable[[Values], Values] = lambda values: values,
    place: Callable[[Job], str | None] = lambda _job: None,
) -> Callable[[Performer], Performer]:
    """Register a function as what performs jobs of the kind ``name``.

    It is called again from the start when the process was killed, with ``context.checkpoint`` as it was last
    committed. ``made`` says, for a finished or cancelled job, what there is now.
    """

    def register(perform: Performer) -> Performer:
        KINDS[name] = Kind(name, title, permission, perform, made, words, place)
        return perform

    return register
