"""Flask-Security's and WTForms' words in Vietnamese and Arabic."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask_security.core import _default_messages
from flask_security.forms import _default_field_labels
from wtforms import Form, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.core.forms import BaseForm, choices
from tests.support.client import CheckedClient
from tests.support.world import World

NOT_USED = re.compile(
    "CONFIRM|REGISTR|OAUTH|^US_|USERNAME|CHANGE_EMAIL|REFRESH_TOKEN|GENERIC_(RECOVERY|US)|PASSWORD_RESET|RESET_PASSWORD"
    "|LOGIN_EXPIRED|LOGIN_EMAIL|LOGIN_TOKEN|BREACHED|ALREADY_ASSOCIATED|USE_CODE|FORGOT_PASSWORD|INPUT_LENGTH"
)
"""Messages of parts that are turned off: registration, mail, OAuth, unified sign-in, user names."""

LABELS_NOT_USED = {
    "email_method", "recover_password", "recover_username", "register", "send_confirmation", "send_login_link",
    "sendcode", "sms_method", "username",
}  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_every_message_of_flask_security_that_can_appear_is_translated(app: Flask, language: str) -> None:
    domain = app.extensions["security"].i18n_domain
    used = [text for code, (text, _) in _default_messages.items() if not NOT_USED.search(code)]
    used += [text for code, text in _default_field_labels.items() if code not in LABELS_NOT_USED]
    assert len(used) > 60
    with app.test_request_context(f"/?lang={language}"):
        assert [text for text in used if domain.gettext(text) == text] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            [
                "Mục này còn trống: xin điền hoặc chọn.",
                "chỉ được nhiều nhất 5 ký tự",
                "Số phải từ 1 đến 40.",
                "chọn một mục",
            ],
        ),
        ("ar", ["هذه الخانة فارغة: يُرجى ملؤها أو الاختيار.", "على 5 أحرف", "بين 1 و40", "اختيار بند"]),
        (
            "en",
            ["This field is required.", "longer than 5 characters", "between 1 and 40", "Not a valid choice"],
        ),
    ],
)
def test_forms_say_what_is_wrong_in_the_language_of_the_person(
    app: Flask, language: str, words: list[str]
) -> None:
    class Sample(BaseForm):
        name = StringField("name", [InputRequired()])
        code = StringField("code", [Length(max=5)])
        seats = IntegerField("seats", [NumberRange(1, 40)])
        kind = RadioField("kind", choices=choices([("a", "A")]))

    data = {"name": "", "code": "too long", "seats": "41", "kind": "b"}
    with app.test_request_context(f"/?lang={language}", method="POST", data=data):
        form: Form = Sample()
        assert not form.validate()
        said = [str(form[field].errors[0]) for field in ("name", "code", "seats", "kind")]
    for sentence, word in zip(said, words, strict=True):
        assert word in sentence


def test_the_sign_in_page_speaks_the_language_of_the_person(client: CheckedClient, world: World) -> None:
    answers: dict[str, Any] = {}
    for language in ("vi", "ar", "en"):
        client.set_cookie("lms_language", language)
        answers[language] = client.post(
            "/account/login", data={"identity": "0912345678", "password": "x"}
        ).text
    assert "chưa đúng" in answers["vi"]
    assert "غير صحيح" in answers["ar"]
    assert "is not right" in answers["en"]
