import gzip
import os
from pathlib import Path

import pytest

from detector.characters import UNICODE_VERSION, name
from detector.confusables import DEFAULT_MAP, ConfusableMap, Reading
from detector.errors import InvalidData
from detector.merging import Sources, build_merged
from detector.uts39 import MADE_BY, build_uts39

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared" / "data" / "unicode" / "17.0.0" / "confusables.txt.gz"
CNN = HERE.parents[2] / "classifier" / "data" / "cnn.txt"
CONFUSABLES = Path(os.environ.get("GLYPHWATCH_CONFUSABLES", SHARED))

SMALL = """# confusables.txt
# Unicode Security Mechanisms for UTS #39
# Version: 17.0.0
0430 ;\t0061 ;\tMA\t#
041A ;\t004B ;\tMA\t#
043A ;\t0138 ;\tMA\t#
03BA ;\t0138 ;\tMA\t#
00F8 ;\t006F 0338 ;\tMA\t#
A4D2 ;\t0064 ;\tMA\t#
A4E4 ;\t0052 ;\tMA\t#
0273 ;\t006E 0328 ;\tMA\t#
006D ;\t0072 006E ;\tMA\t#
0271 ;\t0072 006E 0326 ;\tMA\t#
05D5 ;\t006C ;\tMA\t#
044A ;\t02C9 0062 ;\tMA\t#
1010 ;\t006F 102C ;\tMA\t#
# total: 13
"""


DRAWN = """# glyphwatch drawn likenesses, format 1
# Face: Some (fonts-some): Some.ttf 1.0 sha256:00
00FE ; p 0.933 11/21 upright | b 0.930 11/21 upright # LATIN SMALL LETTER THORN
028C ; a 0.965 17/17 capital # LATIN SMALL LETTER TURNED V
0438 ; u 1.000 15/15 italic # CYRILLIC SMALL LETTER I
"""


@pytest.fixture
def confusables(tmp_path: Path) -> Path:
    path = tmp_path / "confusables.txt"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ConfusableMap:
    folder = tmp_path_factory.mktemp("small")
    confusables, path = folder / "confusables.txt", folder / "map.txt"
    confusables.write_text(SMALL, encoding="utf-8")
    drawn = folder / "drawn.txt"
    drawn.write_text(DRAWN, encoding="utf-8")
    path.write_text(build_uts39(confusables, drawn), encoding="utf-8")
    return ConfusableMap.load(path)


def best(confusables: ConfusableMap, char: str) -> Reading:
    return confusables.characters[char][0]


# Rules, over a few rows in the form of Unicode's file


@pytest.mark.parametrize(
    ("char", "letters", "source"),
    [
        ("а", "a", "uts39"),
        ("ꓒ", "d", "uts39"),
        ("ø", "o", "mark:overlay"),  # to base and overlay
        ("ɳ", "n", "mark:below"),
        ("ꓤ", "r", "capital"),  # to an ASCII capital
        ("ä", "a", "decomposition"),
        ("ӓ", "a", "uts39"),  # Cyrillic a with diaeresis: its base is readable itself
        ("к", "k", "case"),  # to kra, which is no ASCII letter; but its capital is a K
        ("ĸ", "k", "class"),  # looks like к
        ("κ", "k", "class"),
        ("ᴋ", "k", "smallcap"),
        ("қ", "k", "name"),  # KA WITH DESCENDER
        ("ł", "l", "name"),
        ("ѐ", "", ""),  # nothing in this small file reads its base
        ("ɱ", "m", "uts39"),  # UTS #39 writes m as rn
        ("ъ", "b", "punctuation"),
        ("३", "3", "digit"),
        ("ß", "ss", "folding"),
        ("þ", "p", "drawn"),
        ("ʌ", "a", "smallcap"),  # like a small capital A
        ("и", "u", "italic"),
        ("ѝ", "u", "italic"),  # I WITH GRAVE: what its base reads as
    ],
)
def test_each_rule(small: ConfusableMap, char: str, letters: str, source: str) -> None:
    if not letters:
        assert char not in small.characters
        return
    assert best(small, char).letters == letters
    assert source in best(small, char).sources


def test_a_drawn_reading_says_how_many_fonts(small: ConfusableMap) -> None:
    assert [reading.fonts for reading in small.characters["þ"]] == ["11/21", "11/21"]
    assert best(small, "и").confidence < best(small, "ʌ").confidence < best(small, "þ").confidence


def test_a_prototype_half_of_which_is_unread_gives_nothing(small: ConfusableMap) -> None:
    assert "တ" not in small.characters  # to o and a Myanmar vowel sign as wide as it


