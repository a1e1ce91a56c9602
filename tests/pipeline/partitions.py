"""What tests of Postgres share: batches of a partition, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from detector.detection import Detection
from pipeline.counts import Counts
from pipeline.sinks import Batch, Partition, Progress
from pipeline.stream.observing import Observer

DNS = Partition("g", 0, "c", "dns", "t", 0)


class Watch(Observer):
    """Counts retries."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def retried(self, sink: str, reason: str) -> None:
        assert sink == "postgres"
        self.reasons[reason] += 1


def stretch(found: list[Detection], begin: int, end: int, number: int = 0) -> Batch:
    part = DNS._replace(number=number)
    detections = [
        found[n % 4].with_record(source=f"dns/0/{n}", coordinates=f"{part.source}:{n}", count=1)
        for n in range(begin, end)
    ]
    counts = Counts()
    return Batch(
        detections,
        Progress(part.source, "", "", "", end, "", counts, finished=False, partition=part),
    )


def asked(conninfo: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo, autocommit=True) as session:
        return session.execute(query.encode()).fetchall()


def counted(conninfo: str) -> object:
    ((records,),) = asked(conninfo, "SELECT coalesce(sum(records), 0) FROM glyphwatch.summary")
    return records


@contextmanager
def altered(conninfo: str, setting: str, value: str) -> Iterator[None]:
    """Give every new session of a database a setting."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        name = sql.Identifier(session.info.dbname)
        change = sql.SQL("ALTER DATABASE {} SET {} = {}")
        session.execute(change.format(name, sql.Identifier(setting), value))
        yield
        session.execute("SET default_transaction_read_only = off")
        session.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(name))
