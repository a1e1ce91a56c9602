"""Examples: what a network learns from: pictures, the letter of each, and how often each is shown.

Also `Supply`, which settles everything random in one step of a training: it depends on the
recipe's seed and the number of the step alone, so that an interrupted training goes on exactly
where it was without storing any random state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from classifier.errors import InvalidDataset
from classifier.network import SHAPES, SIDE
from classifier.recipe import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

Augment = Callable[[Tensor], Tensor]
"""Pictures (n, 1, 28, 28), float, in; as many out. Draws from torch's global generator."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures with their letters; rows belong together."""

    images: NDArray[np.uint8]
    """(n, 28, 28), 0 for paper to 255 for ink."""

    letters: NDArray[Any]
    """(n,) int64, the shape, 0 to `SHAPES` - 1; or (n, `SHAPES`) float32, how much each picture
    is of each, as another network sees it (distillation)."""

    weights: NDArray[np.float32]
    """(n,), how often each is shown, relative to the others; not negative."""

    def __post_init__(self) -> None:
        """Check shapes, types and ranges.

        Raises:
            InvalidDataset: something does not fit; says what.
        """
        count = len(self.images)
        if count == 0 or self.images.dtype != np.uint8 or self.images.shape[1:] != (SIDE, SIDE):
            msg = f"images are {self.images.dtype} {self.images.shape}, not uint8 (n > 0, 28, 28)"
            raise InvalidDataset(msg)
        hard = self.letters.dtype == np.int64 and self.letters.shape == (count,)
        soft = self.letters.dtype == np.float32 and self.letters.shape == (count, SHAPES)
        if not hard and not soft:
            msg = f"letters are {self.letters.dtype} {self.letters.shape} for {count} images"
            raise InvalidDataset(msg)
        if not (self.letters.min() >= 0 and self.letters.max() <= (SHAPES - 1 if hard else 1)):
            msg = f"a letter is out of range: shapes are 0 to {SHAPES - 1}, shares 0 to 1"
            raise InvalidDataset(msg)
        fits = self.weights.dtype == np.float32 and self.weights.shape == (count,)
        if not fits or not self.weights.min() >= 0 or not 0 < self.weights.sum() < np.inf:
            msg = f"weights are not {count} finite float32, none below 0 and one above"
            raise InvalidDataset(msg)

    def digest(self) -> str:
        """Name exactly these examples in this order: ``sha256:`` and 64 digits."""
        digest = hashlib.sha256()
        for part in (self.images, self.letters, self.weights):
            digest.update(f"{part.dtype} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).data)
        return f"sha256:{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one step works on."""

    pictures: Tensor
    """(batch, 1, 28, 28), 0 to 1."""

    letters: Tensor
    """(batch,) shapes, or (batch, `SHAPES`) shares of each."""

    keep: Tensor
    """(batch, hidden), dropout's factors."""


class Supply:
    """Hands out the batch of any step."""

    def __init__(
        self, recipe: Recipe, examples: Examples, augment: Augment | None, device: torch.device
    ) -> None:
        """Move the examples to where they are used: all at once, since they are small."""
        self._recipe = recipe
        self._augment = augment
        self._device = device
        self._images = torch.tensor(examples.images, device=device)
        self._letters = torch.tensor(examples.letters, device=device)
        self._heights = np.cumsum(examples.weights, dtype=np.float64)

    def batch(self, step: int) -> Batch:
        """Draw the batch of a step, counted from 0. Seeds torch's global generators."""
        recipe = self._recipe
        seed = np.random.SeedSequence([recipe.seed, step])
        chosen = self._choose(np.random.default_rng(seed))
        torch.manual_seed(int(seed.generate_state(1)[0]))  # of more it takes the lower 32 bits
        pictures = self._images[chosen].unsqueeze(1).float().div_(255)
        if self._augment is not None:
            pictures = self._augment(pictures)
        keep = torch.empty(recipe.batch, recipe.hidden, device=self._device)
        keep.bernoulli_(1 - recipe.dropout).div_(1 - recipe.dropout)
        return Batch(pictures, self._letters[chosen], keep)

    def _choose(self, random: np.random.Generator) -> Tensor:
        """Draw rows with replacement, each as often as its weight says."""
        height = random.random(self._recipe.batch) * self._heights[-1]
        rows = np.searchsorted(self._heights, height, side="right")
        return torch.from_numpy(np.minimum(rows, len(self._heights) - 1)).to(self._device)
