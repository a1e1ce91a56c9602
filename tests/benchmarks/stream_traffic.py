"""What the stream is measured with: servers, and topics of messages with lookalikes among them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from detector.confusables import ConfusableMap
from detector.detection import Detection
from infra.stack import DynamoServer, KafkaServer, PostgresServer
from pipeline.dynamo import DynamoSink
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.engine import load_engine
from pipeline.settings import Settings
from pipeline.sinks import Batch
from tests.benchmarks import traffic

SHARE = 100
"""One message in so many is a lookalike, unless another share is asked for."""

LOOKALIKES = 2000
"""Different lookalikes: DNS asks for the same ones again and again."""

DEAL = 7
"""Messages in a row that go to one partition; it has no common factor with a power of ten, so that
each partition has its share of the lookalikes."""

ARROW_ROWS = 5000
"""Records of an Arrow message: 360 kB, of the 1 MB that a broker takes unless told otherwise."""

WARMING = 60_000
"""Items that DynamoDB Local is given before anything is measured."""


class Servers(NamedTuple):
    """What runs."""

    kafka: KafkaServer
    dynamo: DynamoServer
    postgres: PostgresServer
    targets: str


def lines(count: int, domains: list[str], share: int = SHARE) -> Iterator[bytes]:
    """Give COF records, one in `share` a lookalike."""
    draw = random.Random(7)
    made = traffic.Lookalikes(ConfusableMap.load(), domains)
    wanted = [made.one(draw) for _ in range(LOOKALIKES)]
    for place, name in enumerate(islice(traffic.names(domains), count)):
        if place % share == 0:
            name = draw.choice(wanted)  # noqa: PLW2901
        when = 1_790_000_000 + place // 1000
        yield (
            f'{{"rrname":"{name}","rrtype":"A","rdata":"192.0.2.{place % 256}",'
            f'"time_first":{when},"time_last":{when},"count":{1 + place % 50}}}'
        ).encode()


def arrow_messages(records: Sequence[bytes]) -> Iterator[bytes]:
    """Give the same records as Arrow IPC streams of `ARROW_ROWS`."""
    for start in range(0, len(records), ARROW_ROWS):
        table = pa.Table.from_pylist(
            [json.loads(each) for each in records[start : start + ARROW_ROWS]]
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        yield sink.getvalue().to_pybytes()


def produce(servers: Servers, topic: str, partitions: int, values: Sequence[bytes]) -> None:
    """Make a topic of these messages, dealt out to its partitions `DEAL` at a time."""
    settings: dict[str, str | int | float | bool] = {"bootstrap.servers": servers.kafka.bootstrap}
    admin = AdminClient(settings)
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result()
    producer = Producer(
        {
            **settings,
            "linger.ms": 50,
            "batch.size": 1_000_000,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 500_000,
        }
    )
    for place, value in enumerate(values):
        while True:
            try:
                producer.produce(topic, value, partition=place // DEAL % partitions)
                break
            except BufferError:
                producer.poll(0.05)
    producer.flush()


def warm(servers: Servers, values: Sequence[bytes], share: int = SHARE) -> None:
    """Have DynamoDB Local store items until it is as quick as it gets."""
    place = DynamoPlace("warm", "eu-central-1", servers.dynamo.endpoint)
    DynamoTable(place).create()
    judge = load_engine(Settings(targets=Path(servers.targets))).judge
    found: list[Detection] = []
    for value in islice(values, 0, LOOKALIKES * share, share):
        found += judge(json.loads(value)["rrname"]).detections
    sink = DynamoSink(place)
    for start in range(0, WARMING, 1000):
        items = [
            found[n % len(found)].with_record(source=f"warm/0/{n}")
            for n in range(start, start + 1000)
        ]
        sink.write(Batch(items, None))
    sink.close()
