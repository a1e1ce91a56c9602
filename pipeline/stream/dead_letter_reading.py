"""Reading dead letters: their topic in, letters out, up to where it ended when reading began."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, UsageError
from pipeline.stream.clients import ASKING_SECONDS, Cluster, consumer_settings, made_consumer
from pipeline.stream.dead_letters import PREFIX, REPLAYED, Headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Consumer, Message

    from pipeline.stream.settings import StreamSettings

SILENCE_SECONDS = 20.0
"""How long the broker may give nothing at all."""


class Letter(NamedTuple):
    """A dead letter as it lies on its topic."""

    number: int
    """Partition of the dead letters' topic."""

    offset: int
    """Offset there."""

    about: dict[str, str]
    """What is known of it, by the names of `DeadLetter.fitted`."""

    key: bytes | None
    """The message's key."""

    value: bytes
    """The message's value, or as much of it as was kept."""

    headers: Headers
    """The message's own headers."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was cut off."""
        return not {"sha256", "key-sha256", "headers-sha256"} & self.about.keys()

    @property
    def was_replayed(self) -> bool:
        """Whether it was a dead letter before, and was sent again in vain."""
        return REPLAYED.removeprefix(PREFIX) in self.about


def letter_of(message: Message) -> Letter:
    """Read a dead letter, or any other message as one of which little is known."""
    about: dict[str, str] = {}
    own: Headers = []
    for name, octets in cast("Headers", message.headers() or []):
        if name.startswith(PREFIX):
            about[name.removeprefix(PREFIX)] = (octets or b"").decode("utf-8", "backslashreplace")
        else:
            own.append((name, octets))
    place = message.partition() or 0, message.offset() or 0
    return Letter(*place, about, message.key(), message.value() or b"", own)


class DeadLetterReading:
    """Reads what there is on the topic of dead letters."""

    def __init__(self, stream: StreamSettings) -> None:
        """Connect.

        Raises:
            UsageError: a setting cannot be used, or the topic is missing.
            BrokerUnavailable: Kafka cannot be reached.
        """
        self._topic = stream.dead_letters
        cluster = Cluster(stream)
        if cluster.missing([self._topic]):
            msg = f"no such topic: {escape(self._topic)}"
            raise UsageError(msg)
        self._numbers = cluster.partitions(self._topic)
        settings = consumer_settings(stream._replace(group=f"{stream.group}.dead-letters"))
        self._consumer: Consumer = made_consumer({**settings, "enable.partition.eof": True})
        self._read: dict[int, int] = {}

    def letters(self, *, from_start: bool) -> Iterator[Letter]:
        """Give the letters, in the order of each partition.

        Args:
            from_start: all that are kept; or else those that were not passed before.

        Raises:
            BrokerUnavailable: Kafka does not answer any more.
        """
        left = self._assign(from_start=from_start)
        silent = 0.0
        while left:
            messages = self._consumer.consume(500, 0.5)
            silent = 0.0 if messages else silent + 0.5
            if silent >= SILENCE_SECONDS:
                msg = f"Kafka: {escape(self._topic)} gave nothing for {SILENCE_SECONDS:.0f} s"
                raise BrokerUnavailable(msg)
            for message in messages:
                number, error = message.partition() or 0, message.error()
                if error is not None:
                    if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - its name
                        msg = f"Kafka: {escape(error.str())}"
                        raise BrokerUnavailable(msg)
                    left.pop(number, None)
                elif number in left and (message.offset() or 0) < left[number]:
                    letter = letter_of(message)
                    self._read[number] = letter.offset + 1
                    yield letter
            for number, end in list(left.items()):
                if self._read.get(number, 0) >= end:
                    del left[number]

    def _assign(self, *, from_start: bool) -> dict[int, int]:
        """Begin, and give where each partition that holds something ends now."""
        partitions = [TopicPartition(self._topic, number) for number in self._numbers]
        ends: dict[int, int] = {}
        try:
            passed = self._consumer.committed(partitions, timeout=ASKING_SECONDS)
            for each in passed:
                low, high = self._consumer.get_watermark_offsets(each, timeout=ASKING_SECONDS)
                each.offset = low if from_start else max(low, each.offset)
                if each.offset < high:
                    ends[each.partition] = high
        except KafkaException as error:
            msg = f"Kafka: {escape(error.args[0].str())}"
            raise BrokerUnavailable(msg) from error
        self._consumer.assign([each for each in passed if each.partition in ends])
        return ends

    def passed(self) -> None:
        """Note that what was read need not be read again.

        Raises:
            BrokerUnavailable: it could not be noted.
        """
        offsets = [TopicPartition(self._topic, *each) for each in self._read.items()]
        if offsets:
            try:
                self._consumer.commit(offsets=offsets, asynchronous=False)
            except KafkaException as error:
                msg = f"Kafka: {escape(error.args[0].str())}"
                raise BrokerUnavailable(msg) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()
