"""Certificates set the plain way: every design in every language, hard names, conformance."""

import io
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pikepdf
import pikepdf.pdfa
import pytest
import zxingcpp
from pdfua import Validator

from certificates.designs import DESIGNS, Design, load
from certificates.errors import CertificateError
from certificates.typeset import render_pdf

# pikepdf's allow-list knows PDF/A-3b alone; these two say that the file is also PDF/UA-1 and of level A
ALSO_UA_AND_LEVEL_A = {"ISO_19005_3:6.6.2.3.1-1", "ISO_19005_3:6.6.4-3"}
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", BIDI.sub("", text)).split())


def pdfa_faults(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        report = pikepdf.pdfa.check(document, "3b")
        return [str(one) for one in report.findings if one.rule not in ALSO_UA_AND_LEVEL_A]


def pdfua_faults(pdf: bytes) -> list[str]:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return [str(one) for one in Validator().validate(file.name).findings]


@pytest.mark.parametrize("locale", ["vi", "ar", "en"])
@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_is_readable_and_conforms(
    name: str, locale: str, read_text: Callable[[bytes], str], draw: Callable[..., Any]
) -> None:
    design = load(name)
    pdf = render_pdf(design, locale, design.sample)
    assert design.sample["name"].upper() in flat(read_text(pdf))
    assert [found.text for found in zxingcpp.read_barcodes(draw(pdf, 150))] == [design.sample["verify_url"]]
    assert pdfa_faults(pdf) == []
    assert pdfua_faults(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.Root.Lang == locale
        assert design.sample["name"] in str(document.docinfo.Title)
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
        packet = document.Root.Metadata.read_bytes().decode()
        assert 'pdfuaid:part="1"' in packet
        assert len(document.pages) == 1
    assert len(pdf) <= 120_000


def test_state_and_youth_union_have_their_own_headings(read_text: Callable[[bytes], str]) -> None:
    state, union = (
        read_text(render_pdf(load(name), "vi", load(name).sample)) for name in ("state", "youth-union")
    )
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in state
    assert "Độc lập - Tự do - Hạnh phúc" in state
    assert "ĐOÀN TNCS HỒ CHÍ MINH" in union
    assert "***" in union
    assert "CỘNG HÒA" not in union
    assert "Độc lập" not in union


HARD_NAMES = [
    "H'Hen Niê",
    "Y Moan Êban",
    "Nguyễn Phúc Ửng Diễm Thuỵ",
    "Công Tằng Tôn Nữ Thị Hoàng Phượng Nguyễn Phúc Bảo Ngọc Anh Thư",
    "سُمَيَّة بنت مـحـمّد الغامدي",
    "محمد عبد الرحمن آل نهيان",
    "Zoë van der Berg-Müller-Lüdenscheidt",
]


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_are_printed_in_either_direction(
    state: Design, name: str, read_text: Callable[[bytes], str]
) -> None:
    for locale in ("vi", "ar"):
        found = flat(read_text(render_pdf(state, locale, {**state.sample, "name": name})))
        if name.isascii() or "LATIN" in unicodedata.name(name[0]):
            for word in name.upper().split():
                assert word in found
        else:
            letters = {char for char in found if unicodedata.bidirectional(char) == "AL"}
            assert {char for char in name if char.isalpha() and char != "ـ"} <= letters


def test_a_name_typed_as_letters_and_marks_is_printed_whole(
    state: Design, read_text: Callable[[bytes], str]
) -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Ánh")
    pdf = render_pdf(state, "vi", {**state.sample, "name": decomposed + "\u200b"})
    assert "NGUYỄN THỊ ÁNH" in read_text(pdf)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": "Nguyễn Thị 😀"}, "no_glyph", "name"),
        ({"name": "田中太郎"}, "no_glyph", "name"),
        ({"name": "Nguyễn" + "ọ" * 100}, "too_wide", "name"),
        ({"residence": "Tổ dân phố " + "rất dài " * 35}, "too_wide", "residence_line"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_the_person(
    state: Design, change: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(CertificateError) as refusal:
        render_pdf(state, "vi", {**state.sample, **change})
    assert (refusal.value.code, refusal.value.reasons[0].field) == (code, field)
    assert refusal.value.person == change.get("name", "Nguyễn Thị Ánh")
    if code == "no_glyph":
        assert str(refusal.value.reasons[0].params["codepoint"]) in ("U+1F600", "U+7530")


def test_a_long_name_shrinks_then_wraps_and_stays_on_the_page(
    state: Design, draw: Callable[..., Any]
) -> None:
    names = ["Nguyễn Thị Ánh", "Công Tằng Tôn Nữ Thị Hoàng Phượng Ngọc", "Nguyễn Phúc " * 9 + "Ánh"]
    blank = draw(render_pdf(state, "vi", state.sample))
    for name in names:
        page = draw(render_pdf(state, "vi", {**state.sample, "name": name.strip()}))
        width, height = page.size
        strip = (0, 0, int(width * 0.08), height)
        assert page.crop(strip).tobytes() == blank.crop(strip).tobytes()


def test_a_unit_adds_logo_and_seal(state: Design, draw: Callable[..., Any]) -> None:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGBA", (120, 120), (200, 0, 0, 160)).save(file, "PNG")
    pdf = render_pdf(state, "vi", {**state.sample, "logo": file.getvalue(), "seal": file.getvalue()})
    assert pdfa_faults(pdf) == []
    assert pdfua_faults(pdf) == []
    page, bare = draw(pdf), draw(render_pdf(state, "vi", state.sample))
    place = (int(page.width * 146 / 297), int(page.height * 27 / 210))
    assert page.getpixel(place) != bare.getpixel(place)
