"""Positions: where the reading of a partition begins, and whether it is what it was.

The further one of what the group has committed and what the summary has counted. Three things are
never passed over in silence: messages that retention took before they were read are counted as
skipped; a topic that was deleted and made again, and one that is shorter than what was counted of
it, stop the stream until a person has said that it is a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from confluent_kafka import KafkaException, TopicPartition

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, UsageError
from pipeline.sinks import Partition, StoredProgress
from pipeline.stream.stretches import Key, Tenure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.stream.contract import Consumer, Topics
    from pipeline.stream.observing import Observer

ASKING_SECONDS = 10.0
"""How long the broker may take to say what it has."""

Start = Literal["earliest", "latest"]


class TopicChanged(UsageError):
    """A topic is not the one of which the summary has counted so many messages."""


class Reading(NamedTuple):
    """How this process reads: what `Partition` has that is no property of a partition."""

    group: str
    """The consumer group."""

    epoch: int = 0
    """Number of the run over the topics."""

    start: Start = "earliest"
    """Where a partition begins that nobody has read."""

    accept_new_topic: bool = False
    """Begin anew with a topic that is not what it was."""


class Positions:
    """Where partitions begin."""

    def __init__(
        self,
        consumer: Consumer,
        topics: Topics,
        reading: Reading,
        *,
        observer: Observer,
        say: Callable[[str], None],
    ) -> None:
        """Args: consumer, topics: are asked; observer, say: are told of what was skipped."""
        self._consumer = consumer
        self._topics = topics
        self.reading = reading
        """How this process reads."""
        self._observer = observer
        self._say = say
        self._cluster = ""

    @property
    def cluster(self) -> str:
        """Id of the cluster.

        Raises:
            BrokerUnavailable: it cannot be asked.
        """
        if not self._cluster:
            self._cluster = self._topics.cluster()
        return self._cluster

    def tenures(self, keys: Sequence[Key]) -> list[Tenure]:
        """Begin with partitions that were assigned; they must be placed before they are read.

        Raises:
            BrokerUnavailable: their topics' ids cannot be asked.
        """
        ids = self._topics.ids(sorted({topic for topic, _ in keys}))
        reading = self.reading
        ours = reading.group, reading.epoch, self.cluster
        return [
            Tenure(Partition(*ours, topic, ids.get(topic, ""), number), 0) for topic, number in keys
        ]

    def place(self, tenures: Sequence[Tenure], stored: Mapping[Key, StoredProgress]) -> None:
        """Find where partitions begin, by what the summary has counted of them.

        Raises:
            TopicChanged: one is not what it was.
            BrokerUnavailable: the broker cannot be asked.
        """
        asked = [TopicPartition(*tenure.key) for tenure in tenures]
        try:
            answers = self._consumer.committed(asked, timeout=ASKING_SECONDS)
        except KafkaException as error:
            msg = f"cannot ask for committed offsets: {error.args[0].str()}"
            raise BrokerUnavailable(msg) from error
        committed = {(each.topic, each.partition): each.offset for each in answers}
        for tenure in tenures:
            progress = stored.get(tenure.key)
            known = committed.get(tenure.key, -1)
            tenure.next = self._begin(tenure, known, progress)
            if progress is not None and tenure.next == progress.offset > known:
                tenure.counted = progress.offset

    def _begin(self, tenure: Tenure, committed: int, progress: StoredProgress | None) -> int:
        low, high = self.watermarks(tenure.key)
        if progress is not None and self._is_new(tenure, progress, high):
            progress, committed = None, -1
        if progress is None and committed < 0:
            return high if self.reading.start == "latest" else low
        if committed > high:
            self._changed(tenure, f"{committed} was committed, and it ends at {high}")
            return low
        begin = max(committed, progress.offset if progress else 0)
        return self.after_gap(tenure, begin, low)

    def _is_new(self, tenure: Tenure, progress: StoredProgress, high: int) -> bool:
        """Tell whether what was counted was counted of another topic of the same name."""
        known, current = progress.topic_id, tenure.partition.topic_id
        if known and current and known != current:
            self._changed(tenure, f"its id was {known} and is {current}")
            return True
        if progress.offset > high:
            self._changed(tenure, f"{progress.offset} messages were counted, and it ends at {high}")
            return True
        return False

    def _changed(self, tenure: Tenure, what: str) -> None:
        topic, number = tenure.key
        msg = f"topic {escape(topic)}, partition {number}, is not what it was: {what}"
        if not self.reading.accept_new_topic:
            hint = "if it was deleted and made again, start once with --accept-new-topic"
            msg = f"{msg}\n{hint}"
            raise TopicChanged(msg)
        self._say(f"{msg}; it is read as a new one")

    def refit(self, tenure: Tenure) -> None:
        """Find where a partition goes on, of which the broker has not what comes next.

        Raises:
            TopicChanged: it ends before that.
            BrokerUnavailable: the broker cannot be asked.
        """
        low, high = self.watermarks(tenure.key)
        if tenure.next > high:
            self._changed(tenure, f"{tenure.next} is read next, and it ends at {high}")
            tenure.next = low
        tenure.next = self.after_gap(tenure, tenure.next, low)

    def after_gap(self, tenure: Tenure, begin: int, low: int) -> int:
        """Give where reading can begin, and tell of what is gone before it."""
        if begin >= low:
            return begin
        topic, number = tenure.key
        self._observer.skipped_ahead(topic, number, low - begin)
        self._say(
            f"topic {escape(topic)}, partition {number}: {low - begin:,} messages from offset "
            f"{begin} on were removed before they were read"
        )
        return low

    def watermarks(self, key: Key) -> tuple[int, int]:
        """Give the first offset that is kept of a partition, and the next to be written.

        Raises:
            BrokerUnavailable: the broker cannot be asked.
        """
        try:
            marks = self._consumer.get_watermark_offsets(
                TopicPartition(*key), timeout=ASKING_SECONDS
            )
        except KafkaException as error:
            msg = f"cannot ask where {escape(key[0])} begins and ends: {error.args[0].str()}"
            raise BrokerUnavailable(msg) from error
        if marks is None:
            msg = f"cannot ask where {escape(key[0])} begins and ends: timed out"
            raise BrokerUnavailable(msg)
        return marks
