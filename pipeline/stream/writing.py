"""Writing: what a batch gave, carried through the first three steps of the write protocol.

1. dead letters; 2. details; 3. summary and progress, in one transaction a partition. A sink that is
unavailable stops it where it is; the same work, written again, goes on after the last step done.
Details can be written again without harm, so those of a batch may be while the one before it is
counted; batches are counted in the order in which they were read.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import SinkUnavailable
from pipeline.sinks import Batch
from pipeline.stream.seams import reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.sinks import Sink, StoredProgress, SummarySink
    from pipeline.stream.contract import Clock
    from pipeline.stream.dead_letters import DeadLetter
    from pipeline.stream.observing import Observer, Stage
    from pipeline.stream.stretches import Work


class Letters(Protocol):
    """Where dead letters go."""

    def write(self, letters: Sequence[DeadLetter]) -> None:
        """Have the broker take all of them before returning; some may be there twice then.

        Raises:
            SinkUnavailable: it did not take every one.
        """

    def close(self) -> None:
        """Let go of everything."""


class Writing:
    """The sinks of a stream, in their order. One thread for each half of it."""

    def __init__(
        self,
        letters: Letters,
        details: Mapping[str, Sink],
        summary: SummarySink,
        *,
        clock: Clock,
        observer: Observer,
        summary_name: str = "summary",
    ) -> None:
        """Be ready to write.

        Args:
            letters: step 1.
            details: step 2, by the names under which they are counted; they tell the observer
                themselves what they have written.
            summary: step 3.
            clock: what time it is.
            observer: is told.
            summary_name: the name under which the summary is counted.
        """
        self._letters = letters
        self._details = details
        self._summary = summary
        self._summary_name = summary_name
        self._clock = clock
        self._observer = observer
        self._down: set[str] = set()

    def read_progress(
        self, group: str, epoch: int, cluster: str, topic: str, numbers: Sequence[int]
    ) -> dict[int, StoredProgress]:
        """See `SummarySink.read_progress`."""
        return self._summary.read_progress(group, epoch, cluster, topic, numbers)

    def write_details(self, work: Work) -> None:
        """Write dead letters and details of what is wanted of a batch, durably, before returning.

        Raises:
            SinkUnavailable: call it again with the same work after `retry_after` seconds.
        """
        work.settle()
        if work.done == 0:
            reach("before_dead_letters")
            self._write_letters(work)  # 1.
            work.done = 1
        for step, (name, sink) in enumerate(self._details.items(), 1):
            if work.done == step:
                reach("before_details")
                self._write_details(work, name, sink)  # 2.
                work.done = step + 1

    @contextmanager
    def _asking(self, name: str, stage: Stage) -> Iterator[None]:
        """Time what a sink is asked, and tell when it becomes unavailable and when it is back."""
        try:
            with self._observer.stage(stage):
                yield
        except SinkUnavailable:
            self._down.add(name)
            self._observer.sink_up(name, up=False)
            self._observer.retried(name, "unavailable")
            raise
        if name in self._down:
            self._down.discard(name)
            self._observer.sink_up(name, up=True)

    def _write_letters(self, work: Work) -> None:
        letters = [each for stretch in work.wanted for each in stretch.letters]
        if letters:
            with self._asking("dead_letters", "dead_letters"):
                self._letters.write(letters)
            self._observer.written("dead_letters", len(letters))

    def _write_details(self, work: Work, name: str, sink: Sink) -> None:
        found = tuple(each for stretch in work.wanted for each in stretch.detections)
        if found:
            with self._asking(name, "details"):
                sink.write(Batch(found, None))

    def write_summary(self, work: Work) -> None:
        """Count what is wanted of a batch (3.), durably, before returning.

        Raises:
            SinkUnavailable: call it again with the same work after `retry_after` seconds.
        """
        reach("before_summary")
        for stretch in work.wanted:
            if stretch.is_counted:
                continue
            batch = stretch.batch(work.run, work.format_name)
            with self._asking(self._summary_name, "summary"):
                self._summary.write(batch)
            stretch.is_counted = True
            self._observer.written(self._summary_name, len(batch.detections))
            self._observer.records(stretch.counts)
            if stretch.timestamp is not None:
                self._observer.latency(max(0.0, self._clock.time() - stretch.timestamp))
