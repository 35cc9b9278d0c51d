"""The catalogue commands, run on a small project of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from translations import catalogue_check, catalogues, messages
from translations.locales import LOCALES, locale

ARABIC_CLASSES = ["لا فصول", "فصل واحد", "فصلان", "%(num)s فصول", "%(num)s فصلًا", "%(num)s فصل"]
SOURCE = """
from flask_babel import gettext as _, lazy_gettext as _l, ngettext, pgettext
save = _l("Save")
N_("Later")
lazy = lazy_gettext("Lazy")
plain = gettext("Hello %(name)s", name="Lan")
classes = ngettext("%(num)s class", "%(num)s classes", 2)
month = pgettext("month", "May")
"""
FILLS: dict[str, dict[str, str | list[str]]] = {
    "Save": {"vi": "Lưu", "ar": "حفظ"},
    "Later": {"vi": "Để sau", "ar": "لاحقًا"},
    "Lazy": {"vi": "Lười", "ar": "كسول"},
    "Hello %(name)s": {"vi": "Chào %(name)s", "ar": "مرحبًا %(name)s"},
    "%(num)s class": {"vi": ["%(num)s lớp"], "ar": ARABIC_CLASSES},
    "month\x04May": {"vi": "Tháng Năm", "ar": "مايو"},
    "<b>Done</b> at 80 %%": {"vi": "<b>Xong</b> ở 80 %%", "ar": "<b>تم</b> عند 80 %%"},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one Python file and one template, and empty catalogues."""
    (tmp_path / "lms" / "templates").mkdir(parents=True)
    (tmp_path / "lms" / "views.py").write_text(SOURCE, encoding="utf-8")
    template = '<p>{{ _("Save") }} {{ _("<b>Done</b> at 80 %%") }}</p>'
    (tmp_path / "lms" / "templates" / "page.html").write_text(template, encoding="utf-8")
    (tmp_path / "translations").mkdir()
    return tmp_path


def update(project: Path, fills: object = None, *, prune: bool = False) -> catalogues.Update:
    parsed = catalogues.parse_fills(fills if fills is not None else {})
    return catalogues.update(parsed, prune=prune, project=project, directory=project / "translations")


def check(project: Path) -> list[str]:
    return catalogue_check.check(project, project / "translations")


def po(project: Path, code: str, domain: str = "messages") -> Path:
    return catalogues.path_of(locale(code), project / "translations", domain)


def test_texts_are_found_in_python_and_templates(project: Path) -> None:
    found = catalogues.extract(project).keys()
    assert found == {
        (None, "Save"),
        (None, "Later"),
        (None, "Lazy"),
        (None, "Hello %(name)s"),
        (None, "%(num)s class"),
        ("month", "May"),
        (None, "<b>Done</b> at 80 %%"),
    }


def test_filled_catalogues_pass_the_check_and_are_read_by_gettext(project: Path) -> None:
    update(project, FILLS)
    assert check(project) == []
    compiled = messages.ensure_compiled(project / "translations")
    assert len(compiled) == len(LOCALES)
    arabic = messages.load(locale("ar"), "messages", project / "translations")
    classes = [
        arabic.ngettext("%(num)s class", "%(num)s classes", number)
        for number in (0, 1, 2, 3, 11, 99, 100, 103)
    ]
    assert classes == [
        "لا فصول",
        "فصل واحد",
        "فصلان",
        "3 فصول",
        "11 فصلًا",
        "99 فصلًا",
        "100 فصل",
        "103 فصول",
    ]
    assert arabic.gettext("Hello %(name)s", name="Lan") == "مرحبًا Lan"
    assert arabic.pgettext("month", "May") == "مايو"
    assert arabic("Save") == "حفظ"
    english = messages.load(locale("en"), "messages", project / "translations")
    assert english.ngettext("%(num)s class", "%(num)s classes", 1) == "1 class"
    assert english.ngettext("%(num)s class", "%(num)s classes", 12) == "12 classes"
    assert english("Never translated 100%") == "Never translated 100%"


def test_writing_is_deterministic_sorted_and_free_of_places_and_dates(project: Path) -> None:
    update(project, FILLS)
    first = {code: po(project, code).read_bytes() for code in LOCALES}
    po(project, "vi").unlink()
    update(project, dict(reversed(FILLS.items())))
    assert {code: po(project, code).read_bytes() for code in LOCALES} == first
    written = first["vi"].decode()
    assert "views.py" not in written
    assert "Date" not in written
    ids = [line for line in written.splitlines() if line.startswith("msgid ") and line != 'msgid ""']
    assert ids == sorted(ids)


def test_a_text_that_leaves_the_sources_is_kept_aside_and_comes_back(project: Path) -> None:
    update(project, FILLS)
    source = project / "lms" / "views.py"
    source.write_text("", encoding="utf-8")
    update(project)
    assert any("obsolete" in fault and "Hello" in fault for fault in check(project))
    source.write_text(SOURCE, encoding="utf-8")
    update(project)
    assert check(project) == []


