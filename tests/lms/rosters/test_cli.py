"""``lms roster`` as an operator uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.classes.models import CourseClass
from lms.cli import cli
from lms.people.models import Person
from lms.rosters.reading import read_table
from tests.support.world import World

DATA = Path(__file__).parent / "data"


@pytest.fixture
def course_class(world: World, session: Session) -> CourseClass:
    course_class = world.make_class(capacity=200)
    session.commit()
    return course_class


@pytest.fixture
def lms(app: Flask) -> Any:
    """Run ``lms`` with arguments."""

    def run(*arguments: Any) -> Result:
        info = ScriptInfo(create_app=lambda: app)
        return CliRunner().invoke(cli, [str(each) for each in arguments], obj=info)

    return run


def people(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.parametrize(
    ("name", "added", "known", "bad"),
    [
        ("clean.csv", 38, 0, []),
        ("messy.csv", 44, 1, []),
        ("bad.csv", 1, 1, [3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("workbook.xlsx", 60, 0, []),
    ],
)
def test_the_sample_lists(
    lms: Any,
    session: Session,
    course_class: CourseClass,
    name: str,
    added: int,
    known: int,
    bad: list[int],
) -> None:
    arguments = ("roster", "import", course_class.code, DATA / name, "--json")
    code = course_class.code
    dry = lms(*arguments, "--dry-run")
    assert dry.exit_code == 0, dry.output
    report = json.loads(dry.stdout)
    assert set(report) == {"added", "known", "likely_duplicates", "bad"}
    assert (report["added"], report["known"], report["likely_duplicates"]) == (added, known, [])
    assert [each["row"] for each in report["bad"]] == bad
    assert all(set(each) == {"row", "column", "reason", "code"} for each in report["bad"])
    assert people(session) == 0
    assert json.loads(lms(*arguments).stdout) == report
    assert people(session) == added
    again = json.loads(lms("roster", "import", code, DATA / name, "--json").stdout)
    assert (again["added"], again["known"]) == (0, added + known)
    assert people(session) == added


def test_the_report_in_words_names_rows_columns_and_reasons(lms: Any, course_class: CourseClass) -> None:
    result = lms("roster", "import", course_class.code, DATA / "bad.csv", "--dry-run", "--lang", "en")
    assert result.exit_code == 0
    assert "Would be added: 1" in result.stdout
    assert "Row 4, Ngày sinh: 31/02/1970 is not a date in the calendar." in result.stdout


def test_a_class_is_found_by_its_id_too(lms: Any, course_class: CourseClass) -> None:
    assert lms("roster", "import", course_class.id, DATA / "clean.csv", "--dry-run").exit_code == 0


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
def test_what_cannot_be_read_is_said_on_standard_error_with_exit_code_2(
    lms: Any, course_class: CourseClass, tmp_path: Path, language: str
) -> None:
    picture = tmp_path / "photo.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    code = course_class.code
    for arguments in (
        (code, picture),
        (code, tmp_path / "missing.csv"),
        (code, tmp_path),
        ("00082-99-99", DATA / "clean.csv"),
    ):
        result = lms("roster", "import", *arguments, "--json", "--lang", language)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.strip()) > 10
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_writes_the_list(
    lms: Any, session: Session, course_class: CourseClass, tmp_path: Path, kind: str
) -> None:
    lms("roster", "import", course_class.code, DATA / "clean.csv")
    out = tmp_path / f"out.{kind}"
    result = lms("roster", "export", course_class.code, "--format", kind, "--out", out)
    assert result.exit_code == 0, result.output
    assert len(read_table(out.read_bytes()).rows) == 38
    assert lms("roster", "export", course_class.code, "--out", tmp_path / "no" / "where").exit_code == 2


def test_the_template_is_a_workbook(lms: Any, tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    assert lms("roster", "template", "--out", out).exit_code == 0
    assert out.read_bytes().startswith(b"PK")
