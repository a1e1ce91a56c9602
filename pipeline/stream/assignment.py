"""Assignment: the partitions that this process has, and whether they are handed out just now.

A partition is taken from Kafka only once it is known where it begins, for which the summary and
the broker must answer. Until then it is held, and the loop asks again.
"""

from __future__ import annotations

from concurrent.futures import wait
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, TopicPartition

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from confluent_kafka import Message

    from pipeline.sinks import StoredProgress
    from pipeline.stream.contract import Clock, Consumer, Executor
    from pipeline.stream.observing import Observer
    from pipeline.stream.pace import Pace
    from pipeline.stream.positions import Positions
    from pipeline.stream.stretches import Key, Tenure
    from pipeline.stream.writing import Writing

Stored = dict["Key", "StoredProgress"]


class Assignment:
    """What this process has. The consumer's thread."""

    def __init__(  # noqa: PLR0913 - what the loop has
        self,
        consumer: Consumer,
        positions: Positions,
        writing: Writing,
        executor: Executor,
        pace: Pace,
        *,
        clock: Clock,
        observer: Observer,
        say: Callable[[str], None],
    ) -> None:
        """Args: as of `Loop`."""
        self._say = say
        self._has_said = False
        self._consumer = consumer
        self._positions = positions
        self._writing = writing
        self._executor = executor
        self._pace = pace
        self._clock = clock
        self._observer = observer
        self._tenures: dict[Key, Tenure] = {}
        self._new: list[Tenure] = []  # not placed yet
        self._unknown: list[Key] = []  # not even their topics' ids are known
        self._answer: Future[Stored] | None = None
        self._retry_at = 0.0
        self.is_paused = False
        """True while nothing is to be handed out."""

    @property
    def tenures(self) -> Mapping[Key, Tenure]:
        """The partitions that are read."""
        return self._tenures

    def ours(self, messages: Iterable[Message]) -> list[Message]:
        """Give those of partitions that are read."""
        return [m for m in messages if (m.topic(), m.partition()) in self._tenures]

    def add(self, partitions: Sequence[TopicPartition]) -> None:
        """Take partitions that the group gave; called in a callback.

        Raises:
            TopicChanged: one is not what it was.
        """
        self._unknown += [(each.topic, each.partition) for each in partitions]
        self._retry_at = 0.0
        self._answer = None  # was asked of others
        self._consumer.incremental_assign([])  # or else all are taken as they are
        self.place()

    def place(self) -> bool:
        """Find where new partitions begin and take them; say whether none is left to be placed.

        Raises:
            TopicChanged: one is not what it was.
            SinkUnavailable: the summary cannot be asked, and asking again will not help.
        """
        if not self._unknown and not self._new:
            return True
        if self._clock.monotonic() < self._retry_at:
            return False
        try:
            if self._unknown:
                self._new += self._positions.tenures(self._unknown)
                self._unknown = []
            stored = self._stored()
            if stored is None:
                return False
            self._positions.place(self._new, stored)
        except (SinkUnavailable, BrokerUnavailable) as error:
            self._wait(error)
            return False
        self._has_said = False
        self._take(self._new)
        self._new = []
        return True

    def _wait(self, error: SinkUnavailable | BrokerUnavailable) -> None:
        """Ask again later; what cannot be asked now cannot be read either.

        Raises:
            SinkUnavailable: asking again will not help.
        """
        if not self._has_said:
            self._say(f"{error}; partitions are not read before it is known where they begin")
        self._has_said = True
        wanted = self._pace.longest_retry
        if isinstance(error, SinkUnavailable):
            if error.retry_after is None:
                raise error
            wanted = error.retry_after
        self._retry_at = self._clock.monotonic() + wanted

    def _stored(self) -> Stored | None:
        """Ask the summary how far it has counted, in the thread that writes; None: not yet."""
        if self._answer is None:
            keys = [tenure.key for tenure in self._new]
            self._answer = self._executor.submit(self._read_progress, keys)
        wait([self._answer], self._pace.revoke)
        if not self._answer.done():
            return None
        answer, self._answer = self._answer, None
        return answer.result()

    def _read_progress(self, keys: Sequence[Key]) -> Stored:
        reading = self._positions.reading
        stored: Stored = {}
        for topic in sorted({topic for topic, _ in keys}):
            numbers = [number for each, number in keys if each == topic]
            known = self._writing.read_progress(
                reading.group, reading.epoch, self._positions.cluster, topic, numbers
            )
            stored |= {(topic, number): progress for number, progress in known.items()}
        return stored

    def _take(self, tenures: Sequence[Tenure]) -> None:
        partitions = [TopicPartition(*tenure.key, tenure.next) for tenure in tenures]
        self._consumer.incremental_assign(partitions)
        # Kafka's client keeps a pause over losing a partition and getting it again.
        (self._consumer.pause if self.is_paused else self._consumer.resume)(partitions)
        self._tenures |= {tenure.key: tenure for tenure in tenures}
        self._observer.assigned(len(self._tenures))

    def remove(self, partitions: Sequence[TopicPartition]) -> None:
        """Give partitions up; called in a callback."""
        keys = {(each.topic, each.partition) for each in partitions}
        self._unknown = [key for key in self._unknown if key not in keys]
        self._new = [tenure for tenure in self._new if tenure.key not in keys]
        taken = [self._tenures.pop(key) for key in keys if key in self._tenures]
        for tenure in taken:
            tenure.is_ours = False
        self._consumer.incremental_unassign([TopicPartition(*tenure.key) for tenure in taken])
        self._observer.assigned(len(self._tenures))

    def pause(self) -> None:
        """Have nothing more handed out."""
        if not self.is_paused:
            self.is_paused = True
            self._consumer.pause([TopicPartition(*key) for key in self._tenures])

    def resume(self) -> None:
        """Have messages handed out again."""
        if self.is_paused:
            self.is_paused = False
            self._consumer.resume([TopicPartition(*key) for key in self._tenures])

    def mend(self, message: Message) -> str | None:
        """Do what can be done about an error that came in the place of a message.

        Returns:
            What to tell a person about it, if anything.

        Raises:
            TopicChanged: the topic is shorter than what was read of it.
            BrokerUnavailable: the broker will not let us read.
        """
        error = message.error()
        if error is None:
            return None
        code = error.code()
        if code == KafkaError._PARTITION_EOF:  # noqa: SLF001 - so it is named
            return None
        if code in _OUT_OF_RANGE:
            self._move((str(message.topic()), int(message.partition() or 0)))
            return None
        if error.fatal() or code in _REFUSALS:
            raise BrokerUnavailable(escape(error.str()))
        return escape(error.str())

    def _move(self, key: Key) -> None:
        """Go on where a partition begins now, since what was to be read is gone."""
        tenure = self._tenures.get(key)
        if tenure is not None:
            self._positions.refit(tenure)
            self._consumer.incremental_unassign([TopicPartition(*key)])
            self._take([tenure])


_OUT_OF_RANGE = frozenset(
    {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}  # noqa: SLF001
)
_REFUSALS = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,  # noqa: SLF001
    }
)
