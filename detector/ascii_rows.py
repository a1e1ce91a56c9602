"""ASCII rows: letters and digits that read as others, alone (classes) and in pairs.

Exactly two classes: {0 o} and {1 i l}. A zero and a one are narrower or wider than the letter by a
little; an i stands for the capital I that passes for an l, though a name arrives in small letters,
and shows its dot there: so it is a weaker reading.

The pairs are those that rendered glyphs bear out. ``p`` is measured: the mean over 48 font families
of the probability that a classifier trained on single characters gives the letter when it is shown
the pair, with the fonts' own kerning. Pairs below 0.5 (``lo`` for b, ``cj`` for g, ``ij`` for y,
``ol`` for d) are no rows. The classifier was never trained on pairs, so `p` makes half of the
confidence; and what the pair draws that the letter has not costs what a dropped mark costs.
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
    "cl": Pair("d", 0.60),
    "lc": Pair("k", 0.50),
    "li": Pair("h", 0.60, surplus="dot"),
    "ni": Pair("m", 0.79, surplus="dot"),
    "nn": Pair("m", 0.78, surplus="stem"),
    "ri": Pair("n", 0.58, surplus="dot"),
    "rn": Pair("m", 0.79),
    "uu": Pair("w", 0.51, surplus="stem"),
    "vv": Pair("w", 0.86),
}

_SURPLUS = {"": 1.0, "dot": MARK_CONFIDENCE["above"], "stem": MARK_CONFIDENCE["overlay"]}


def ascii_rows() -> Mapping[str, tuple[Reading, ...]]:
    """Give the rows of ASCII letters and pairs.

    >>> rows = ascii_rows()
    >>> rows["rn"], rows["1"]
    ((Reading(letters='m', confidence=0.895, sources=('pair',), fonts='-'),),
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
