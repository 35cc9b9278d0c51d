import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations import names

with (Path(__file__).parent / "data" / "name-vectors.csv").open(encoding="utf-8", newline="") as file:
    VECTORS = list(csv.DictReader(file))

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VOWELS = "aăâeêioôơuưy"
# only vowels carry a tone; on a consonant it would be a character of its own
syllables = st.lists(
    st.one_of(
        st.sampled_from(LETTERS),
        st.tuples(st.sampled_from(VOWELS), st.sampled_from(TONES)).map("".join),
    ),
    min_size=1,
    max_size=5,
).map("".join)
vietnamese_names = st.lists(syllables, min_size=1, max_size=4).map(
    lambda words: unicodedata.normalize("NFC", " ".join(words).title())
)


# order


def test_the_vectors_come_back_in_their_order() -> None:
    expected = [row["name"] for row in VECTORS]
    backwards = expected[::-1]
    assert sorted(backwards, key=names.sort_key) == expected


def expected_key(name: str) -> tuple[tuple[list[int], list[int]], ...]:
    """Letters and tones of given, family and middle names as plain numbers, by the rule's own words."""

    def weights(text: str) -> tuple[list[int], list[int]]:
        letters, tones = [], []
        for char in text.lower():
            bare = unicodedata.normalize(
                "NFC", "".join(c for c in unicodedata.normalize("NFD", char) if c not in TONES[1:])
            )
            tone = next(
                (i for i, mark in enumerate(TONES) if mark and mark in unicodedata.normalize("NFD", char)), 0
            )
            letters.append(-1 if bare == " " else LETTERS.index(bare))
            tones.append(tone)
        return letters, tones

    words = name.split(" ")
    if len(words) == 1:
        return (weights(name), ([], []), ([], []))
    return weights(words[-1]), weights(words[0]), weights(" ".join(words[1:-1]))


@given(vietnamese_names, vietnamese_names)
def test_order_is_given_family_middle_letters_before_tones(one: str, other: str) -> None:
    if expected_key(one) < expected_key(other):
        assert names.sort_text(one) < names.sort_text(other)
    elif expected_key(one) > expected_key(other):
        assert names.sort_text(one) > names.sort_text(other)


@given(vietnamese_names, vietnamese_names)
def test_order_in_utf8_bytes_is_the_same(one: str, other: str) -> None:
    a, b = names.sort_text(one), names.sort_text(other)
    assert (a < b) == (a.encode() < b.encode())


@given(st.text(), st.text())
def test_any_text_has_a_key_and_equal_keys_mean_equal_names(one: str, other: str) -> None:
    if names.sort_text(one) == names.sort_text(other):
        assert names.fold(one) == names.fold(other)


@pytest.mark.parametrize(
    "ordered",
    [
        ["An", "Ấn Độ Anh", "Trần Anh"],
        ["Lê An", "Lê Ăn", "Lê Ân"],
        ["Lê Da", "Lê Đa", "Lê Ea"],
        ["Lê Ma", "Lê Mà", "Lê Mả", "Lê Mã", "Lê Má", "Lê Mạ"],
        ["Lê Hoa", "Lê Hoà", "Lê Hòa", "Lê Hoài"],
        ["Nguyễn Thị Lan", "Nguyễn Thị Minh Lan", "Nguyễn Thu Lan"],
        ["Ksor H'Lúi", "H'Hen Niê", "Y Phôn"],
        ["Lê Văn An", "lê văn bình", "LÊ VĂN CHI"],
        ["lê an", "Lê An", "LÊ AN"],
        ["Trần Yến", "أحمد علي", "خالد حسن", "ياسين"],
        ["أحمد حسن", "أحمد علي"],
    ],
)
def test_order_of_special_names(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=names.sort_key) == ordered


def test_an_arabic_name_is_sorted_without_vowel_signs_and_tatweel() -> None:
    assert sorted(["مُحَمَّد ياسين", "محـمد أحمد"], key=names.sort_key) == ["محـمد أحمد", "مُحَمَّد ياسين"]


def test_how_a_name_was_composed_does_not_change_its_place() -> None:
    assert names.sort_text(unicodedata.normalize("NFD", "Nguyễn Thị Ệ")) == names.sort_text("Nguyễn Thị Ệ")


# cleaning, folding


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["rank"])
def test_vectors_fold(row: dict[str, str]) -> None:
    assert names.fold(row["name"]) == row["folded"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Triệu  Đức \t Tùng ", "Triệu Đức Tùng"),
        ("Lê\u00a0Thị\u2003Hoa\u3000", "Lê Thị Hoa"),
        ("Lê\nThị\r\nHoa", "Lê Thị Hoa"),
        ("\ufeffLê \u200bThị\u200e Ho\u00ada\u200f", "Lê Thị Hoa"),
        ("L\u200be\u0302", "Lê"),
        ("Le\u200d\u0302", "Lê"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("\u200b \u00a0", ""),
        ("محمد\u200f علي", "محمد علي"),
    ],
)
def test_clean(typed: str, stored: str) -> None:
    assert names.clean(typed) == stored


