"""Metrics: what was true and what a model said in, figures with their errors out; numpy alone.

Classes are numbers from 0. Truth and prediction are parallel arrays of shape (n,), of images or of
code points (`classifier.prediction.vote`). Ratios of nothing are 0, as is usual for F1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Classes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054
"""Standard normal quantile of a two-sided interval of 95 %."""

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class fared."""

    number: int
    precision: float
    recall: float
    f1: float
    support: int
    """How many truly are of it."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How all classes fared."""

    count: int
    accuracy: float
    error: float
    """Standard error of the accuracy, were the samples independent."""

    precision: float
    """Mean over classes, weighted by how many truly are of each; so are the next two."""

    recall: float
    f1: float
    macro_precision: float
    """Plain mean over the classes that occur in truth or prediction; so are the next two."""

    macro_recall: float
    macro_f1: float
    classes: tuple[ClassScore, ...]
    """The classes that occur, ascending."""


def confusion_matrix(truth: Classes, predicted: Classes, classes: int) -> npt.NDArray[np.int64]:
    """Count pairs: shape (classes, classes), a row for each true class, a column for each said."""
    counts = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def scores(truth: Classes, predicted: Classes, classes: int) -> Scores:
    """Score classes said against true ones.

    Raises:
        ValueError: there is nothing to score.
    """
    if not len(truth):
        msg = "no sample to score"
        raise ValueError(msg)
    matrix = confusion_matrix(truth, predicted, classes).astype(np.float64)
    right, support, said = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    precision, recall = _ratio(right, said), _ratio(right, support)
    f1 = _ratio(2 * right, said + support)
    occurs = (support + said) > 0
    share = support / len(truth)
    accuracy = float(right.sum() / len(truth))
    return Scores(
        count=len(truth),
        accuracy=accuracy,
        error=binomial_error(accuracy, len(truth)),
        precision=float(share @ precision),
        recall=float(share @ recall),
        f1=float(share @ f1),
        macro_precision=float(precision[occurs].mean()),
        macro_recall=float(recall[occurs].mean()),
        macro_f1=float(f1[occurs].mean()),
        classes=tuple(
            ClassScore(int(n), float(precision[n]), float(recall[n]), float(f1[n]), int(support[n]))
            for n in np.flatnonzero(occurs)
        ),
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def binomial_error(share: float, count: int) -> float:
    """Give the standard error of a share of independent samples.

    >>> round(binomial_error(0.963, 644), 4)  # MAP.md, section 6
    0.0074
    """
    return math.sqrt(share * (1 - share) / count)


def spread(values: Floats) -> tuple[float, float]:
    """Give mean and standard deviation (n - 1) of a figure over seeds; one value has no spread."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return float(np.mean(values)), deviation


def clustered_error(right: npt.NDArray[np.bool_], clusters: npt.NDArray[np.int32]) -> float:
    """Give the standard error of an accuracy whose samples come in clusters.

    Images of one character in many fonts go wrong together, so `binomial_error` is far too small
    for them. This is the ratio estimator over clusters (Cochran 1977, 6.4 and 9.2).

    Args:
        right: which samples were right, shape (n,).
        clusters: the cluster of each, e.g. its code point, shape (n,).

    Returns:
        NaN if there is one cluster only.
    """
    _, places = np.unique(clusters, return_inverse=True)
    sizes = np.bincount(places).astype(np.float64)
    if len(sizes) < 2:
        return math.nan
    residuals = np.bincount(places, weights=right) - float(np.mean(right)) * sizes
    variance = len(sizes) / (len(sizes) - 1) * float(residuals @ residuals)
    return math.sqrt(variance) / len(right)


def wilson(successes: int, count: int, z: float = Z95) -> tuple[float, float]:
    """Give the score interval of a proportion (Wilson 1927).

    >>> [round(bound, 4) for bound in wilson(81, 263)]  # Newcombe 1998, table I, method 3
    [0.2553, 0.3662]
    """
    if not 0 <= successes <= count or not count:
        msg = f"{successes} of {count} is no proportion"
        raise ValueError(msg)
    share, square = successes / count, z * z
    middle = share + square / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    scale = 1 + square / count
    low = (middle - reach) / scale if successes else 0.0
    high = (middle + reach) / scale if successes < count else 1.0
    return low, high


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far stated probabilities are from what came true."""

    error: float
    """Expected calibration error (Guo et al. 2017): mean gap, weighted by samples."""

    counts: tuple[int, ...]
    """Samples in each of equally wide bins of the stated probability."""

    stated: tuple[float, ...]
    """Mean stated probability by bin, 0 if it is empty."""

    right: tuple[float, ...]
    """Share that was right by bin, 0 if it is empty."""


def calibration(
    stated: Floats, right: npt.NDArray[np.bool_], bins: int = CALIBRATION_BINS
) -> Calibration:
    """Compare the probability stated for the answer, shape (n,), with whether it was right."""
    places = np.clip(np.ceil(stated * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins).astype(np.float64)
    mean, share = (
        _ratio(np.bincount(places, weights=values, minlength=bins).astype(np.float64), counts)
        for values in (stated, right)
    )
    error = float(counts @ np.abs(mean - share) / max(1, len(stated)))
    whole = tuple(int(count) for count in counts)
    return Calibration(error, whole, tuple(mean.tolist()), tuple(share.tolist()))


def auc(scored: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """Give the area under the ROC curve: the chance that a positive outscores a negative.

    A tie counts half (Mann and Whitney 1947). NaN if there are only positives or only negatives.
    """
    _, places, counts = np.unique(scored, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        return math.nan
    above = float(ranks[positive].sum()) - positives * (positives + 1) / 2
    return above / (positives * negatives)


def precision_at_recall(scored: Floats, positive: npt.NDArray[np.bool_], recall: float) -> float:
    """Give the precision at the highest threshold that finds this share of the positives.

    Samples of one score are taken together. NaN if there is no positive.
    """
    positives = int(positive.sum())
    if not positives:
        return math.nan
    values, places = np.unique(-scored, return_inverse=True)
    found = np.cumsum(np.bincount(places, weights=positive, minlength=len(values)))
    taken = np.cumsum(np.bincount(places, minlength=len(values)))
    at = int(np.searchsorted(found, recall * positives - 1e-9))
    return float(found[at] / taken[at])
