"""How fast the stream is: beside a bare `consume()` loop over the same topic, and with more of it.

Usage: python -m tests.benchmarks.stream_throughput [--messages N] [--targets N] [--share N]
                                                  [--rounds N] [--seconds N] [--held SHARE]

Real Kafka, DynamoDB Local and Postgres (`infra.stack`) on this machine, both sinks on, 1 % of the
messages lookalikes, or another share. A rate is taken between the first progress that is seen and
the last message: for the bare loop in its own process, for the stream by how far Postgres says it
has counted. They are run in turn, and the best of each is taken. With four partitions it ends once
one of them is read to its end, since a process may then be without work. With `--held 0.4` one and
two processes are measured again, each held to that share of a core, so that servers and both have
room. Before that DynamoDB Local is given 60,000 items, since it is five times slower until Java has
compiled what it does for each. Beside each rate stands the processor time that the stream itself
took for a message: the servers share this machine, and that tells what a rate would be if they were
elsewhere. Latency is from a message's timestamp to the moment when Postgres shows that it was
counted, asked every 5 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psycopg
from confluent_kafka import ConsumerGroupState, Producer
from confluent_kafka.admin import AdminClient

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.postgres_migrations import migrate
from tests.benchmarks import traffic
from tests.benchmarks.core_share import held_to
from tests.benchmarks.stream_traffic import (
    ARROW_ROWS,
    SHARE,
    Servers,
    arrow_messages,
    lines,
    produce,
    warm,
)

GLYPHWATCH = Path(sys.executable).with_name("glyphwatch")
ARROW_TIMES = 8
"""How often the records stand in the Arrow topic, which is read so much faster: what is read ahead
of the first that are counted, and not counted as work, should be little beside the rest."""

FOUR_TIMES = 6
"""The same for the topic that two processes read, which share it out for some seconds first."""

PER_SECOND = 1000
"""Messages a second while latency is measured."""

STALLED = 60
"""Seconds without progress after which a measurement is given up."""

BARE = """
import sys, time
from confluent_kafka import Consumer, TopicPartition
bootstrap, topic, partitions, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bare",
                     "enable.auto.commit": False, "auto.offset.reset": "earliest"})
consumer.assign([TopicPartition(topic, each, 0) for each in range(partitions)])
seen = first = 0
while seen < count:
    seen += len(consumer.consume(10_000, 0.5))
    if seen and not first:
        first, began = seen, time.perf_counter()
print((seen - first) / (time.perf_counter() - began))
consumer.close()
"""


class Pace(NamedTuple):
    """How fast a stream was."""

    rate: float
    """Messages a second."""
    cost: float
    """Processor time of the stream's processes for a message, in microseconds."""


def bare_rate(servers: Servers, topic: str, partitions: int, count: int) -> float:
    """Messages a second of a loop that only consumes."""
    line = [sys.executable, "-c", BARE, servers.kafka.bootstrap, topic]
    done = subprocess.run(
        [*line, str(partitions), str(count)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@contextmanager
def streams(
    servers: Servers, topic: str, processes: int, *flags: str, held: float | None = None
) -> Iterator[tuple[psycopg.Connection[tuple[int]], list[int]]]:
    """Run so many streams with sinks of their own, each held to a share of a core if one is given.

    Gives a connection to what they have counted, and the numbers of their processes.
    """
    name = f"b{random.Random().randrange(1 << 40):x}"
    database = servers.postgres.create_database(name)
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL_DYNAMODB": servers.dynamo.endpoint,
        "GLYPHWATCH_POSTGRES": database,
        "GLYPHWATCH_DYNAMODB": name,
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with psycopg.connect(database) as connection:
        migrate(connection)
    DynamoTable(DynamoPlace(name, "eu-central-1", servers.dynamo.endpoint)).create()
    line = [str(GLYPHWATCH), "stream", "--kafka", servers.kafka.bootstrap, "--topics", topic]
    line += ["--group", name, "--create-topics", "--targets", servers.targets, *flags]
    with (
        ExitStack() as groups,
        tempfile.TemporaryFile() as said,
        psycopg.connect(database, autocommit=True) as asked,
    ):
        running: list[subprocess.Popen[bytes]] = []
        try:
            for place in range(processes):
                running.append(subprocess.Popen(line, env=environment, stdout=said, stderr=said))
                if held:
                    group = groups.enter_context(held_to(held, f"{name}-{place}"))
                    group.write_text(str(running[-1].pid))
            yield asked, [each.pid for each in running]
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-4000:])
            raise
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait(30)


