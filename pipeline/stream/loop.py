"""The loop: consume -> detect -> write -> commit, step by step.

One thread owns the consumer and never waits long. What a batch gave is written by an executor
(1. dead letters, 2. details, 3. summary and progress) while the next batch is consumed and
detected; this thread commits (4.) once that is done. At most two batches are held: the one that is
written and the one after it. While the second cannot be handed over, all partitions are paused and
the broker is asked on, so that the group keeps this member.
"""

from __future__ import annotations

from concurrent.futures import wait
from operator import methodcaller
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, TopicPartition

from pipeline.errors import PipelineError, SinkUnavailable
from pipeline.stream.assignment import Assignment
from pipeline.stream.commits import Commits
from pipeline.stream.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from confluent_kafka import Message

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
        executor: Executor,
        clock: Clock,
        observer: Observer,
        say: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        """Be ready to `start`.

        Args:
            consumer: a member of the group, not subscribed yet.
            topics: what to read.
            detect: finds lookalikes.
            writing: the sinks.
            positions: says where partitions begin.
            executor: writes; runs one task at a time.
            clock: what time it is.
            observer: is told of everything that is counted.
            say: is told, in words, what a person may want to know.
            pace: how much at a time.
        """
        self._consumer = consumer
        self._topics = list(topics)
        self._detect = detect
        self._writing = writing
        self._executor = executor
        self._clock = clock
        self._observer = observer
        self._say = say
        self._pace = pace or Pace()
        self._assignment = Assignment(
            consumer,
            positions,
            writing,
            executor,
            self._pace,
            clock=clock,
            observer=observer,
            say=say,
        )
        self._commits = Commits(consumer, clock=clock, observer=observer, say=say)
        self._work: Work | None = None  # being written, or waiting to be tried again
        self._future: Future[None] | None = None
        self._next: Work | None = None  # detected, not handed over yet
        self._held: list[Message] = []  # came although partitions are paused
        self._refusals = 0
        self._retry_at = 0.0
        self._count = min(FIRST_BATCH, self._pace.batch)
        self._fault: BaseException | None = None
        self._stopping = False

    # From outside

    def stop(self) -> None:
        """Have `run` end soon, with everything written; may be called from a signal handler."""
        self._stopping = True

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
        finally:
            self.close()

    def step(self) -> None:
        """Do one round: gather a batch, or ask on while one waits; and carry on what is written.

        Raises:
            PipelineError: it cannot go on; trying again will not help.
        """
        may_read = self._next is None and not self._is_refused and self._assignment.place()
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
        while self._work is not None or self._next is not None:
            left = until - self._clock.monotonic()
            if left <= 0:
                msg = "stopped before a batch could be written; it will be read again"
                raise SinkUnavailable(msg)
            self._advance(min(left, self._pace.patience))
            if self._work is not None:
                self._poll(1, self._pace.idle)
        self._held.clear()  # never detected, and so not committed
        self._commits.run(at_once=True)

    def close(self) -> None:
        """Leave the group; what is not written is not committed."""
        self._work = self._next = self._future = None
        self._held.clear()
        try:
            self._consumer.close()
        except (KafkaException, RuntimeError) as error:  # closed already
            self._say(f"the consumer could not be closed: {error}")

    # Reading

    @property
    def _is_refused(self) -> bool:
        """True while a sink has refused a batch, and it waits to be tried again."""
        return self._work is not None and self._future is None

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
            is_free = self._settle(patience if self._next is not None else 0.0)
            if not is_free or self._next is None:
                break
            self._work, self._next = self._next, None
            self._future = self._executor.submit(self._writing.write, self._work)
        self._commits.run()

    def _settle(self, patience: float) -> bool:
        """Find out what became of the write; say whether the next may be handed over.

        Raises:
            SinkUnavailable: trying again will not help.
        """
        if self._work is None:
            return True
        if self._future is None:
            if self._clock.monotonic() < self._retry_at:
                return False
            self._future = self._executor.submit(self._writing.write, self._work)
            return self._settle(patience)
        if not self._future.done():
            wait([self._future], patience)
        if not self._future.done():
            return False
        try:
            self._future.result()
        except SinkUnavailable as error:
            self._future = None
            self._refuse(error)
            return False
        if self._refusals:
            self._say("the sinks are back")
        self._refusals = 0
        self._commits.add(self._work.stretches)
        self._work = self._future = None
        return True

    def _refuse(self, error: SinkUnavailable) -> None:
        """Have the same work written again later."""
        if error.retry_after is None:
            raise error
        if not self._refusals:
            self._say(f"{error}; partitions are paused until it is back")
        pace = self._pace
        wait = min(pace.longest_retry, pace.first_retry * 2 ** min(self._refusals, 16))
        self._refusals += 1
        self._retry_at = self._clock.monotonic() + max(wait, min(error.retry_after, 30.0))

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
            if self._future is not None:
                self._settle(self._pace.revoke)
            self._commits.run(at_once=True)
        finally:
            self._let_go(partitions)

    def _let_go(self, partitions: list[TopicPartition]) -> None:
        """Give up what another member may have already: nothing of it is committed."""
        self._assignment.remove(partitions)
        self._held = self._assignment.ours(self._held)
