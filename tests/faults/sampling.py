"""Sampling: I3, watched from a process of its own.

``python -m tests.faults.sampling`` reads where everything is as JSON from its standard input, looks
every 50 ms until that ends, and prints what it saw. Committed offsets are read first and the sinks
after them, so that what is committed at that moment must be in both.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

EVERY = 0.05
ROOT = Path(__file__).resolve().parents[2]


class Places(NamedTuple):
    """Where a case's servers and names are."""

    bootstrap: str
    group: str
    topic: str
    partitions: int
    endpoint: str
    table: str
    conninfo: str
    credentials: dict[str, str]


class Seen(NamedTuple):
    """What was seen."""

    samples: int
    """How often it was looked."""
    failed: int
    """How often a server did not answer."""
    committed: dict[int, list[tuple[int, int]]]
    """For each partition, the samples at which the committed offset changed, and to what."""
    durable: dict[tuple[int, int], int]
    """The sample at which a detection was first there, by partition and offset."""
    behind: list[str]
    """Commits that were ahead of the summary's progress, in words."""
    backwards: int
    """Commits that went back."""


class Sampler:
    """The other process, from this one's side."""

    def __init__(self, places: Places) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sampling"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(places._asdict()) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> Seen:
        """Have it look once more and tell."""
        said, _ = self._process.communicate("", 120)
        told = json.loads(said)
        return Seen(
            told["samples"],
            told["failed"],
            {int(key): [(at, to) for at, to in each] for key, each in told["committed"].items()},
            {(p, o): at for p, o, at in told["durable"]},
            told["behind"],
            told["backwards"],
        )


def early_commits(seen: Seen, planted: list[tuple[int, int]]) -> list[str]:
    """Compare with what had to be durable; every commit that came too early, in words."""
    found = list(seen.behind)
    for partition, offset in planted:
        changes = seen.committed.get(partition, [])
        at = next((at for at, to in changes if to > offset), None)
        first = seen.durable.get((partition, offset))
        if at is not None and (first is None or first > at):
            found.append(f"{partition}/{offset} was committed at sample {at}, durable at {first}")
    return found


class _Looking:
    """The process itself."""

    def __init__(self, places: Places) -> None:
        import boto3
        from botocore.config import Config
        from confluent_kafka import Consumer

        self.places = places
        self.kafka = Consumer({"bootstrap.servers": places.bootstrap, "group.id": places.group})
        names = {"AWS_ACCESS_KEY_ID": "aws_access_key_id"}
        names |= {"AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}
        names |= {"AWS_DEFAULT_REGION": "region_name"}
        keys: dict[str, Any] = {names[key]: text for key, text in places.credentials.items()}
        config = Config(retries={"total_max_attempts": 1}, read_timeout=5, connect_timeout=2)
        self.dynamo = boto3.client("dynamodb", endpoint_url=places.endpoint, config=config, **keys)
        self.session: Any = None
        self.last: dict[int, int] = {}
        self.committed: dict[int, list[tuple[int, int]]] = {}
        self.durable: dict[tuple[int, int], int] = {}
        self.behind: list[str] = []
        self.samples = self.failed = self.backwards = 0
        self.due = False

    def look(self) -> None:
        """Take one sample."""
        from botocore.exceptions import BotoCoreError, ClientError
        from confluent_kafka import KafkaException
        from psycopg import Error

        self.samples += 1
        try:
            now = self._commits()
            changed = {n: o for n, o in now.items() if o != self.last.get(n, 0)}
            if changed or self.due:
                self.due = True
                self._check_progress(now)
                self._check_details()
                self.due = False
            for number, offset in changed.items():
                self.backwards += offset < self.last.get(number, 0)
                self.committed.setdefault(number, []).append((self.samples, offset))
            self.last |= now
        except (KafkaException, BotoCoreError, ClientError, Error):
            self.failed += 1
            self.session = None

    def _commits(self) -> dict[int, int]:
        from confluent_kafka import TopicPartition

        wanted = [TopicPartition(self.places.topic, n) for n in range(self.places.partitions)]
        answers = self.kafka.committed(wanted, timeout=2)
        return {each.partition: max(0, each.offset) for each in answers}

    def _check_progress(self, now: dict[int, int]) -> None:
        import psycopg

        if self.session is None:
            self.session = psycopg.connect(self.places.conninfo, autocommit=True, connect_timeout=2)
        rows = self.session.execute(
            "SELECT number, max(next_offset) FROM glyphwatch.consumer_progress GROUP BY number"
        )
        stored = dict(rows.fetchall())
        for number, offset in now.items():
            if offset > stored.get(number, 0):
                self.behind.append(
                    f"partition {number}: committed {offset}, counted {stored.get(number, 0)}"
                )

    def _check_details(self) -> None:
        pages = self.dynamo.get_paginator("scan").paginate(
            TableName=self.places.table, ConsistentRead=True, ProjectionExpression="detection"
        )
        for page in pages:
            for item in page["Items"]:
                source = json.loads(item["detection"]["S"])["source"]
                _, number, offset = source.rsplit("/", 2)
                self.durable.setdefault((int(number), int(offset)), self.samples)

    def told(self) -> dict[str, Any]:
        return {
            "samples": self.samples,
            "failed": self.failed,
            "committed": self.committed,
            "durable": [(*place, at) for place, at in self.durable.items()],
            "behind": self.behind,
            "backwards": self.backwards,
        }


def main() -> None:
    """Look until standard input ends."""
    looking = _Looking(Places(**json.loads(sys.stdin.readline())))
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.monotonic()
        looking.look()
        time.sleep(max(0.0, EVERY - (time.monotonic() - began)))
    looking.look()
    print(json.dumps(looking.told()))


if __name__ == "__main__":
    main()
