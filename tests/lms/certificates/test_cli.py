"""``lms certificates``, as somebody at the machine uses it."""

import json
from pathlib import Path

import pytest

from lms import cli as command
from lms.certificates.models import Certificate
from lms.classes.models import CourseClass
from tests.support.papers import held_class, make_issuer


@pytest.fixture
def course_class(session, world):
    rolls = [
        (world.make_person("Nguyễn Văn Hùng", 1955), "p"),
        (world.make_person("Nguyễn Văn Hùng", 1960), "p"),
        (world.make_person("Trần Thị Chi"), "a"),
    ]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    session.commit()
    return course_class


@pytest.fixture
def run(app, capsys, monkeypatch):
    """Runs ``lms …`` on the test's application: exit code, standard output, standard error."""

    def go(*arguments):
        monkeypatch.setattr(command.cli, "create_app", lambda: app)
        with pytest.raises(SystemExit) as ended:
            command.cli.main([str(each) for each in arguments], prog_name="lms")
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return go


def test_every_paper_is_written_under_a_name_of_its_own(course_class, session, run, tmp_path, pdf_text):
    code, out, _ = run(
        "certificates", "issue", course_class.code, "--lang", "vi,ar", "--out", tmp_path / "papers"
    )
    assert code == 0
    names = sorted(path.name for path in (tmp_path / "papers").iterdir())
    assert names == [
        "0001-2026-nguyen-van-hung-ar.pdf",
        "0001-2026-nguyen-van-hung-vi.pdf",
        "0002-2026-nguyen-van-hung-ar.pdf",
        "0002-2026-nguyen-van-hung-vi.pdf",
    ]
    assert "2" in out
    assert "4" in out
    assert "NGUYỄN VĂN HÙNG" in pdf_text((tmp_path / "papers" / names[1]).read_bytes())


def test_a_second_time_nothing_is_issued_and_the_files_are_written_again(
    course_class, session, run, tmp_path
):
    run("certificates", "issue", course_class.code, "--out", tmp_path)
    first = {path.name for path in tmp_path.iterdir()}
    assert len(first) == 6
    for path in tmp_path.iterdir():
        path.unlink()
    assert run("certificates", "issue", str(course_class.id), "--out", tmp_path)[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == first
    assert session.query(Certificate).count() == 2


def test_without_a_folder_the_files_lie_in_the_instance(course_class, app, run):
    assert run("certificates", "issue", course_class.code, "--lang", "en")[0] == 0
    folder = Path(app.config["SETTINGS"].instance_dir) / "certificates" / course_class.code
    assert len(list(folder.iterdir())) == 2


def test_an_unknown_class_and_a_missing_issuer_are_refused_with_a_reason(session, world, run, tmp_path):
    code, _, err = run("certificates", "issue", "no-such-class", "--out", tmp_path)
    assert code == 2
    assert err.startswith("lms: ")
    alone = held_class(world, [(world.make_person(), "p")])
    session.commit()
    code, _, err = run("certificates", "issue", alone.code, "--out", tmp_path / "x")
    assert code == 2
    assert err.startswith("lms: ")
    assert not (tmp_path / "x").exists()


def test_an_unknown_language_is_refused(course_class, session, run, tmp_path):
    code, _, err = run("certificates", "issue", course_class.code, "--lang", "vi,fr", "--out", tmp_path)
    assert code == 2
    assert "vi" in err
    assert session.query(Certificate).count() == 0


def test_who_cannot_have_a_paper_is_named_and_the_others_are_made(
    course_class, session, world, run, tmp_path
):
    chosen = session.get(CourseClass, course_class.id)
    world.enrol(chosen, world.make_person("Lê 😀 Bảo"))
    chosen.attendance_percent = 0
    session.commit()
    code, _, err = run("certificates", "issue", chosen.code, "--lang", "vi", "--out", tmp_path)
    assert code == 2
    assert "Lê 😀 Bảo" in err
    assert len(list(tmp_path.iterdir())) == 3


def test_the_certificates_of_a_class_are_listed_for_programs(course_class, run, tmp_path):
    run("certificates", "issue", course_class.code, "--lang", "vi", "--out", tmp_path)
    code, out, _ = run("certificates", "list", course_class.code, "--json")
    listed = json.loads(out)
    assert code == 0
    assert [(each["name"], each["number"], each["state"]) for each in listed] == [
        ("Nguyễn Văn Hùng", "01/GCN-ĐTN", "valid"),
        ("Nguyễn Văn Hùng", "02/GCN-ĐTN", "valid"),
    ]
    assert all(each["address"].endswith(each["code"].replace("-", "")) for each in listed)
