"""Stretches: what a partition is to this process, and what one batch found in a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.counts import Counts
from pipeline.sinks import Batch, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from detector.detection import Detection
    from pipeline.sinks import Partition
    from pipeline.stream.dead_letters import DeadLetter

Key = tuple[str, int]
"""Topic and number of a partition."""


class Tenure:
    """One partition, for as long as the group leaves it with this process."""

    def __init__(self, partition: Partition, begin: int) -> None:
        """Args: partition: which one; begin: offset of the first message that counts."""
        self.partition = partition
        """Which one."""
        self.next = begin
        """Offset of what is read next: what lies before it was read or counted already."""
        self.counted: int | None = None
        """Offset up to which the summary had counted it, if the group had committed less."""
        self.is_ours = True
        """False once it was given up: then nothing of it is written or committed any more."""

    @property
    def key(self) -> Key:
        """Topic and number."""
        return self.partition.topic, self.partition.number


class Stretch:
    """What a batch found between two offsets of a partition."""

    def __init__(self, tenure: Tenure, end: int, timestamp: float | None = None) -> None:
        """Args: see the attributes; nothing was found yet."""
        self.tenure = tenure
        """Whose it is."""
        self.end = end
        """Offset after the last message."""
        self.timestamp = timestamp
        """When its first message was sent, in seconds since the epoch; None if unknown."""
        self.counts = Counts()
        """What became of the records of these messages."""
        self.detections: list[Detection] = []
        """What was found, in order."""
        self.letters: list[DeadLetter] = []
        """What could not be read."""
        self.is_counted = False
        """True once the summary has it: then its end may be committed."""

    def batch(self, run: str, format_name: str) -> Batch:
        """Give it as a summary sink takes it."""
        partition = self.tenure.partition
        label = f"{partition.topic}/{partition.number}"
        progress = Progress(
            partition.source,
            run,
            label,
            format_name,
            self.end,
            "",
            self.counts,
            finished=False,
            partition=partition,
        )
        return Batch(tuple(self.detections), progress)


class Work:
    """The stretches of one batch, on their way to the sinks."""

    def __init__(
        self,
        stretches: list[Stretch],
        run: str,
        format_name: str,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what was read.

        Args:
            stretches: one for each partition in the batch.
            run: what decided what was found: see `Progress.run`.
            format_name: the format it was read in.
            settle: waits for the judge and accounts for what it says.
        """
        self._settle: Callable[[], None] | None = settle
        self.stretches = stretches
        """One for each partition in the batch."""
        self.run = run
        """What decided what was found: see `Progress.run`."""
        self.format_name = format_name
        """The format it was read in."""
        self.done = 0
        """Steps of the write protocol that are done; a retry goes on after them."""

    def settle(self) -> None:
        """Have everything in its stretch; before that, what was handed to the judge is not."""
        settle, self._settle = self._settle, None
        if settle is not None:
            settle()

    @property
    def wanted(self) -> list[Stretch]:
        """Those whose partitions are still ours."""
        return [each for each in self.stretches if each.tenure.is_ours]
