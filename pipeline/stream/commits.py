"""Commits: what was written, told to the group; late at worst, never early.

A commit that fails costs nothing but reading again what the summary knows already, so it is tried
again with the next one, and never ends the stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.stream.seams import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.stream.contract import Clock, Consumer
    from pipeline.stream.observing import Observer
    from pipeline.stream.stretches import Key, Stretch, Tenure

RETRY_SECONDS = 1.0
"""How long to wait after a commit that failed."""


class Commits:
    """Offsets that may be committed, and those that were. The consumer's thread."""

    def __init__(
        self,
        consumer: Consumer,
        *,
        clock: Clock,
        observer: Observer,
        say: Callable[[str], None],
    ) -> None:
        """Args: consumer: commits; observer, say: are told."""
        self._consumer = consumer
        self._clock = clock
        self._observer = observer
        self._say = say
        self._waiting: dict[Key, tuple[Tenure, int]] = {}
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

    def run(self, *, at_once: bool = False) -> None:
        """Commit what waits, if it is ours still.

        Args:
            at_once: also if the last attempt failed a moment ago.
        """
        self._waiting = {key: each for key, each in self._waiting.items() if each[0].is_ours}
        if not self._waiting or (not at_once and self._clock.monotonic() < self._retry_at):
            return
        offsets = [TopicPartition(*key, end) for key, (_, end) in self._waiting.items()]
        reach("before_commit")
        try:
            with self._observer.stage("commit"):
                answers = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            self._failed(error.args[0])
            return
        reach("after_commit")
        errors = []
        for answer in answers:
            if answer.error is None:
                self._waiting.pop((answer.topic, answer.partition), None)
                self._observer.committed(answer.topic, answer.partition, answer.offset)
            else:
                errors.append(answer.error)
        if errors:
            self._failed(errors[0])
        else:
            self._fails = False

    def _failed(self, error: KafkaError) -> None:
        if error.code() == KafkaError._NO_OFFSET:  # noqa: SLF001 - so it is named
            self._waiting.clear()  # they were committed before
            return
        self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        if not self._fails:
            self._say(f"a commit failed and is tried again: {error.str()}")
        self._fails = True
