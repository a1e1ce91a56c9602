"""Combination: what the network and the pixels say of characters in, a score for each letter out.

Neither is enough alone: a network gives a letter to shapes that it has never seen the like of, and
pixels call a small capital far from its letter. A character and a letter are measured by

========= ========================================================================================
letter    logit of the network's chance that the character is any letter, not NONE
share     logit of the likeliest letter's part in that; letters that no one can tell apart are one
nearest   distance from the family's own letter (`classifier.baselines`), in the best family
fonts     logarithm of the number of families, to base 2, up to `MOST_FONTS`
========= ========================================================================================

and a logistic model makes one number of them: the chance that an attacker could use the character
for the likeliest letter; another letter gets as much less as the network likes it less. The model
is fitted to what is known of characters whose own network never saw them (labels), and to verdicts
by eye on characters that no table knows, each standing for all those of its stratum
(`classifier.calibration`). Its coefficients are data, ``classifier/data/combination.json``.

The mean distance, the share of families that agree, and the overlap of the boxes around character
and letter were tried besides, and say nothing that these four do not (cross entropy 0.111, 0.112).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.baselines import Distances, nearest_by_code_point
from classifier.errors import InvalidModel
from classifier.labels import CLASSES, MERGES, NONE
from classifier.prediction import Votes

DEFAULT = Path(__file__).parent / "data" / "combination.json"
FORMAT = "combination 1"
FEATURES = ("letter", "share", "nearest", "fonts")
MOST_FONTS = 32
CANDIDATES = 3
"""Letters that are measured of each character: those that the network likes best."""

LIKELY = 0.15
"""Part of the chances of letters that no one can tell apart from which one of them is a reading."""

_LIMIT = 1e-4
"""Chances are kept so far from 0 and 1 before their logit is taken."""

_RIDGE = 1.0
_ROUNDS = 50

Floats = npt.NDArray[np.float64]


def _pairs(groups: tuple[str, ...]) -> Floats:
    """Shape (37, 37): 1 where two letters are in one group, or are the same."""
    found = np.eye(NONE)
    for group in groups:
        numbers = [CLASSES.index(letter) for letter in group]
        found[np.ix_(numbers, numbers)] = 1
    return found


_ALIKE = _pairs(MERGES)
_TWINS = _pairs(("li",))
_DIGITS = [CLASSES.index(digit) for digit in "01"]
_LETTERS = [CLASSES.index(letter) for letter in "ol"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of character and letter, and what is known of them; arrays are parallel, of k rows."""

    code_points: npt.NDArray[np.int32]
    """Ascending; the letters of one character stand together, best first."""

    letters: npt.NDArray[np.int64]
    """Class numbers."""

    agree: npt.NDArray[np.int64]
    """Families that take the letter (or one that no one can tell from it) for the likeliest."""

    fonts: npt.NDArray[np.int64]
    """Families that draw the character."""

    part: Floats
    """Root of the letter's chance as a part of the likeliest letter's: 1 for that one itself."""

    features: Floats
    """Shape (k, 4), as `FEATURES` names them."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What pixels say; arrays are parallel, of n rows."""

    code_points: npt.NDArray[np.int32]
    """Whose picture it is."""

    distances: Distances
    """From the family's letters, shape (n, 37): `classifier.baselines.relative_distances`."""


def gather(votes: Votes, pictures: Pictures) -> Candidates:
    """Measure the likeliest letters of every character.

    Args:
        votes: of the network, one row a character.
        pictures: of exactly those characters.
    """
    chances = votes.probabilities().astype(np.float64)
    any_letter = 1 - chances[:, NONE]
    letter = _folded(chances[:, :NONE])
    together = _together(letter)
    grouped = np.einsum("ij,ijk->ik", letter, together)
    agreed = np.einsum("ij,ijk->ik", _folded(votes.agreement[:, :NONE]), together)
    letters = np.argsort(-letter, axis=1, kind="stable")[:, :CANDIDATES].reshape(-1)
    rows = np.repeat(np.arange(len(chances)), CANDIDATES)
    part = grouped[rows, letters] / grouped[rows, np.repeat(letters[::CANDIDATES], CANDIDATES)]
    least = _of_group(nearest_by_code_point(pictures.distances, pictures.code_points).distances)
    features = np.stack(
        [
            _logit(any_letter)[rows],
            _logit(grouped.max(axis=1) / np.maximum(any_letter, _LIMIT))[rows],
            least[rows, letters],
            np.log2(np.minimum(votes.fonts, MOST_FONTS))[rows],
        ],
        axis=1,
    )
    fonts = votes.fonts.astype(np.int64)[rows]
    agree = np.rint(agreed[rows, letters] * fonts).astype(np.int64)
    part = np.sqrt(np.minimum(part, 1))
    return Candidates(votes.code_points[rows], letters, agree, fonts, part, features)