@given(st.text())
def test_cleaning_and_folding_twice_changes_nothing_more(text: str) -> None:
    assert names.clean(names.clean(text)) == names.clean(text)
    assert names.fold(names.fold(text)) == names.fold(text)


@given(vietnamese_names)
def test_folding_ignores_case_marks_and_how_letters_were_composed(name: str) -> None:
    folded = names.fold(name)
    assert folded.isascii()
    assert folded == names.fold(name.upper()) == names.fold(unicodedata.normalize("NFD", name))
    assert folded == names.fold(folded)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Nguyễn Thị Thuỷ", "NGUYỄN THỊ THỦY", "nguyen thi thuy", "Nguyễn  Thị Thủy"],
        ["Đặng", "đặng", "Ðặng", "Ɖặng", "ðặng", "DANG"],
        ["H'Hen Niê", "H’Hen Niê", "hʼhen nie"],
        ["مُحَمَّد", "محمد", "محـــمد"],
        ["أحمد", "احمد", "إحمد"],
    ],
)
def test_spellings_that_search_takes_as_one(spellings: list[str]) -> None:
    assert len({names.fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lý Văn An", "Lí Văn An"),
        ("Mỹ", "Mĩ"),
        ("Quý", "Quí"),
        ("Kỳ", "Kì"),
        ("هدى", "هدي"),
        ("فاطمة", "فاطمه"),
    ],
)
def test_weak_spellings(one: str, other: str) -> None:
    assert names.weak_fold(one) == names.weak_fold(other)
    assert names.fold(one) != names.fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Thúy", "Thúi"), ("Bảy", "Bải"), ("Yên", "Iên"), ("Ý Lan", "Í Lan")]
)
def test_weak_folding_leaves_different_sounds_apart(one: str, other: str) -> None:
    assert names.weak_fold(one) != names.weak_fold(other)


@pytest.mark.parametrize(
    ("name", "capitals"),
    [
        ("Nguyễn Thị Ánh", "NGUYỄN THỊ ÁNH"),
        ("Đinh K'Rể", "ĐINH K'RỂ"),
        (unicodedata.normalize("NFD", "Ưu Thuỷ"), "ƯU THUỶ"),
        ("محمد علي", "محمد علي"),
    ],
)
def test_upper(name: str, capitals: str) -> None:
    assert names.upper(name) == capitals


# problems


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", ["empty"]),
        (" \u200b\u00a0", ["empty"]),
        ("Nguyễn" * 21, ["too_long"]),
        ("Hoàng Mỹ Nguyệt\u202e", ["direction_character"]),
        ("\u2066Hoa\u2069", ["direction_character"]),
        ("Ho\x00a", ["control_character"]),
        ("Ho\x1ba", ["control_character"]),
        ("Nguy\ufffdn", ["control_character"]),
        ("Ho\ud800a", ["control_character"]),
        ('=HYPERLINK("http://x","a")', ["formula"]),
        ("+Lan", ["formula"]),
        ("-Lan", ["formula"]),
        ("@Lan", ["formula"]),
        ("  =Lan", ["formula"]),
        ("Lan http://x.vn", ["formula"]),
        ("12345", ["digits_only"]),
        ("0912 345 678", ["digits_only"]),
        ("٢٠", ["digits_only"]),
        ("...", ["no_letter"]),
        ("👍", ["no_letter"]),
        ("=1+1", ["formula", "digits_only"]),
    ],
)
def test_what_cannot_be_a_name(typed: str, codes: list[str]) -> None:
    assert names.problems(typed) == codes


@pytest.mark.parametrize(
    "name",
    [
        *(row["name"] for row in VECTORS[::20]),
        "H'Hen Niê",
        "Đinh K'Rể",
        "Nguyễn-Lê Thu",
        "Trần T. Hoa",
        "Lê Thị Hoa 2",
        "محمد بن علي",
        "مُحَمَّد",
        "O",
        "N" * 120,
        unicodedata.normalize("NFD", "Nguyễn Thị Thuỷ"),
    ],
)
def test_names_that_are_fine(name: str) -> None:
    assert names.problems(name) == []


@given(st.text())
def test_every_problem_has_its_sentence(text: str) -> None:
    assert set(names.problems(text)) <= names.PROBLEMS.keys()


@given(vietnamese_names)
def test_generated_names_have_no_problem(name: str) -> None:
    assert names.problems(name) == []
