"""A dead letter is whole, or says what was cut; and none is passed over."""

import hashlib
from collections.abc import Callable
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SinkUnavailable
from pipeline.stream.dead_letters import MAX_BYTES, DeadLetter, DeadLetterTopic, Headers


def letter(
    value: bytes = b"{", key: bytes | None = None, headers: Headers | None = None
) -> DeadLetter:
    return DeadLetter(
        topic="dns",
        number=3,
        offset=70,
        coordinates="kafka:c1:dns:t7:3:0:70",
        timestamp=1_763_700_000_123,
        reason="bad_json",
        detail="Expecting value",
        stage="parse",
        key=key,
        value=value,
        headers=headers or [],
    )


def about(headers: Headers) -> dict[str, str]:
    return {name: (value or b"").decode() for name, value in headers}


def size(key: bytes | None, value: bytes, headers: Headers) -> int:
    """What Kafka's record format (v2) adds to each header are two lengths of 5 bytes at most."""
    return len(key or b"") + len(value) + sum(len(n) + len(v or b"") + 10 for n, v in headers)


def test_a_letter_has_everything_beside_the_bytes() -> None:
    key, value, headers = letter(b"{", b"\xff", [("h", b"\xfe"), ("none", None)]).fitted()
    assert (key, value) == (b"\xff", b"{")
    assert headers[:2] == [("h", b"\xfe"), ("none", None)]
    said = about(headers[2:])
    assert said.pop("glyphwatch.version")
    assert said == {
        "glyphwatch.schema": "1",
        "glyphwatch.reason": "bad_json",
        "glyphwatch.detail": "Expecting value",
        "glyphwatch.stage": "parse",
        "glyphwatch.topic": "dns",
        "glyphwatch.partition": "3",
        "glyphwatch.offset": "70",
        "glyphwatch.coordinates": "kafka:c1:dns:t7:3:0:70",
        "glyphwatch.timestamp": "1763700000123",
        "glyphwatch.length": "1",
    }


def test_a_value_that_does_not_fit_is_cut_and_said_to_be() -> None:
    value = bytes(range(256)) * 5000
    _, kept, headers = letter(value).fitted()
    said = about(headers)
    assert value.startswith(kept)
    assert len(kept) > MAX_BYTES - 2000
    assert said["glyphwatch.length"] == str(len(value))
    assert said["glyphwatch.sha256"] == hashlib.sha256(value).hexdigest()


def test_a_key_of_a_megabyte_is_not_copied() -> None:
    octets = b"k" * 1_000_000
    key, value, headers = letter(b"{", octets, [("h", octets)]).fitted()
    said = about(headers)
    assert (key, value) == (None, b"{")
    assert said["glyphwatch.key-length"] == said["glyphwatch.headers-length"] == "1000000"
    assert said["glyphwatch.key-sha256"] == hashlib.sha256(octets).hexdigest()


@given(
    value=st.integers(0, 2_000_000),
    key=st.none() | st.integers(0, 40_000),
    headers=st.lists(st.tuples(st.text(max_size=30), st.none() | st.integers(0, 40_000))),
)
def test_every_letter_fits(
    value: int, key: int | None, headers: list[tuple[str, int | None]]
) -> None:
    own = [(name, None if length is None else b"h" * length) for name, length in headers]
    one = letter(b"v" * value, None if key is None else b"k" * key, own)
    assert size(*one.fitted()) <= MAX_BYTES


class Producer:
    """Takes messages up to a size, and reports as it is told to."""

    def __init__(self, largest: int = 10_000_000, report: KafkaError | None = None) -> None:
        self.largest = largest
        self.report = report
        self.lost = False
        self.full = 0
        self.taken: list[tuple[bytes | None, bytes | None, Headers]] = []
        self._waiting: list[Callable[[], None]] = []

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        *,
        on_delivery: Callable[[KafkaError | None, Any], None],
        headers: Headers | list[tuple[str, str | bytes | None]],
    ) -> None:
        if self.full:
            self.full -= 1
            raise BufferError
        if len(value or b"") > self.largest:
            raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
        if self.report is None:
            self.taken.append((key, value, cast("Headers", headers)))
        self._waiting.append(lambda: on_delivery(self.report, None))

    def poll(self, timeout: float) -> int:
        return 0

    def flush(self, timeout: float) -> int:
        if self.lost:
            return len(self._waiting)
        while self._waiting:
            self._waiting.pop()()
        return 0


def test_letters_are_there_before_writing_returns() -> None:
    producer = Producer()
    producer.full = 2
    DeadLetterTopic(producer, "dead").write([letter(b"1"), letter(b"2")])
    assert [value for _, value, _ in producer.taken] == [b"1", b"2"]


def test_a_letter_too_large_for_the_topic_is_cut_shorter() -> None:
    producer = Producer(largest=100_000)
    DeadLetterTopic(producer, "dead").write([letter(b"1"), letter(b"2" * 200_000)])
    (_, one, _), (_, two, headers) = producer.taken
    assert one == b"1"
    assert 1000 < len(two or b"") < 100_000
    assert about(headers)["glyphwatch.length"] == "200000"


def test_a_topic_that_takes_nothing_ends_the_stream() -> None:
    with pytest.raises(SinkUnavailable) as caught:
        DeadLetterTopic(Producer(largest=10), "dead").write([letter(b"2" * 200)])
    assert caught.value.retry_after is None


@pytest.mark.parametrize("lost", [False, True], ids=["reported", "never reported"])
def test_letters_that_were_not_taken_are_written_again(lost: bool) -> None:
    producer = Producer(report=KafkaError(KafkaError._MSG_TIMED_OUT))
    producer.lost = lost
    with pytest.raises(SinkUnavailable) as caught:
        DeadLetterTopic(producer, "dead", patience=0.01).write([letter(b"1")])
    assert caught.value.retry_after
