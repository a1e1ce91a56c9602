"""A committee reads small letters by all of it, and capitals by those who know them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classifier.committee import Committee, Voice, agreed, normalized
from classifier.network import Network, Shape
from classifier.prediction import Readings, predict

SCORES = arrays(np.float32, (3, 38), elements=st.floats(-30, 0, width=32))
SHARES = arrays(np.float32, (3,), elements=st.floats(0, 1, width=32))


def voice(*rows: tuple[float, ...], capital: float = 0.0, knows: bool = True) -> Voice:
    said = np.log(np.array(rows, np.float32))
    return Voice(Readings(said, np.full(len(rows), capital, np.float32)), knows)


def test_a_mean_is_geometric() -> None:
    found = agreed([voice((0.8, 0.2)), voice((0.2, 0.8))])
    np.testing.assert_allclose(np.exp(found), [[0.5, 0.5]], rtol=1e-6)


def test_one_alone_is_taken_at_its_word() -> None:
    only = voice((0.7, 0.3), capital=0.4)
    np.testing.assert_array_equal(agreed([only]), only.readings.log_probs)


def test_of_a_capital_those_who_do_not_know_it_say_nothing() -> None:
    knows, other = voice((0.9, 0.1), capital=1), voice((0.01, 0.99), knows=False)
    np.testing.assert_allclose(np.exp(agreed([knows, other])), [[0.9, 0.1]], rtol=1e-5)


def test_of_a_small_letter_both_sides_count_alike_however_many_they_are() -> None:
    knows, other = voice((0.8, 0.2)), voice((0.2, 0.8), knows=False)
    for voices in ([knows, other], [knows, knows, other], [knows, other, other, other]):
        np.testing.assert_allclose(np.exp(agreed(voices)), [[0.5, 0.5]], rtol=1e-5)


@given(SCORES, SCORES, SHARES)
def test_answers_are_probabilities_between_those_of_both_sides(
    one: np.ndarray, two: np.ndarray, capital: np.ndarray
) -> None:
    first, second = normalized(one), normalized(two)
    found = agreed([Voice(Readings(first, capital)), Voice(Readings(second, capital), False)])
    np.testing.assert_allclose(np.exp(found).sum(1), 1, rtol=1e-4)
    same = agreed([Voice(Readings(first, capital)), Voice(Readings(first, capital), False)])
    np.testing.assert_allclose(same, first, atol=1e-4)


def test_nobody_says_nothing() -> None:
    with pytest.raises(ValueError, match="nobody"):
        agreed([])


def test_networks_are_asked_together() -> None:
    networks = [Network(Shape((3, 3), (2, 2), 4)).eval() for _ in range(2)]
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    alone = Committee(networks[:1], [True]).read(images)
    np.testing.assert_array_equal(alone, predict(networks[0], images))
    both = Committee(networks, [True, True]).read(images)
    mean = (alone + predict(networks[1], images)) / np.float32(2)
    np.testing.assert_allclose(both, normalized(mean), atol=1e-5)
