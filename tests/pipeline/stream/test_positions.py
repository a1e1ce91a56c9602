"""Where partitions begin, and what stops them from beginning somewhere else in silence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from pipeline.errors import BrokerUnavailable
from pipeline.sinks import StoredProgress
from pipeline.stream.observing import Observer
from pipeline.stream.positions import Positions, Reading, Start, TopicChanged

KEY = ("dns", 0)


class Broker:
    """A consumer and a cluster, as far as positions ask them."""

    def __init__(self, committed: int, low: int, high: int) -> None:
        self._committed = committed
        self.marks: tuple[int, int] | None = (low, high)
        self.is_down = False

    def cluster(self) -> str:
        return "c1"

    def ids(self, topics: Sequence[str]) -> Mapping[str, str]:
        return dict.fromkeys(topics, "t7")

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        if self.is_down:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        return [TopicPartition(p.topic, p.partition, self._committed) for p in partitions]

    def get_watermark_offsets(
        self, partition: TopicPartition, timeout: float
    ) -> tuple[int, int] | None:
        return self.marks

    def subscribe(
        self,
        topics: list[str],
        on_assign: Callable[[Any, list[TopicPartition]], None],
        on_revoke: Callable[[Any, list[TopicPartition]], None],
        on_lost: Callable[[Any, list[TopicPartition]], None],
    ) -> None:
        raise NotImplementedError

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        raise NotImplementedError

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def pause(self, partitions: list[TopicPartition]) -> None: ...
    def resume(self, partitions: list[TopicPartition]) -> None: ...
    def incremental_assign(self, partitions: list[TopicPartition]) -> None: ...
    def incremental_unassign(self, partitions: list[TopicPartition]) -> None: ...
    def close(self) -> None: ...


class Skips(Observer):
    def __init__(self) -> None:
        self.skipped: list[int] = []

    def skipped_ahead(self, topic: str, partition: int, messages: int) -> None:
        self.skipped.append(messages)


def begin(
    broker: Broker,
    stored: StoredProgress | None = None,
    *,
    start: Start = "earliest",
    accept: bool = False,
) -> tuple[int, list[int], list[str]]:
    """Where reading begins; what was skipped; what was said."""
    said: list[str] = []
    observer = Skips()
    reading = Reading("g", 0, start, accept)
    positions = Positions(broker, broker, reading, observer=observer, say=said.append)
    (tenure,) = positions.tenures([KEY])
    positions.place([tenure], {} if stored is None else {KEY: stored})
    return tenure.next, observer.skipped, said


@pytest.mark.parametrize(
    ("committed", "stored", "expected"),
    [
        (-1001, None, 10),
        (20, None, 20),
        (20, 30, 30),
        (30, 20, 30),
        (-1001, 30, 30),
        (50, 50, 50),
        (10, 0, 10),
    ],
)
def test_the_further_one_counts(committed: int, stored: int | None, expected: int) -> None:
    progress = None if stored is None else StoredProgress(stored, "t7")
    assert begin(Broker(committed, 10, 50), progress) == (expected, [], [])


def test_latest_is_for_what_was_never_read() -> None:
    assert begin(Broker(-1001, 10, 50), start="latest")[0] == 50
    assert begin(Broker(20, 10, 50), start="latest")[0] == 20
    assert begin(Broker(-1001, 10, 50), StoredProgress(30, "t7"), start="latest")[0] == 30


def test_a_gap_is_counted_and_said() -> None:
    where, skipped, said = begin(Broker(3, 10, 50), StoredProgress(4, "t7"))
    assert (where, skipped) == (10, [6])
    assert "6 messages from offset 4 on" in said[0]


@pytest.mark.parametrize(
    ("committed", "stored"),
    [
        (20, StoredProgress(20, "t6")),  # another id
        (-1001, StoredProgress(51, "t7")),  # ends before what was counted
        (-1001, StoredProgress(51, "")),
        (51, None),  # ends before what was committed
    ],
)
def test_a_topic_that_is_not_what_it_was(committed: int, stored: StoredProgress | None) -> None:
    with pytest.raises(TopicChanged, match=r"is not what it was.*\n.*--accept-new-topic"):
        begin(Broker(committed, 10, 50), stored)
    where, skipped, said = begin(Broker(committed, 10, 50), stored, accept=True)
    assert (where, skipped) == (10, [])
    assert "read as a new one" in said[0]


def test_brokers_without_ids_change_nothing() -> None:
    assert begin(Broker(20, 10, 50), StoredProgress(30, ""))[0] == 30


def test_a_broker_that_does_not_answer_is_asked_again() -> None:
    broker = Broker(20, 10, 50)
    broker.is_down = True
    with pytest.raises(BrokerUnavailable, match="committed offsets"):
        begin(broker)
    broker.is_down = False
    broker.marks = None
    with pytest.raises(BrokerUnavailable, match="timed out"):
        begin(broker)
