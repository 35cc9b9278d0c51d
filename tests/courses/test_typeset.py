"""Lessons in print."""

import io
import logging

import pikepdf
import pytest

from courses.__main__ import main
from courses.catalogue import load
from courses.typeset import TypesetError, for_print, lesson_sheet, set_pages, sheet_html
from translations.locales import LOCALES


@pytest.mark.parametrize("code", ["vi", "en", "ar"])
def test_a_sheet_is_a_tagged_pdf_with_title_and_language(code, tmp_path):
    file = tmp_path / "sheet.pdf"
    assert main(["sheet", "vneid", "4", "--lang", code, "--out", str(file)]) == 0
    with pikepdf.open(io.BytesIO(file.read_bytes())) as pdf:
        assert str(pdf.Root.Lang) == code
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.docinfo.Title).startswith(
            for_print(load("vneid").lesson(4, code).title, LOCALES[code])
        )
        width, height = (float(pdf.pages[0].MediaBox[at]) for at in (2, 3))
        assert (round(width), round(height)) == (595, 842)
        assert len(pdf.pages) <= 2


def test_only_the_packaged_fonts_are_used():
    for code in ("vi", "ar"):
        with pikepdf.open(io.BytesIO(lesson_sheet(load("online-safety"), 3, code))) as pdf:
            fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
        assert fonts
        assert all("Noto-Sans" in font or "Noto-Naskh-Arabic" in font for font in fonts)


def test_latin_words_in_an_arabic_line_are_isolated_whole():
    arabic = LOCALES["ar"]
    assert for_print("شغّل Wi-Fi ثم حدّث.", arabic) == "شغّل \u2068Wi-Fi\u2069 ثم حدّث."
    assert (
        for_print("المتجر: CH Play أو App Store.", arabic)
        == "المتجر: \u2068CH Play\u2069 أو \u2068App Store\u2069."
    )
    assert for_print("باقة 4G", arabic) == "باقة \u20684G\u2069"
    assert for_print("مثل dichvucong.gov.vn.", arabic) == "مثل \u2068dichvucong.gov.vn\u2069."
    assert for_print("حيّ Cửa Nam", arabic) == "حيّ \u2068Cửa Nam\u2069"
    assert for_print("من 8 إلى 20 حرفًا", arabic) == "من 8 إلى 20 حرفًا"


def test_a_telephone_number_keeps_its_order_and_its_line():
    assert for_print("الرقم 1900 0368 لقفل", LOCALES["ar"]) == "الرقم \u20681900\u00a00368\u2069 لقفل"
    assert for_print("gọi 1900 0368 ngay", LOCALES["vi"]) == "gọi 1900\u00a00368 ngay"


def test_arabic_lines_have_no_inline_markup():
    html = sheet_html(load("vneid"), 2, LOCALES["ar"])
    body = html[html.index("<body>") :]
    assert 'dir="rtl"' in html
    assert not any(f"<{tag}" in body for tag in ("b>", "strong", "em>", "i>", "span", "bdi", "a "))


def test_a_warning_of_weasyprint_is_an_error(monkeypatch):
    def warn(*args, **kwargs):
        logging.getLogger("weasyprint").warning("Ignored `colour: red`, unknown property.")
        return b"%PDF-"

    monkeypatch.setattr("weasyprint.HTML.write_pdf", warn)
    with pytest.raises(TypesetError, match="unknown property"):
        lesson_sheet(load("vneid"), 1, "vi")


def test_a_sheet_fetches_nothing():
    page = sheet_html(load("vneid"), 1, LOCALES["vi"])
    linked = page.replace("<h1>", '<img src="file:///etc/hostname" alt="x"><h1>')
    with pytest.raises(TypesetError, match="must not fetch"):
        set_pages(linked, "sheet.css")
