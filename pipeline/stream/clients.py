"""Clients: consumer, producer and the cluster's own answers, made from the settings.

What Kafka's client says goes to `say`, never to standard error by itself, and never a secret.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from confluent_kafka.admin._metadata import ClusterMetadata

    from pipeline.stream.settings import StreamSettings

Client = TypeVar("Client")

ASKING_SECONDS = 10.0
"""How long the cluster may take to answer."""

STARTING_SECONDS = 6.0
"""How long to look for it when the stream starts: within ten seconds it says why it cannot."""

LOOKING_SECONDS = 1.0
"""How often to look meanwhile whether it has refused us."""

_COMMON: dict[str, Any] = {
    "client.id": "glyphwatch",
    "socket.timeout.ms": 10_000,  # what closing waits for when the brokers are gone
    "socket.keepalive.enable": True,
    "allow.auto.create.topics": False,
}

_CONSUMER: dict[str, Any] = {
    **_COMMON,
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",  # positions are given; what is gone is counted, not skipped
    "partition.assignment.strategy": "cooperative-sticky",
    "check.crcs": True,
    "queued.max.messages.kbytes": 32_768,
    "queued.min.messages": 20_000,
    # With its default of a second, whatever is queued above is all that is read in a second.
    "fetch.queue.backoff.ms": 5,
    "fetch.max.bytes": 16_777_216,
    "statistics.interval.ms": 10_000,
    "enable.partition.eof": False,
}

_PRODUCER: dict[str, Any] = {
    **_COMMON,
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 5,
    "message.timeout.ms": 20_000,
    "queue.buffering.max.kbytes": 65_536,
}
del _PRODUCER["allow.auto.create.topics"]

_CLASSIC = ("partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms")
_CONSUMER_ONLY = frozenset(
    {
        *_CONSUMER.keys() - _COMMON.keys(),
        "group.instance.id",
        "group.protocol",
        "group.remote.assignor",
        "max.poll.interval.ms",
        "fetch.min.bytes",
        "fetch.wait.max.ms",
        "max.partition.fetch.bytes",
        "isolation.level",
        *_CLASSIC,
    }
)
_PRODUCER_ONLY = frozenset(
    {
        *_PRODUCER.keys() - _COMMON.keys(),
        "compression.type",
        "compression.codec",
        "batch.size",
        "batch.num.messages",
        "delivery.timeout.ms",
        "transactional.id",
    }
)


def consumer_settings(settings: StreamSettings) -> dict[str, Any]:
    """Give what the consumer is made with, besides callbacks."""
    own = {key: value for key, value in settings.client.items() if key not in _PRODUCER_ONLY}
    merged = {**_CONSUMER, **own, "group.id": settings.group_id}
    if merged.get("group.protocol") == "consumer":
        for key in (*_CLASSIC, "group.protocol.type"):  # the broker decides (KIP-848)
            merged.pop(key, None)
    return merged


def producer_settings(settings: StreamSettings) -> dict[str, Any]:
    """Give what a producer is made with."""
    own = {key: value for key, value in settings.client.items() if key not in _CONSUMER_ONLY}
    return {**_PRODUCER, **own}


def admin_settings(settings: StreamSettings) -> dict[str, Any]:
    """Give what the cluster is asked with."""
    only = _CONSUMER_ONLY | _PRODUCER_ONLY | {"allow.auto.create.topics"}
    return {k: v for k, v in {**_COMMON, **settings.client}.items() if k not in only}


def make_consumer(
    settings: StreamSettings,
    *,
    said: Callable[[KafkaError], None],
    statistics: Callable[[str], None] | None = None,
    committed: Callable[[KafkaError | None, list[TopicPartition]], None] | None = None,
) -> Consumer:
    """Make a consumer that is not subscribed yet.

    Args:
        settings: which cluster, which group.
        said: is told of errors that are no message's, when it is asked for messages.
        statistics: is given what the client says of itself, as JSON.
        committed: is given the answer to each asynchronous commit, when it is asked for messages.

    Raises:
        UsageError: a setting cannot be used.
    """
    merged = {**consumer_settings(settings), "error_cb": said}
    if statistics is not None:
        merged["stats_cb"] = statistics
    if committed is not None:
        merged["on_commit"] = committed
    return made_consumer(merged)


def made_consumer(merged: Mapping[str, Any]) -> Consumer:
    """Make a consumer with the client's own settings.

    Raises:
        UsageError: one cannot be used.
    """
    return _made(Consumer, merged)


def make_producer(settings: StreamSettings, *, said: Callable[[KafkaError], None]) -> Producer:
    """Make an idempotent producer.

    Raises:
        UsageError: a setting cannot be used.
    """
    return _made(Producer, {**producer_settings(settings), "error_cb": said})


def _made(kind: Callable[..., Client], merged: Mapping[str, Any]) -> Client:
    try:
        return kind(dict(merged), logger=_silent_logger())
    except KafkaException as error:
        msg = f"kafka: {escape(error.args[0].str())}"  # names the setting, not its value
        raise UsageError(msg) from error
    except (TypeError, ValueError) as error:
        msg = f"kafka: {escape(str(error))}"
        raise UsageError(msg) from error


def _silent_logger() -> logging.Logger:
    """Where the client's own lines go: `error_cb` tells what matters."""
    logger = logging.getLogger("glyphwatch.kafka")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    return logger


