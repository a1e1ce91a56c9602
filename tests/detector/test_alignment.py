"""Alignments by a map of a few rows, so that every figure is in sight."""

from __future__ import annotations

from functools import cache
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.alignment import Aligner, Alignment
from detector.confusables import ConfusableMap
from detector.skeleton import Skeletonizer
from detector.verdict import score

ROWS = """\
# glyphwatch confusable map, format 1
# Unicode: 18.0.0
0030 ; o 0.900 ascii - # DIGIT ZERO
0031 ; l 0.900 ascii - # DIGIT ONE
0069 ; l 0.750 ascii - # LATIN SMALL LETTER I
0063 006C ; d 0.800 pair - # LATIN SMALL LETTER C, LATIN SMALL LETTER L
006C 0069 ; h 0.700 pair - # LATIN SMALL LETTER L, LATIN SMALL LETTER I
006E 006E ; m 0.710 pair - # LATIN SMALL LETTER N, LATIN SMALL LETTER N
0072 006E ; m 0.895 pair - # LATIN SMALL LETTER R, LATIN SMALL LETTER N
0076 0076 ; w 0.930 pair - # LATIN SMALL LETTER V, LATIN SMALL LETTER V
0142 ; l 0.800 stroke - | t 0.600 shape 9/65 # LATIN SMALL LETTER L WITH STROKE
0153 ; oe 0.950 uts39 - | ce 0.600 shape - # LATIN SMALL LIGATURE OE
0155 ; r 0.880 mark:above - # LATIN SMALL LETTER R WITH ACUTE
0430 ; a 0.998 uts39 - # CYRILLIC SMALL LETTER A
043C ; m 0.990 uts39 61/65 # CYRILLIC SMALL LETTER EM
04CF ; l 0.990 uts39 - | i 0.980 uts39 - # CYRILLIC SMALL LETTER PALOCHKA
06F0 ; . 0.900 uts39 - # EXTENDED ARABIC-INDIC DIGIT ZERO
"""


@cache
def packaged() -> ConfusableMap:
    return ConfusableMap.load()


@pytest.fixture(scope="module")
def aligner(tmp_path_factory: pytest.TempPathFactory) -> Aligner:
    path: Path = tmp_path_factory.mktemp("map") / "confusables.txt"
    path.write_text(ROWS, encoding="utf-8")
    return Aligner(Skeletonizer(ConfusableMap.load(path)))


def aligned(aligner: Aligner, name: str, target: str) -> Alignment:
    found = aligner.align(name, target)
    assert found is not None, f"{name!a} does not read as {target!a}"
    return found


def steps(alignment: Alignment) -> list[str]:
    return [
        f"{each.position} {each.source}>{each.reading} {each.technique} {each.confidence:.3f}"
        for each in alignment.substitutions
    ]


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        # one character, one letter
        ("pаypal", "paypal", ["1 а>a idn 0.998"]),
        ("łidł", "lidl", ["0 ł>l idn 0.800", "3 ł>l idn 0.800"]),
        # the second reading, where the first does not fit
        ("łwiłłer", "twitter", ["0 ł>t idn 0.600", "3 ł>t idn 0.600", "4 ł>t idn 0.600"]),
        ("gӏthub", "github", ["1 ӏ>i idn 0.980"]),
        # one character, two letters
        ("pœt", "poet", ["1 œ>oe idn 0.950"]),
        ("pœt", "pcet", ["1 œ>ce idn 0.600"]),
        # ASCII by class, directly and through its representative
        ("paypa1", "paypal", ["5 1>l ascii 0.900"]),
        ("g00gle", "google", ["1 0>o ascii 0.900", "2 0>o ascii 0.900"]),
        ("googie", "google", ["4 i>l ascii 0.750"]),
        ("lnstagram", "instagram", ["0 l>i ascii 0.750"]),
        ("g1thub", "github", ["1 1>i ascii 0.675"]),
        # two letters as one, and one as two
        ("rnicrosoft", "microsoft", ["0 rn>m multi_letter 0.895"]),
        ("nnicrosoft", "microsoft", ["0 nn>m multi_letter 0.710"]),
        ("vvalmart", "walmart", ["0 vv>w multi_letter 0.930"]),
        ("clropbox", "dropbox", ["0 cl>d multi_letter 0.800"]),
        ("leaming", "learning", ["3 m>rn multi_letter 0.895"]),
        ("doud", "cloud", ["0 d>cl multi_letter 0.800"]),
        ("rnrn", "mm", ["0 rn>m multi_letter 0.895", "2 rn>m multi_letter 0.895"]),
        ("vvv", "vw", ["1 vv>w multi_letter 0.930"]),
        # pairs of readings, and of digits
        ("ŕnicro", "micro", ["0 ŕ>r idn 0.880", "0 ŕn>m multi_letter 0.895"]),
        ("leaмing", "learning", ["3 м>m idn 0.990", "3 м>rn multi_letter 0.895"]),
        ("c1ropbox", "dropbox", ["1 1>l ascii 0.900", "0 c1>d multi_letter 0.800"]),
        ("cłropbox", "dropbox", ["1 ł>l idn 0.800", "0 cł>d multi_letter 0.800"]),
        # nothing to see
        ("goo\u200dgle", "google", ["3 \u200d> idn 0.970"]),
        ("a\u0323pple", "apple", ["1 \u0323> idn 0.930"]),
        (
            "r\u0323nicro",
            "micro",
            ["0 r\u0323n>m multi_letter 0.895", "1 \u0323> idn 0.930"],
        ),
        # a whole domain, by a character that reads as a full stop
        ("pаypal۰com", "paypal.com", ["1 а>a idn 0.998", "6 ۰>. idn 0.900"]),
        ("paypal", "paypal", []),
    ],
)
def test_every_difference_has_its_row(
    aligner: Aligner, name: str, target: str, expected: list[str]
) -> None:
    found = steps(aligned(aligner, name, target))
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("space", "spaces"),  # the misspellings of DETECTION.md
        ("bumble", "humble"),
        ("usa", "tsa"),
        ("googel", "google"),
        ("gogle", "google"),
        ("paypal", "pаypal"[:2]),
        ("", "a"),
        ("a", ""),
        ("rr", "m"),
        ("ell", "eh"),  # li reads as h, and l as i; likeness is not transitive
        ("rn", "nn"),  # both read as m
        ("жаба", "zhaba"),
    ],
)
def test_what_has_no_row_does_not_align(aligner: Aligner, name: str, target: str) -> None:
    assert aligner.align(name, target) is None


