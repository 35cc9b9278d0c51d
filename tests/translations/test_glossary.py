import re
import unicodedata

import pytest

from translations import catalogues, glossary, names
from translations.locales import LOCALES, locale


def test_terms_in_three_languages() -> None:
    assert glossary.term("participant", "vi") == "học viên"
    assert glossary.term("certificate", locale("en")) == "certificate of completion"
    assert glossary.term("session", "ar") == "جلسة"
    assert glossary.alternatives("trainer", "vi") == ("hướng dẫn viên", "giảng viên", "báo cáo viên")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        glossary.term("no_such_term", "vi")


def test_every_term_is_complete_clean_and_in_nfc() -> None:
    for key, by_language in glossary.terms().items():
        assert set(by_language) == set(LOCALES), key
        for words in by_language.values():
            assert words
            for word in words:
                assert word == names.clean(word) == unicodedata.normalize("NFC", word) != "", (key, word)


def without_notes(word: str) -> str:
    """The word folded, without "(…)" and without the Arabic article on any of its words."""
    return re.sub(r" \(.*?\)|\bال", "", names.fold(word))


def test_the_interface_calls_the_fields_things_by_the_fields_words() -> None:
    """A text of the interface that is just a term is translated by one of the glossary's words for it."""
    strangers = []
    for code in ("vi", "ar"):
        allowed: dict[str, set[str]] = {}
        for words in glossary.terms().values():
            for word in words["en"]:
                allowed.setdefault(without_notes(word), set()).update(map(without_notes, words[code]))
        catalogue = catalogues.read(catalogues.path_of(locale(code)))
        for message in catalogues.texts(catalogue):
            known = allowed.get(names.fold(catalogues.singular(message)))
            said = message.string
            if (
                known
                and said
                and isinstance(said, str)
                and not message.context
                and without_notes(said) not in known
            ):
                strangers.append((message.id, said, known))
    assert strangers == []