def counted(asked: psycopg.Connection[tuple[int]]) -> int:
    """Messages that the summary has counted."""
    return sum(partitions_counted(asked))


def partitions_counted(asked: psycopg.Connection[tuple[int]]) -> list[int]:
    """Messages that the summary has counted, of each partition of which it has any."""
    rows = asked.execute("SELECT next_offset FROM glyphwatch.consumer_progress").fetchall()
    return [count for (count,) in rows]


def spent(numbers: Sequence[int]) -> float:
    """Seconds of processor time that processes and their children have taken so far."""
    total = 0.0
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            if int(place.parent.name) in numbers or int(fields[1]) in numbers:
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def members(servers: Servers, asked: psycopg.Connection[tuple[int]]) -> int:
    """Count the members of the stream's group that have partitions, while it is stable."""
    admin = AdminClient({"bootstrap.servers": servers.kafka.bootstrap})
    (answer,) = admin.describe_consumer_groups([asked.info.dbname]).values()
    group = answer.result(10)
    if group.state != ConsumerGroupState.STABLE:
        return 0
    return sum(bool(each.assignment.topic_partitions) for each in group.members)


def stream_pace(
    servers: Servers,
    topic: str,
    processes: int,
    count: int,
    *flags: str,
    partitions: int = 1,
    held: float | None = None,
) -> Pace:
    """See how fast the stream is, from the first messages that are counted to the last.

    Several processes are looked at once each of them has partitions, and until one of the
    partitions is read to its end.
    """
    with streams(servers, topic, processes, *flags, held=held) as (asked, numbers):
        first = seen = 0
        before = 0.0
        began = last = time.perf_counter()
        while seen < count:
            time.sleep(0.02)
            parts = partitions_counted(asked)
            if (now := sum(parts)) != seen:
                seen, last = now, time.perf_counter()
                if not first and (processes == 1 or members(servers, asked) == processes):
                    first, began, before = seen, last, spent(numbers)
                if max(parts) >= count // partitions:
                    break
            elif time.perf_counter() - last > STALLED:
                msg = f"nothing was counted for {STALLED} s, at {seen:,} of {count:,}"
                raise SystemExit(msg)
        if not first or seen - first < count // 4:
            msg = f"{seen - first:,} messages were read once all had partitions; give more"
            raise SystemExit(msg)
        took = last - began
        return Pace((seen - first) / took, (spent(numbers) - before) / (seen - first) * 1e6)


def latencies(servers: Servers, values: Sequence[bytes], seconds: int) -> list[float]:
    """Seconds from each message's timestamp until Postgres shows it, at `PER_SECOND`."""
    topic = "latency"
    produce(servers, topic, 1, values[:PER_SECOND])  # to begin with
    producer = Producer({"bootstrap.servers": servers.kafka.bootstrap, "linger.ms": 5})
    sent: list[float] = []

    def send() -> None:
        began = time.time()
        for place in range(PER_SECOND * seconds):
            due = began + place / PER_SECOND
            if (wait := due - time.time()) > 0:
                time.sleep(wait)
            sent.append(time.time())
            producer.produce(topic, values[place % len(values)])
            producer.poll(0)
        producer.flush()

    with streams(servers, topic, 1) as (asked, _):
        while counted(asked) < PER_SECOND:
            time.sleep(0.05)
        sender = threading.Thread(target=send)
        sender.start()
        shown, found = 0, []
        while shown < PER_SECOND * seconds:
            time.sleep(0.005)
            now, upto = time.time(), counted(asked) - PER_SECOND
            found += [now - when for when in sent[shown:upto]]
            shown = max(shown, upto)
        sender.join()
    return sorted(found)


