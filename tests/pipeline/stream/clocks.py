"""A clock that tests set."""

from __future__ import annotations


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.wall = 1_760_000_000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.wall

    def pass_(self, seconds: float) -> None:
        """Let time go by, on both."""
        self.now += seconds
        self.wall += seconds
