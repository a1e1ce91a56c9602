"""Producing: an input that the scan can read in, the messages that the stream reads out."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from detector.screen import Everything
from pipeline.blocks import Gap
from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, UsageError
from pipeline.formats import MESSAGES, make_format
from pipeline.formats.lines import LineBatch
from pipeline.json_lines import dumps
from pipeline.reading import Reading
from pipeline.records import Record, Rejected
from pipeline.resource_records import resource_records, text_of
from pipeline.stream.clients import Cluster, make_producer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from confluent_kafka import KafkaError, Message

    from pipeline.formats.contract import Batch, Format
    from pipeline.inputs import Input
    from pipeline.stream.settings import StreamSettings

LARGEST = 900_000
"""Bytes of an Arrow message; with more, its records are divided."""


class Producing:
    """Sends messages to a topic."""

    def __init__(
        self,
        stream: StreamSettings,
        topic: str,
        *,
        say: Callable[[str], None],
        create: bool = False,
    ) -> None:
        """Connect.

        Args:
            stream: how Kafka is reached.
            topic: where to.
            say: is told, in words, what a person may want to know.
            create: make the topic if it is not there.

        Raises:
            UsageError: a setting cannot be used, or the topic is missing.
            BrokerUnavailable: Kafka cannot be reached.
        """
        self.topic = topic
        """Where to."""
        self.sent = 0
        """Messages that the broker has taken."""
        self.rejected: Counter[str] = Counter()
        """Records that could not be sent, by reason."""
        self._say = say
        self._fault: KafkaError | None = None
        if not stream.client.get("bootstrap.servers"):
            msg = "no broker is named: say --kafka HOST:PORT, or GLYPHWATCH_KAFKA=HOST:PORT"
            raise UsageError(msg)
        cluster = Cluster(stream)
        missing = cluster.missing([topic])
        if missing and not create:
            msg = f"no such topic: {escape(topic)}; --create-topics makes it"
            raise UsageError(msg)
        cluster.create(missing)
        self._producer = make_producer(
            stream, said=lambda error: say(f"Kafka: {escape(error.str())}")
        )

    def send(
        self,
        source: Input,
        *,
        format_name: str | None = None,
        column: str | None = None,
        rows: int | None = None,
        limit: int | None = None,
    ) -> None:
        """Send what an input holds; returns when the broker has all of it.

        Args:
            source: the input; nothing was read from it yet.
            format_name: see `Reading`.
            column: see `Reading`.
            rows: records of an Arrow message; None for one record a message.
            limit: most messages that are sent.

        Raises:
            UsageError: the format cannot be read.
            BrokerUnavailable: the broker did not take everything.
        """
        reading = Reading(source, format_name=format_name, column=column)
        values = self._values(reading) if rows is None else self._tables(reading, rows)
        for value in islice(values, limit):
            self._send(value)
        self._finish()

    def _values(self, reading: Reading) -> Iterator[bytes]:
        """Give messages of one record each."""
        as_they_are = _stands_alone(reading.format)
        for batch in reading.batches():
            if as_they_are and isinstance(batch, LineBatch):
                for line in bytes(batch.block.data).split(b"\n"):
                    if line.strip():
                        yield line
            else:
                for record in self._records(batch):
                    yield dumps(_cof(record)).encode()

    def _tables(self, reading: Reading, rows: int) -> Iterator[bytes]:
        """Give messages of many records each."""
        from pipeline.formats.arrow import written

        waiting: list[Record] = []
        for batch in reading.batches():
            for record in self._records(batch):
                waiting.append(record)
                if len(waiting) >= rows:
                    yield from _divided(written, waiting)
                    waiting = []
        if waiting:
            yield from _divided(written, waiting)

    def _records(self, batch: Batch | Gap) -> Iterator[Record]:
        """Give the records of a batch, and count what is none."""
        if isinstance(batch, Gap):
            self.rejected[batch.rejected.reason] += 1
            return
        for message in batch.messages(batch.screen(Everything())):
            if isinstance(message, Record):
                yield from resource_records(message)
            elif isinstance(message, Rejected):
                self.rejected[message.reason] += 1

    def _send(self, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(self.topic, value, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(0.1)
                self._check()
            else:
                break
        self._producer.poll(0)

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.sent += 1
        else:
            self._fault = error

    def _finish(self) -> None:
        while self._producer.flush(1.0):
            self._check()
        self._check()

    def _check(self) -> None:
        if self._fault is not None:
            msg = f"Kafka did not take every message: {escape(self._fault.str())}"
            raise BrokerUnavailable(msg)

    def close(self) -> None:
        """Let go of the connection."""
        self._producer.flush(1.0)


def _stands_alone(written: Format) -> bool:
    """Tell whether a line is one that the stream can read without those before it."""
    return written.name in MESSAGES and type(make_format(written.name, b"", None)) is type(written)


def _cof(record: Record) -> dict[str, object]:
    """Write a record as the Passive DNS Common Output Format has it."""
    fields = record._asdict()
    del fields["offset"], fields["name"], fields["more"]
    said = {name: value for name, value in fields.items() if value is not None}
    return {"rrname": text_of(record.name), **said}


def _divided(
    written: Callable[[Sequence[Record]], bytes], records: Sequence[Record]
) -> Iterator[bytes]:
    """Write records as messages that are not too large."""
    octets = written(records)
    if len(octets) <= LARGEST or len(records) == 1:
        yield octets
        return
    middle = len(records) // 2
    yield from _divided(written, records[:middle])
    yield from _divided(written, records[middle:])
