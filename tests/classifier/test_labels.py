"""Labels: what Unicode's tables say a character is drawn like, and what they do not say."""

from pathlib import Path

import numpy as np
import pytest

from classifier.labels import (
    CLASSES,
    KINDS,
    NONE,
    UNKNOWN,
    Labels,
    build_labels,
    class_name,
    counts_table,
    merged,
)
from classifier.unicode_tables import is_mark
from tests.classifier.confusables_files import unicodes_own, write_confusables


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return build_labels(write_confusables(tmp_path_factory.mktemp("unicode")))


@pytest.fixture(scope="module")
def real_labels() -> Labels:
    return build_labels(unicodes_own())


def drawn_like(labels: Labels, char: str) -> tuple[str, str]:
    label = labels.by_code_point[ord(char)]
    return class_name(label.letter), label.kind


@pytest.mark.parametrize(
    ("char", "letter", "kind"),
    [
        ("a", "a", "ascii"), ("0", "0", "ascii"), ("-", "-", "ascii"), ("m", "m", "ascii"),
        ("а", "a", "uts39"), ("ӏ", "l", "uts39"), ("|", "l", "uts39"), ("‐", "-", "uts39"),
        ("𑣣", "m", "uts39"),  # U+118E3 -> rn, which is how UTS #39 writes m
        ("𝟎", "0", "uts39"), ("𝟏", "1", "uts39"), ("𝟐", "2", "uts39"),  # not o and l
        ("ä", "a", "accent"), ("ñ", "n", "accent"), ("ç", "c", "accent"), ("ế", "e", "accent"),
        ("ø", "o", "overlay"), ("ɱ", "m", "overlay"), ("إ", "l", "overlay"),
        ("ё", "e", "accent-of-uts39"), ("ά", "a", "accent-of-uts39"),
        ("ǿ", "o", "accent-of-uts39"),
        ("н", "h", "small-capital"), ("т", "t", "small-capital"), ("м", "m", "small-capital"),
        ("в", "b", "small-capital"), ("к", "k", "small-capital"), ("κ", "k", "small-capital"),
        ("ᴋ", "k", "small-capital"), ("ʜ", "h", "small-capital"), ("ʙ", "b", "small-capital"),
        ("ĸ", "k", "small-capital"), ("қ", "k", "small-capital"),
        ("ң", "h", "small-capital"), ("ќ", "k", "small-capital"),
        ("A", "a", "capital"), ("Н", "h", "capital"), ("Ꮃ", "w", "capital"),
        ("I", "l", "capital"),  # as UTS #39 has it: I and ӏ are one stroke
        ("Á", "a", "accent-of-capital"), ("Í", "i", "accent-of-capital"),
        ("Ø", "o", "accent-of-capital"), ("Ќ", "k", "accent-of-capital"),
        ("ʈ", "t", "named"), ("ᶁ", "d", "named"), ("ɾ", "r", "named"), ("ꝑ", "p", "named"),
    ],
)  # fmt: skip
def test_what_a_character_is_drawn_like(labels: Labels, char: str, letter: str, kind: str) -> None:
    assert drawn_like(labels, char) == (letter, kind)


def test_a_small_capital_that_uts39_knows_is_its_letter(labels: Labels) -> None:
    assert drawn_like(labels, "ᴏ") == ("o", "uts39")
    assert drawn_like(labels, "ɪ") == ("i", "uts39")


@pytest.mark.parametrize(
    "char",
    [
        "æ",  # two letters
        "ထ",  # a letter, and a sign that takes a place of its own
        "ъ",  # a letter, and punctuation before it
        "ж",  # like itself
        "\u0301",  # a mark alone
        "漢", "!", "/", "🄍",
        "ə", "ǆ", "ȸ", "ᶲ", "Ɦ",  # by their names no small letter with something
    ],
)  # fmt: skip
def test_what_has_no_label(labels: Labels, char: str) -> None:
    assert ord(char) not in labels.by_code_point


def test_what_is_a_letter_and_more_is_no_example_of_none(labels: Labels) -> None:
    assert {chr(c) for c in labels.composite} == {"æ", "ထ", "ъ"}


def test_code_points_ascend_and_every_kind_is_known(labels: Labels) -> None:
    assert list(labels.by_code_point) == sorted(labels.by_code_point)
    for code_point, label in labels.by_code_point.items():
        assert label.code_point == code_point
        assert label.kind in KINDS
        assert 0 <= label.letter < NONE
        assert not is_mark(code_point)


