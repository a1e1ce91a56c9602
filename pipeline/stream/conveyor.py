"""Conveyor: what a batch gave, on its way through the two halves of the write protocol.

1. dead letters, then details; 2. summary and progress. Each half has a thread of its own, so that
the details of a batch are written while the batch before it is counted; every batch goes through
both, and all in the order in which they were read. What a sink refuses is tried again where it is,
and what comes after it waits.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from typing import TYPE_CHECKING

from pipeline.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from pipeline.stream.contract import Clock, Executor
    from pipeline.stream.pace import Pace
    from pipeline.stream.stretches import Work

LONGEST_WISH = 30.0
"""Seconds that a sink may ask to be left alone for."""


class Stage:
    """One half: holds one batch at a time."""

    def __init__(
        self, do: Callable[[Work], None], executor: Executor, pace: Pace, clock: Clock
    ) -> None:
        """Args: do: the half, in a thread of `executor`; pace, clock: when to try again."""
        self._do = do
        self._executor = executor
        self._pace = pace
        self._clock = clock
        self.work: Work | None = None
        """What it holds."""
        self.future: Future[None] | None = None
        """What is being done; None if nothing is, or a sink has refused it."""
        self.refusals = 0
        """How often in a row a sink has refused what it holds."""
        self._retry_at = 0.0

    @property
    def is_refused(self) -> bool:
        """True while what it holds waits to be tried again."""
        return self.work is not None and self.future is None

    def put(self, work: Work) -> None:
        """Begin with a batch; it must be empty."""
        self.work = work
        self._begin()

    def _begin(self) -> None:
        self.future = self._executor.submit(self._do, self.work)

    def written(self) -> Work | None:
        """Give what it holds once that is written; try again what is due.

        Raises:
            SinkUnavailable: a sink refused it; trying again will not help if it says so.
        """
        if self.is_refused and self._clock.monotonic() >= self._retry_at:
            self._begin()
        if self.future is None or not self.future.done():
            return None
        try:
            self.future.result()
        except SinkUnavailable as error:
            self.future = None
            if error.retry_after is not None:
                pace = self._pace
                usual = min(pace.longest_retry, pace.first_retry * 2 ** min(self.refusals, 16))
                later = max(usual, min(error.retry_after, LONGEST_WISH))
                self._retry_at = self._clock.monotonic() + later
                self.refusals += 1
            raise
        self.refusals = 0
        return self.work

    def clear(self) -> None:
        """Hold nothing."""
        self.work = self.future = None


class Conveyor:
    """Both halves. The consumer's thread."""

    def __init__(
        self,
        halves: tuple[tuple[Callable[[Work], None], Executor], ...],
        pace: Pace,
        *,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        """Args: halves: what is done, and what runs it, in their order; the others as of `Loop`."""
        self._stages = [Stage(do, executor, pace, clock) for do, executor in halves]
        self._clock = clock
        self._say = say
        self._was_refused = False

    @property
    def is_empty(self) -> bool:
        """True if nothing is being written, or waits for it."""
        return all(stage.work is None for stage in self._stages)

    @property
    def has_room(self) -> bool:
        """True if a batch can be put."""
        return self._stages[0].work is None

    @property
    def is_refused(self) -> bool:
        """True while a sink has refused a batch, and it waits to be tried again."""
        return any(stage.is_refused for stage in self._stages)

    def put(self, work: Work) -> None:
        """Have a batch written; there must be room."""
        self._stages[0].put(work)

    def settle(self, patience: float = 0.0, *, whole: bool = False) -> list[Work]:
        """Carry on what is written.

        Args:
            patience: how many seconds to wait until there is room, if there is none.
            whole: wait until nothing is being written instead.

        Returns:
            Batches that went through, in their order.

        Raises:
            SinkUnavailable: trying again will not help.
        """
        until = self._clock.monotonic() + patience
        through = self._carry()
        while not (self.is_empty if whole else self.has_room):
            left = until - self._clock.monotonic()
            running = [each.future for each in self._stages if each.future is not None]
            running = [each for each in running if not each.done()]
            if left <= 0 or not running:
                break
            wait(running, left, FIRST_COMPLETED)
            through += self._carry()
        return through

    def _carry(self) -> list[Work]:
        """Move on what is done, from the end on, as far as there is room."""
        through: list[Work] = []
        while self._move(through):
            pass
        if self._was_refused and not any(stage.refusals for stage in self._stages):
            self._was_refused = False
            self._say("the sinks are back")
        return through

    def _move(self, through: list[Work]) -> bool:
        """Move one batch on, and note it if it is through; False if none can be."""
        ahead: Stage | None = None
        for stage in reversed(self._stages):
            work = self._written(stage) if ahead is None or ahead.work is None else None
            if work is not None:
                stage.clear()
                if ahead is None:
                    through.append(work)
                else:
                    ahead.put(work)
                return True
            ahead = stage
        return False

    def _written(self, stage: Stage) -> Work | None:
        try:
            return stage.written()
        except SinkUnavailable as error:
            if error.retry_after is None:
                raise
            if not self._was_refused:
                self._say(f"{error}; partitions are paused until it is back")
            self._was_refused = True
            return None

    def clear(self) -> None:
        """Forget what is not written."""
        for stage in self._stages:
            stage.clear()
