"""Examples are checked, and what a step sees depends on seed and step alone."""

import dataclasses

import numpy as np
import pytest
import torch

from classifier.errors import InvalidDataset
from classifier.examples import Examples, Supply
from classifier.network import SHAPES
from classifier.recipe import Recipe
from tests.classifier.letters import letters

CPU = torch.device("cpu")
EXAMPLES = letters((19,))
RECIPE = Recipe(batch=64, hidden=16)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"images": np.zeros((2, 28, 28), np.float32)}, "images"),
        ({"images": np.zeros((0, 28, 28), np.uint8)}, "images"),
        ({"images": np.zeros((2, 27, 28), np.uint8)}, "images"),
        ({"letters": np.zeros(2, np.int32)}, "letters"),
        ({"letters": np.zeros(3, np.int64)}, "letters"),
        ({"letters": np.array([0, SHAPES])}, "out of range"),
        ({"letters": np.array([-1, 0])}, "out of range"),
        ({"letters": np.full((2, SHAPES), np.nan, np.float32)}, "out of range"),
        ({"weights": np.ones(2)}, "weights"),
        ({"weights": np.zeros(2, np.float32)}, "weights"),
        ({"weights": np.array([1, -1], np.float32)}, "weights"),
        ({"weights": np.array([1, np.nan], np.float32)}, "weights"),
        ({"weights": np.array([1, np.inf], np.float32)}, "weights"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, np.ndarray], said: str) -> None:
    good = Examples(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.int64), np.ones(2, np.float32))
    with pytest.raises(InvalidDataset, match=said):
        dataclasses.replace(good, **change)


def test_the_digest_is_of_every_part() -> None:
    digests = {EXAMPLES.digest()}
    for name in ("images", "letters", "weights"):
        changed = np.array(getattr(EXAMPLES, name))
        changed[3] = 1 - changed[3]
        digests.add(dataclasses.replace(EXAMPLES, **{name: changed}).digest())
    assert len(digests) == 4


def test_a_step_sees_the_same_whatever_was_drawn_before() -> None:
    def jitter(pictures: torch.Tensor) -> torch.Tensor:
        return pictures + torch.rand(pictures.shape)

    first, second = (Supply(RECIPE, EXAMPLES, jitter, CPU) for _ in range(2))
    first.batch(0)
    torch.manual_seed(99)
    one, other = first.batch(7), second.batch(7)
    assert torch.equal(one.pictures, other.pictures)
    assert torch.equal(one.letters, other.letters)
    assert torch.equal(one.keep, other.keep)


def test_steps_and_seeds_see_different_things() -> None:
    supply = Supply(RECIPE, EXAMPLES, None, CPU)
    reseeded = Supply(dataclasses.replace(RECIPE, seed=1), EXAMPLES, None, CPU)
    seen = [tuple(s.batch(step).letters.tolist()) for s in (supply, reseeded) for step in range(5)]
    seen += [tuple(supply.batch(2**31).letters.tolist())]
    assert len(set(seen)) == 11


def test_examples_are_shown_as_often_as_they_weigh() -> None:
    weights = np.zeros(len(EXAMPLES.images), np.float32)
    weights[5], weights[100] = 3, 1
    chosen = dataclasses.replace(EXAMPLES, weights=weights)
    supply = Supply(dataclasses.replace(RECIPE, batch=10_000), chosen, None, CPU)
    drawn = torch.bincount(supply.batch(0).letters, minlength=38) / 10_000
    heavy, light = int(EXAMPLES.letters[5]), int(EXAMPLES.letters[100])
    assert drawn[heavy].item() == pytest.approx(0.75, abs=0.02)
    assert drawn[heavy] + drawn[light] == pytest.approx(1)


def test_dropout_keeps_the_mean() -> None:
    keep = Supply(dataclasses.replace(RECIPE, hidden=1000), EXAMPLES, None, CPU).batch(0).keep
    assert (keep == 0).float().mean().item() == pytest.approx(0.4, abs=0.01)
    assert keep.mean().item() == pytest.approx(1, abs=0.02)
