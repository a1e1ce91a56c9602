"""Arena: real servers, and everything that one case has of its own on them.

A topic and its dead letters, a group, a table, a database, and the ledger of what was sent. A case
starts workers in it, does its harm, and asks for the `verdict`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

import boto3
import psycopg
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from infra.stack.ports import LOOPBACK
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.postgres_migrations import migrate
from tests.faults.ledger import Found, Ledger, violations
from tests.faults.messages import TARGETS, Mixture, Sent, messages
from tests.faults.mock_cluster import MockCluster
from tests.faults.proxies import wait_for
from tests.faults.reading import environment, found_in_servers, found_in_store, letters_of
from tests.faults.sampling import Places, Sampler, Seen, early_commits
from tests.faults.workers import Worker
from tests.servers import make_topic

LEAST = 10_000
"""Messages that a case must have handled; with fewer it is void."""

SESSION = 6000
"""Milliseconds after which a member that is not heard of is taken for dead."""


class Servers(NamedTuple):
    """What all cases share."""

    kafka: KafkaServer
    dynamo: DynamoServer
    postgres: PostgresServer


class Verdict(NamedTuple):
    """What a case came to."""

    problems: list[str]
    """Everything that does not hold, in words."""
    handled: int
    """Messages of the topic."""
    kept: int
    """Detections in detail, which is as many as were sent if nothing is wrong."""
    letters: int
    """Messages of the dead-letter topic; after crashes some twice."""
    samples: int
    """How often I3 was looked at."""


class Arena:
    """See the module."""

    def __init__(
        self,
        servers: Servers,
        folder: Path,
        *,
        partitions: int = 4,
        cluster: MockCluster | None = None,
    ) -> None:
        """Make topics (on a mock cluster in the place of Kafka, if given), table and database."""
        self.servers = servers
        self.folder = folder
        self.partitions = partitions
        self.name = f"f{uuid.uuid4().hex[:12]}"
        self.ledger = Ledger()
        self.workers: list[Worker] = []
        self.brokers = servers.kafka.bootstrap if cluster is None else cluster.bootstrap
        self.bootstrap = self.brokers
        """Where workers look for Kafka; a proxy's address in some cases."""
        self.endpoint = servers.dynamo.endpoint
        self.conninfo = servers.postgres.create_database(self.name)
        """Where workers look for Postgres."""
        self.direct = self.conninfo
        self.session = SESSION
        self.store: Path | None = None
        """The SQLite store, if workers are to run with that alone."""
        self.sampler: Sampler | None = None
        self._offsets = Consumer({"bootstrap.servers": self.brokers, "group.id": self.name})
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
        for name, number in ((self.name, partitions), (self.dead, 1)):
            if cluster is None:
                make_topic(servers.kafka, name, number, max_message_bytes="3000000")
            else:
                cluster.make_topic(name, number)
        with psycopg.connect(self.direct) as session:
            migrate(session)
        self.dynamo = boto3.client("dynamodb", endpoint_url=servers.dynamo.endpoint, **self._keys)
        with environment(servers.dynamo.credentials):
            DynamoTable(DynamoPlace(self.name, endpoint=servers.dynamo.endpoint)).create()

    @property
    def dead(self) -> str:
        return f"{self.name}.dead"

    @property
    def _keys(self) -> dict[str, Any]:
        keys = self.servers.dynamo.credentials
        return {
            "aws_access_key_id": keys["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": keys["AWS_SECRET_ACCESS_KEY"],
            "region_name": keys["AWS_DEFAULT_REGION"],
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()
        if self.sampler is not None:
            self.sampler.__exit__()
        self._offsets.close()

    # What is sent

    def keep(self, octets: int) -> None:
        """Let each partition of the topic hold so much, and forget what is older."""
        admin = AdminClient({"bootstrap.servers": self.brokers})
        changes = {"retention.bytes": octets, "segment.bytes": max(1 << 20, octets // 4)}
        wanted = ConfigResource(
            ConfigResource.Type.TOPIC,
            self.name,
            incremental_configs=[
                ConfigEntry(name, str(value), incremental_operation=AlterConfigOpType.SET)
                for name, value in changes.items()
            ],
        )
        for done in admin.incremental_alter_configs([wanted]).values():
            done.result(30)

    def produce(self, seed: int, count: int = 12_000, mixture: Mixture | None = None) -> None:
        """Send so many messages, partition by partition in turn, and note where they lie."""
        self.send(messages(seed, count, mixture))

    def send(self, each: Iterable[Sent], *, partition: int | None = None) -> None:
        """Send messages to one partition, or to all in turn."""
        producer = Producer(
            {
                "bootstrap.servers": self.brokers,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.max.bytes": 3_000_000,
            }
        )
        refused: list[str] = []
        begin = len(self.ledger.sent)
        for number, sent in enumerate(each):

            def taken(error: Any, message: Message, sent: Sent = sent) -> None:  # noqa: ANN401
                if error is not None:
                    refused.append(str(error))
                else:
                    self.ledger.add((message.partition() or 0, message.offset() or 0), sent)

            while True:
                try:
                    producer.produce(
                        self.name,
                        sent.value,
                        partition=(
                            (begin + number) % self.partitions if partition is None else partition
                        ),
                        on_delivery=taken,
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        producer.flush(120)
        assert not refused, refused[:3]

    # Workers

    def worker(
        self,
        *,
        crash: str = "",
        batch: int = 500,
        limit: int | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Worker:
        """Start one.

        Args:
            crash: ``SEAM:N``, where it dies.
            batch: messages at a time.
            limit: bytes that a file of it may have.
            extra: environment, in the place of what is usual.
        """
        number = len(self.workers)
        kafka = {
            "GLYPHWATCH_KAFKA": self.bootstrap,
            "GLYPHWATCH_KAFKA_SESSION_TIMEOUT_MS": str(self.session),
            "GLYPHWATCH_KAFKA_HEARTBEAT_INTERVAL_MS": str(max(300, self.session // 6)),
        }
        sinks = ["--dynamodb", self.name]
        if self.store is not None:
            sinks = ["--embedded", "--store", str(self.store)]
        worker = Worker(
            [
                *("--topics", self.name, "--group", self.name, "--dead-letters", self.dead),
                *("--batch", str(batch), "--linger", "0.05", *sinks),
                *("--health", f"{LOOPBACK}:0"),
            ],
            {
                **kafka,
                **self.servers.dynamo.credentials,
                "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint,
                "GLYPHWATCH_POSTGRES": self.conninfo,
                "GLYPHWATCH_TARGETS": str(self.folder / "targets.csv"),
                "GLYPHWATCH_CRASH_AT": crash,
                **(extra or {}),
            },
            self.folder / f"worker{number}.log",
            limit=limit,
        )
        self.workers.append(worker)
        return worker

    def watch(self) -> None:
        """Begin to look at I3."""
        self.sampler = Sampler(
            Places(
                self.brokers,
                self.name,
                self.name,
                self.partitions,
                self.servers.dynamo.endpoint,
                self.name,
                self.direct,
                dict(self.servers.dynamo.credentials),
            )
        )

    # What became of it

    def committed(self) -> dict[int, int]:
        """The group's offsets; those that cannot be had are 0."""
        wanted = [TopicPartition(self.name, number) for number in range(self.partitions)]
        try:
            answers = self._offsets.committed(wanted, timeout=5)
        except KafkaException:
            return {}
        return {each.partition: max(0, each.offset) for each in answers}

    def lag(self) -> int:
        """Messages that are not committed."""
        done = self.committed()
        return sum(end - done.get(each, 0) for each, end in self.ledger.ends().items())

    def read_within(self, seconds: float) -> float | None:
        """Wait until all is committed; gives how long it took, None if it was not in time."""
        began = time.monotonic()
        if not wait_for(lambda: self.lag() == 0, seconds):
            return None
        return time.monotonic() - began

    def moves_within(self, seconds: float, least: int = 1) -> float | None:
        """Wait until so many more messages are committed; gives how long it took."""
        began, before = time.monotonic(), self.lag()
        if not wait_for(lambda: self.lag() <= max(0, before - least), seconds):
            return None
        return time.monotonic() - began

    def found(self) -> Found:
        """See what the sinks and the dead-letter topic hold."""
        letters = list(letters_of(self.brokers, self.dead, self.name))
        if self.store is not None:
            return found_in_store(self.store, self.name, letters)
        return found_in_servers(self.direct, self.dynamo, self.name, letters)

    def verdict(self, *, least: int = LEAST) -> Verdict:
        """Check every invariant, and stop looking at I3."""
        lag = self.lag()
        problems = [f"I5: {lag} messages are not committed"] if lag else []
        problems += violations(self.ledger, found := self.found())
        samples = 0
        if self.sampler is not None:
            seen: Seen = self.sampler.stop()
            samples = seen.samples
            planted = list(self.ledger.of("planted"))
            problems += [f"I3: {each}" for each in early_commits(seen, planted)[:3]]
            if samples - seen.failed < 5:
                problems.append(f"void: I3 was looked at {samples - seen.failed} times only")
        handled = len(self.ledger.sent)
        if handled < least:
            problems.append(f"void: {handled} messages only")
        problems += [f"a worker raised: {each}" for each in self.tracebacks()]
        return Verdict(problems, handled, len(found.details), len(found.letters), samples)

    def tracebacks(self) -> list[str]:
        """The last line of each worker that ended with a traceback."""
        said = [worker.said for worker in self.workers]
        return [each.strip().splitlines()[-1][:200] for each in said if "Traceback (" in each]
