"""The loop: consume -> detect -> write -> commit, step by step.

One thread owns the consumer and never waits long. What a batch gave is written by two others
(1. dead letters, 2. details; 3. summary and progress: see `pipeline.stream.conveyor`) while the
next batch is consumed and detected; this thread commits (4.) once that is done. At most three
batches are held: one in each half of the writing, and the one after them. While that cannot be
handed over, all partitions are paused and the broker is asked on, so that the group keeps this
member.
"""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, TopicPartition

from pipeline.errors import PipelineError, SinkUnavailable
from pipeline.stream.assignment import Assignment
from pipeline.stream.commits import Commits
from pipeline.stream.conveyor import Conveyor
from pipeline.stream.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import KafkaError, Message

    from pipeline.stream.contract import Clock, Consumer, Detect, Executor
    from pipeline.stream.observing import Observer
    from pipeline.stream.positions import Positions
    from pipeline.stream.stretches import Work
    from pipeline.stream.writing import Writing

__all__ = ["Loop", "Pace"]

_error = methodcaller("error")

BATCH_BYTES = 1 << 26
"""Bytes of messages that a batch should not exceed by much; their usual size tells how many."""

FIRST_BATCH = 512
"""Messages of the first batch, when their size is unknown."""


class Loop:
    """A stream that is being read. One thread."""

    def __init__(  # noqa: PLR0913 - everything that a test may want to be
        self,
        consumer: Consumer,
        topics: Sequence[str],
        detect: Detect,
        writing: Writing,
        positions: Positions,
        *,
        executors: tuple[Executor, Executor],
        clock: Clock,
        observer: Observer,
        say: Callable[[str], None],
        pace: Pace | None = None,
        ends: Callable[[PipelineError], None] = lambda _: None,
    ) -> None:
        """Be ready to `start`.

        Args:
            consumer: a member of the group, not subscribed yet.
            topics: what to read.
            detect: finds lookalikes.
            writing: the sinks.
            positions: says where partitions begin.
            executors: write details, and the summary; each runs one task at a time.
            clock: what time it is.
            observer: is told of everything that is counted.
            say: is told, in words, what a person may want to know.
            pace: how much at a time.
            ends: is told of a fault that ends `run`, before anything is closed.
        """
        self._consumer = consumer
        self._ends = ends
        self._topics = list(topics)
        self._detect = detect
        self._clock = clock
        self._observer = observer
        self._say = say
        self._pace = pace or Pace()
        self._assignment = Assignment(
            consumer,
            positions,
            writing,
            executors[1],
            self._pace,
            clock=clock,
            observer=observer,
            say=say,
        )
        self._commits = Commits(consumer, clock=clock, observer=observer, say=say)
        halves = zip((writing.write_details, writing.write_summary), executors, strict=True)
        self._conveyor = Conveyor(tuple(halves), self._pace, clock=clock, say=say)
        self._next: Work | None = None  # detected, not handed over yet
        self._held: list[Message] = []  # came although partitions are paused
        self._count = min(FIRST_BATCH, self._pace.batch)
        self._fault: BaseException | None = None
        self._stopping = False

    # From outside

    def stop(self) -> None:
        """Have `run` end soon, with everything written; may be called from a signal handler."""
        self._stopping = True

    def fail(self, fault: PipelineError) -> None:
        """Have `run` end with a fault soon; may be called from any thread."""
        self._fault = fault

    def committed(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        """Take the answer to a commit; the consumer calls it inside `consume`."""
        self._commits.answered(error, partitions)

    def start(self) -> None:
        """Join the group."""
        self._consumer.subscribe(
            self._topics,
            on_assign=self._guarded(self._assignment.add),
            on_revoke=self._guarded(self._give_up),
            on_lost=self._guarded(self._let_go),
        )

    def run(self) -> None:
        """Read until `stop`; then write what was read, and leave the group.

        Raises:
            PipelineError: it cannot go on; nothing is committed that was not written.
        """
        try:
            self.start()
            while not self._stopping:
                self.step()
            self.drain()
        except PipelineError as fault:
            self._ends(fault)
            raise
        finally:
            self.close()

    def step(self) -> None:
        """Do one round: gather a batch, or ask on while one waits; and carry on what is written.

        Raises:
            PipelineError: it cannot go on; trying again will not help.
        """
        is_free = self._next is None and not self._conveyor.is_refused
        may_read = is_free and self._assignment.place()
        self._commits.catch_up(self._assignment.tenures.values())
        if may_read:
            self._assignment.resume()
            self._gather()
        else:
            self._assignment.pause()
            self._poll(1, self._pace.idle)
        self._advance(self._pace.patience)

    def drain(self) -> None:
        """Write and commit what was consumed, and consume no more.

        Raises:
            SinkUnavailable: a sink did not take it in time; it will be read again.
        """
        self._observer.stopping()
        until = self._clock.monotonic() + self._pace.drain
        self._assignment.pause()
        while not self._conveyor.is_empty or self._next is not None:
            left = until - self._clock.monotonic()
            if left <= 0:
                msg = "stopped before a batch could be written; it will be read again"
                raise SinkUnavailable(msg)
            self._advance(min(left, self._pace.patience))
            if not self._conveyor.is_empty:
                self._poll(1, self._pace.idle)
        self._held.clear()  # never detected, and so not committed
        self._commits.run(at_once=True)
        while not self._commits.is_done and self._clock.monotonic() < until:
            self._poll(1, self._pace.idle)
            self._commits.run()

    def close(self) -> None:
        """Leave the group; what is not written is not committed."""
        self._conveyor.clear()
        self._next = None
        self._held.clear()
        try:
            self._consumer.close()
        except (KafkaException, RuntimeError) as error:  # closed already
            self._say(f"the consumer could not be closed: {error}")

    # Reading

    def _gather(self) -> None:
        """Consume a batch and detect."""
        messages, self._held = self._held, []
        if not messages:
            with self._observer.stage("consume"):
                messages = self._poll(self._count, self._pace.linger)
        if not messages:
            return
        with self._observer.stage("detect"):
            work = self._detect(messages, self._assignment.tenures)
        size = sum(map(len, messages[:: max(1, len(messages) // 100)]))  # of every hundredth
        usual = max(1, size // min(len(messages), 100))
        self._count = max(1, min(self._pace.batch, BATCH_BYTES // usual))
        if work.stretches:
            self._next = work

    def _poll(self, count: int, seconds: float) -> list[Message]:
        """Consume; run the callbacks; deal with errors. While paused, what comes is held."""
        messages = self._consumer.consume(count, seconds)
        self._observer.polled()
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        if any(map(_error, messages)):
            errors = [each for each in messages if each.error() is not None]
            messages = [each for each in messages if each.error() is None]
            for each in errors:
                if (line := self._assignment.mend(each)) is not None:
                    self._say(line)
        if self._assignment.is_paused:
            self._held += messages
            return []
        return messages

    # Writing

    def _advance(self, patience: float) -> None:
        """Settle what was written, commit it, hand over what waits; as far as that goes."""
        while True:
            self._settle(patience if self._next is not None else 0.0)
            if self._next is None or not self._conveyor.has_room:
                break
            work, self._next = self._next, None
            self._conveyor.put(work)
        self._commits.run()

    def _settle(self, patience: float, *, whole: bool = False) -> None:
        for work in self._conveyor.settle(patience, whole=whole):
            self._commits.add(work.stretches)

    # Partitions change hands

    def _guarded(
        self, do: Callable[[list[TopicPartition]], None]
    ) -> Callable[[object, list[TopicPartition]], None]:
        """Make a callback that keeps what goes wrong for the step that it happened in."""

        def called(_consumer: object, partitions: list[TopicPartition]) -> None:
            try:
                do(partitions)
            except (PipelineError, KafkaException) as error:
                self._fault = error

        return called

    def _give_up(self, partitions: list[TopicPartition]) -> None:
        """Finish what is being written, commit it, then give the partitions up."""
        try:
            self._settle(self._pace.revoke, whole=True)
            self._commits.run_now()
        finally:
            self._let_go(partitions)

    def _let_go(self, partitions: list[TopicPartition]) -> None:
        """Give up what another member may have already: nothing of it is committed."""
        self._assignment.remove(partitions)
        self._held = self._assignment.ours(self._held)
