"""The bare network: examples in, a network trained without any of our care out, to compare with.

The same cells and layers and as many steps, but no augmentation, no batch normalisation, no
dropout, no smoothing of labels, and no weights: each picture is drawn as often as any other. What
it gets right is what two cells of convolution give away for nothing.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import torch
from torch import nn
from torch.optim import Adam

from classifier.examples import Examples, Supply
from classifier.network import Network
from classifier.recipe import Recipe
from classifier.shards import Shards, one_thread_each

LEARNING_RATE = 1e-3


class BareNetwork(Network):
    """The same network without normalisation; its convolutions have offsets instead."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe.shape)
        first, second = recipe.shape.channels
        kernels = recipe.shape.kernels
        self.cell1 = _cell(1, first, kernels[0])  # type: ignore[assignment]
        self.cell2 = _cell(first, second, kernels[1])  # type: ignore[assignment]


def _cell(incoming: int, outgoing: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(incoming, outgoing, kernel, padding=kernel // 2),
        nn.MaxPool2d(2),
        nn.ReLU(inplace=True),
    )


def train_bare(recipe: Recipe, examples: Examples) -> Network:
    """Train a bare network on the CPU; of the recipe only sizes, steps and seed are used."""
    plain = replace(recipe, move=0.0, scale=0.0, shear=0.0, dropout=0.0, smoothing=0.0)
    even = replace(examples, weights=np.ones_like(examples.weights))
    place = torch.device("cpu")
    with one_thread_each(), torch.random.fork_rng([]):
        torch.manual_seed(recipe.seed)
        network = BareNetwork(plain).to(memory_format=torch.channels_last)
        optimizer = Adam(network.parameters(), lr=LEARNING_RATE)
        supply = Supply(plain, even, None, place)
        with closing(Shards(network, plain, place)) as shards:
            for step in range(plain.steps):
                shards.finish(shards.start(supply.batch(step)))
                optimizer.step()
        return network.eval()
