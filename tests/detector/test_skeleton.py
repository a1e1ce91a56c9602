import csv
import string
from itertools import combinations
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.confusables import MAX_LETTERS, MAX_READINGS, ConfusableMap, Reading
from detector.label_characters import label_characters
from detector.skeleton import MAX_AMBIGUOUS, MAX_KEYS, Skeletonizer

HOMOGRAPHS = Path(__file__).with_name("homographs.csv")

_SKELETONIZER = Skeletonizer(ConfusableMap.load())


@pytest.fixture(scope="module")
def skeletonizer() -> Skeletonizer:
    return _SKELETONIZER


def letters(skeletonizer: Skeletonizer, char: str) -> list[str]:
    return [reading.letters for reading in skeletonizer.readings(char)]


def meets(skeletonizer: Skeletonizer, homograph: str, target: str) -> bool:
    keys = skeletonizer.keys(homograph).best_first
    return not set(keys).isdisjoint(skeletonizer.target_keys(target))


# Properties

names = st.text(min_size=1, max_size=63)
looking_latin = st.text(
    st.sampled_from([*string.ascii_lowercase, *"0123456789-", *"аеорсухіјӏтнмвкпþœłßıηωʍ\u0323"]),
    min_size=1,
    max_size=63,
)


@given(names | looking_latin)
def test_a_key_is_its_own_key(label: str) -> None:
    for key in _SKELETONIZER.keys(label).best_first:
        assert _SKELETONIZER.keys(key).best_first == (key,)


@given(names | looking_latin)
def test_keys_are_bounded(label: str) -> None:
    keys = _SKELETONIZER.keys(label)
    assert 1 <= len(keys.best_first) <= MAX_KEYS == 128
    assert len(set(keys.best_first)) == len(keys.best_first)
    ambiguous = sum(len(_SKELETONIZER.options(char)) > 1 for char in label)
    assert keys.truncated >= (ambiguous > MAX_AMBIGUOUS == 5)


@given(looking_latin)
def test_the_first_key_is_made_of_the_best_readings(label: str) -> None:
    best = "".join(_SKELETONIZER.readings(char)[0].letters for char in label)
    assert _SKELETONIZER.keys(label).best_first[0] == _SKELETONIZER.expand(best)


@given(st.text(st.sampled_from(string.ascii_lowercase + string.digits + "-"), max_size=63))
def test_a_target_is_found_under_its_own_key(label: str) -> None:
    assert _SKELETONIZER.expand(label) in _SKELETONIZER.target_keys(label)


@given(st.text(), st.text())
def test_expanding_is_letter_by_letter(left: str, right: str) -> None:
    expand = _SKELETONIZER.expand
    assert expand(left + right) == expand(left) + expand(right)
    assert expand(expand(left)) == expand(left)


def test_every_character_of_a_label_can_be_read(skeletonizer: Skeletonizer) -> None:
    for char in label_characters():
        found = skeletonizer._read(char) if char not in skeletonizer.confusables.characters else ()
        for reading in found:
            assert 0 < reading.confidence <= 1
            assert len(reading.letters) <= MAX_LETTERS
        assert len(found) <= MAX_READINGS


def test_no_two_letters_share_a_class_but_those_intended(skeletonizer: Skeletonizer) -> None:
    alphabet = string.ascii_lowercase + string.digits + "-"
    shared = {
        frozenset(pair)
        for pair in combinations(alphabet, 2)
        if skeletonizer.expand(pair[0]) == skeletonizer.expand(pair[1])
    }
    assert shared == {frozenset(pair) for pair in ("0o", "1i", "1l", "il")}


# Pitfalls (DETECTION.md), and what published attacks and Chromium's tests use


def test_pitfall_1_m_and_rn_meet_in_either_direction(skeletonizer: Skeletonizer) -> None:
    assert meets(skeletonizer, "arnazon", "amazon")
    assert meets(skeletonizer, "amazon", "arnazon")
    assert meets(skeletonizer, "rnicrosoft", "microsoft")
    assert meets(skeletonizer, "vvalmart", "walmart")
    assert meets(skeletonizer, "clropbox", "dropbox")


def test_pitfall_2_zero_is_o_whatever_the_case(skeletonizer: Skeletonizer) -> None:
    assert skeletonizer.keys("g00gle") == skeletonizer.keys("google")
    assert skeletonizer.keys("paypa1") == skeletonizer.keys("paypal")
    assert skeletonizer.keys("g੦੦gle") == skeletonizer.keys("google")  # Gurmukhi zeros


def test_pitfall_3_the_palochka_is_both_l_and_i(skeletonizer: Skeletonizer) -> None:
    assert set(letters(skeletonizer, "ӏ")) == {"l", "i"}
    assert meets(skeletonizer, "аррӏе", "apple")
    assert meets(skeletonizer, "vӏsa", "visa")


@pytest.mark.parametrize(("cyrillic", "latin"), list(zip("ктмвпнз", "ktmbnh3", strict=True)))
def test_pitfall_4_small_letters_in_capital_shape(
    skeletonizer: Skeletonizer, cyrillic: str, latin: str
) -> None:
    assert letters(skeletonizer, cyrillic)[0] == latin


