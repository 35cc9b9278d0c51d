"""The course library: complete, the same in every language, and checked by a command that notices faults."""

import shutil
from pathlib import Path

import pytest

from courses.__main__ import main
from courses.catalogue import LIBRARY, courses, load, read_course
from courses.checking import check
from courses.competences import competences
from courses.lessons import SECTION_TITLES, LessonFormatError, parse_lessons

LESSON = """# Title

## Aim

One
paragraph.

## Steps

1. First
2. Second

## Practice

- Do it

## Check

- Done

## Remember

Slowly.
"""


def test_the_library_is_in_order():
    assert check() == []


def test_the_three_courses_and_what_they_ask_for():
    assert {course.slug: len(course.lessons["vi"]) for course in courses()} == {
        "online-safety": 4,
        "smartphone-first-steps": 4,
        "vneid": 5,
    }
    course = load("vneid")
    assert course.titles["en"] == "VNeID and electronic identity"
    assert course.hours == 5
    assert [task.key for task in course.must_tasks] == [
        "log-in-alone",
        "show-card",
        "never-share",
        "lock-account",
    ]
    assert load("vneid") is course


def test_unknown_courses_and_lessons_are_refused():
    with pytest.raises(LookupError):
        load("../vneid")
    for number in (0, 6, -1):
        with pytest.raises(LookupError):
            load("vneid").lesson(number, "vi")


def test_every_language_says_something_of_its_own():
    for course in courses():
        for number, lesson in enumerate(course.lessons["vi"], 1):
            others = [course.lesson(number, code) for code in ("en", "ar")]
            assert len({lesson.title, lesson.aim, *(other.title for other in others)}) == 4
            assert all(len(other.steps) == len(lesson.steps) for other in others)


def test_the_framework_has_its_codes_and_names():
    names = competences()
    parts = [code for code, competence in names.items() if not competence.is_area]
    assert len(parts) == 24 + 2
    assert names["2.6"].names == {
        "vi": "Quản lý danh tính số",
        "en": "Managing digital identity",
        "ar": "إدارة الهوية الرقمية",
    }
    assert all(all(competence.names.values()) for competence in names.values())


# --- the format of lessons ---


def test_a_lesson_is_read():
    (lesson,) = parse_lessons(LESSON, "en")
    assert (lesson.number, lesson.title, lesson.aim) == (1, "Title", "One paragraph.")
    assert lesson.steps == ("First", "Second")
    assert (lesson.practice, lesson.check, lesson.remember) == (("Do it",), ("Done",), "Slowly.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("First", "**First**"),
        ("First", "[First](https://example.org)"),
        ("First", "<b>First</b>"),
        ("1. First\n2. Second", "- First\n- Second"),
        ("## Check\n\n- Done\n\n", ""),
        ("## Aim", "## Goal"),
        ("- Do it", "Do it"),
        ("Slowly.", "Slowly.\n\nAnd carefully."),
        ("- Done", "- Done\n\n  with more"),
        ("# Title", "Title"),
    ],
)
def test_a_lesson_that_departs_from_the_format_is_refused(old, new):
    with pytest.raises(LessonFormatError):
        parse_lessons(LESSON.replace(old, new), "en")


def test_sections_are_named_in_every_language():
    assert {code: len(titles) for code, titles in SECTION_TITLES.items()} == {"vi": 5, "en": 5, "ar": 5}


# --- the check ---


@pytest.fixture
def library(tmp_path: Path) -> Path:
    shutil.copytree(LIBRARY / "vneid", tmp_path / "vneid")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_accepts_a_copy(library):
    assert check(library) == []
    assert read_course(library / "vneid") == load("vneid")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("course.toml", '"2.6"', '"7.1"', "unknown competence 7.1"),
        ("course.toml", '"2.6"', '"2"', "unknown competence 2"),
        ("course.toml", '"elder"', '"old"', "unknown age group old"),
        ("course.toml", 'slug = "vneid"', 'slug = "VNeID"', "the slug must be"),
        (
            "course.toml",
            'ar = "يفتح بطاقة الهوية الإلكترونية ويبرزها"',
            'ar = ""',
            "must task show-card: no text in ar",
        ),
        ("course.toml", "sessions = 5\n", "", "KeyError"),
        (
            "lessons.en.md",
            "2. Enter your identification number and the registered phone number.\n",
            "",
            "lesson 2: 5 steps",
        ),
        ("lessons.ar.md", "## التحقق", "## تحقق", "LessonFormatError"),
        ("lessons.en.md", "Understand how", "Understand ㊙ how", "no font has ㊙"),
    ],
)
def test_check_names_each_fault(library, file, old, new, fault):
    change(library / "vneid" / file, old, new)
    faults = check(library)
    assert len(faults) == 1
    assert fault in faults[0]


def test_check_names_a_missing_language_and_a_missing_lesson(library):
    lessons = library / "vneid" / "lessons.ar.md"
    text = lessons.read_text(encoding="utf-8")
    lessons.write_text(text[: text.rindex("\n# ")], encoding="utf-8")
    assert check(library) == ["vneid: different numbers of lessons: {'vi': 5, 'en': 5, 'ar': 4}"]
    lessons.unlink()
    (fault,) = check(library)
    assert "FileNotFoundError" in fault


def test_the_commands(capsys, tmp_path):
    assert main(["check"]) == 0
    assert "complete" in capsys.readouterr().out
    assert main(["list"]) == 0
    assert "vneid\t1.0\tVNeID và căn cước điện tử\t5" in capsys.readouterr().out
    assert main(["sheet", "vneid", "9", "--out", str(tmp_path / "x.pdf")]) == 2
    assert "no lesson 9" in capsys.readouterr().err
