"""Open set: characters that are lookalikes and characters that are not in, how well told apart out.

A map has to say of every character whether it looks like a letter at all. Positives are the
protocol's lookalikes; negatives are all characters of other scripts that a name may hold and no
table takes for a letter. Most of those that score highest are lookalikes that the tables lack, so
these figures are too low, and comparable only with one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.answers import MANY_FONTS, PROTOCOL
from classifier.baselines import (
    Templates,
    binary_differences,
    nearest_by_code_point,
    relative_distances,
    shamfinder,
)
from classifier.combination import fit
from classifier.cross_validation import OutOfFold
from classifier.dataset import Glyphs
from classifier.labels import KINDS, NONE, UNKNOWN, Labels
from classifier.metrics import auc, precision_at_recall
from classifier.prediction import vote
from classifier.splits import folds_of
from classifier.unicode_tables import is_mark, is_pvalid, name

RECALLS = (0.8, 0.9, 0.95)
COMBINED = "all of these and the number of fonts"
_LEAST = 1e-6
_LARGE = ("CJK UNIFIED", "CJK COMPAT", "HANGUL SYLLABLE", "TANGUT", "NUSHU", "KHITAN")
_LATIN = ("LATIN ", "MODIFIER LETTER ")


@dataclass(frozen=True, slots=True)
class Population:
    """Who is told apart; arrays are parallel, of m rows, code points ascend."""

    code_points: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int64]
    """Index of `KINDS`; of what is no lookalike that of ``none``."""

    fonts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    """All their pictures' places in the store, (k,), k >= m."""

    @property
    def positive(self) -> npt.NDArray[np.bool_]:
        """Which are lookalikes, (m,)."""
        return np.asarray(self.kinds != KINDS.index("none"))


@dataclass(frozen=True, slots=True)
class Separation:
    """How well a score tells lookalikes from the rest."""

    positives: int
    negatives: int
    auc: float
    precisions: tuple[float, ...]
    """At each of `RECALLS`."""


def populate(glyphs: Glyphs, labels: Labels) -> Population:
    """Collect lookalikes and others, all of them PVALID."""
    unique, counts = np.unique(glyphs.code_points, return_counts=True)
    kinds = labels.kinds(unique.astype(np.int32))
    none = KINDS.index("none")
    protocol = [KINDS.index(kind) for kind in PROTOCOL]
    chosen = np.zeros(len(unique), dtype=np.bool_)
    for place, (code_point, kind) in enumerate(zip(unique.tolist(), kinds.tolist(), strict=True)):
        if not is_pvalid(code_point):
            continue
        chosen[place] = kind in protocol or (
            kind in (none, UNKNOWN) and _is_other(code_point, labels)
        )
    code_points = unique[chosen].astype(np.int32)
    found = np.where(np.isin(kinds[chosen], protocol), kinds[chosen], none)
    rows = np.flatnonzero(np.isin(glyphs.code_points, code_points))
    return Population(code_points, found, counts[chosen], rows)


def _is_other(code_point: int, labels: Labels) -> bool:
    return (
        code_point >= 0x80
        and code_point not in labels.composite
        and not is_mark(code_point)
        and not name(code_point).startswith((*_LARGE, *_LATIN))
    )


def by_networks(
    population: Population, glyphs: Glyphs, said: OutOfFold
) -> Mapping[str, npt.NDArray[np.float64]]:
    """Give two scores of each character by what networks said out of fold, shape (m,) each."""
    votes = vote(said.log_probs[population.rows], glyphs.code_points[population.rows])
    chances = votes.probabilities().astype(np.float64)
    return {
        "network: 1 - p(none)": 1 - chances[:, NONE],
        "network: most likely letter": chances[:, :NONE].max(axis=1),
    }


def by_pixels(
    population: Population, glyphs: Glyphs, templates: Templates
) -> Mapping[str, npt.NDArray[np.float64]]:
    """Give two scores by pixels alone, and ShamFinder's answer as one of 0 and 1, (m,) each."""
    rows = population.rows
    images, families = glyphs.images[rows], glyphs.families[rows]
    code_points = glyphs.code_points[rows]
    near = nearest_by_code_point(relative_distances(images, families, templates), code_points)
    black = nearest_by_code_point(binary_differences(images, families, templates), code_points)
    return {
        "pixels: nearest letter": -near.least.astype(np.float64),
        "pixels: black and white": -black.least.astype(np.float64),
        "ShamFinder's rule": shamfinder(black).astype(np.float64),
    }


def combined(
    population: Population, scores: Sequence[npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    """Make one score of several and the number of fonts, (m,), by a logistic model.

    A fifth of the characters is scored by a model of the others (`classifier.splits`), so none is
    scored by a model that was told about it. Shares count by their logit.
    """
    columns = [_logit(each) if each.min() >= 0 and each.max() <= 1 else each for each in scores]
    features = np.stack([*columns, np.log2(population.fonts)], axis=1).astype(np.float64)
    folds = folds_of(population.code_points)
    found = np.zeros(len(features))
    for fold in np.unique(folds):
        others = folds != fold
        weights = fit(features[others], population.positive[others], np.ones(others.sum()))
        found[~others] = features[~others] @ weights[:-1] + weights[-1]
    return found


def _logit(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    kept = np.clip(shares, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)))


GROUPS: Mapping[str, Sequence[str]] = {
    "all": PROTOCOL,
    "only UTS #39": ("uts39",),
    "accents": ("accent",),
}


def separations(population: Population, score: npt.NDArray[np.float64]) -> Mapping[str, Separation]:
    """Measure a score, by kinds of lookalikes, and of what many fonts draw.

    Those in many fonts are told from all others, whatever draws these (of MAP.md's figures only
    this reading fits together: 0.996 with a precision of 0.64 at a recall of 0.95 takes more than
    6,000 others), and, which is harder, from others in as many fonts alone.
    """
    none = KINDS.index("none")
    found = {}
    for group, kinds in GROUPS.items():
        rows = np.isin(population.kinds, [none, *map(KINDS.index, kinds)])
        found[group] = _separation(population, score, rows)
    many = population.fonts >= MANY_FONTS
    others = ~population.positive
    found[f"in >= {MANY_FONTS} fonts, from all others"] = _separation(
        population, score, many | others
    )
    found[f"in >= {MANY_FONTS} fonts, from others in as many"] = _separation(
        population, score, many
    )
    return found


def _separation(
    population: Population, score: npt.NDArray[np.float64], rows: npt.NDArray[np.bool_]
) -> Separation:
    positive = population.positive[rows]
    return Separation(
        int(positive.sum()),
        int((~positive).sum()),
        auc(score[rows], positive),
        tuple(precision_at_recall(score[rows], positive, recall) for recall in RECALLS),
    )
