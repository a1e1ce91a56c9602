"""Commits: what was written, told to the group; late at worst, never early.

One commit is under way at a time, and nobody waits for it: its answer comes with the messages.
Only before partitions are given up it is waited for. A commit that fails costs nothing but reading
again what the summary knows already, so it is tried again with the next one, and never ends the
stream.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.stream.seams import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from pipeline.stream.contract import Clock, Consumer
    from pipeline.stream.observing import Observer
    from pipeline.stream.stretches import Key, Stretch, Tenure

RETRY_SECONDS = 1.0
"""How long to wait after a commit that failed."""

ANSWER_SECONDS = 30.0
"""How long to wait for an answer before it is taken for lost."""


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
        self._asked: float | None = None  # when the commit that is under way began
        self._timing: AbstractContextManager[None] = nullcontext()
        self._retry_at = 0.0
        self._fails = False

    @property
    def is_done(self) -> bool:
        """True if nothing of ours waits, and no answer does."""
        return self._asked is None and not self._ours()

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
        """Begin to commit what waits, if it is ours still and no other commit is under way.

        Args:
            at_once: also if the last attempt failed a moment ago.
        """
        now = self._clock.monotonic()
        if self._asked is not None and now - self._asked >= ANSWER_SECONDS:
            self._end()
        if self._asked is None and (at_once or now >= self._retry_at) and (offsets := self._ours()):
            reach("before_commit")
            self._asked = now
            self._timing = self._observer.stage("commit")
            self._timing.__enter__()
            try:
                self._consumer.commit(offsets=offsets, asynchronous=True)
            except KafkaException as error:
                self._end()
                self._failed(error.args[0])

    def run_now(self) -> None:
        """Commit what waits and is ours still, and wait for the answer: before it is given up."""
        if not (offsets := self._ours()):
            return
        reach("before_commit")
        try:
            with self._observer.stage("commit"):
                answers = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            self._failed(error.args[0])
            return
        self._take(answers)

    def answered(self, error: KafkaError | None, answers: Iterable[TopicPartition]) -> None:
        """Take the answer to the commit that is under way; the consumer calls it in `consume`."""
        self._end()
        if error is not None:
            self._failed(error)
        else:
            self._take(answers)

    def _ours(self) -> list[TopicPartition]:
        self._waiting = {key: each for key, each in self._waiting.items() if each[0].is_ours}
        return [TopicPartition(*key, end) for key, (_, end) in self._waiting.items()]

    def _end(self) -> None:
        """Note that no commit is under way."""
        if self._asked is not None:
            self._asked = None
            self._timing.__exit__(None, None, None)

    def _take(self, answers: Iterable[TopicPartition]) -> None:
        reach("after_commit")
        errors = []
        for answer in answers:
            key = answer.topic, answer.partition
            if answer.error is not None:
                errors.append(answer.error)
                continue
            if key in self._waiting and self._waiting[key][1] <= answer.offset:  # else more came
                del self._waiting[key]
            self._observer.committed(answer.topic, answer.partition, answer.offset)
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
