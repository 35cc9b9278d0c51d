"""The courses of the library: what they are called, whom they are for, what a learner must show, and their lessons."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from courses.lessons import Lesson, parse_lessons

LIBRARY: Final = Path(__file__).with_name("library")
LANGUAGES: Final = ("vi", "en", "ar")
AGE_GROUPS: Final = ("child", "youth", "middle", "elder")


@dataclass(frozen=True, slots=True)
class MustTask:
    """Something the learner must be seen doing before the course counts as completed."""

    key: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the library. Texts are by language code; `levels` are grades 1 to 8 of the framework."""

    slug: str
    version: str
    titles: dict[str, str]
    summaries: dict[str, str]
    competences: tuple[str, ...]
    levels: tuple[int, ...]
    age_groups: tuple[str, ...]
    sessions: int
    minutes: int
    """Length of one session."""
    must_tasks: tuple[MustTask, ...]
    checked_on: date
    """The day on which someone last compared the lessons with their sources."""
    lessons: dict[str, tuple[Lesson, ...]]

    @property
    def hours(self) -> float:
        """Hours in class, all sessions together."""
        return self.sessions * self.minutes / 60

    def lesson(self, number: int, locale: str) -> Lesson:
        """A lesson (counted from 1) in a language. Raises LookupError when the course has no such lesson."""
        if not 1 <= number <= len(self.lessons[locale]):
            raise LookupError(f"{self.slug} has no lesson {number}")
        return self.lessons[locale][number - 1]


@cache
def courses() -> tuple[Course, ...]:
    """All courses of the library, by slug."""
    return tuple(
        read_course(folder) for folder in sorted(LIBRARY.iterdir()) if (folder / "course.toml").exists()
    )


def load(slug: str) -> Course:
    """The course with this slug. Raises LookupError when the library has none."""
    for course in courses():
        if course.slug == slug:
            return course
    raise LookupError(f"no course {slug!r} in the library")


def read_course(folder: Path) -> Course:
    """Read one course folder. Raises KeyError, ValueError or OSError when something is missing or misspelt."""
    data = tomllib.loads((folder / "course.toml").read_text(encoding="utf-8"))
    return Course(
        slug=data["slug"],
        version=data["version"],
        titles=data["title"],
        summaries=data["summary"],
        competences=tuple(data["competences"]),
        levels=tuple(data["levels"]),
        age_groups=tuple(data["age_groups"]),
        sessions=data["sessions"],
        minutes=data["minutes"],
        must_tasks=tuple(MustTask(task.pop("key"), task) for task in data["must"]),
        checked_on=data["checked_on"],
        lessons={
            code: parse_lessons((folder / f"lessons.{code}.md").read_text(encoding="utf-8"), code)
            for code in LANGUAGES
        },
    )
