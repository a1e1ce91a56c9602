"""The bare network has the same layers and nothing else."""

from pathlib import Path

import torch
from torch import nn

from classifier.bare import train_bare
from classifier.recipe import Recipe
from classifier.training import Progress
from tests.classifier.letters import letters

SMALL = Recipe(steps=60, batch=32, channels=(4, 4), hidden=16, kernels=(3, 3))


def test_it_learns_letters_without_any_care(tmp_path: Path) -> None:
    path, told = tmp_path / "bare.safetensors", list[Progress]()
    network = train_bare(SMALL, letters(), path, told.append)
    assert not any(isinstance(each, nn.BatchNorm2d) for each in network.modules())
    assert told[-1].step == 60
    assert told[-1].loss < told[0].loss
    again = train_bare(SMALL, letters(), path, told.append)
    assert told[-1].step == 60
    assert len(told) == 3  # at 25, 50 and 60; the second network is the kept one
    for one, two in zip(network.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)


def test_a_network_of_another_training_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "bare.safetensors"
    path.write_bytes(b"damaged")
    short = Recipe(steps=2, batch=32, channels=(4, 4), hidden=16, kernels=(3, 3))
    one = train_bare(short, letters(), path)
    two = train_bare(short, letters((17,)), path)
    assert not all(
        torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True)
    )
