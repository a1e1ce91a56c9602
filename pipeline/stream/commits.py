"""Commits: what was written, told to the group; late at worst, never early.

A commit that fails costs nothing but reading again what the summary knows already, so it is tried
again with the next one, and never ends the stream. It is asked for in a thread of its own: while
the group's coordinator does not answer, the consumer's thread goes on asking for messages.
"""

from __future__ import annotations

from concurrent.futures import wait
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.stream.seams import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future

    from pipeline.stream.contract import Clock, Consumer, Executor
    from pipeline.stream.observing import Observer
    from pipeline.stream.stretches import Key, Stretch, Tenure

RETRY_SECONDS = 1.0
"""How long to wait after a commit that failed."""


class Commits:
    """Offsets that may be committed, and those that were. The consumer's thread.

    One commit is under way at a time.
    """

    def __init__(
        self,
        consumer: Consumer,
        executor: Executor,
        *,
        clock: Clock,
        observer: Observer,
        say: Callable[[str], None],
    ) -> None:
        """Args: consumer: commits, in a thread of executor; observer, say: are told."""
        self._consumer = consumer
        self._executor = executor
        self._clock = clock
        self._observer = observer
        self._say = say
        self._waiting: dict[Key, tuple[Tenure, int]] = {}
        self._asked: dict[Key, tuple[Tenure, int]] = {}  # for what is under way
        self._under_way: Future[list[TopicPartition]] | None = None
        self._retry_at = 0.0
        self._fails = False

    def add(self, stretches: Iterable[Stretch]) -> None:
        """Note how far partitions are written."""
        for stretch in stretches:
            if stretch.is_counted:
                self._waiting[stretch.tenure.key] = stretch.tenure, stretch.end
                stretch.tenure.counted = None  # or the next `catch_up` would commit less again

    def catch_up(self, tenures: Iterable[Tenure]) -> None:
        """Note what the summary had counted already: nothing more may come to be committed."""
        for tenure in tenures:
            if tenure.counted is None:
                continue
            if self._waiting.get(tenure.key, (None, 0))[0] is not tenure:
                self._waiting[tenure.key] = tenure, tenure.counted
            tenure.counted = None

    @property
    def is_idle(self) -> bool:
        """True if no commit is under way."""
        return self._under_way is None

    def run(self, *, at_once: bool = False, patience: float = 0.0) -> None:
        """Take the answer that has come, and commit what waits, if it is ours still.

        Args:
            at_once: also if the last attempt failed a moment ago.
            patience: how many seconds to wait for an answer.
        """
        self._settle(patience)
        self._waiting = {key: each for key, each in self._waiting.items() if each[0].is_ours}
        if self._under_way is not None or not self._waiting:
            return
        if not at_once and self._clock.monotonic() < self._retry_at:
            return
        self._asked = dict(self._waiting)
        self._under_way = self._executor.submit(self._commit, self._asked)
        self._settle(patience)

    def _commit(self, asked: Mapping[Key, tuple[Tenure, int]]) -> list[TopicPartition]:
        """Commit. Its own thread."""
        # What was given up meanwhile is another's, who may have committed more already.
        ours = {key: end for key, (tenure, end) in asked.items() if tenure.is_ours}
        if not ours:
            return []
        reach("before_commit")
        with self._observer.stage("commit"):
            offsets = [TopicPartition(*key, end) for key, end in ours.items()]
            answers = self._consumer.commit(offsets=offsets, asynchronous=False)
        reach("after_commit")
        return answers

    def _settle(self, patience: float) -> None:
        """Take the answer, if it has come."""
        future = self._under_way
        if future is None:
            return
        if patience > 0:
            wait([future], patience)
        if not future.done():
            return
        self._under_way = None
        try:
            answers = future.result()
        except KafkaException as error:
            self._failed(error.args[0])
            return
        errors = []
        for answer in answers:
            if answer.error is None:
                self._is_committed((answer.topic, answer.partition))
                self._observer.committed(answer.topic, answer.partition, answer.offset)
            else:
                errors.append(answer.error)
        if errors:
            self._failed(errors[0])
        else:
            self._fails = False

    def _is_committed(self, key: Key) -> None:
        if self._waiting.get(key) == self._asked.get(key):  # else more waits already
            self._waiting.pop(key, None)

    def _failed(self, error: KafkaError) -> None:
        if error.code() == KafkaError._NO_OFFSET:  # noqa: SLF001 - so it is named
            for key in self._asked:  # they were committed before
                self._is_committed(key)
            return
        self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        if not self._fails:
            self._say(f"a commit failed and is tried again: {error.str()}")
        self._fails = True