def fold(letters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Make o of 0 and l of 1, as a map does; class numbers in, shape as asked.

    >>> [CLASSES[number] for number in fold(np.array([CLASSES.index(each) for each in "o01ib"]))]
    ['o', 'o', 'l', 'i', 'b']
    """
    table = np.arange(NONE + 1)
    table[_DIGITS] = _LETTERS
    return np.asarray(np.where(letters < 0, letters, table[letters]))


def _folded(chances: npt.NDArray[Any]) -> Floats:
    """Give what 0 and 1 have to o and l, shape (m, 37)."""
    result = np.array(chances, dtype=np.float64)
    result[:, _LETTERS] += result[:, _DIGITS]
    result[:, _DIGITS] = 0
    return result


def _together(chances: Floats) -> npt.NDArray[np.bool_]:
    """Say which letters' chances count for which one, shape (m, 37, 37).

    Its own always; those of its twins if it is likely itself: what is an l through and through is
    no i.
    """
    likely = chances >= LIKELY * (chances @ _TWINS)
    together = (_TWINS > 0)[None] & likely[:, None, :]
    own = np.arange(NONE)
    together[:, own, own] = True
    return np.asarray(together)


def _of_group(values: Distances) -> Distances:
    """Take the least value of all letters that no one can tell from one, shape (m, 37)."""
    return np.stack([values[:, np.flatnonzero(row)].min(axis=1) for row in _ALIKE], axis=1)


def _logit(chances: npt.NDArray[Any]) -> Floats:
    kept = np.clip(np.asarray(chances, dtype=np.float64), _LIMIT, 1 - _LIMIT)
    return np.asarray(np.log(kept / (1 - kept)))


@dataclass(frozen=True)
class Combination:
    """A fitted model."""

    offset: float
    weights: tuple[float, ...]
    """One for each of `FEATURES`."""

    fitted_to: Mapping[str, int]
    """What it was fitted to: how many pairs of which origin."""

    def score(self, candidates: Candidates) -> Floats:
        """Give the chance that each pair is usable, above 0 and below 1, shape (k,)."""
        heights = candidates.features @ np.asarray(self.weights) + self.offset
        return np.asarray(candidates.part / (1 + np.exp(-heights)))

    def digest(self) -> str:
        """Name offset and weights, 12 hex digits: equal ones give equal scores."""
        numbers = json.dumps([self.offset, *self.weights])
        return hashlib.sha256(numbers.encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Give the text of a file."""
        told = {
            "format": FORMAT,
            "offset": self.offset,
            "weights": dict(zip(FEATURES, self.weights, strict=True)),
            "fitted_to": dict(self.fitted_to),
            "digest": self.digest(),
        }
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def load(cls, path: Path | None = None) -> Combination:
        """Read a file; the packaged one without `path`.

        Raises:
            InvalidModel: it cannot be read, is of another format, or was changed.
        """
        path = DEFAULT if path is None else path
        try:
            told = json.loads(path.read_bytes())
            if told["format"] != FORMAT or tuple(told["weights"]) != FEATURES:
                msg = f"{path}: not of format {FORMAT!r} with weights for {', '.join(FEATURES)}"
                raise InvalidModel(msg)
            weights = tuple(float(told["weights"][feature]) for feature in FEATURES)
            fitted_to = {str(key): int(value) for key, value in told["fitted_to"].items()}
            found = cls(float(told["offset"]), weights, fitted_to)
            stated = told["digest"]
        except OSError as error:
            msg = f"{path}: cannot be read: {error.strerror or error}"
            raise InvalidModel(msg) from error
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            msg = f"{path}: no coefficients of a combination: {error!a}"
            raise InvalidModel(msg) from error
        if found.digest() != stated:
            msg = f"{path}: changed by hand: the digest of its coefficients is {found.digest()}"
            raise InvalidModel(msg)
        return found


def fit(features: Floats, usable: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """Fit a logistic model by Newton's method, with a ridge on all but the offset.

    Args:
        features: shape (k, m).
        usable: whether the pair was found to be usable, shape (k,).
        weights: for how many pairs each stands, shape (k,).

    Returns:
        Shape (m + 1,): the features' weights, and the offset. The same data give the same.

    Raises:
        ValueError: all pairs are usable, or none.
    """
    if usable.all() or not usable.any():
        msg = "pairs that are usable and pairs that are not are both needed"
        raise ValueError(msg)
    center, spread = features.mean(0), np.maximum(features.std(0), 1e-6)
    design = np.column_stack([(features - center) / spread, np.ones(len(features))])
    ridge = np.diag([_RIDGE] * features.shape[1] + [0.0])
    found = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        chances = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (usable - chances)) - ridge @ found
        bend = (design * (weights * chances * (1 - chances))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(step).max() < 1e-10:
            break
    plain = found[:-1] / spread
    return np.append(plain, found[-1] - center @ plain)
