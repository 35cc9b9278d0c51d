"""The project's own catalogues."""

import pytest
from flask import Flask
from flask_babel import Babel, force_locale, gettext

from translations import catalogue_check, messages, names, partial_dates
from translations.locales import LOCALES, locale


def test_the_projects_catalogues_have_no_fault() -> None:
    assert catalogue_check.check() == []


@pytest.mark.parametrize("problems", [names.PROBLEMS, partial_dates.PROBLEMS], ids=["names", "dates"])
def test_every_refusal_has_its_sentence_in_every_language(problems: dict[str, str]) -> None:
    for code, sentence in problems.items():
        said = {one: messages.translator(one).gettext(sentence) for one in LOCALES}
        assert said["en"] == sentence
        assert len(set(said.values())) == len(LOCALES), code


def test_flask_babel_reads_the_same_catalogues() -> None:
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(messages.CATALOGUES)
    Babel(app)
    messages.ensure_compiled()
    sentence = names.PROBLEMS["empty"]
    with app.test_request_context(), force_locale("ar"):
        assert gettext(sentence) == messages.translator(locale("ar")).gettext(sentence) != sentence
