"""Loading designs and checking lines of data against their fields."""

import datetime
import shutil
from pathlib import Path

import pytest

from certificates.designs import DESIGNS, ROOT, Design, load
from certificates.errors import CertificateError
from certificates.wording import Composer


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_is_complete(name: str) -> None:
    design = load(name)
    assert design.languages == ("vi", "ar", "en")
    assert design.check(design.sample) == []
    assert design.sample["name"]


def test_the_five_designs_are_there() -> None:
    assert set(DESIGNS) == {"state", "youth-union", "plain", "large-print", "thanks"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", None, "missing"),
        ("name", "  ", "missing"),
        ("name", 7, "wrong_type"),
        ("name", "x" * 181, "too_long"),
        ("name", "Nguyễn \u202eThị Ánh", "direction_character"),
        ("course_title", {"vi": 3}, "wrong_type"),
        ("issued_on", "15/09/2025", "bad_date"),
        ("issued_on", "2025-02-30", "bad_date"),
        ("birth", {"month": 3}, "bad_date"),
        ("birth", {"year": 1958, "month": 13}, "bad_date"),
        ("sessions", "5", "wrong_type"),
        ("sessions", -1, "wrong_type"),
        ("honorific", "duke", "bad_choice"),
        ("verify_url", "javascript:alert(1)", "bad_address"),
        ("verify_url", "https://x.vn/" + "a" * 700, "too_long"),
        ("issuer_lines", "ỦY BAN", "wrong_type"),
        ("competences", [1], "wrong_type"),
        ("logo", b"<svg/>", "bad_image"),
        ("logo", "/nowhere/logo.png", "bad_image"),
        ("id_number", "001158000000", "unknown_field"),
    ],
)
def test_a_wrong_value_is_refused_by_field_and_code(
    state: Design, field: str, value: object, code: str
) -> None:
    reasons = state.check({**state.sample, field: value})
    assert [(reason.field, reason.code) for reason in reasons] == [(field, code)]
    assert "%(" not in str(reasons[0])


def test_all_wrong_fields_are_named_at_once_with_the_person(state: Design) -> None:
    with pytest.raises(CertificateError) as refusal:
        state.validate({**state.sample, "number": "", "sessions": 1.5})
    assert {reason.field for reason in refusal.value.reasons} == {"number", "sessions"}
    assert refusal.value.person == "Nguyễn Thị Ánh"


def texts(design: Design, locale: str, **changes: object) -> dict[str, object]:
    return dict(Composer(design, locale).compose({**design.sample, **changes}).texts)


@pytest.mark.parametrize(
    ("locale", "sex", "honorific", "line", "expected"),
    [
        ("vi", "female", "adult", "certifies", "chứng nhận bà"),
        ("vi", None, "adult", "certifies", "chứng nhận ông/bà"),
        ("vi", "male", "youth_union", "certifies", "chứng nhận đồng chí"),
        ("vi", "female", "child", "certifies", "chứng nhận em"),
        ("en", "male", "child", "certifies", "certifies that"),
        ("ar", "male", "adult", "done", "قد أتمّ بنجاح الدورة"),
        ("ar", "female", "adult", "done", "قد أتمّت بنجاح الدورة"),
    ],
)
def test_words_agree_with_the_person(
    state: Design, locale: str, sex: str | None, honorific: str, line: str, expected: str
) -> None:
    assert texts(state, locale, sex=sex, honorific=honorific)[line] == expected


def test_vietnamese_dates_and_counts_have_their_official_form(state: Design) -> None:
    found = texts(state, "vi", issued_on=datetime.date(2026, 2, 5), sessions=5, hours=7.5)
    assert found["place_date"] == "Cửa Nam, ngày 05 tháng 02 năm 2026"
    assert str(found["summary_line"]).startswith("Thời lượng: 05 buổi (7,5 giờ)")


@pytest.mark.parametrize(
    ("count", "words"), [(1, "جلسة واحدة"), (2, "جلستان"), (5, "5 جلسات"), (11, "11 جلسة")]
)
def test_arabic_counts_take_the_right_plural(state: Design, count: int, words: str) -> None:
    assert words in str(texts(state, "ar", sessions=count)["summary_line"]).replace("\u2068", "").replace(
        "\u2069", ""
    )


def test_a_birth_date_known_to_the_year_says_so(state: Design) -> None:
    assert texts(state, "vi", birth={"year": 1941})["birth_line"] == "Sinh năm: 1941"
    assert texts(state, "vi", birth={"year": 1941, "month": 7})["birth_line"] == "Sinh ngày: 07/1941"
    assert texts(state, "en", birth=None)["birth_line"] == ""


def test_what_is_not_given_leaves_no_trace(state: Design) -> None:
    line = str(texts(state, "vi", result=None)["summary_line"])
    assert "Kết quả" not in line
    assert not line.endswith(("•", "\u00a0"))


def test_a_composer_forgets_nothing_and_invents_nothing(state: Design) -> None:
    composer = Composer(state, "vi")
    shared = {"vi": "Lớp A", "en": "Class A", "ar": "فصل"}
    first = composer.compose({**state.sample, "class_title": shared}).texts["class_title"]
    shared["vi"] = "Lớp B"
    second = composer.compose({**state.sample, "class_title": shared}).texts["class_title"]
    third = composer.compose({**state.sample, "class_title": None}).texts.get("class_title")
    assert (first, second, third) == ("Lớp A", "Lớp B", None)


def copied(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "own"
    shutil.copytree(ROOT / "state", folder)
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("design.toml", "A4 landscape", "A3", "design_invalid"),
        ("design.toml", 'sex = { type = "sex" }', 'wealth = { type = "text" }', "design_field_unknown"),
        ("design.toml", "{number}", "{nummer}", "design_field_unknown"),
        ("design.toml", 'issuer_line = "{issuer_title}"', 'issuer_line = "{issuer_line}"', "design_invalid"),
        ("design.toml", "[fields]", "[fields", "design_invalid"),
        ("sample.json", "{", "", "design_invalid"),
    ],
)
def test_a_broken_design_is_refused(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    with pytest.raises(CertificateError) as refusal:
        load(copied(tmp_path, file, old, new))
    assert refusal.value.code == code


def test_an_unknown_design_is_refused() -> None:
    with pytest.raises(CertificateError) as refusal:
        load("no-such-design")
    assert refusal.value.code == "design_unknown"


def test_a_unit_changes_the_wording_without_code(state: Design) -> None:
    own = state.with_wording({"vi": {"subtitle": "Lớp học của phường"}})
    assert texts(own, "vi")["subtitle"] == "Lớp học của phường"
    assert texts(state, "vi")["subtitle"] != "Lớp học của phường"
