"""The press: as WeasyPrint would have done it, signed, in bounded memory, and never silently."""

import io
import json
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from PIL import ImageChops

from certificates import compiled
from certificates.designs import Design, load
from certificates.press import Press
from certificates.printfile import write_print_file
from certificates.signing import Signer
from certificates.typeset import render_pdf
from tests.certificates.test_typeset import pdfa_faults, pdfua_faults

HARD = [
    "Nguyễn Thị Ánh",
    "Ỷ Ửng Ẫm Ễnh Ỗi Ữa Ặc",
    "Nguyễn Thị Thuỷ (Hoà)",
    "H'Hen Niê",
    "Y Moan Êban",
    "Đặng Đình Đức",
    "Công Tằng Tôn Nữ Thị Hoàng Phượng Nguyễn Phúc Bảo Ngọc Anh Thư",
    "Nguyễn Phúc Bảo Ngọc Quỳnh Trâm Diễm Thuỵ",
    "محمد عبد الرحمن بن عبد الله آل نهيان الهاشمي",
    "سُمَيَّة بنت مـحـمّد الغامدي",
    "لؤي ذو الفقار (أبو ضياء)",
    "إلهام الآنسي",
    "Zoë van der Berg-Müller-Lüdenscheidt",
    "Łukasz Šimůnek",
    "O’Connor & Sons <script>",
    "A",
    "Vàng A Páo",
    "Nguyễn  Văn\u200b Hùng",
    "Lê Văn محمد",
    "Ngô Thị Ước, con ông Vũ",
]


def hard_lines(design: Design) -> list[dict[str, Any]]:
    """Twenty people with hard names, and some with other fields that are hard."""
    lines = [
        {**design.sample, "name": name, "number": f"{index}/GCN-UBND", "code": f"AB{index:02d}-CDEF"}
        for index, name in enumerate(HARD, 1)
    ]
    lines[2] |= {"birth": {"year": 1958}, "result": None}
    lines[3] |= {"residence": None, "register_no": None, "class_title": None}
    lines[4] |= {
        "course_title": "Phân tích dữ liệu (Excel 365) & trí tuệ nhân tạo dành cho cán bộ xã, phường năm 2025"
    }
    lines[5] |= {"course_title": "الأمن السيبراني (Cybersecurity) للمبتدئين 2.0"}
    lines[6] |= {
        "issuer_lines": ["ỦY BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI", "PHƯỜNG CỬA NAM"],
        "honorific": "child",
    }
    return lines


@pytest.mark.parametrize("locale", ["vi", "ar", "en"])
def test_canary(
    state: Design, locale: str, read_text: Callable[[bytes], str], draw: Callable[..., Any]
) -> None:
    """Twenty certificates a language, sixty in all: the same to the eye and to a text reader as WeasyPrint's own."""
    identical, worst = 0, (0, "")
    for made in Press(state, locale).make(hard_lines(state)):
        assert made.pdf is not None, made.refusal
        plain = render_pdf(state, locale, made.data)
        name = str(made.data["name"])
        assert read_text(made.pdf) == read_text(plain), name
        difference = ImageChops.difference(draw(made.pdf), draw(plain)).convert("L")
        darkest = max(shade for shade, count in enumerate(difference.histogram()) if count)
        identical += darkest == 0
        worst = max(worst, (darkest, name))
    print(f"{locale}: {identical} of {len(HARD)} pages identical, worst {worst}")
    assert worst[0] <= 63
    assert identical >= len(HARD) * 2 // 3


@pytest.mark.parametrize("locale", ["vi", "ar"])
def test_a_signed_file_conforms_and_its_code_can_be_read(
    state: Design, locale: str, signer: Signer, draw: Callable[..., Any]
) -> None:
    signed = Press(state, locale, signer=signer, credential=lambda *_: b'{"a": 1}').one(state.sample)
    assert pdfua_faults(signed) == []
    assert [found.text for found in zxingcpp.read_barcodes(draw(signed, 150))] == [state.sample["verify_url"]]
    with pikepdf.open(io.BytesIO(signed)) as document:
        assert document.check_pdf_syntax() == []
        assert document.attachments["credential.json"].get_file().read_bytes() == b'{"a": 1}'
        assert document.Root.AF[0].AFRelationship == "/Data"
        assert state.sample["name"] in str(document.docinfo.Title)
    # The allow-list knows neither attachments nor signature fields; the file without them must pass
    assert pdfa_faults(Press(state, locale).one(state.sample)) == []
    assert len(signed) <= 120_000


@pytest.mark.parametrize("name", ["youth-union", "plain", "large-print", "thanks"])
def test_every_design_goes_the_fast_way(
    name: str, caplog: pytest.LogCaptureFixture, draw: Callable[..., Any]
) -> None:
    design = load(name)
    fast = Press(design, "ar").one(design.sample)
    assert caplog.records == []
    difference = ImageChops.difference(draw(fast), draw(render_pdf(design, "ar", design.sample))).convert("L")
    assert difference.histogram()[64:] == [0] * 192


def test_a_batch_keeps_people_apart(state: Design, read_text: Callable[[bytes], str]) -> None:
    people = [{**state.sample, "name": name} for name in ("Đặng Văn Ước", "Vũ Thị Xuyến")]
    first, second = (made.pdf or b"" for made in Press(state, "vi").make(people))
    assert "XUYẾN" not in read_text(first)
    with pikepdf.open(io.BytesIO(first)) as document:
        everything = b"".join(
            one.read_bytes()
            for one in document.objects
            if isinstance(one, pikepdf.Stream) and "/Length1" not in one
        )
    assert "Xuyến".encode() not in everything
    assert "XUYẾN" in read_text(second)


