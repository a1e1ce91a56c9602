"""Judging gives probabilities, the same bits on any number of cores; families vote character by
character."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from classifier.errors import InvalidDataset
from classifier.network import SHAPES, Network, Shape, folded
from classifier.prediction import predict, read, vote
from tests.classifier.letters import letters

IMAGES = letters((19,)).images


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    return Network(Shape((3, 3), (4, 8), 16)).eval()


def test_rows_are_logarithms_of_probabilities(network: Network) -> None:
    found = predict(network, IMAGES)
    assert found.shape == (len(IMAGES), 38)
    assert found.dtype == np.float32
    assert np.exp(found.astype(float)).sum(1) == pytest.approx(1, abs=1e-5)


def test_it_is_what_the_network_says(network: Network) -> None:
    with torch.inference_mode():
        pictures = torch.tensor(IMAGES).unsqueeze(1).float() / 255
        expected = folded(network(pictures).log_softmax(1)).numpy()
    assert np.abs(predict(network, IMAGES, batch=10) - expected).max() < 1e-5


def test_the_chance_of_a_capital_is_that_of_the_shapes_capitals_have(network: Network) -> None:
    with torch.inference_mode():
        shapes = network(torch.tensor(IMAGES).unsqueeze(1).float() / 255).softmax(1).numpy()
    found = read(network, IMAGES).capital
    assert np.abs(found - shapes[:, SHAPES - 16 :].sum(1)).max() < 1e-5


@pytest.mark.parametrize("threads", [1, 3])
def test_the_bits_do_not_depend_on_the_number_of_cores(
    network: Network, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.concatenate([IMAGES] * 5)
    expected = predict(network, images, batch=100)
    monkeypatch.setattr("classifier.prediction.cores", lambda: threads)
    assert np.array_equal(predict(network, images, batch=100), expected)


def test_no_picture_gives_no_row(network: Network) -> None:
    assert predict(network, IMAGES[:0]).shape == (0, 38)


@pytest.mark.parametrize("images", [IMAGES.astype(np.float32), IMAGES[:, :20], IMAGES[0]])
def test_other_arrays_are_refused(network: Network, images: np.ndarray) -> None:
    with pytest.raises(InvalidDataset):
        predict(network, images)


def test_the_mean_is_of_logarithms() -> None:
    votes = vote(np.log(np.array([[0.9, 0.1], [0.4, 0.6]], np.float32)), np.array([5, 5]))
    assert votes.log_probs[0].tolist() == pytest.approx([math.log(0.6), math.log(math.sqrt(0.06))])
    assert votes.probabilities()[0, 0] == pytest.approx(0.6 / (0.6 + math.sqrt(0.06)))
    assert votes.agreement.tolist() == [[0.5, 0.5]]


@given(
    st.lists(st.tuples(st.integers(0, 0x10FFFF), st.integers(0, 2**32 - 1)), max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_order_of_pictures_does_not_matter(
    rows: list[tuple[int, int]], random: np.random.Generator
) -> None:
    def count(chosen: list[tuple[int, int]]) -> tuple[np.ndarray, ...]:
        scores = [np.random.default_rng(seed).normal(size=4) for _, seed in chosen]
        logs = np.array(scores, np.float32).reshape(-1, 4)
        votes = vote(logs, np.array([code_point for code_point, _ in chosen], np.int32))
        return votes.code_points, votes.fonts, votes.log_probs, votes.agreement

    straight = count(rows)
    mixed = list(rows)
    random.shuffle(mixed)
    for one, other in zip(straight, count(mixed), strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    assert straight[0].tolist() == sorted({code_point for code_point, _ in rows})
    assert straight[1].sum() == len(rows)
    assert straight[3].sum(1) == pytest.approx(1)


def test_rows_and_code_points_go_together() -> None:
    with pytest.raises(InvalidDataset):
        vote(np.zeros((2, 38), np.float32), np.zeros(3, np.int32))
