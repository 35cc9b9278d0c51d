import logging
import re
import unicodedata
from typing import Literal

import pytest
from weasyprint import HTML

from translations import fonts
from translations.locales import LOCALES, locale

VIETNAMESE = "aáàảãạăắằẳẵặâấầẩẫậbcdđeéèẻẽẹêếềểễệghiíìỉĩịklmnoóòỏõọôốồổỗộơớờởỡợpqrstuúùủũụưứừửữựvxyýỳỷỹỵ"
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةًٌٍَُِّْ،؛؟«»"


@pytest.mark.parametrize("style", ["serif", "sans"])
@pytest.mark.parametrize("code", LOCALES)
def test_every_language_can_print_both_scripts(code: str, style: Literal["serif", "sans"]) -> None:
    text = VIETNAMESE + VIETNAMESE.upper() + ARABIC + "0123456789 “”–…'’().,/%"
    assert fonts.missing_glyphs(text, locale(code), style) == []


def test_characters_that_no_face_has_are_named_once_in_order() -> None:
    assert fonts.missing_glyphs("Lan 👍 漢 👍", locale("vi")) == ["👍", "漢"]


def test_invisible_characters_and_loose_marks_need_no_more_than_their_letters() -> None:
    assert fonts.missing_glyphs("\u2068Lan\u2069\u200b\n\t\u00a0", locale("vi")) == []
    assert fonts.missing_glyphs(unicodedata.normalize("NFD", "Nguyễn Ệ"), locale("vi")) == []


def test_the_fonts_are_installed_or_the_package_is_named() -> None:
    assert fonts.missing_packages() == []
    assert set(LOCALES["ar"].serif + LOCALES["ar"].sans) == fonts.PACKAGES.keys()


def test_a_family_that_is_not_installed_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fonts.PACKAGES, "No Such Family", "fonts-no-such")
    with pytest.raises(fonts.FontMissingError, match="fonts-no-such"):
        fonts.font_file("No Such Family")
    assert fonts.missing_packages() == ["fonts-no-such"]


def test_the_stylesheet_names_the_same_faces_as_the_registry() -> None:
    css = fonts.PRINT_CSS.read_text(encoding="utf-8")
    for one in LOCALES.values():
        families = ", ".join(f'"{family}"' for family in one.serif)
        assert f"font-family: {families};" in css
    assert f"line-height: {locale('vi').line_height};" in css
    assert f"line-height: {locale('ar').line_height};" in css


def test_the_stylesheet_has_no_left_and_right_and_no_letter_spacing() -> None:
    rules = re.sub(r"/\*.*?\*/", "", fonts.PRINT_CSS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\b(left|right|letter-spacing|text-transform)\b", rules)


@pytest.mark.parametrize(("code", "direction"), [("vi", "ltr"), ("ar", "rtl")])
def test_a_document_is_set_without_warnings_in_the_faces_asked_for(
    code: str, direction: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = (
        f'<html lang="{code}" dir="{direction}"><title>T</title><h1>Giấy chứng nhận شهادة</h1>'
        "<p>Nguyễn Thị Ánh Thuỷ فصل واحد <i>x</i> <span class=code>0912 345 678</span></p>"
        "<table><thead><tr><th>Họ tên</thead><tr><td>أحمد</table><ul><li>Một</ul></html>"
    )
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = HTML(string=page).write_pdf(stylesheets=[str(fonts.PRINT_CSS)], uncompressed_pdf=True)
    assert caplog.messages == []
    faces = set(re.findall(rb"/BaseFont /[A-Z]{6}\+([A-Za-z-]+)", pdf))
    families = {face.decode().replace("-", " ") for face in faces}
    allowed = tuple(fonts.PACKAGES)
    assert families, "no font was embedded"
    assert [family for family in families if not family.startswith(allowed)] == []