def test_the_digest_is_that_of_the_content(labels: Labels, tmp_path: Path) -> None:
    assert build_labels(write_confusables(tmp_path)).digest == labels.digest
    assert labels.with_none([ord("ж")]).digest != labels.digest
    other = build_labels(write_confusables(tmp_path, {"а": "a"}))
    assert other.digest != labels.digest
    assert other.unicode == "17.0.0 of 2025-07-22"


def test_arrays_are_looked_up_in_their_shape(labels: Labels) -> None:
    asked = np.array([[ord("н"), ord("漢")], [ord("ä"), ord("н")]], dtype=np.int32)
    h, a = CLASSES.index("h"), CLASSES.index("a")
    assert labels.letters(asked).tolist() == [[h, UNKNOWN], [a, h]]
    small_capital = KINDS.index("small-capital")
    assert labels.kinds(asked)[0].tolist() == [small_capital, UNKNOWN]
    assert labels.letters(np.zeros(0, dtype=np.int32)).shape == (0,)


def test_examples_of_none_never_take_a_label_away(labels: Labels) -> None:
    more = labels.with_none([ord("ж"), ord("а"), ord("!")])
    assert drawn_like(more, "ж") == ("none", "none")
    assert drawn_like(more, "а") == ("a", "uts39")
    assert list(more.by_code_point) == sorted(more.by_code_point)
    assert more.of_kinds({"none"}).counts() == {"none": (2, 1)}


def test_letters_that_no_one_can_tell_apart_are_one() -> None:
    numbers = np.array([CLASSES.index(char) for char in "o0l1iab"] + [NONE, UNKNOWN])
    o, ell, a, b = (CLASSES.index(char) for char in "olab")
    assert merged(numbers).tolist() == [o, o, ell, ell, ell, a, b, NONE, UNKNOWN]


def test_counts_are_told(labels: Labels) -> None:
    told = counts_table(labels).splitlines()
    assert told[0].split() == ["kind", "all", "PVALID"]
    assert told[1].split() == ["ascii", "37", "37"]
    assert told[2].split() == ["accent", "246", "246"]


def test_counts_of_unicode_17(real_labels: Labels) -> None:
    """Near those of the 18.0 draft, which has more rows (MAP.md, section 3).

    There: 887 (233 PVALID) prototypes of one letter, 246 (246) letters and marks, 140 (99)
    overlays, 159 (88) marks on one of those, 716 (151) capitals. Of 17.0, counted by hand: 766
    (183) prototypes of one of a-z0-9-, 16 (2) rn, 109 (77) with marks, 663 (121) capitals.
    """
    counts = real_labels.counts()
    assert counts["accent"] == (246, 246)
    # 766 and 16, seven digits more that UTS #39 has as O (and U+1FBF0); less what is no letter
    # but a capital of ASCII (I), or a mark, or canonically a letter and marks.
    assert counts["uts39"] == pytest.approx((766 + 16, 183), rel=0.03)
    assert counts["overlay"] == pytest.approx((109, 77), rel=0.06)
    assert counts["accent-of-uts39"] == pytest.approx((159, 88), rel=0.12)
    assert counts["capital"] == pytest.approx((663 + 26, 121), rel=0.02)


def test_what_the_map_must_have_is_labelled_right(real_labels: Labels) -> None:
    must = {
        "ä": "a", "ö": "o", "ü": "u", "ñ": "n", "ç": "c", "ļ": "l", "ę": "e", "ċ": "c", "ł": "l",
        "ø": "o", "đ": "d", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x",
        "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d", "н": "h", "т": "t", "м": "m", "в": "b", "к": "k",
        "ο": "o", "α": "a", "ν": "v", "τ": "t", "κ": "k",
    }  # fmt: skip
    found = {char: drawn_like(real_labels, char)[0] for char in must}
    assert found == must  # п is n in no table: it is for the network to find


def test_pvalid_labels_of_unicode_17(real_labels: Labels) -> None:
    counts = real_labels.of_kinds({"accent", "uts39", "overlay", "accent-of-uts39"}).counts()
    valid = sum(valid for _, valid in counts.values())
    assert valid == pytest.approx(233 + 246 + 99 + 88, rel=0.13)  # MAP.md, of the 18.0 draft
    assert valid == 588
