"""Lesson: glyphs and labels in, what to train on and what to score, and the score of a network.

One fold of characters can be held out of training; the score of those says whether a recipe is
better. Full figures, by all splits and kinds of label, are another module's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.dataset import Dataset, build_dataset, label_glyphs
from classifier.errors import InvalidDataset
from classifier.examples import Examples
from classifier.labels import NONE, build_labels
from classifier.metrics import auc
from classifier.network import Network
from classifier.prediction import predict, vote
from classifier.verdicts import load_verdicts

if TYPE_CHECKING:
    from classifier.dataset import Glyphs

_ASCII_END = 0x80


@dataclass(frozen=True, slots=True)
class Grade:
    """How a network does on characters that it never saw; all shares."""

    score: float
    """Of a character's pictures, how many are given its class: the mean over lookalikes and the
    mean over what is no letter, so that each character counts once, and half way between the two.
    What a search climbs."""

    images: float
    """Pictures of lookalikes that are given their letter, letters alone being asked for."""

    characters: float
    """Lookalikes that are given their letter by the vote of their fonts."""

    auc: float
    """Chance that a lookalike scores higher, as a letter, than what is none."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to train on, and what to ask afterwards."""

    examples: Examples
    dataset: Dataset
    held_out: np.ndarray
    """Rows of the dataset that are asked, (k,); none if nothing is held out."""

    def grade(self, network: Network, *, device: str = "cpu") -> Grade:
        """Ask a network about what was held out.

        Raises:
            InvalidDataset: nothing was, or no lookalike, or nothing that is no letter.
        """
        letters = self.dataset.letters[self.held_out]
        code_points = self.dataset.code_points[self.held_out]
        lookalike = (letters != NONE) & (code_points >= _ASCII_END)
        if not lookalike.any() or not (letters == NONE).any():
            msg = "held out are no lookalikes, or nothing that is no letter; there is no score"
            raise InvalidDataset(msg)
        found = predict(network, self.dataset.images[self.held_out], device=device)
        votes = vote(found, code_points)
        # Rows of one character have one class: of equals, any is the first.
        _, first = np.unique(code_points, return_index=True)
        truth = letters[first]
        asked = lookalike[first]
        rows = np.searchsorted(votes.code_points, code_points)
        right = np.bincount(rows, weights=found.argmax(1) == letters) / votes.fonts
        as_letter = votes.log_probs[:, :NONE].argmax(1) == truth
        chosen = asked | (truth == NONE)
        likeness = 1 - votes.probabilities()[chosen, NONE].astype(np.float64)
        return Grade(
            score=float(right[asked].mean() + right[truth == NONE].mean()) / 2,
            images=float((found[:, :NONE].argmax(1) == letters)[lookalike].mean()),
            characters=float(as_letter[asked].mean()),
            auc=auc(likeness, asked[chosen]),
        )


def load_dataset(glyphs: Glyphs, confusables: Path, verdicts: Path | None = None) -> Dataset:
    """Label glyphs by UTS #39, Unicode's decompositions and verdicts by eye.

    Args:
        glyphs: a store of `glyphs.store`.
        confusables: Unicode's confusables.txt, plain or compressed by gzip.
        verdicts: a table of verdicts; the packaged one if None.

    Raises:
        ClassifierError: a file is not what it should be, or no glyph has a label.
    """
    told = load_verdicts() if verdicts is None else load_verdicts(verdicts)
    labels = label_glyphs(glyphs, build_labels(confusables), verdicts=told)
    return build_dataset(glyphs, labels)


def make_lesson(dataset: Dataset, fold: int | None = None) -> Lesson:
    """Choose what to train on.

    Args:
        dataset: labelled pictures.
        fold: 0 to 4, the fold of characters that is held out; nothing is if None.
    """
    if fold is None:
        return Lesson(examples_of(dataset), dataset, np.empty(0, np.int64))
    split = dataset.split("code_point", fold)
    return Lesson(examples_of(dataset.rows(split.train)), dataset, np.flatnonzero(split.test))


def examples_of(dataset: Dataset) -> Examples:
    """Give all rows to learn from."""
    return Examples(np.ascontiguousarray(dataset.images), dataset.shapes, dataset.weights)
