"""ASCII rows: letters and digits that read as others, alone (classes) and in pairs.

Exactly two classes: {0 o} and {1 i l}. A zero and a one are narrower or wider than the letter by a
little; an i stands for the capital I that passes for an l, though a name arrives in small letters,
and shows its dot there: so it is a weaker reading.

The classes are not the networks' measure: they take a lone I for an l in 0.9 of all fonts, but a
name shows its i with a dot; and a 1 for an l in 0.4, but within a word nobody looks for a digit.
With their chances as confidences three more real names are reported, and c1oudfront is rated lower.

The pairs are those that rendered glyphs bear out, and all of them were judged right by eye
(``classifier/data/digraph_verdicts.csv``). ``p`` is measured: the mean over 96 font families and
twelve networks, trained on single characters, of the probability that they give the letter when
they are shown the pair, with the fonts' own kerning (``tests/benchmarks/digraph_review.py``). The
networks of one map alone would move it by chance: from one to the next it varies by 0.04 (``cl``,
``ri``) to 0.14 (``uu``). Pairs that no average of fonts supports are no rows: ``ol`` for d has
0.29, ``ij`` for y 0.17, ``lo`` for b 0.16, ``cj`` for g 0.13.

The confidence rises with `p`, from 0.5 where there is no chance, for the networks never learned
pairs. Of all pairs that pass the gates of `classifier.digraphs`, the share that an eye calls right
rises with `p` too: 0.04 for 0.3 to 0.4, then 0.32, 0.63, and 0.82 from 0.6 on. What the pair draws
that the letter has not, a dot or a stem, costs what a dropped mark costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from detector.characters import MARK_CONFIDENCE
from detector.confusables import Reading

CLASSES: dict[str, tuple[str, float]] = {"0": ("o", 0.90), "1": ("l", 0.90), "i": ("l", 0.75)}
"""Letter or digit -> the representative of its class, and how alike they look."""


class Pair(NamedTuple):
    """Two letters seen as one."""

    letter: str
    """The letter that the classifier sees."""

    p: float
    """How sure it is, as a mean over font families."""

    surplus: str = ""
    """What the pair draws that the letter has not: ``dot`` or ``stem``; empty if nothing."""


PAIRS: dict[str, Pair] = {
    "cl": Pair("d", 0.57),
    "lc": Pair("k", 0.49),
    "li": Pair("h", 0.52, surplus="dot"),
    "ni": Pair("m", 0.68, surplus="dot"),
    "nn": Pair("m", 0.67, surplus="stem"),
    "ri": Pair("n", 0.62, surplus="dot"),
    "rn": Pair("m", 0.77),
    "uu": Pair("w", 0.55, surplus="stem"),
    "vv": Pair("w", 0.72),
}

_SURPLUS = {"": 1.0, "dot": MARK_CONFIDENCE["above"], "stem": MARK_CONFIDENCE["overlay"]}


def ascii_rows() -> Mapping[str, tuple[Reading, ...]]:
    """Give the rows of ASCII letters and pairs.

    >>> rows = ascii_rows()
    >>> rows["rn"], rows["1"]
    ((Reading(letters='m', confidence=0.885, sources=('pair',), fonts='-'),),
     (Reading(letters='l', confidence=0.9, sources=('ascii',), fonts='-'),))
    """
    rows = {
        char: (Reading(letter, confidence, ("ascii",)),)
        for char, (letter, confidence) in CLASSES.items()
    }
    for letters, pair in PAIRS.items():
        confidence = round((0.5 + pair.p / 2) * _SURPLUS[pair.surplus], 3)
        rows[letters] = (Reading(pair.letter, confidence, ("pair",)),)
    return rows
