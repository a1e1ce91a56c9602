"""Metrics against published values, hand-worked ones, and their own algebra."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.metrics import (
    auc,
    binomial_error,
    calibration,
    clustered_error,
    confusion_matrix,
    precision_at_recall,
    scores,
    spread,
    wilson,
)

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)
marked = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=1, max_size=60
)


def arrays(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    both = np.asarray(rows, dtype=np.int64)
    return both[:, 0], both[:, 1]


def marked_arrays(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def test_the_example_in_the_manual_of_scikit_learn() -> None:
    # precision_recall_fscore_support, average="macro": (0.22, 0.33, 0.26); weighted the same.
    truth, predicted = arrays([(0, 0), (1, 2), (2, 1), (0, 0), (1, 0), (2, 1)])
    found = scores(truth, predicted, 3)
    assert found.accuracy == pytest.approx(2 / 6)
    assert (found.macro_precision, found.macro_recall) == pytest.approx((2 / 9, 1 / 3))
    assert found.macro_f1 == pytest.approx(0.8 / 3)
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 9, 1 / 3, 0.8 / 3))
    assert confusion_matrix(truth, predicted, 3).tolist() == [[2, 0, 0], [1, 0, 1], [0, 2, 0]]


def test_unequal_classes_by_hand() -> None:
    # Class 0: 3 truly, 2 said, 2 right. Class 1: 1 truly, 2 said, 1 right.
    found = scores(*arrays([(0, 0), (0, 0), (0, 1), (1, 1)]), 5)
    assert [(c.number, c.support) for c in found.classes] == [(0, 3), (1, 1)]
    assert [c.precision for c in found.classes] == pytest.approx([1, 0.5])
    assert [c.recall for c in found.classes] == pytest.approx([2 / 3, 1])
    assert found.f1 == pytest.approx(0.75 * 0.8 + 0.25 * 2 / 3)
    assert found.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert found.error == pytest.approx(math.sqrt(0.75 * 0.25 / 4))


def test_nothing_cannot_be_scored() -> None:
    with pytest.raises(ValueError, match="no sample"):
        scores(np.zeros(0, np.int64), np.zeros(0, np.int64), 3)


@given(pairs)
def test_weighted_recall_is_accuracy_and_all_stay_in_bounds(rows: list[tuple[int, int]]) -> None:
    found = scores(*arrays(rows), 5)
    assert found.recall == pytest.approx(found.accuracy)
    assert all(0 <= value <= 1 for value in (found.precision, found.f1, found.macro_f1))
    assert sum(c.support for c in found.classes) == found.count == len(rows)


@given(pairs, st.permutations(range(5)))
def test_the_names_of_classes_do_not_matter(rows: list[tuple[int, int]], new: list[int]) -> None:
    truth, predicted = arrays(rows)
    table = np.asarray(new)
    before, after = scores(truth, predicted, 5), scores(table[truth], table[predicted], 5)
    assert (after.f1, after.macro_f1) == pytest.approx((before.f1, before.macro_f1))


# Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (score without correction).
@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes: int, count: int, low: float, high: float) -> None:
    assert wilson(successes, count) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    successes, count = case
    low, high = wilson(successes, count)
    assert 0 <= low <= successes / count <= high <= 1
    assert wilson(count - successes, count) == pytest.approx((1 - high, 1 - low))


def test_wilson_of_nothing_is_refused() -> None:
    for successes, count in ((0, 0), (3, 2), (-1, 5)):
        with pytest.raises(ValueError, match="no proportion"):
            wilson(successes, count)


def test_the_standard_error_that_the_protocol_names() -> None:
    assert binomial_error(0.963, 644) == pytest.approx(0.0075, abs=1e-4)


def test_clusters_of_one_give_the_binomial_error() -> None:
    right = np.array([True] * 30 + [False] * 10)
    expected = binomial_error(0.75, 40) * math.sqrt(40 / 39)
    assert clustered_error(right, np.arange(40, dtype=np.int32)) == pytest.approx(expected)


def test_copies_of_a_sample_add_nothing() -> None:
    right = np.array([True] * 30 + [False] * 10)
    clusters = np.arange(40, dtype=np.int32)
    once = clustered_error(right, clusters)
    assert clustered_error(np.repeat(right, 9), np.repeat(clusters, 9)) == pytest.approx(once)
    assert math.isnan(clustered_error(right, np.zeros(40, dtype=np.int32)))


def test_mean_and_spread_over_seeds() -> None:
    assert spread(np.array([0.96, 0.97, 0.98])) == pytest.approx((0.97, 0.01))
    assert math.isnan(spread(np.array([0.9]))[1])


def test_calibration_by_hand() -> None:
    # Four bins. 0.2 and 0.1 in the first, one right; 0.9 in the last, right; 0.25 is of the first.
    found = calibration(
        np.array([0.2, 0.1, 0.25, 0.9]), np.array([True, False, False, True]), bins=4
    )
    assert found.counts == (3, 0, 0, 1)
    assert found.stated == pytest.approx((0.55 / 3, 0, 0, 0.9))
    assert found.right == pytest.approx((1 / 3, 0, 0, 1))
    assert found.error == pytest.approx((3 * (1 / 3 - 0.55 / 3) + 0.1) / 4)


@given(marked)
def test_calibration_counts_everyone(rows: list[tuple[float, bool]]) -> None:
    found = calibration(*marked_arrays(rows))
    assert sum(found.counts) == len(rows)
    assert 0 <= found.error <= 1


def test_auc_by_hand() -> None:
    # The manual of scikit-learn, roc_auc_score: 0.75. A tie counts half.
    positive = np.array([False, False, True, True])
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), positive) == 0.75
    assert auc(np.array([0.1, 0.4, 0.4, 0.8]), positive) == 0.875
    assert math.isnan(auc(np.array([0.1]), np.array([True])))


@given(marked)
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    scored, positive = marked_arrays(rows)
    above = [(p > n) + 0.5 * (p == n) for p in scored[positive] for n in scored[~positive]]
    expected = float(np.mean(above)) if above else math.nan
    assert auc(scored, positive) == pytest.approx(expected, nan_ok=True)
    assert auc(-scored, ~positive) == pytest.approx(expected, nan_ok=True)


def test_precision_at_recall_by_hand() -> None:
    scored = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    positive = np.array([True, False, True, True, False])
    assert precision_at_recall(scored, positive, 1 / 3) == 1
    assert precision_at_recall(scored, positive, 0.5) == pytest.approx(2 / 3)
    assert precision_at_recall(scored, positive, 1) == 0.75
    assert precision_at_recall(np.ones(5), positive, 0.1) == 0.6  # one threshold only
    assert math.isnan(precision_at_recall(scored, np.zeros(5, np.bool_), 0.5))


@given(marked, st.floats(0.01, 1))
def test_precision_at_recall_is_that_of_a_threshold(
    rows: list[tuple[float, bool]], recall: float
) -> None:
    scored, positive = marked_arrays(rows)
    enough = [
        (threshold, positive[scored >= threshold].mean())
        for threshold in sorted(set(scored), reverse=True)
        if positive.any() and positive[scored >= threshold].sum() >= recall * positive.sum() - 1e-9
    ]
    expected = enough[0][1] if enough else math.nan
    found = precision_at_recall(scored, positive, recall)
    assert found == pytest.approx(expected, nan_ok=True)
