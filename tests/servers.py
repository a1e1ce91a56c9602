"""Real servers for tests: one of each for a whole test session, kept apart by names.

A test that stops, kills or pauses a server uses `restored`, so that the next one finds it up.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import pytest

from infra.stack import DynamoServer, KafkaServer, Missing, PostgresServer, Server

if TYPE_CHECKING:
    from confluent_kafka import Consumer

AnyServer = TypeVar("AnyServer", bound=Server)


def started(server: type[AnyServer], **options: bool) -> Iterator[AnyServer]:
    """A server that runs, or a skip that says why it cannot; closed in the end."""
    one = server(**options)
    try:
        one.start()
        yield one
    except Missing as error:
        pytest.skip(f"{server.name}: {error}")
    finally:
        one.close()


@contextmanager
def restored(server: Server) -> Iterator[None]:
    """Leave a server running, whatever is done to it here."""
    try:
        yield
    finally:
        server.resume()
        server.start()


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """Apache Kafka; each test makes topics and groups of its own (`unique`)."""
    yield from started(KafkaServer)


@pytest.fixture(scope="session")
def secured_kafka() -> Iterator[KafkaServer]:
    """Apache Kafka with a second listener, `KafkaServer.secure`, that asks for TLS and SASL."""
    yield from started(KafkaServer, secured=True)


@pytest.fixture(scope="session")
def dynamo() -> Iterator[DynamoServer]:
    """DynamoDB Local; each test makes tables of its own (`unique`)."""
    yield from started(DynamoServer)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL; each test makes a database of its own (`database`)."""
    yield from started(PostgresServer)


@pytest.fixture
def unique() -> str:
    """A name that no other test has: for topics, groups and tables."""
    return f"t{uuid.uuid4().hex[:16]}"


@pytest.fixture
def database(postgres: PostgresServer, unique: str) -> str:
    """How to reach an empty database of this test's own, as libpq takes it."""
    return postgres.create_database(unique)


@pytest.fixture
def topic(kafka: KafkaServer, unique: str) -> str:
    """An empty topic of four partitions, of this test's own."""
    make_topic(kafka, unique)
    return unique


def make_topic(kafka: KafkaServer, name: str, partitions: int = 4, **settings: str) -> None:
    """Make a topic and wait until the broker has it; settings with ``_`` for ``.``."""
    from confluent_kafka.admin import AdminClient
    from confluent_kafka.cimpl import NewTopic

    config = {key.replace("_", "."): value for key, value in settings.items()}
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    wanted = NewTopic(name, num_partitions=partitions, replication_factor=1, config=config)
    for made in admin.create_topics([wanted], operation_timeout=30).values():
        made.result(30)


def committed(consumer: Consumer, topic: str, partition: int = 0) -> int:
    """The offset that a consumer's group has committed; negative if it has none.

    A client asks again by itself after some answers, but not after the one of a broker that saw no
    group before and has yet to find out who coordinates it: then nothing is committed either.
    """
    from confluent_kafka import KafkaError, KafkaException, TopicPartition

    try:
        (found,) = consumer.committed([TopicPartition(topic, partition)], timeout=30)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.NOT_COORDINATOR:
            raise
        return -1
    return int(found.offset)
