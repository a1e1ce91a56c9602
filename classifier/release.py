"""Release: glyphs, labels and trained networks in, how good the networks are and a map out.

One fifth of the characters is asked of a network that has not seen them, for each fold that there
are networks for; the figures are those that a release is held to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.cross_validation import OutOfFold
from classifier.dataset import USED_KINDS
from classifier.errors import InvalidDataset
from classifier.labels import NONE, Labels
from classifier.metrics import auc
from classifier.prediction import vote
from classifier.unicode_tables import is_pvalid

if TYPE_CHECKING:
    from classifier.dataset import Glyphs

ACCURACY = 0.93
"""Share of PVALID lookalikes that must be given their letter by the vote of their fonts."""

AUC = 0.96
_ASCII_END = 0x80


@dataclass(frozen=True, slots=True)
class Figures:
    """How networks do on characters that they have not seen."""

    accuracy: float
    """PVALID lookalikes that are given their letter by the vote of their fonts; a share."""

    auc: float
    """Chance that a lookalike scores higher as a letter than an example of no letter."""

    characters: int
    """Lookalikes that were asked about."""


def figures(glyphs: Glyphs, labels: Labels, answers: OutOfFold) -> Figures:
    """Count what answers get right.

    Args:
        glyphs: a store of `glyphs.store`.
        labels: with examples of no letter.
        answers: parallel to the store.

    Raises:
        InvalidDataset: there is no lookalike, or nothing that is no letter.
    """
    truth = labels.of_kinds(USED_KINDS).letters(glyphs.code_points)
    rows = np.flatnonzero((truth >= 0) & (glyphs.code_points >= _ASCII_END))
    votes = vote(answers.log_probs[rows], glyphs.code_points[rows])
    _, first = np.unique(glyphs.code_points[rows], return_index=True)
    wanted = truth[rows][first]
    allowed = np.array([is_pvalid(int(c)) for c in votes.code_points], dtype=np.bool_)
    asked = (wanted != NONE) & allowed
    if not asked.any() or not (wanted == NONE).any():
        msg = "no lookalike to ask about, or nothing that is no letter"
        raise InvalidDataset(msg)
    right = votes.log_probs[:, :NONE].argmax(axis=1) == wanted
    chosen = asked | (wanted == NONE)
    likeness = 1 - votes.probabilities()[chosen, NONE].astype(np.float64)
    return Figures(
        accuracy=float(right[asked].mean()),
        auc=auc(likeness, asked[chosen]),
        characters=int(asked.sum()),
    )