def test_pruning_drops_what_left_the_sources(project: Path) -> None:
    update(project, FILLS)
    (project / "lms" / "views.py").write_text("", encoding="utf-8")
    update(project, prune=True)
    assert check(project) == []
    assert "Hello" not in po(project, "vi").read_text(encoding="utf-8")


def test_a_translation_may_come_before_its_text(project: Path) -> None:
    update(project, {**FILLS, "Not yet": {"vi": "Chưa", "ar": "ليس بعد"}})
    update(project)
    with (project / "lms" / "views.py").open("a", encoding="utf-8") as file:
        file.write('_("Not yet")\n')
    update(project)
    assert check(project) == []


def test_a_broken_source_is_named_and_stops_nobody(project: Path) -> None:
    (project / "lms" / "templates" / "broken.html").write_text("{% if %}", encoding="utf-8")
    (project / "lms" / "broken.py").write_text('_("half', encoding="utf-8")
    result = update(project, FILLS)
    assert [entry.split(":")[0] for entry in result.source.unreadable] == [
        "lms/broken.py",
        "lms/templates/broken.html",
    ]
    assert [fault.split(":")[0] for fault in check(project)] == [
        "cannot read lms/broken.py",
        "cannot read lms/templates/broken.html",
    ]


def test_no_translation_is_guessed_from_a_similar_text(project: Path) -> None:
    update(project, FILLS)
    with (project / "lms" / "views.py").open("a", encoding="utf-8") as file:
        file.write('_("Saved")\n')
    update(project)
    assert check(project) == [f"{code}/messages: missing translation: 'Saved'" for code in ("vi", "ar")]


def test_another_translation_for_the_same_text_is_reported(project: Path) -> None:
    update(project, FILLS)
    result = update(project, {"Save": {"vi": "Ghi lại", "ar": "حفظ"}})
    assert result.replaced == ["vi: 'Save': ['Lưu'] -> ['Ghi lại']"]


@pytest.mark.parametrize(
    ("text", "code", "value", "fault"),
    [
        ("Save", "vi", "", "missing translation"),
        ("Save", "ar", "  ", "missing translation"),
        ("Save", "vi", " Lưu", "leading or trailing space differs"),
        ("Save", "vi", "Lưu\n", "leading or trailing space differs"),
        ("Hello %(name)s", "vi", "Chào", "placeholders differ"),
        ("Hello %(name)s", "vi", "Chào %(ten)s", "placeholders differ"),
        ("Hello %(name)s", "ar", "مرحبًا %(name)s %(name)s", "placeholders differ"),
        ("Hello %(name)s", "vi", "Chào %(name)s 100%", "a per cent sign must be doubled"),
        ("<b>Done</b> at 80 %%", "vi", "Xong ở 80 %%", "HTML tags differ"),
        ("<b>Done</b> at 80 %%", "vi", "<i>Xong</i> ở 80 %%", "HTML tags differ"),
        ("<b>Done</b> at 80 %%", "vi", "<b>Xong</b> ở 80 %", "a per cent sign must be doubled"),
        ("%(num)s class", "vi", ["lớp"], "placeholders differ"),
        ("%(num)s class", "ar", ARABIC_CLASSES[:5], "missing translation"),
        ("%(num)s class", "ar", [*ARABIC_CLASSES[:5], "فصل"], "placeholders differ"),
        ("%(num)s class", "ar", [*ARABIC_CLASSES[:5], ""], "missing translation"),
    ],
)
def test_the_check_names_a_bad_translation(
    project: Path, text: str, code: str, value: str | list[str], fault: str
) -> None:
    update(project, {**FILLS, text: {**FILLS[text], code: value}})
    faults = check(project)
    assert len(faults) == 1
    assert faults[0].startswith(f"{code}/messages: {fault}: {text!r}")


def test_the_check_names_what_the_sources_and_the_catalogue_do_not_share(project: Path) -> None:
    update(project, FILLS)
    source = project / "lms" / "views.py"
    source.write_text(SOURCE.replace('"Later"', '"Sooner"'), encoding="utf-8")
    faults = check(project)
    for code in LOCALES:
        assert f"{code}/messages: not in the catalogue yet (run extract): 'Sooner'" in faults
        assert f"{code}/messages: no longer in the sources: 'Later'" in faults
    assert len(faults) == 2 * len(LOCALES)


def test_the_check_names_a_wrong_plural_header(project: Path) -> None:
    update(project, FILLS)
    path = po(project, "ar")
    swapped = path.read_text(encoding="utf-8").replace("n%100>=11 ? 4 : 5", "n%100>=11 ? 5 : 4")
    path.write_text(swapped, encoding="utf-8")
    faults = check(project)
    assert len(faults) == 1
    assert "ar/messages: the plural header is" in faults[0]