def best(rounds: int, *measures: Callable[[], Pace]) -> list[Pace]:
    """Take the measures in turn; give the best of each."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [max(column) for column in zip(*taken, strict=True)]


def two_processes(
    servers: Servers, count: int, rounds: int, held: float | None = None
) -> Iterator[str]:
    """Give the lines of one process and of two that read four partitions."""
    single, double = best(
        rounds,
        lambda: stream_pace(servers, "four", 1, count, partitions=4, held=held),
        lambda: stream_pace(servers, "four", 2, count, partitions=4, held=held),
    )
    each = f", each held to {held} of a core" if held else ""
    yield _row(f"four partitions, one process{each}", single, "")
    ratio = double.rate / single.rate
    yield _row(f"four partitions, two processes{each}", double, f"{ratio:.2f} (bar: 1.6)")


def table(
    servers: Servers, values: list[bytes], rounds: int, seconds: int, held: float | None
) -> Iterator[str]:
    """Give the lines of the table, as they are known."""
    count, tables = len(values), list(arrow_messages(values))
    produce(servers, "one", 1, values)
    produce(servers, "four", 4, values * FOUR_TIMES)
    many = tables * ARROW_TIMES
    produce(servers, "arrow", 1, many)
    yield "| what | rate | the stream's own processor time | ratio |\n| --- | --- | --- | --- |"
    bare, one = best(
        rounds,
        lambda: Pace(bare_rate(servers, "one", 1, count), 0.0),
        lambda: stream_pace(servers, "one", 1, count),
    )
    yield f"| bare consume() loop | {bare.rate:,.0f}/s | | |"
    ratio = one.rate / bare.rate
    yield _row("stream, one process, both sinks", one, f"{ratio:.2f} (bar: 0.6)")
    yield from two_processes(servers, count * FOUR_TIMES, rounds)
    if held:
        yield from two_processes(servers, count * FOUR_TIMES, rounds, held)
    (arrow,) = best(
        rounds, lambda: stream_pace(servers, "arrow", 1, len(many), "--messages", "arrow")
    )
    arrow = Pace(arrow.rate * ARROW_ROWS, arrow.cost / ARROW_ROWS)
    by_rate, by_cost = arrow.rate / one.rate, one.cost / arrow.cost
    said = f"{by_rate:.1f}x JSON (bar: 5x), by processor time {by_cost:.1f}x"
    yield _row("Arrow IPC, records", arrow, said)
    waited = latencies(servers, values, seconds)
    at = {share: waited[int(share * (len(waited) - 1))] for share in (0.5, 0.99, 1.0)}
    yield (
        f"| latency at {PER_SECOND:,}/s, produced to visible in Postgres | p50 {at[0.5]:.2f} s, "
        f"p99 {at[0.99]:.2f} s, most {at[1.0]:.2f} s | | (bar: p99 2 s) |"
    )


def _row(what: str, pace: Pace, ratio: str) -> str:
    return f"| {what} | {pace.rate:,.0f}/s | {pace.cost:.1f} us each | {ratio} |"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--targets", type=int, default=60_000)
    parser.add_argument("--share", type=int, default=SHARE, help="one in so many is a lookalike")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=60, help="how long latency is measured")
    parser.add_argument("--held", type=float, metavar="SHARE", help="of a core, for each process")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        KafkaServer(quick=False) as kafka,
        DynamoServer(lasting=False, quick=False) as dynamo,
        PostgresServer() as postgres,
    ):
        targets = Path(folder) / "targets.csv"
        domains = traffic.make_targets(options.targets, targets)
        values = list(lines(options.messages, domains, options.share))
        servers = Servers(kafka, dynamo, postgres, str(targets))
        os.environ |= dynamo.credentials
        warm(servers, values, options.share)
        print(f"{options.messages:,} messages, {options.targets:,} targets, ", end="")
        print(f"one lookalike in {options.share:,}\n")
        for line in table(servers, values, options.rounds, options.seconds, options.held):
            print(line, flush=True)


if __name__ == "__main__":
    main()