def test_the_best_of_several_ways_is_taken(aligner: Aligner) -> None:
    # rn as rn, or as m: equal letters are no difference at all.
    assert aligned(aligner, "rn", "rn").substitutions == ()
    assert steps(aligned(aligner, "ӏ", "l")) == ["0 ӏ>l idn 0.990"]


def test_a_substitution_says_who_says_so(aligner: Aligner) -> None:
    found = aligned(aligner, "м", "m").substitutions[0]
    assert (found.codepoint, found.name) == ("U+043C", "CYRILLIC SMALL LETTER EM")
    assert found.evidence == ("uts39", "fonts:61/65")
    pair = aligned(aligner, "rn", "m").substitutions[0]
    assert pair.codepoint == "U+0072 U+006E"
    assert pair.name == "LATIN SMALL LETTER R, LATIN SMALL LETTER N"


def test_accents_of_the_target_itself(aligner: Aligner) -> None:
    assert aligned(aligner, "citroën", "citroën").substitutions == ()
    assert steps(aligned(aligner, "citrоën".replace("о", "0"), "citroën")) == ["4 0>o ascii 0.900"]
    # Another accent, and none at all, are differences from ë.
    assert [each.reading for each in aligned(aligner, "citroên", "citroën").substitutions] == ["ë"]
    plain = aligned(aligner, "citroen", "citroën").substitutions
    assert [(each.source, each.reading, str(each.technique)) for each in plain] == [
        ("e", "ë", "idn")
    ]
    assert steps(aligned(aligner, "pœt", "pœt")) == []


def test_a_character_nobody_can_read_is_itself(aligner: Aligner) -> None:
    assert aligned(aligner, "漢字", "漢字").substitutions == ()
    assert aligner.align("漢宇", "漢字") is None
    assert steps(aligned(aligner, "漢0", "漢o")) == ["1 0>o ascii 0.900"]


@given(st.text(alphabet="rnmcldvwi10oаłœŕ\u0323ë", max_size=12))
def test_a_label_aligns_with_itself_without_a_difference(aligner: Aligner, label: str) -> None:
    found = aligned(aligner, label, label)
    if label.isascii() or "\u0323" not in label:
        assert found.substitutions == ()


@given(st.text(alphabet="rnmcldvwi10oаłœŕ\u0323ë", max_size=63))
def test_an_alignment_leads_to_the_key_of_the_target(aligner: Aligner, name: str) -> None:
    # What a name is read as, first reading by first reading, it aligns with.
    target = "".join(aligner.skeletonizer.readings(char)[0].letters for char in name)
    found = aligned(aligner, name, target)
    assert 0 <= score(found.substitutions) <= 1
    assert {each.position for each in found.substitutions} <= set(range(len(name)))


PIECES = st.sampled_from(
    [("rn", "m"), ("m", "rn"), ("nn", "m"), ("ni", "m"), ("ri", "n"), ("cl", "d"), ("d", "cl"),
     ("vv", "w"), ("li", "h"), ("lc", "k"), ("uu", "w"), ("1", "l"), ("i", "l"), ("0", "o"),
     ("а", "a"), ("ł", "l"), ("œ", "oe"), ("", "x"), ("x", ""), *((c, c) for c in "rnmcldvwiu1o-")]
)  # fmt: skip


@given(st.lists(PIECES, max_size=9))
def test_a_common_end_changes_nothing(pieces: list[tuple[str, str]]) -> None:
    name, target = ("".join(side) for side in zip(*pieces, strict=True)) if pieces else ("", "")
    quick, whole = (Aligner(Skeletonizer(packaged())) for _ in range(2))
    assert quick.rows.keeps_ends
    whole.rows.keeps_ends = False
    found, expected = quick.align(name, target), whole.align(name, target)
    assert (found is None) == (expected is None)
    if found and expected:
        likeness = [prod(each.confidence for each in a.substitutions) for a in (found, expected)]
        assert likeness[0] == pytest.approx(likeness[1])
