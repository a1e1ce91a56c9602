from pathlib import Path

import pytest

from classifier.digraph_verdicts import (
    PairVerdict,
    load_pair_verdicts,
    precision,
    render_pair_verdicts,
)
from classifier.errors import InvalidVerdicts

FIRST = [
    "rn>m", "ri>n", "cl>d", "ni>m", "vv>w", "iv>w", "in>m", "uv>w", "lc>k", "fi>h",
    "nn>m", "li>h", "vu>w", "uu>w", "iu>w", "tv>w", "ur>w", "vr>w", "nt>m", "tu>w",
]  # fmt: skip
"""The first 20 by the mean of four networks, two of them narrow."""

HEADER = "pair,letter,verdict,sheet,place\n"


def test_the_table_is_kept_as_it_is_written() -> None:
    verdicts = load_pair_verdicts()
    again = render_pair_verdicts(verdicts)
    assert again.count("\n") == len(verdicts) + 1 == 121
    assert {each.sheet for each in verdicts} == set(range(1, 11))


def test_precision_of_the_first_twenty() -> None:
    found = precision([(each[:2], each[3]) for each in FIRST], load_pair_verdicts())
    assert (found.right, found.judged, found.asked) == (13, 20, 20)
    assert (found.low, found.high) == pytest.approx((0.433, 0.819), abs=0.001)


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
