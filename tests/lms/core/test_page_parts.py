"""The page parts that every feature builds on: what a person sees and hears of a field, a list, a roll call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, render_template_string
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired

from lms.core.errors import DomainError
from lms.core.forms import BaseForm, PhoneField, TextsField
from tests.support.html import faults

STATIC = Path(__file__).parents[3] / "lms" / "core" / "static"
IMPORTS = '{% import "core/macros.html" as ui %}{% import "core/rollcall.html" as roll %}'


class SampleForm(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    title = TextsField("Tên lớp")
    name = StringField("Họ và tên", [InputRequired("Xin ghi họ và tên.")])
    phone = PhoneField("Điện thoại")
    mode = RadioField("Hình thức", choices=[SelectChoice("a", "Trực tiếp"), SelectChoice("b", "Trực tuyến")])
    venue = SelectField("Địa điểm", choices=[SelectChoice("", "–"), SelectChoice("x", "Nhà văn hóa")])
    ages = SelectMultipleField(
        "Dành cho", choices=[SelectChoice("y", "Thanh niên"), SelectChoice("o", "Người cao tuổi")]
    )
    agreed = BooleanField("Đồng ý")


def part(app: Flask, source: str, language: str = "vi", address: str = "/", **context: Any) -> str:
    """``source`` rendered with the page parts, checked as HTML."""
    with app.test_request_context(address, headers={"Accept-Language": language}):
        g.language = language
        html = render_template_string(IMPORTS + source, **context)
    assert faults(html, fragment=True) == []
    return html


def form_page(app: Flask, data: dict[str, str], refusal: DomainError | None = None) -> str:
    with app.test_request_context("/", method="POST", data=data):
        form = SampleForm()
        form.validate()
        if refusal:
            form.refuse(refusal)
        html = render_template_string(
            IMPORTS
            + "{{ ui.errors(form) }}{% for f in form %}{{ ui.field(f, example='Ví dụ A') }}{% endfor %}",
            form=form,
        )
    assert faults(html, fragment=True) == []
    return html


def test_a_wrong_field_is_summed_up_linked_and_explained_where_it_stands(app: Flask) -> None:
    html = form_page(app, {"title-vi": "Lớp tổ 12", "phone": "12 ba", "mode": "a"})
    assert '<a href="#name">Họ và tên: Xin ghi họ và tên.</a>' in html
    control = re.search(r'<input[^>]*id="name"[^>]*>', html)
    assert control
    assert 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="name-hint name-error"' in control[0]


def test_what_was_typed_stays(app: Flask) -> None:
    html = form_page(app, {"title-vi": "Lớp tổ 12", "title-ar": "فصل", "phone": "12 ba", "mode": "b"})
    assert 'value="Lớp tổ 12"' in html
    assert 'value="فصل"' in html
    assert "<details open>" in html, "a text in another language must not hide"
    assert 'value="12 ba"' in html
    assert re.search(r'value="b" checked', html)


def test_only_what_may_be_left_out_is_marked_optional(app: Flask) -> None:
    html = form_page(app, {})
    marked = re.findall(r"<(?:label for|legend)[^>]*>([^<]+?) ?<span class=\"optional\">", html)
    assert marked == ["Điện thoại", "Địa điểm", "Dành cho"]


def test_a_refusal_stands_at_its_field_even_when_the_field_has_parts(app: Flask) -> None:
    data = {"title-vi": "Lớp tổ 12", "name": "Lý Thị Mẩy", "mode": "a", "venue": ""}
    html = form_page(app, data, DomainError("taken", "Tên này đã có.", field="title"))
    assert '<a href="#title-vi">Tên lớp: Tên này đã có.</a>' in html
    html = form_page(app, data, DomainError("full", "Lớp đã đủ người."))
    assert "<li>Lớp đã đủ người.</li>" in html


def test_a_form_without_faults_has_no_summary(app: Flask) -> None:
    html = form_page(app, {"title-vi": "Lớp tổ 12", "name": "Lý Thị Mẩy", "mode": "a", "venue": ""})
    assert 'class="errors"' not in html


def test_pages_keep_the_search_and_the_filters(app: Flask) -> None:
    page = {"number": 2, "pages": 3}
    html = part(app, "{{ ui.pager(page) }}", address="/people?q=h%C3%B9ng&state=waiting&page=2", page=page)
    assert re.findall(r'href="([^"]+)"', html) == [
        "?q=h%C3%B9ng&amp;state=waiting&amp;page=1",
        "?q=h%C3%B9ng&amp;state=waiting&amp;page=3",
    ]
    assert part(app, "{{ ui.pager({'number': 1, 'pages': 1}) }}").strip() == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ["Có mặt", "Đi muộn", "Có phép", "Vắng"]),
        ("ar", ["حاضر", "متأخر", "بعذر", "غائب"]),
        ("en", ["Present", "Late", "Excused", "Absent"]),
    ],
)
def test_a_row_of_the_roll_call_is_light_and_says_its_state_in_words(
    app: Flask, language: str, words: list[str]
) -> None:
    person = {
        "key": "f" * 32,
        "name": "Hoàng Công Tằng Tôn Nữ Thị Minh",
        "small": "1958 · Tổ dân phố số 12",
        "status": "late",
    }
    html = part(app, "<form>{{ roll.rows(people) }}</form>", language, people=[person, person])
    rows = re.findall(r"<fieldset>.*?</fieldset>", html, re.S)
    assert len(rows) == 2
    assert re.findall(r"<span>([^<]+)</span>", rows[0]) == words
    assert re.findall(r"name=m(\d) value=late checked", html) == ["0", "1"]
    assert max(len(row.encode()) for row in rows) <= 540


def test_a_name_keeps_its_direction_and_namesakes_can_be_told_apart(app: Flask) -> None:
    html = part(app, "{{ ui.person('Trần Văn Hùng', '1953', 'Tổ 2') }}", "ar")
    assert "<bdi>Trần Văn Hùng</bdi>" in html
    assert "1953" in html
    assert "<bdi>Tổ 2</bdi>" in html


def test_the_stylesheet_is_small_and_mirrors_by_itself() -> None:
    css = (STATIC / "lms.css").read_text(encoding="utf-8")
    assert len(css.encode()) <= 15_000
    assert re.findall(r"[\w-]*(?<!\w)(?:left|right)(?!\w)", css) == []
    assert re.findall(r"https?:|@import|url\(", css) == [], "nothing to download besides"
