"""Calibration: answers about characters and what people saw in them in, a `Combination` out.

What is known of a pair of character and letter comes from three places, and each pair stands for as
many as there are of its kind:

- labels: the right letter of a character, and the likeliest one where that is another;
- examples of looking like no letter, which the networks do not take for one either: the likeliest
  letter is wrong. Where they do, it is not the example that is believed, but verdicts;
- verdicts by eye on characters that no table knows. They were sampled by how likely a letter is at
  all, so each stands for its share of the unlabelled characters that are about as likely one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.combination import FEATURES, Candidates, Combination, Floats, fit, fold
from classifier.labels import CLASSES, KINDS, NONE, UNKNOWN, Labels
from classifier.verdicts import Verdict

VERDICTS = Path(__file__).parent / "data" / "calibration.csv"
"""Verdicts that set the scale; by one person, so no measure of how good a map is."""

EDGES = (-1.4, -0.4, 0.4, 1.4, 2.2)
"""Logits of the chance of being any letter, between which unlabelled characters are alike."""

UNSURE = 2
"""Place among `EDGES` from which an example of no letter is in doubt."""

FLATTEST = 0.25
"""Least that is left of differences between scores when they are put on the scale of verdicts."""

HEAVIEST = 10.0
"""Most pairs that a verdict stands for. Without a limit a few verdicts on characters that other
networks found likely, and these do not, stand for ten thousand and turn the model over (AUC 0.830
on verdicts left out; 0.857 to 0.862 with any limit from 1 to 50)."""

_TWINS = frozenset("li")

Mask = npt.NDArray[np.bool_]


def calibrate(candidates: Candidates, labels: Labels, verdicts: Iterable[Verdict]) -> Combination:
    """Fit scores to what is known; then put the upper half of them on the scale of verdicts.

    Labels are the easy ones: of unlabelled characters with as high a score fewer are right. What a
    score is read as is what it means for those.

    Args:
        candidates: measured by networks that have not seen the characters.
        labels: with examples of looking like no letter.
        verdicts: by eye; unsure ones do not count.
    """
    tables = labels.of_kinds([kind for kind in KINDS if kind != "judged"])
    known = fold(tables.letters(candidates.code_points))
    first = np.diff(candidates.code_points, prepend=-1) != 0
    same = _same(candidates.letters, known)
    labelled = (known != UNKNOWN) & (known != NONE) & (same | first)
    level = np.digitize(candidates.features[:, FEATURES.index("letter")], EDGES)
    refused = (known == NONE) & first & (level < UNSURE)
    judged, right = _judged(candidates, verdicts)
    judged &= ((known == UNKNOWN) | (known == NONE)) & ~refused
    weights = (labelled | refused).astype(np.float64)
    for kind in (UNKNOWN, NONE):
        for place in range(len(EDGES) + 1):
            alike = (known == kind) & (level == place)
            here = judged & alike
            if here.any():
                stands_for = float((alike & first).sum()) / here.sum()
                weights[here] = min(max(1.0, stands_for), HEAVIEST)
    usable = np.where(judged, right, labelled & same)
    rows = np.flatnonzero(weights > 0)
    told = {
        "labels": int(labelled.sum()),
        "no letters": int(refused.sum()),
        "verdicts": int(judged.sum()),
    }
    features = candidates.features
    found = fit(features[rows], usable[rows], weights[rows])
    height = features @ found[:-1] + found[-1]
    rows = np.flatnonzero(judged & (height > 0))
    slope, offset = _scale(height[rows], usable[rows])
    # Six digits are more than the data bear, and the same whatever the linear algebra library.
    scaled = tuple(round(float(each * slope), 6) for each in found[:-1])
    return Combination(round(float(found[-1] * slope + offset), 6), scaled, told)


def _scale(height: Floats, usable: Mask) -> tuple[float, float]:
    """Fit verdicts by a line through heights that is not too flat to rank by."""
    slope, offset = map(float, fit(height[:, None], usable, np.ones(len(height))))
    if slope < FLATTEST:
        slope, low, high = FLATTEST, -50.0, 50.0
        for _ in range(60):  # halve until the mean score is the share that is usable
            offset = (low + high) / 2
            mean = float((1 / (1 + np.exp(-(slope * height + offset)))).mean())
            low, high = (offset, high) if mean < usable.mean() else (low, offset)
    return slope, offset


def _same(letters: npt.NDArray[np.int64], known: npt.NDArray[np.int64]) -> Mask:
    """Say where the letter is the label's; l and i are one to whoever looks."""
    twins = [CLASSES.index(letter) for letter in _TWINS]
    return np.asarray((letters == known) | (np.isin(letters, twins) & np.isin(known, twins)))


def _judged(candidates: Candidates, verdicts: Iterable[Verdict]) -> tuple[Mask, Mask]:
    """Say which pairs were judged, and which of them were found right, as most said."""
    balance: dict[tuple[int, str], int] = {}
    for verdict in verdicts:
        if verdict.answer != "unsure":
            pair = (verdict.code_point, verdict.letter)
            balance[pair] = balance.get(pair, 0) + (1 if verdict.answer == "right" else -1)
    pairs = zip(candidates.code_points.tolist(), candidates.letters.tolist(), strict=True)
    said = np.array([balance.get((c, CLASSES[letter]), 0) for c, letter in pairs])
    return np.asarray(said != 0), np.asarray(said > 0)
