import gettext

import pytest

from translations.locales import DEFAULT, LOCALES, locale, negotiate


def test_languages_are_listed_vietnamese_english_arabic_with_their_own_names() -> None:
    assert [(one.code, one.own_name, one.direction) for one in LOCALES.values()] == [
        ("vi", "Tiếng Việt", "ltr"),
        ("en", "English", "ltr"),
        ("ar", "العربية", "rtl"),
    ]
    assert DEFAULT == "vi"
    assert locale("ar").is_rtl
    assert not locale("vi").is_rtl


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        locale("fr")


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ((), "vi"),
        ((None, ""), "vi"),
        (("fr", "de"), "vi"),
        (("ar",), "ar"),
        (("ar-EG",), "ar"),
        (("vi_VN.UTF-8",), "vi"),
        (("EN-us",), "en"),
        ((None, "fr", "en", "ar"), "en"),
        (("en;q=0.5,ar;q=0.9",), "ar"),
        (("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5",), "en"),
        (("ar;q=0,en;q=0.1",), "en"),
        (("ar;q=bad",), "vi"),
        ((";;,,=",), "vi"),
        (("array",), "vi"),
    ],
)
def test_negotiation_takes_the_strongest_wish_that_we_have(wishes: tuple[str | None, ...], code: str) -> None:
    assert negotiate(*wishes).code == code


ARABIC = {
    0: "zero",
    1: "one",
    2: "two",
    3: "few",
    10: "few",
    11: "many",
    25: "many",
    99: "many",
    100: "other",
    101: "other",
    102: "other",
    103: "few",
    111: "many",
    1000: "other",
}


@pytest.mark.parametrize(("number", "category"), ARABIC.items())
def test_arabic_plurals(number: int, category: str) -> None:
    arabic = locale("ar")
    rule = gettext.c2py(arabic.plural_header.split("plural=", 1)[1].rstrip(";"))
    assert arabic.plural_categories[rule(number)] == category


@pytest.mark.parametrize("code", ["vi", "en"])
def test_other_plurals(code: str) -> None:
    one = locale(code)
    rule = gettext.c2py(one.plural_header.split("plural=", 1)[1].rstrip(";"))
    categories = [one.plural_categories[rule(number)] for number in (0, 1, 2, 101)]
    assert categories == (["other"] * 4 if code == "vi" else ["other", "one", "other", "other"])
