"""Dice: chance that every Python repeats alike for one seed.

Only `random.Random.random` is used: its values are promised never to change, those of `choice` and
`shuffle` are not.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """Random choices that every Python makes alike for one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311 - no secret

    def below(self, count: int) -> int:
        """Choose a number from 0 to `count` - 1."""
        return int(self._random() * count)

    def one_of(self, values: Sequence[T]) -> T:
        """Choose one value."""
        return values[self.below(len(values))]

    def happens(self, chance: float) -> bool:
        """Say yes with a probability."""
        return self._random() < chance

    def skewed(self, most: int) -> int:
        """Choose a number from 1 to `most`, small ones far more often."""
        return int(most ** self._random())

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Give the values in another order."""
        return [
            values[place]
            for _, place in sorted((self._random(), place) for place in range(len(values)))
        ]
