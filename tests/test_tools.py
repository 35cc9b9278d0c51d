"""The tools that guard the house: they must notice, and they must not do things twice."""

import shutil
import sys
from pathlib import Path

import pytest
from grimp import ImportGraph

from tools import prepare
from tools.feature_contract import FeatureContract

FEATURES = ("core", "people", "classes")
PARTS = ("models", "rules", "service", "forms", "views")


def contract_faults(*imports: tuple[str, str]) -> list[str]:
    """What the contract says of an application in which these modules import those."""
    graph = ImportGraph()
    for name in ("lms", *(f"lms.{feature}" for feature in FEATURES)):
        graph.add_module(name)
    for feature in FEATURES:
        for part in PARTS:
            graph.add_module(f"lms.{feature}.{part}")
    graph.add_module("sqlalchemy", is_squashed=True)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    settings = {
        "package": "lms",
        "core": "core",
        "open_to_others": ["service", "models"],
        "banned_from_rules": ["sqlalchemy"],
    }
    contract = FeatureContract("features", session_options={}, contract_options=settings)
    check = contract.check(graph, verbose=False)
    faults: list[str] = check.metadata["faults"]
    assert check.kept == (not faults)
    return faults


def test_what_features_may_import() -> None:
    assert (
        contract_faults(
            ("lms.classes.service", "lms.people.service"),
            ("lms.classes.service", "lms.people.models"),
            ("lms.classes.views", "lms.classes.forms"),
            ("lms.classes.service", "lms.classes.rules"),
            ("lms.people.models", "lms.core.models"),
            ("lms.people.models", "sqlalchemy"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("imports", "word"),
    [
        ([("lms.classes.views", "lms.people.forms")], "only models and service"),
        ([("lms.classes.service", "lms.people")], "only models and service"),
        ([("lms.core.forms", "lms.people.models")], "core knows no feature"),
        ([("lms.people.rules", "sqlalchemy")], "plain values"),
        ([("lms.people.rules", "lms.people.models"), ("lms.people.models", "sqlalchemy")], "plain values"),
        (
            [("lms.people.service", "lms.classes.models"), ("lms.classes.service", "lms.people.service")],
            "in a circle",
        ),
    ],
)
def test_what_features_may_not_import(imports: list[tuple[str, str]], word: str) -> None:
    faults = contract_faults(*imports)
    assert len(faults) == 1
    assert word in faults[0]


@pytest.fixture
def fresh_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An empty project; gives the list of commands that would have been run."""
    for name in prepare.INSTALL_SOURCES:
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "STAMPS", tmp_path / ".venv" / "stamps.json")
    commands: list[list[str]] = []

    def note(command: list[object], folder: Path | None = None) -> None:
        commands.append([str(word) for word in command])

    monkeypatch.setattr(prepare, "run", note)
    return commands


def test_python_packages_are_installed_once_and_again_after_a_change(fresh_project: list[list[str]]) -> None:
    prepare.install_python_packages(["test"])
    prepare.install_python_packages(["test"])
    prepare.install_python_packages([])
    assert len(fresh_project) == 1
    assert {"-c", "requirements.lock", ".[test]"} <= set(fresh_project[0])
    (prepare.ROOT / "requirements.lock").write_text("newer")
    prepare.install_python_packages(["postgresql"])
    assert len(fresh_project) == 2
    assert ".[postgresql,test]" in fresh_project[1]  # what was there is kept


def test_without_the_right_to_install_the_exact_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(prepare, "is_installed", lambda package: package == "fontconfig")
    monkeypatch.setattr(prepare, "is_ubuntu", lambda: False)
    monkeypatch.setattr(prepare, "privilege", lambda: None)
    monkeypatch.setattr(prepare, "PYTHON", Path(sys.executable))
    with pytest.raises(prepare.Unprepared) as refusal:
        prepare.install_debian_packages(["fontconfig", "fonts-noto-core", "chromium"])
    told = str(refusal.value)
    assert "sudo apt-get install -y --no-install-recommends fonts-noto-core chromium" in told


def test_spoilt_stamps_count_as_none(fresh_project: list[list[str]]) -> None:
    prepare.STAMPS.write_text("{")
    assert prepare.stamp("python") is None
    prepare.set_stamp("python", "now")
    assert prepare.stamp("python") == "now"
