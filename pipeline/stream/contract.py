"""Contract: what the loop asks of Kafka, of threads, of clocks, so that tests can be all of them.

Messages and topic-partitions are confluent-kafka's own, also in tests: both can be made by hand.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from typing import Any, Literal

    from confluent_kafka import Message, TopicPartition

    from pipeline.stream.stretches import Key, Tenure, Work

Result = TypeVar("Result")


class Consumer(Protocol):
    """A member of a consumer group (`confluent_kafka.Consumer`); one thread owns it.

    Whatever fails raises `confluent_kafka.KafkaException`. The three callbacks run inside
    `consume` and `close`, and get only the partitions that change hands. Offsets that are committed
    are the next ones; each that is given back has its own ``error``. A commit that is not waited
    for is answered by ``on_commit``, inside a later `consume`.
    """

    def subscribe(
        self,
        topics: list[str],
        on_assign: Callable[[Any, list[TopicPartition]], None],
        on_revoke: Callable[[Any, list[TopicPartition]], None],
        on_lost: Callable[[Any, list[TopicPartition]], None],
    ) -> None:
        """Join the group; partitions come with the callbacks."""

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """Give so many messages, or fewer after the timeout in seconds; errors among them."""

    @overload
    def commit(self, *, offsets: list[TopicPartition], asynchronous: Literal[True]) -> None: ...

    @overload
    def commit(
        self, *, offsets: list[TopicPartition], asynchronous: Literal[False]
    ) -> list[TopicPartition]: ...

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """Give the next offsets that were committed; negative where there are none."""

    def get_watermark_offsets(
        self, partition: TopicPartition, timeout: float
    ) -> tuple[int, int] | None:
        """Give the first offset that is kept, and the one that the next message will get."""

    def pause(self, partitions: list[TopicPartition]) -> None:
        """Hand out no more of them, until `resume`."""

    def resume(self, partitions: list[TopicPartition]) -> None:
        """Hand out messages again."""

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        """Take partitions, each from its offset on."""

    def incremental_unassign(self, partitions: list[TopicPartition]) -> None:
        """Give partitions up."""

    def close(self) -> None:
        """Leave the group."""


class Topics(Protocol):
    """What the cluster knows about topics."""

    def cluster(self) -> str:
        """Give the id of the cluster.

        Raises:
            BrokerUnavailable: it cannot be asked.
        """

    def ids(self, topics: Sequence[str]) -> Mapping[str, str]:
        """Give the id of each topic; empty where the broker does not tell.

        Raises:
            BrokerUnavailable: it cannot be asked.
        """


class Detect(Protocol):
    """Finds lookalikes in messages (`pipeline.stream.detecting.Detecting`)."""

    def __call__(self, messages: Sequence[Message], tenures: Mapping[Key, Tenure]) -> Work:
        """Account for every message of a partition that is held, from its `next` offset on.

        Moves `Tenure.next` on. Never raises, whatever the messages are.
        """


class Executor(Protocol):
    """Runs what is submitted, one after the other, in the order of submission.

    `concurrent.futures.ThreadPoolExecutor(1)` in a service; in tests one that runs it at once.
    """

    def submit(
        self,
        task: Callable[..., Result],
        /,
        *args: Any,  # noqa: ANN401 - as the task takes
    ) -> Future[Result]:
        """Run it."""


class Clock(Protocol):
    """What time it is."""

    def monotonic(self) -> float:
        """Seconds that never go back: for what is waited for."""

    def time(self) -> float:
        """Seconds since the epoch, which may jump."""


class SystemClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def time(self) -> float:
        """See `Clock.time`."""
        return time.time()
