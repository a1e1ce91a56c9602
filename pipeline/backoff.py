"""Backoff: how long to wait before asking again somebody who refused, so that no crowd forms."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 20.0
"""Seconds: the longest wait, here and in the AWS clients' standard mode."""


class Backoff:
    """Full jitter: anything from nothing to a ceiling that doubles with every refusal in a row.

    >>> waits = Backoff(first=1, chance=lambda: 1.0)
    >>> [waits.next() for _ in range(7)]
    [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]
    >>> waits.reset()
    >>> waits.next()
    1.0
    """

    def __init__(
        self,
        *,
        first: float = 0.05,
        longest: float = LONGEST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Begin as if nobody had refused.

        Args:
            first: ceiling of the first wait, in seconds.
            longest: where the ceiling stops.
            chance: gives a number from 0 to 1; what a wait is of its ceiling.
        """
        self._first = first
        self._longest = longest
        self._chance = chance
        self._ceiling = first

    def next(self) -> float:
        """Give the seconds to wait after one more refusal."""
        ceiling = self._ceiling
        self._ceiling = min(ceiling * 2, self._longest)
        return ceiling * self._chance()

    def reset(self) -> None:
        """Begin again: nobody refused."""
        self._ceiling = self._first
