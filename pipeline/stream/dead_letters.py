"""Dead letters: messages that could not be read, kept whole on a topic of their own.

The value, key and headers are the message's own bytes; what is known of it is in headers beside
them, whose names begin with ``glyphwatch.``. What does not fit is cut, and its length and SHA-256
are said. Written again after a crash, a letter has the same ``glyphwatch.coordinates``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pipeline
from pipeline.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import KafkaError, Message

SCHEMA = 1

MAX_BYTES = 900_000
"""Bytes of key, value and headers of a letter: brokers take 1,048,588 unless told otherwise."""

MAX_KEY = 16_384
MAX_HEADERS = 65_536
SHORT = 1024
"""Bytes that are kept of a value that even `MAX_BYTES` of are too many for the topic."""

PREFIX = "glyphwatch."

REPLAYED = PREFIX + "replayed"
"""Header of a letter that was sent again: its coordinates then."""

Headers = list[tuple[str, bytes | None]]


class DeadLetter(NamedTuple):
    """A message, or one record of it, that could not be read."""

    topic: str
    """Topic it came from."""

    number: int
    """Its partition."""

    offset: int
    """Its offset."""

    coordinates: str
    """As `Detection.coordinates`: the same however often it is read."""

    timestamp: int | None
    """The broker's or the sender's, in milliseconds since the epoch; None if there is none."""

    reason: str
    """A stable code: `pipeline.records.Reason`, or of `detector.errors.InvalidName`."""

    detail: str
    """One sentence, escaped."""

    stage: str
    """``parse`` or ``judge``."""

    key: bytes | None
    """The message's key."""

    value: bytes
    """The message's value; of a batch of records, the one record as such a batch."""

    headers: Headers
    """The message's headers."""

    record: int | None = None
    """Place of the record in the message, where a message has several."""

    def fitted(self, size: int = MAX_BYTES) -> tuple[bytes | None, bytes, Headers]:
        """Give key, value and headers of the letter, ``size`` bytes at most in all."""
        about = {
            "schema": SCHEMA,
            "reason": self.reason,
            "detail": self.detail[:500],
            "stage": self.stage,
            "version": pipeline.__version__,
            "topic": self.topic,
            "partition": self.number,
            "offset": self.offset,
            "coordinates": self.coordinates,
            "record": self.record,
            "timestamp": self.timestamp,
            "length": len(self.value),
        }
        said: Headers = [
            (PREFIX + name, str(value).encode("utf-8", "backslashreplace"))
            for name, value in about.items()
            if value is not None
        ]
        said += [each for each in self.headers if each[0] == REPLAYED]
        own = [(name, value) for name, value in self.headers if not name.startswith(PREFIX)]
        if _size(own) > MAX_HEADERS:
            said += _cut_away("headers", b"".join(value or b"" for _, value in own))
            own = []
        key = self.key
        if key is not None and len(key) > MAX_KEY:
            said += _cut_away("key", key)
            key = None
        room = size - len(key or b"") - _size(own) - _size(said) - 200
        value = self.value
        if len(value) > room:
            said.append((PREFIX + "sha256", hashlib.sha256(value).hexdigest().encode()))
            value = value[: max(0, min(room, size))]
        return key, value, [*own, *said]


def _size(headers: Headers) -> int:
    """Bytes that headers take, with what the protocol adds to each."""
    return sum(len(name.encode()) + len(value or b"") + 10 for name, value in headers)


def _cut_away(name: str, octets: bytes) -> Headers:
    """Say what was left out."""
    digest = hashlib.sha256(octets).hexdigest().encode()
    return [
        (f"{PREFIX}{name}-length", str(len(octets)).encode()),
        (f"{PREFIX}{name}-sha256", digest),
    ]


class Producer(Protocol):
    """What sends messages (`confluent_kafka.Producer`)."""

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        *,
        on_delivery: Callable[[KafkaError | None, Message], None],
        headers: list[tuple[str, str | bytes | None]],
    ) -> None:
        """Put a message into the client's queue; `KafkaException` or `BufferError` if it cannot."""

    def poll(self, timeout: float) -> int:
        """Call what waits to be told of deliveries."""

    def flush(self, timeout: float) -> int:
        """Wait until everything is delivered or given up; gives how many are neither."""


class DeadLetterTopic:
    """The topic of dead letters. One thread at a time."""

    def __init__(self, producer: Producer, topic: str, *, patience: float = 25.0) -> None:
        """Be ready to write.

        Args:
            producer: idempotent, and waits for all replicas.
            topic: where to.
            patience: seconds for which delivery is awaited; longer than the producer itself tries.
        """
        self._producer = producer
        self._topic = topic
        self._patience = patience

    def write(self, letters: Sequence[DeadLetter]) -> None:
        """See `pipeline.stream.writing.Letters`."""
        if too_large := self._send(letters, MAX_BYTES):
            still = self._send(too_large, SHORT + MAX_KEY + MAX_HEADERS)
            if still:
                msg = f"dead letters: {self._topic} takes no message of {SHORT} bytes"
                raise SinkUnavailable(msg)

    def _send(self, letters: Sequence[DeadLetter], size: int) -> list[DeadLetter]:
        """Send letters and wait for every report; gives those that the topic finds too large."""
        from confluent_kafka import KafkaError, KafkaException

        errors: dict[int, KafkaError | None] = {}

        def reported(place: int) -> Callable[[KafkaError | None, Message], None]:
            return lambda error, _message: errors.__setitem__(place, error)

        too_large: list[DeadLetter] = []
        for place, letter in enumerate(letters):
            key, value, headers = letter.fitted(size)
            try:
                self._produce(key, value, headers, reported(place))
            except KafkaException as error:
                errors[place] = error.args[0]
        left = self._producer.flush(self._patience)
        for place, letter in enumerate(letters):
            failed = errors.get(place)
            if place in errors and failed is None:
                continue
            if failed is not None and failed.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                too_large.append(letter)
                continue
            why = failed.str() if failed is not None else f"{left} not delivered in time"
            msg = f"dead letters: {why}"
            raise SinkUnavailable(msg, retry_after=1.0)
        return too_large

    def _produce(
        self,
        key: bytes | None,
        value: bytes,
        headers: Headers,
        reported: Callable[[KafkaError | None, Message], None],
    ) -> None:
        """Put a letter into the queue; where that is full, wait till some of it was delivered."""
        sent: list[tuple[str, str | bytes | None]] = [*headers]
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=reported, headers=sent)
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def close(self) -> None:
        """See `pipeline.stream.writing.Letters`."""
        self._producer.flush(1.0)