def test_a_stem_without_a_dot_is_l_and_i(small: ConfusableMap) -> None:
    assert [reading.letters for reading in small.characters["ו"]] == ["l", "i"]


def test_capitals_and_compatibility_forms_have_no_row(small: ConfusableMap) -> None:
    assert "К" not in small.characters
    assert "ｇ" not in small.characters
    assert "m" not in small.characters


def test_the_same_input_gives_the_same_bytes(confusables: Path, tmp_path: Path) -> None:
    packed = tmp_path / "elsewhere" / "confusables.txt.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(SMALL.encode(), mtime=99))
    text = build_uts39(confusables)
    assert build_uts39(packed) == text
    header = [line for line in text.splitlines() if line.startswith("#")]
    assert header[1] == f"# Made by: {MADE_BY}"
    assert header[2] == f"# Unicode: {UNICODE_VERSION}"
    assert header[3].startswith("# UTS #39: 17.0.0 sha256:")
    assert str(tmp_path) not in text


def test_a_bad_file_is_told_with_its_line(confusables: Path) -> None:
    confusables.write_text(SMALL.replace("041A ;", "041G ;"), encoding="utf-8")
    with pytest.raises(InvalidData, match=r"confusables\.txt:5: not a row"):
        build_uts39(confusables)


# The map of the package


@pytest.fixture(scope="module")
def packaged() -> ConfusableMap:
    return ConfusableMap.load()


def test_the_packaged_map_is_what_the_command_makes() -> None:
    if not CONFUSABLES.exists():
        # Not shipped, so its absence is no failure, in continuous integration neither.
        pytest.xfail("needs Unicode's confusables.txt 17.0: GLYPHWATCH_CONFUSABLES names it")
    packaged = DEFAULT_MAP.read_text(encoding="utf-8")
    if f"# Unicode: {UNICODE_VERSION}\n" not in packaged:
        pytest.skip(f"the packaged map is of another Unicode than {UNICODE_VERSION}")
    assert build_merged(Sources(CONFUSABLES, CNN)) == packaged


# Chromium's spoof checks unify these, and a few that no rule finds: Thai fo fan, Lao fo sung as w.
CHROMIUM = {
    "ae": "æӕ", "p": "þϼҏ", "h": "ħнћңҥӈӊԧԩհ", "k": "ĸκкқҝҟҡӄԟ", "n": "пԥŋ", "ce": "œ", "t": "ŧтҭԏ",
    "b": "ƅьҍвþ", "w": "ωшพ", "m": "мӎ", "e": "єҽҿ", "r": "ґ", "f": "ғӻ", "c": "ҫင", "y": "ұ",
    "u": "μսน", "x": "χҳӽӿ", "d": "ԃ", "g": "ԍ", "s": "ടร", "3": "зҙӡ", "i": "ıӏ", "l": "łıӏ",
    "o": "०০੦૦ଠ୦೦ဝס",
}  # fmt: skip


@pytest.mark.parametrize(
    ("char", "letters"), [(char, letters) for letters, chars in CHROMIUM.items() for char in chars]
)
def test_readings_that_chromium_has(packaged: ConfusableMap, char: str, letters: str) -> None:
    assert letters in [reading.letters for reading in packaged.characters[char]]


@pytest.mark.parametrize("char", "жфцчэҩσбюλψξ卍人口")
def test_letters_that_pass_for_no_latin_letter_of_their_sound(
    packaged: ConfusableMap, char: str
) -> None:
    sounds = {"ж": "z", "ф": "f", "ц": "c", "ч": "c", "э": "e", "σ": "s", "б": "b", "λ": "l"}
    found = [reading.letters for reading in packaged.characters.get(char, ())]
    assert sounds.get(char) not in found


def test_readings_by_meaning_do_not_spread(packaged: ConfusableMap) -> None:
    for char, readings in packaged.characters.items():
        for reading in readings:
            if "digit" in reading.sources:
                assert set(reading.sources) <= {"digit", "cnn", "eye"}, name(char)
            if "folding" in reading.sources:
                assert char == "ß"


def test_sources_are_known(packaged: ConfusableMap) -> None:
    sources = {
        source
        for readings in packaged.characters.values()
        for reading in readings
        for source in reading.sources
    }
    assert sources == {
        "capital", "case", "class", "cnn", "decomposition", "digit", "drawn", "enclosed", "eye",
        "folding", "italic", "joined", "kin", "mapped", "mark:above", "mark:below",
        "mark:overlay", "mark:other", "name", "punctuation", "sister", "smallcap", "stem", "struck",
        "uts39",
    }  # fmt: skip