class Cluster:
    """What the cluster knows about itself: see `pipeline.stream.contract.Topics`."""

    def __init__(self, settings: StreamSettings) -> None:
        """Args: settings: which cluster."""
        self._last: KafkaError | None = None
        self._admin: AdminClient = _made(
            AdminClient, {**admin_settings(settings), "error_cb": self._said}
        )

    def _said(self, error: KafkaError) -> None:
        self._last = error

    def cluster(self) -> str:
        """See `Topics.cluster`."""
        try:
            return self._admin.cluster_id(timeout=ASKING_SECONDS) or ""
        except KafkaException as error:
            raise self._unavailable(error.args[0]) from error

    def ids(self, topics: Sequence[str]) -> dict[str, str]:
        """See `Topics.ids`."""
        asked = self._admin.describe_topics(
            TopicCollection(list(topics)), request_timeout=ASKING_SECONDS
        )
        found = {}
        for topic, answer in asked.items():
            try:
                found[topic] = str(answer.result(2 * ASKING_SECONDS).topic_id)
            except KafkaException as error:
                if error.args[0].code() not in _CANNOT_TELL:
                    raise self._unavailable(error.args[0]) from error
                found[topic] = ""
            except FutureTimeout as error:
                raise self._unavailable(None) from error
        return found

    def missing(self, topics: Sequence[str]) -> list[str]:
        """Give those topics that are not there.

        Raises:
            BrokerUnavailable: the cluster cannot be asked.
        """
        there = self._metadata().topics
        return [topic for topic in topics if topic not in there or there[topic].error is not None]

    def partitions(self, topic: str) -> list[int]:
        """Give the numbers of a topic's partitions.

        Raises:
            BrokerUnavailable: the cluster cannot be asked.
        """
        return sorted(self._metadata().topics[topic].partitions)

    def create(self, topics: Sequence[str], partitions: int = -1) -> None:
        """Make topics, as the brokers' own defaults have it.

        Raises:
            BrokerUnavailable: they cannot be made.
        """
        if not topics:
            return
        new = [NewTopic(topic, partitions, -1) for topic in topics]
        for answer in self._admin.create_topics(new, request_timeout=ASKING_SECONDS).values():
            try:
                answer.result(2 * ASKING_SECONDS)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise self._unavailable(error.args[0]) from error

    def _metadata(self) -> ClusterMetadata:
        until = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                return self._admin.list_topics(timeout=LOOKING_SECONDS)
            except KafkaException as error:
                self._admin.poll(0)  # so that `_said` hears why
                if self._is_refused or time.monotonic() >= until:
                    raise self._unavailable(error.args[0]) from error

    @property
    def _is_refused(self) -> bool:
        """True once the brokers do not take our word for who we are: waiting will not help."""
        return self._last is not None and self._last.code() == KafkaError._AUTHENTICATION  # noqa: SLF001

    def _unavailable(self, error: KafkaError | None) -> BrokerUnavailable:
        """Say why, in the client's words; it names hosts and mechanisms, and no secret."""
        why = [each.str() for each in (error, self._last) if each is not None]
        return BrokerUnavailable(f"Kafka: {escape('; '.join(dict.fromkeys(why)) or 'timed out')}")


_CANNOT_TELL = frozenset(
    {
        KafkaError._UNSUPPORTED_FEATURE,  # noqa: SLF001
        KafkaError.UNSUPPORTED_VERSION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)
"""Answers of brokers that do not tell, or do not tell us, the ids of topics."""