def test_refusals_do_not_stop_the_others(state: Design) -> None:
    people = [
        state.sample,
        {**state.sample, "name": "Nguyễn 😀"},
        {**state.sample, "number": None},
        {**state.sample, "name": "Trần Văn Bảo"},
    ]
    made = list(Press(state, "vi").make(people, chunk=3))
    assert [one.pdf is not None for one in made] == [True, False, False, True]
    assert [one.refusal.code for one in made if one.refusal] == ["no_glyph", "missing"]
    assert [one.refusal.person for one in made if one.refusal] == ["Nguyễn 😀", "Nguyễn Thị Ánh"]


def test_a_strange_weasyprint_means_the_plain_way(
    state: Design,
    signer: Signer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    read_text: Callable[[bytes], str],
) -> None:
    monkeypatch.setattr(compiled, "KNOWN_VERSION", "71.0")
    with caplog.at_level(logging.WARNING):
        pdf = Press(state, "vi", signer=signer, credential=lambda *_: b"{}").one(state.sample)
    assert "plain, slower way" in caplog.text
    assert "NGUYỄN THỊ ÁNH" in read_text(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert "credential.json" in document.attachments
        assert document.Root.AcroForm.SigFlags == 3


def test_a_design_that_the_fast_way_cannot_make_is_made_all_the_same(
    state: Design, caplog: pytest.LogCaptureFixture, read_text: Callable[[bytes], str]
) -> None:
    from dataclasses import replace

    loose = replace(
        state, page=state.page.replace('<p data-line="birth_line">{{ birth_line }}', "<p>{{ birth_line }}")
    )
    people = [{**state.sample, "name": "Trần Văn Bảo"}]
    file = io.BytesIO()
    with caplog.at_level(logging.WARNING):
        pdf = Press(loose, "vi").one(people[0])
        assert [made.refusal for made in write_print_file(Press(loose, "vi"), people, file, "In")] == [None]
    assert "birth_line" in caplog.text
    assert "TRẦN VĂN BẢO" in read_text(pdf)
    assert "TRẦN VĂN BẢO" in read_text(file.getvalue())


def test_a_print_file_shares_what_can_be_shared(
    state: Design, read_text: Callable[[bytes], str], draw: Callable[..., Any]
) -> None:
    people = [
        {**line, "verify_url": f"https://lop.example.vn/v/{index}"}
        for index, line in enumerate(hard_lines(state))
    ]
    people.insert(3, {**state.sample, "name": "Nguyễn 😀"})
    file = io.BytesIO()
    made = list(write_print_file(Press(state, "vi"), people, file, "Lớp sáng"))
    content = file.getvalue()
    assert [one.refusal.person for one in made if one.refusal] == ["Nguyễn 😀"]
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.check_pdf_syntax() == []
        assert len(document.pages) == len(HARD)
        assert str(document.docinfo.Title) == "Lớp sáng"
    assert "ĐẶNG ĐÌNH ĐỨC" in read_text(content)
    assert len(content) < 400_000
    page, alone = draw(content, 150), draw(render_pdf(state, "vi", people[0]), 150)
    difference = ImageChops.difference(page, alone).convert("L")
    width, height = page.size
    place = (width // 12, height * 2 // 3, width // 3, height * 17 // 20)
    difference.paste(0, place)  # the QR code is a picture here, uneven on a screen; it must be readable
    assert difference.histogram()[64:] == [0] * 192
    assert [found.text for found in zxingcpp.read_barcodes(page)] == [people[0]["verify_url"]]


def run(arguments: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    import os
    import sys

    command = [sys.executable, "-m", "certificates", *arguments]
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root, **environment},
        cwd=cwd,
    )


def test_the_command_line_names_what_it_skips(state: Design, tmp_path: Path, signer: Signer) -> None:
    lines = [
        json.dumps({**state.sample, "name": name})
        for name in ("Nguyễn Văn Hùng", "Nguyễn 😀", "Nguyễn Văn Hùng")
    ]
    (tmp_path / "people.jsonl").write_text("\n".join([*lines, "{not json"]), encoding="utf-8")
    base = ["press", "--design", "state", "--lang", "ar", "--data", "people.jsonl"]
    done = run([*base, "--out", "out"], tmp_path)
    assert done.returncode == 2
    assert "Nguyễn 😀" in done.stderr
    assert "no_glyph" in done.stderr
    assert "line 4" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "12-GCN-UBND-nguyen-van-hung-2.pdf",
        "12-GCN-UBND-nguyen-van-hung.pdf",
    ]
    (tmp_path / "people.jsonl").write_text(lines[0], encoding="utf-8")
    assert run([*base, "--out", "one", "--one-file"], tmp_path).returncode == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["state-ar.pdf"]


def test_the_command_line_refuses_a_key_with_a_wrong_passphrase(state: Design, tmp_path: Path) -> None:
    from certificates.keys import new_document_key
    from tests.certificates.conftest import NOW

    (tmp_path / "people.jsonl").write_text(json.dumps(state.sample), encoding="utf-8")
    (tmp_path / "key.p12").write_bytes(new_document_key("UBND", "đúng", now=NOW))
    base = [
        "press",
        "--design",
        "state",
        "--lang",
        "vi",
        "--data",
        "people.jsonl",
        "--key",
        "key.p12",
        "--out",
        "out",
    ]
    wrong = run(base, tmp_path, CERTIFICATES_KEY_PASSPHRASE="sai")
    assert wrong.returncode == 2
    assert "passphrase" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert run(base, tmp_path, CERTIFICATES_KEY_PASSPHRASE="đúng").returncode == 0
