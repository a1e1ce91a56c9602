"""Dead letters: messages that could not be read, kept whole on a topic of their own.

The value, key and headers are the message's own bytes; what is known of it is in headers beside
them, whose names begin with ``glyphwatch.``. What does not fit is cut, and its length and SHA-256
are said. Written again after a crash, a letter has the same ``glyphwatch.coordinates``.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import pipeline

SCHEMA = 1

MAX_BYTES = 900_000
"""Bytes of key, value and headers of a letter: brokers take 1,048,588 unless told otherwise."""

MAX_KEY = 16_384
MAX_HEADERS = 65_536
SHORT = 1024
"""Bytes that are kept of a value that even `MAX_BYTES` of are too many for the topic."""

PREFIX = "glyphwatch."

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