def test_the_check_names_a_fuzzy_entry_and_a_missing_catalogue(project: Path) -> None:
    update(project, FILLS)
    path = po(project, "vi")
    fuzzy = path.read_text(encoding="utf-8").replace('msgid "Save"', '#, fuzzy\nmsgid "Save"')
    path.write_text(fuzzy, encoding="utf-8")
    po(project, "en").unlink()
    assert check(project) == [
        "en/messages: the catalogue is missing",
        "vi/messages: fuzzy, so unused: 'Save'",
    ]


def test_other_domains_are_checked_and_compiled_too(project: Path) -> None:
    update(project, FILLS)
    header = 'msgid ""\nmsgstr ""\n"Plural-Forms: {}\\n"\n\n'
    entry = 'msgid "Sign in"\nmsgstr "{}"\n'
    for code, text in (("vi", "Đăng nhập"), ("ar", "")):
        content = header.format(locale(code).plural_header) + (entry.format(text) if text else "")
        po(project, code, "security").write_text(content, encoding="utf-8")
    assert check(project) == ["ar/security: missing, though vi has it: 'Sign in'"]
    messages.ensure_compiled(project / "translations")
    vietnamese = messages.load(locale("vi"), "security", project / "translations")
    assert vietnamese("Sign in") == "Đăng nhập"


def test_compiling_happens_when_a_catalogue_is_newer_and_only_then(project: Path) -> None:
    update(project, FILLS)
    directory = project / "translations"
    assert len(messages.ensure_compiled(directory)) == len(LOCALES)
    assert messages.ensure_compiled(directory) == []
    update(project, {"Save": {"vi": "Ghi lại"}})
    assert messages.ensure_compiled(directory) == [po(project, "vi").with_suffix(".mo")]
    assert messages.load(locale("vi"), "messages", directory)("Save") == "Ghi lại"
    assert list(directory.rglob("*.tmp")) == []


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"Save": "Lưu"},
        {"Save": {"fr": "Enregistrer"}},
        {"Save": {"vi": None}},
        {"Save": {"vi": ["a", 1]}},
    ],
)
def test_a_fill_file_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        catalogues.parse_fills(data)


# the command line, in a copy of this package


@pytest.fixture
def command(project: Path):
    """Run ``python -m translations`` in a project that has a copy of the code and no catalogues."""
    package = Path(messages.__file__).parent
    for file in package.glob("*.py"):
        shutil.copy(file, project / "translations")
    shutil.copy(package / "glossary.csv", project / "translations")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "translations", *arguments], cwd=project, capture_output=True, text=True
        )

    return run


def test_fill_check_and_compile_from_the_command_line(project: Path, command) -> None:
    assert command("extract").returncode == 0
    checked = command("check")
    assert checked.returncode == 1
    assert "vi/messages: missing translation: 'Save'" in checked.stdout

    known = {message.id: {"vi": "Chữ", "ar": "نص"} for message in own_texts()}
    (project / "fill.json").write_text(json.dumps({**known, **FILLS}), encoding="utf-8")
    filled = command("fill", "fill.json")
    assert (filled.returncode, filled.stderr) == (0, "")
    assert po(project, "ar").with_suffix(".mo").exists()
    assert command("check").returncode == 0

    (project / "bad.json").write_text(json.dumps({"Hello %(name)s": {"vi": "Chào"}}), encoding="utf-8")
    bad = command("fill", "bad.json")
    assert bad.returncode == 1
    assert "placeholders differ: 'Hello %(name)s'" in bad.stdout


def own_texts():
    source = catalogues.Source()
    for path in Path(messages.__file__).parent.glob("*.py"):
        catalogues._extract_file(source, path, "python", path.name)
    return catalogues.texts(source.messages)


@pytest.mark.parametrize("content", ["{", "[]", '{"Save": {"fr": "x"}}'])
def test_an_unusable_fill_file_exits_with_2_and_a_reason(project: Path, command, content: str) -> None:
    (project / "fill.json").write_text(content, encoding="utf-8")
    result = command("fill", "fill.json")
    assert result.returncode == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_eight_fills_at_once_lose_nothing(project: Path, command) -> None:
    (project / "lms" / "many.py").write_text(
        "\n".join(f'_("Text number {number}")' for number in range(8)), encoding="utf-8"
    )
    running = []
    for number in range(8):
        file = project / f"fill{number}.json"
        file.write_text(json.dumps({f"Text number {number}": {"vi": f"Chữ {number}", "ar": f"نص {number}"}}))
        running.append(
            subprocess.Popen([sys.executable, "-m", "translations", "fill", str(file)], cwd=project)
        )
    assert [process.wait(timeout=120) for process in running] == [0] * 8
    vietnamese = {message.id: message.string for message in catalogues.read(po(project, "vi"))}
    assert {f"Text number {number}": f"Chữ {number}" for number in range(8)}.items() <= vietnamese.items()
