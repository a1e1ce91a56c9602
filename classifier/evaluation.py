"""Evaluation: glyphs, labels and what networks say in, answers that can be compared out.

Four questions (`classifier.splits`), each put to three methods on the same pictures: the network,
the bare network (`classifier.bare`), and the nearest pixels, which learn nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.answers import Answers, joined
from classifier.baselines import Templates, pixel_distances
from classifier.cross_validation import OutOfFold
from classifier.dataset import USED_KINDS, Dataset, Glyphs
from classifier.errors import InvalidDataset
from classifier.labels import NONE, Labels
from classifier.splits import FOLDS, folds_of, seen_pixels

_ASCII_END = 0x80

Reader = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
"""Pictures in, (n, 28, 28); (n, 38) logarithms of probabilities out."""

Learn = Callable[[Dataset], Reader]
"""Makes a reader of what it may see: one network, or several that are asked together."""


@dataclass(frozen=True)
class Question:
    """Pictures of lookalikes outside ASCII, each to be judged by who never saw its character."""

    rows: npt.NDArray[np.int64]
    """Of the glyphs, (k,)."""

    letters: npt.NDArray[np.int64]
    code_points: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int64]
    seen: npt.NDArray[np.bool_]
    """Which are pixel for pixel in other folds."""


def ask(glyphs: Glyphs, labels: Labels) -> Question:
    """Collect what cross-validation is scored by.

    Raises:
        InvalidDataset: there is no lookalike among the glyphs.
    """
    letters = labels.of_kinds(USED_KINDS).letters(glyphs.code_points)
    labelled = np.flatnonzero(letters >= 0)
    asked = (letters[labelled] != NONE) & (glyphs.code_points[labelled] >= _ASCII_END)
    if not asked.any():
        msg = f"none of {len(letters)} glyphs is a lookalike outside ASCII; there is no score"
        raise InvalidDataset(msg)
    code_points = glyphs.code_points[labelled]
    images = glyphs.images[labelled]
    folds = np.where(code_points < _ASCII_END, -1, folds_of(code_points))
    seen = np.zeros(len(labelled), dtype=np.bool_)
    for fold in range(FOLDS):
        seen |= seen_pixels(images, folds != fold, (folds == fold) & asked)
    rows = labelled[asked]
    return Question(
        rows,
        letters[rows],
        code_points[asked],
        labels.kinds(code_points[asked]),
        seen[asked],
    )


def answered(question: Question, scores: npt.NDArray[np.float32]) -> Answers:
    """Put scores, (k, 37), beside the truth."""
    return Answers(scores, question.letters, question.code_points, question.kinds, question.seen)


def by_network(question: Question, said: OutOfFold) -> Answers:
    """Take what networks said out of fold."""
    return answered(question, said.log_probs[question.rows, :NONE])


def by_pixels(question: Question, glyphs: Glyphs, templates: Templates) -> Answers:
    """Take the nearest letter of the same font, moved by a pixel at most."""
    distances = pixel_distances(
        glyphs.images[question.rows], glyphs.families[question.rows], templates
    )
    return answered(question, -distances)


def templates_of(glyphs: Glyphs) -> Templates:
    """Give all families' own letters."""
    return Templates.of(
        glyphs.images, glyphs.code_points, glyphs.families, len(glyphs.family_names)
    )


def by_split(
    dataset: Dataset, kind: str, learn: Learn, folds: Sequence[int] = range(FOLDS)
) -> Answers:
    """Train for some folds of a split, and ask each reader about what it was not shown.

    Args:
        dataset: labelled pictures.
        kind: of split: one of `classifier.splits.KINDS`.
        learn: trains.
        folds: which; their answers are put together.
    """
    parts = []
    for fold in folds:
        split = dataset.split(kind, fold)
        test = split.test & (dataset.letters != NONE)
        reader = learn(dataset.rows(split.train))
        asked = dataset.rows(test)
        parts.append(
            Answers(
                reader(asked.images)[:, :NONE],
                asked.letters,
                asked.code_points,
                asked.kinds,
                seen_pixels(dataset.images, split.train, test)[test],
            )
        )
    return joined(parts)


def pixels_of_split(
    dataset: Dataset, templates: Templates, kind: str, folds: Sequence[int] = range(FOLDS)
) -> Answers:
    """Ask the nearest pixels about the same pictures as `by_split` asks networks about."""
    test = np.zeros(len(dataset), dtype=np.bool_)
    for fold in folds:
        test |= dataset.split(kind, fold).test
    asked = dataset.rows(test & (dataset.letters != NONE))
    return Answers(
        -pixel_distances(asked.images, asked.families, templates),
        asked.letters,
        asked.code_points,
        asked.kinds,
        np.zeros(len(asked), dtype=np.bool_),
    )
