"""Recipe: everything that decides which weights come out of a training, given the same examples."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifier.errors import InvalidRecipe
from classifier.network import SIDE, Shape

OPTIMIZERS = ("adamw", "sgd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is built and trained.

    The same recipe, examples and torch on a CPU give the same bits, however many cores it has;
    another make of CPU, or a GPU, rounds differently.
    """

    seed: int = 0
    """What first weights and everything random in every step are drawn from."""

    steps: int = 1300
    """Batches, one change of the weights each."""

    batch: int = 256
    """Pictures in a step, over all shards."""

    shards: int = 2
    """Equal parts of a batch, worked on side by side, each normalised by itself. Part of the recipe
    since it decides the bits; where there are fewer cores, shards take turns."""

    optimizer: str = "adamw"
    """``adamw`` or ``sgd`` (with Nesterov momentum)."""

    learning_rate: float = 3e-3
    """At its height, after `warm_up`; from there a half cosine down to nothing."""

    warm_up: float = 0.1
    """Share of the steps in which the learning rate rises."""

    momentum: float = 0.9
    """AdamW's first beta; SGD's momentum."""

    weight_decay: float = 1e-2
    """Per unit of learning rate; not on normalisation and biases."""

    smoothing: float = 0.1
    """Share of every example's letter that goes to all classes evenly."""

    dropout: float = 0.4
    """Share of hidden units left out of a step."""

    kernels: tuple[int, int] = (5, 3)
    """`Shape.kernels`."""

    channels: tuple[int, int] = (32, 64)
    """`Shape.channels`."""

    hidden: int = 128
    """`Shape.hidden`."""

    move: float = 1.0
    """`classifier.augmentation.Ranges.move`: pictures are changed anew in every step."""

    scale: float = 0.08
    """`Ranges.scale`."""

    shear: float = 6.0
    """`Ranges.shear`."""

    bf16: bool = False
    """Multiply in bfloat16: twice as fast on a GPU or a CPU that knows it, slower on others."""

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            InvalidRecipe: one is of another type or out of range; says which, and the range.
        """
        kinds = {each.name: type(each.default) for each in dataclasses.fields(self)}
        for name, kind in kinds.items():
            if type(getattr(self, name)) is not kind:
                msg = f"recipe: {name} is {getattr(self, name)!r}, not of type {kind.__name__}"
                raise InvalidRecipe(msg)
        whole = all(type(each) is int for each in self.kernels + self.channels)
        if not whole or (len(self.kernels), len(self.channels)) != (2, 2):
            msg = f"recipe: kernels {self.kernels}, channels {self.channels}: not two whole numbers"
            raise InvalidRecipe(msg)
        if not all(each % 2 for each in self.kernels):
            msg = f"recipe: kernels {self.kernels} are not odd"
            raise InvalidRecipe(msg)
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            for each in value if isinstance(value, tuple) else (value,):
                if not least <= each <= most:
                    msg = f"recipe: {name} is {value}, not from {least:g} to {most:g}"
                    raise InvalidRecipe(msg)
        if self.optimizer not in OPTIMIZERS:
            msg = f"recipe: optimizer is {self.optimizer!r}, not one of {', '.join(OPTIMIZERS)}"
            raise InvalidRecipe(msg)
        if self.batch % self.shards:
            msg = f"recipe: a batch of {self.batch} cannot be cut into {self.shards} equal shards"
            raise InvalidRecipe(msg)

    @property
    def shape(self) -> Shape:
        """The network's."""
        return Shape(self.kernels, self.channels, self.hidden)

    def to_json(self) -> str:
        """Give one line of JSON, keys in order.

        >>> Recipe.from_json(Recipe(seed=7).to_json()).seed
        7
        """
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Read what `to_json` wrote.

        Raises:
            InvalidRecipe: it is no JSON object, or has a wrong, unknown or missing key.
        """
        try:
            read = json.loads(text)
        except (ValueError, RecursionError) as error:
            msg = f"recipe: not JSON: {error}"
            raise InvalidRecipe(msg) from error
        known = {each.name for each in dataclasses.fields(cls)}
        if not isinstance(read, Mapping) or set(read) != known:
            wrong = sorted(known ^ set(read)) if isinstance(read, Mapping) else [type(read)]
            msg = f"recipe: keys unknown or missing: {wrong}"
            raise InvalidRecipe(msg)
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in read.items()
        }
        return cls(**values)


_RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**31 - 1),
    "steps": (1, 10**7),
    "batch": (2, 2**20),
    "shards": (1, 256),
    "learning_rate": (1e-9, 1e3),
    "warm_up": (0, 1),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 10),
    "smoothing": (0, 0.9),
    "dropout": (0, 0.9),
    "kernels": (1, SIDE // 2),
    "channels": (1, 1024),
    "move": (0, SIDE / 2),
    "scale": (0, 0.5),
    "shear": (0, 45),
    "hidden": (1, 8192),
}