@pytest.mark.parametrize(
    ("char", "latin"), list(zip("äøłçđħŧẹạḅżƀɨᵽ", "aolcdhteabzbip", strict=True))
)
def test_pitfall_5_accents_and_strokes_are_weaker_evidence(
    skeletonizer: Skeletonizer, char: str, latin: str
) -> None:
    reading = skeletonizer.readings(char)[0]
    assert reading.letters == latin
    assert reading.confidence < skeletonizer.readings("а")[0].confidence
    assert {"name", "drawn", "mark:above", "mark:below", "mark:overlay"} & set(reading.sources)


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("œ", ["oe", "ce"]),
        ("ł", ["l", "t"]),
        ("ß", ["ss", "b"]),
        ("ı", ["i", "l"]),
        ("η", ["n"]),
        ("ν", ["v"]),
        ("þ", ["p", "b"]),
        ("є", ["c", "e"]),
        ("т", ["t", "m"]),
        ("æ", ["ae"]),
        ("ʋ", ["u", "v"]),
    ],
)
def test_pitfall_6_several_readings(
    skeletonizer: Skeletonizer, char: str, expected: list[str]
) -> None:
    assert letters(skeletonizer, char) == expected


def test_pitfall_7_a_row_for_a_composed_letter_fires() -> None:
    rows = {"ё": (Reading("e", 0.7, ("cnn",)),), "е": (Reading("e", 0.998, ("uts39",)),)}
    confusables = ConfusableMap("18.0.0", "test", (), rows, {}, {})
    assert Skeletonizer(confusables).readings("ё") == rows["ё"]
    assert letters(Skeletonizer(confusables), "ѐ") == ["e"]  # no row: decomposed


@pytest.mark.parametrize("number", [0xAD, 0x34F, 0x200C, 0x200D, 0x3164, 0xE0067, 0xFE0F])
def test_pitfall_7_what_is_not_drawn_vanishes(skeletonizer: Skeletonizer, number: int) -> None:
    assert skeletonizer.keys(f"goo{chr(number)}gle") == skeletonizer.keys("google")


@pytest.mark.parametrize("char", "ʼʻˈˊ")
def test_a_small_mark_beside_a_letter_reads_as_nothing(
    skeletonizer: Skeletonizer, char: str
) -> None:
    assert meets(skeletonizer, f"goo{char}gle", "google")
    assert skeletonizer.readings(char)[0].confidence < skeletonizer.readings("\u0301")[0].confidence


def test_a_letter_in_little_is_no_mark(skeletonizer: Skeletonizer) -> None:
    assert letters(skeletonizer, "ʰ") == ["h"]  # MODIFIER LETTER SMALL H
    assert letters(skeletonizer, "々") == ["々"]


def test_what_is_mapped_to_other_than_letters_is_not_read(skeletonizer: Skeletonizer) -> None:
    for char in "℀⑴⒜‼":  # a/c, (1), (a), !!
        assert letters(skeletonizer, char) == [char]


def test_pitfall_8_only_canonical_decomposition(skeletonizer: Skeletonizer) -> None:
    assert letters(skeletonizer, "ſ") == ["f", "s"]  # drawn like f, mapped to s
    assert letters(skeletonizer, "ϲ") == ["c", "o"]  # drawn like c, mapped to sigma
    assert letters(skeletonizer, "ａ") == ["a"]


def test_pitfall_9_a_reading_may_be_a_dot_or_a_hyphen(skeletonizer: Skeletonizer) -> None:
    assert letters(skeletonizer, "۰") == ["."]
    assert letters(skeletonizer, "ー")[0] == "-"
    assert letters(skeletonizer, "ơ") == ["o"]


def test_pitfall_22_combining_overlay_and_dot_below(skeletonizer: Skeletonizer) -> None:
    assert meets(skeletonizer, "a\u0338pple", "apple")
    assert meets(skeletonizer, "airfrạnce", "airfrance")


# Confidence says how alike they look


def confidence(skeletonizer: Skeletonizer, label: str) -> float:
    return prod(skeletonizer.readings(char)[0].confidence for char in label)


def test_a_whole_script_homograph_is_all_but_the_same(skeletonizer: Skeletonizer) -> None:
    assert confidence(skeletonizer, "аррӏе") > 0.97


def test_evidence_has_levels(skeletonizer: Skeletonizer) -> None:
    same, below, above, stroke, italic = (
        confidence(skeletonizer, char) for char in ("а", "ạ", "ä", "ⱥ", "и")
    )
    assert 1 > same > below > above > stroke > italic > 0.5


def test_one_more_mark_never_helps(skeletonizer: Skeletonizer) -> None:
    assert confidence(skeletonizer, "ộ") < confidence(skeletonizer, "ọ")
    assert confidence(skeletonizer, "ộ") < confidence(skeletonizer, "ô")


# Recall


def test_recall_over_a_sample_of_published_homographs(
    skeletonizer: Skeletonizer, capsys: pytest.CaptureFixture[str]
) -> None:
    with HOMOGRAPHS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    missed = [
        row for row in rows if not meets(skeletonizer, row["homograph"].lower(), row["target"])
    ]
    recall = 1 - len(missed) / len(rows)
    with capsys.disabled():
        print(f"\nrecall {recall:.3f} of {len(rows)} homographs; missed:")
        for row in missed:
            unread = [c for c in row["homograph"] if letters(skeletonizer, c) == [c]]
            unread = [c for c in unread if not c.isascii()]
            print(f"  {row['homograph']} for {row['target']}: {row['source']}, unread {unread}")
    assert len(rows) >= 200
    assert recall >= 0.95
