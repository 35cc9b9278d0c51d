"""Finds what is missing in the library or differs between its languages."""

import re
from pathlib import Path

from courses.catalogue import AGE_GROUPS, LANGUAGES, LIBRARY, Course, read_course
from courses.competences import competences
from translations.fonts import missing_glyphs
from translations.locales import LOCALES

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(library: Path = LIBRARY) -> list[str]:
    """Every fault as a line that names course, language and lesson; empty when the library is in order."""
    faults: list[str] = []
    folders = sorted(
        folder for folder in library.iterdir() if folder.is_dir() and not folder.name.startswith("_")
    )
    for folder in folders:
        try:
            course = read_course(folder)
        except (KeyError, ValueError, TypeError, OSError) as error:
            faults.append(f"{folder.name}: {type(error).__name__}: {error}")
            continue
        faults += [f"{folder.name}: {fault}" for fault in _faults(course, folder.name)]
    return faults


def _faults(course: Course, folder: str) -> list[str]:
    return [*_metadata_faults(course, folder), *_text_faults(course), *_lesson_faults(course)]


def _metadata_faults(course: Course, folder: str) -> list[str]:
    faults = []
    if course.slug != folder or not _SLUG.fullmatch(course.slug):
        faults.append("the slug must be the folder's name, in small letters, digits and hyphens")
    known = {code for code, competence in competences().items() if not competence.is_area}
    faults += [f"unknown competence {code}" for code in course.competences if code not in known]
    faults += [f"unknown age group {group}" for group in course.age_groups if group not in AGE_GROUPS]
    faults += [f"level {level} is not between 1 and 8" for level in course.levels if not 1 <= level <= 8]
    if not (course.competences and course.levels and course.age_groups and course.must_tasks):
        faults.append("competences, levels, age groups and must tasks are needed")
    if course.sessions < 1 or course.minutes < 1:
        faults.append("sessions and minutes must be positive")
    keys = [task.key for task in course.must_tasks]
    faults += [f"must task {key} stands twice" for key in set(keys) if keys.count(key) > 1]
    return faults


def _text_faults(course: Course) -> list[str]:
    texts = {"title": course.titles, "summary": course.summaries}
    texts |= {f"must task {task.key}": task.texts for task in course.must_tasks}
    return [
        f"{what}: no text in {code}"
        for what, by_language in texts.items()
        for code in LANGUAGES
        if not by_language.get(code, "").strip()
    ]


def _lesson_faults(course: Course) -> list[str]:
    faults = []
    counts = {code: len(lessons) for code, lessons in course.lessons.items()}
    if len(set(counts.values())) > 1:
        return [f"different numbers of lessons: {counts}"]
    for code, lessons in course.lessons.items():
        for lesson, original in zip(lessons, course.lessons[LANGUAGES[0]], strict=True):
            for part in ("steps", "practice", "check"):
                found, expected = len(getattr(lesson, part)), len(getattr(original, part))
                if found != expected:
                    faults.append(f"{code}, lesson {lesson.number}: {found} {part}, in vi {expected}")
            text = "".join(
                [lesson.title, lesson.aim, *lesson.steps, *lesson.practice, *lesson.check, lesson.remember]
            )
            if missing := missing_glyphs(text, LOCALES[code], "sans"):
                faults.append(f"{code}, lesson {lesson.number}: no font has {' '.join(missing)}")
    return faults
