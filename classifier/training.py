"""Training: a recipe and examples in, a network out.

The loop is: draw a batch, compare the network's scores with the letters, follow the gradient. While
the shards work on one batch the next is drawn.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, AdamW, Optimizer

from classifier.augmentation import RandomAffines, Ranges
from classifier.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from classifier.errors import InvalidModel, InvalidRecipe, TrainingFailed
from classifier.examples import Augment, Examples, Supply
from classifier.network import Network
from classifier.recipe import Recipe
from classifier.shards import Outcome, Shards, one_thread_each

REPORT_EVERY = 25
"""Steps between two reports; also how soon a loss that is no number is noticed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a training goes.

    Loss and accuracy are of the pictures since the last report as they are trained on: moved,
    scaled, with dropout.
    """

    step: int
    """Steps done."""

    steps: int
    """Steps in all."""

    loss: float
    accuracy: float

    pictures_per_second: float
    """Since this process began with the training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A file from which an interrupted training goes on; the same weights come out."""

    path: Path

    every: int = 100
    """Steps between two writes."""


def train(
    recipe: Recipe,
    examples: Examples,
    *,
    augment: Augment | None = None,
    device: str = "cpu",
    progress: Callable[[Progress], None] | None = None,
    journal: Journal | None = None,
) -> Network:
    """Train a network.

    Args:
        recipe: how.
        examples: what from.
        augment: changes pictures in another way than the recipe says.
        device: ``cpu``, ``cuda`` or ``cuda:1``.
        progress: called every `REPORT_EVERY` steps and after the last, from this thread; what it
            raises ends the training.
        journal: where to note how far it has come. If the file is there, the training goes on from
            it, and does nothing if it was complete.

    Returns:
        The network, on the CPU and set to judge, not to learn.

    Raises:
        InvalidRecipe: this machine has no such device.
        InvalidModel: the journal is damaged, or is one of another training.
        TrainingFailed: the loss is no number any more.
        ModelNotWritten: the journal cannot be written.
    """
    place = _place(device)
    with one_thread_each(), torch.random.fork_rng([place] if place.type == "cuda" else []):
        torch.manual_seed(recipe.seed)
        network = Network(recipe.shape).to(place).to(memory_format=torch.channels_last)
        run = _Run(recipe, network, place, examples.digest() if journal else "")
        if journal and journal.path.exists():
            run.go_on(journal.path)
        with closing(Shards(network, recipe, place)) as shards:
            supply = Supply(recipe, examples, augment or _augment(recipe), place)
            _loop(run, shards, supply, progress, journal)
        return network.cpu().eval()


def _augment(recipe: Recipe) -> Augment | None:
    if recipe.move == recipe.scale == recipe.shear == 0:
        return None
    return RandomAffines(Ranges(recipe.move, recipe.scale, recipe.shear))


def _place(device: str) -> torch.device:
    try:
        place = torch.device(device)
    except RuntimeError as error:
        msg = f"{device!r} is no device; cpu or cuda"
        raise InvalidRecipe(msg) from error
    if place.type not in ("cpu", "cuda"):
        msg = f"{device!r} is not supported; cpu or cuda"
        raise InvalidRecipe(msg)
    if place.type == "cuda" and (place.index or 0) >= torch.cuda.device_count():
        msg = f"this machine has {torch.cuda.device_count()} CUDA devices, so not {device!r}"
        raise InvalidRecipe(msg)
    return place


class _Run:
    """A training under way: the network, its optimizer, and how far they are."""

    def __init__(self, recipe: Recipe, network: Network, device: torch.device, data: str) -> None:
        self.recipe = recipe
        self.network = network
        self.device = device
        self.data = data
        self.optimizer = _make_optimizer(recipe, network)
        self.step = 0
        ordered = [each for group in self.optimizer.param_groups for each in group["params"]]
        known = {each: name for name, each in network.named_parameters()}
        self.names = [known[each] for each in ordered]

    def learn(self) -> None:
        """Change the weights by the gradients that are there."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, self.step)
        self.optimizer.step()
        self.step += 1

    def note(self, path: Path) -> None:
        """Write everything that the next step depends on."""
        states = self.optimizer.state_dict()["state"]
        optimizer = {
            f"{self.names[index]}/{key}": value
            for index, state in states.items()
            for key, value in state.items()
            if isinstance(value, Tensor)
        }
        save_checkpoint(
            Checkpoint(self.network, self.recipe, self.data, self.step, optimizer), path
        )

    def go_on(self, path: Path) -> None:
        """Take over what `note` wrote."""
        found = load_checkpoint(path)
        for what, theirs, ours in (
            ("recipe", found.recipe, self.recipe),
            ("examples", found.data, self.data),
            ("torch", found.torch, torch.__version__),
        ):
            if theirs != ours:
                msg = f"{path}: a training with another {what} was interrupted; remove the file"
                raise InvalidModel(msg)
        if found.step < self.recipe.steps and not found.optimizer:
            msg = f"{path}: a model, not a training that was interrupted"
            raise InvalidModel(msg)
        self.network.load_state_dict(found.network.state_dict())
        state = self.optimizer.state_dict()
        parameters = dict(self.network.named_parameters())
        for key, value in found.optimizer.items():
            name, _, what = key.rpartition("/")
            if name not in parameters:
                msg = f"{path}: the optimizer's {key!a} belongs to no weight"
                raise InvalidModel(msg)
            own = parameters[name]
            # AdamW's fused step goes through memory: its arrays must lie there as the weights do.
            laid = torch.empty_like(own).copy_(value) if value.shape == own.shape else value
            state["state"].setdefault(self.names.index(name), {})[what] = laid
        self.optimizer.load_state_dict(state)
        self.step = found.step


