"""The bare network: examples in, a network trained without any of our care out, to compare with.

The same cells and layers and as many steps, but no augmentation, no batch normalisation, no
dropout, no smoothing of labels, and no weights: each picture is drawn as often as any other. What
it gets right is what two cells of convolution give away for nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn
from torch.optim import Adam

from classifier.checkpoint import replace_file
from classifier.examples import Examples, Supply
from classifier.network import Network
from classifier.recipe import Recipe
from classifier.shards import Shards, one_thread_each
from classifier.training import REPORT_EVERY, Progress

LEARNING_RATE = 1e-3
_KEY = "glyphwatch"


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


def train_bare(
    recipe: Recipe,
    examples: Examples,
    path: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Network:
    """Train a bare network on the CPU; of the recipe only sizes, steps and seed are used.

    Args:
        recipe: what the network that it is compared with was trained by.
        examples: what that learned from.
        path: where to keep the network; if it is there and of this training, it is taken.
        progress: called now and then.

    Raises:
        ModelNotWritten: the file cannot be written.
    """
    plain = replace(recipe, move=0.0, scale=0.0, shear=0.0, dropout=0.0, smoothing=0.0)
    about = {"bare": plain.to_json(), "data": examples.digest()}
    network = BareNetwork(plain)
    if path is not None and _taken(network, path, about):
        return network.eval()
    even = replace(examples, weights=np.ones_like(examples.weights))
    place = torch.device("cpu")
    with one_thread_each(), torch.random.fork_rng([]):
        torch.manual_seed(recipe.seed)
        network = BareNetwork(plain).to(memory_format=torch.channels_last)
        optimizer = Adam(network.parameters(), lr=LEARNING_RATE)
        supply = Supply(plain, even, None, place)
        with closing(Shards(network, plain, place)) as shards:
            started = time.perf_counter()
            for step in range(plain.steps):
                outcome = shards.finish(shards.start(supply.batch(step)))
                optimizer.step()
                done = step + 1
                if progress is not None and (done % REPORT_EVERY == 0 or done == plain.steps):
                    speed = done * plain.batch / (time.perf_counter() - started)
                    right = outcome.right.item() / plain.batch
                    progress(Progress(done, plain.steps, outcome.loss.item(), right, speed))
    if path is not None:
        tensors = {key: each.contiguous() for key, each in network.state_dict().items()}
        replace_file(path, save(tensors, {_KEY: json.dumps(about, sort_keys=True)}))
    return network.eval()


def _taken(network: Network, path: Path, about: Mapping[str, str]) -> bool:
    """Fill a network from a file, if that is of this training."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get(_KEY) != json.dumps(about, sort_keys=True):
                return False
            network.load_state_dict({key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, RuntimeError):
        return False
    return True
