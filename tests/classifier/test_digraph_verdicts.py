from pathlib import Path

import pytest

import classifier
from classifier.digraph_verdicts import (
    DECIDED,
    PairVerdict,
    load_pair_review,
    load_pair_verdicts,
    precision,
    render_pair_verdicts,
    upheld,
)
from classifier.errors import InvalidVerdicts
from detector.confusables import ConfusableMap

CNN = Path(classifier.__file__).parent / "data" / "cnn.txt"
MEASURE = CNN.with_name("digraph_measure.csv")
"""A fifth judge's answers to the sheets of the four; nothing follows from them but this test."""

FIRST = [
    "rn>m", "ri>n", "vv>w", "cl>d", "ni>m", "nn>m", "uv>w", "fi>h", "in>m", "iv>w",
    "vu>w", "li>h", "lc>k", "uu>w", "tv>w", "ui>w", "iu>w", "vr>w", "ur>w", "nt>m",
]  # fmt: skip
"""The first 20 by the ten networks of the packaged map, before people have their say."""

HEADER = "pair,letter,verdict,sheet,place\n"


def test_the_table_is_kept_as_it_is_written() -> None:
    verdicts = load_pair_verdicts()
    again = render_pair_verdicts(verdicts)
    assert again.count("\n") == len(verdicts) + 1 == 121
    assert {each.sheet for each in verdicts} == set(range(1, 11))


def test_precision_of_the_first_twenty_by_networks_alone() -> None:
    pairs = [(each[:2], each[3]) for each in FIRST]
    found = precision(pairs, load_pair_verdicts())
    assert (found.right, found.judged, found.asked) == (13, 20, 20)
    assert (found.low, found.high) == pytest.approx((0.433, 0.819), abs=0.001)
    assert precision(pairs, load_pair_verdicts(DECIDED)).right == 13


def test_a_map_names_what_most_took_for_the_letter() -> None:
    believed = upheld(load_pair_review())
    named = ConfusableMap.load(CNN).pairs
    assert len(named) == 17
    assert {(pair, readings[0].letters) for pair, readings in named.items()} <= believed
    wanted = [
        "rn>m",
        "vv>w",
        "nn>m",
        "ni>m",
        "cl>d",
        "li>h",
        "ri>n",
        "lc>k",
        "uu>w",
    ]  # MAP.md, section 7
    assert all(named[each[:2]][0].letters == each[3] for each in wanted)


def test_a_judge_who_had_no_say_takes_the_named_pairs_for_the_letter() -> None:
    own = load_pair_verdicts(MEASURE)
    named = [(pair, rows[0].letters) for pair, rows in ConfusableMap.load(CNN).pairs.items()]
    found = precision(named, own)
    print(f"{found.right} of {found.asked}, {found.low:.3f} to {found.high:.3f}")
    assert found.judged == found.asked == len(named)
    assert found.right / found.asked >= 0.8
    assert sum(each.answer == "wrong" for each in own) > len(own) / 2


@pytest.mark.parametrize("judge", [0, 1, 2, 3])
def test_what_others_took_for_the_letter_the_next_judge_does(judge: int) -> None:
    own = [each for each in load_pair_verdicts(DECIDED) if each.sheet // 100 == judge]
    others = [each for each in load_pair_verdicts(DECIDED) if each.sheet // 100 != judge]
    found = precision(sorted(upheld((*load_pair_verdicts(), *others))), own)
    refused = sum(each.answer == "wrong" for each in own)
    print(f"{found.right} of {found.asked}, {found.low:.3f} to {found.high:.3f}; {refused} refused")
    assert found.asked >= 17
    assert found.right / found.asked >= 0.8
    assert refused > len(own) / 2  # nor does everything pass


def test_what_was_not_judged_is_not_right() -> None:
    verdicts = [PairVerdict("rn", "m", "right", 1, 1), PairVerdict("iv", "w", "unsure", 1, 2)]
    found = precision([("rn", "m"), ("iv", "w"), ("qz", "m")], verdicts)
    assert (found.right, found.judged, found.asked) == (1, 2, 3)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("rn,m,maybe,1,1\n", ":2: 'rn,m,maybe,1,1' is no pair"),
        ("rn,m,right,1\n", ":2: "),
        ("rn,m,right,1,1\nrn,m,wrong,2,1\n", ":3: a second verdict on rn as m"),
        ("\u0440n,m,right,1,1\n", "cannot be read"),
    ],
)
def test_broken_tables(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(InvalidVerdicts, match=said):
        load_pair_verdicts(path)


def test_no_table(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text("pair,letter\n", encoding="ascii")
    with pytest.raises(InvalidVerdicts, match="columns"):
        load_pair_verdicts(path)