def _loop(
    run: _Run,
    shards: Shards,
    supply: Supply,
    progress: Callable[[Progress], None] | None,
    journal: Journal | None,
) -> None:
    steps = run.recipe.steps
    tally = _Tally(run, progress)
    batch = supply.batch(run.step) if run.step < steps else None
    while batch is not None:
        begun = shards.start(batch)
        batch = supply.batch(run.step + 1) if run.step + 1 < steps else None
        tally.add(shards.finish(begun))
        run.learn()
        last = batch is None
        noting = journal is not None and (last or run.step % journal.every == 0)
        if noting or last or run.step % REPORT_EVERY == 0:
            tally.report()  # before anything is written: it raises if the loss is no number
        if journal is not None and noting:
            run.note(journal.path)
    if not all(bool(each.isfinite().all()) for each in run.network.state_dict().values()):
        msg = f"a weight is no number after step {run.step}, the last"
        raise TrainingFailed(msg)


class _Tally:
    """Loss and accuracy since the last report."""

    def __init__(self, run: _Run, progress: Callable[[Progress], None] | None) -> None:
        self._run = run
        self._progress = progress
        self._started, self._first, self._reported = time.perf_counter(), run.step, run.step
        self._loss = torch.zeros((), device=run.device)
        self._right = torch.zeros((), device=run.device)

    def add(self, outcome: Outcome) -> None:
        self._loss += outcome.loss
        self._right += outcome.right

    def report(self) -> None:
        """Tell how it goes and start anew."""
        recipe, step, steps = self._run.recipe, self._run.step, self._run.step - self._reported
        if steps == 0:
            return
        loss = self._loss.item() / steps
        if not math.isfinite(loss):
            msg = (
                f"the loss is {loss} within the {steps} steps before step {step} of "
                f"{recipe.steps}; a learning rate below {recipe.learning_rate:g} may help"
            )
            raise TrainingFailed(msg)
        if self._progress is not None:
            seconds = time.perf_counter() - self._started
            self._progress(
                Progress(
                    step,
                    recipe.steps,
                    loss,
                    self._right.item() / (steps * recipe.batch),
                    (step - self._first) * recipe.batch / seconds,
                )
            )
        self._reported = step
        self._loss.zero_()
        self._right.zero_()


def learning_rate(recipe: Recipe, step: int) -> float:
    """Give the learning rate of a step, counted from 0: a straight rise, then half a cosine.

    >>> recipe = Recipe(steps=100, warm_up=0.1, learning_rate=1.0)
    >>> [round(learning_rate(recipe, step), 3) for step in (0, 9, 10, 55, 99)]
    [0.1, 1.0, 1.0, 0.5, 0.0]
    """
    rise = round(recipe.warm_up * recipe.steps)
    if step < rise:
        return recipe.learning_rate * (step + 1) / rise
    share = (step - rise) / max(1, recipe.steps - rise)
    return recipe.learning_rate * (1 + math.cos(math.pi * share)) / 2


def _make_optimizer(recipe: Recipe, network: Network) -> Optimizer:
    """Decay the weights that pictures are multiplied with, not factors and offsets."""
    plain = [each for each in network.parameters() if each.ndim == 1]
    groups: list[dict[str, Any]] = [
        {"params": [each for each in network.parameters() if each.ndim > 1]},
        {"params": plain, "weight_decay": 0.0},
    ]
    if recipe.optimizer == "sgd":
        return SGD(
            groups,
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.momentum > 0,
        )
    return AdamW(
        groups,
        lr=recipe.learning_rate,
        betas=(recipe.momentum, 0.99),
        weight_decay=recipe.weight_decay,
        fused=True,
    )
