"""Postgres: the summary of a stream, how far each partition is counted, and whom to tell.

All three change in one transaction, which begins with a lock on the partition's progress: records
below it were counted, and are not counted again, whoever brings them. So a batch that is written
twice, or by a worker that no longer has the partition, adds nothing.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from detector.substitution import Technique
from pipeline import postgres_statements as sql
from pipeline.errors import UsageError
from pipeline.json_lines import dumps
from pipeline.postgres_migrations import check
from pipeline.postgres_session import Session
from pipeline.sinks import Alert, StoredProgress
from pipeline.stream.observing import Observer
from pipeline.summary import MAX_RESOLUTIONS, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection

    from detector.detection import Detection
    from pipeline.sinks import Batch, Partition

CLAIM_SECONDS: Final = 60
"""How long alerts that one process was given are given to no other."""

REMEMBERED: Final = 1 << 16
"""Lookalikes of which the sink knows that they are in the outbox, or were."""


class PostgresSink:
    """The summary of a stream in Postgres.

    Nothing is connected until it is needed. `write` is called by one thread at a time; the rest by
    any, meanwhile too.
    """

    def __init__(
        self, conninfo: str | Callable[[], str], *, observer: Observer | None = None
    ) -> None:
        """Remember where it is.

        Args:
            conninfo: libpq's connection string or URL, or what gives it for each connection.
            observer: is told of retries.
        """
        text = conninfo
        source = text if callable(text) else lambda: text
        told = observer or Observer()
        self._writing = Session(
            source, retried=lambda reason: told.retried("postgres", reason), prepare=check
        )
        self._asking = Session(source, prepare=check)
        self._met: set[str] = set()
        self._runs: dict[tuple[str, str, int], int] = {}
        self._who = secrets.token_hex(8)

    def write(self, batch: Batch) -> None:
        """See `pipeline.sinks.Sink.write`.

        Raises:
            ValueError: the batch has detections, and is no partition's: it could be counted twice.
        """
        progress = batch.progress
        if progress is None or progress.partition is None:
            if batch.detections:
                msg = "Postgres counts partitions of a topic; this batch is of none"
                raise ValueError(msg)
            return
        partition, offset = progress.partition, progress.offset
        new = self._writing.run(lambda c: self._write(c, partition, offset, batch.detections))
        if len(self._met) > REMEMBERED:
            self._met.clear()
        self._met.update(new)  # now that they are durable

    def _write(
        self,
        connection: Connection,
        partition: Partition,
        end: int,
        detections: Sequence[Detection],
    ) -> list[str]:
        """Count what was not counted; gives the lookalikes that may have been met first here."""
        run = self._run(connection, partition)
        place = (run, partition.topic, partition.number)
        held, begin = _lock(connection, place, partition.topic_id)
        if end <= begin:
            return []
        fresh = [each for each in detections if _offset(each) >= begin]
        unmet: dict[str, Detection] = {}
        for each in fresh:
            if each.registrable_domain not in self._met:
                unmet.setdefault(each.registrable_domain, each)
        if fresh:
            _count(connection, run, fresh)
        if unmet:
            _meet(connection, unmet)
        known = held or partition.topic_id
        connection.execute(sql.ADVANCE, (end, known, *place, held, end))
        return list(unmet)

    def _run(self, connection: Connection, partition: Partition) -> int:
        """Give the id of a partition's run. It is committed before anything refers to it here."""
        key = partition.cluster, partition.group, partition.epoch
        run = self._runs.get(key)
        if run is None:
            found = connection.execute(sql.RUN, key).fetchone()
            if found is None:
                connection.execute(sql.ADD_RUN, key)
                return int(_one(connection.execute(sql.RUN, key).fetchone()))
            run = self._runs[key] = int(found[0])
        return run

    def read_progress(
        self, group: str, epoch: int, cluster: str, topic: str, numbers: Sequence[int]
    ) -> dict[int, StoredProgress]:
        """See `pipeline.sinks.SummarySink.read_progress`."""
        values = (group, epoch, cluster, topic, list(numbers))
        rows = self._asking.run(lambda c: c.execute(sql.PROGRESS, values).fetchall())
        return {number: StoredProgress(offset, topic_id) for number, offset, topic_id in rows}

    def outbox_pending(self, limit: int) -> list[Alert]:
        """See `pipeline.sinks.Outbox.outbox_pending`; no other process is given them meanwhile."""
        values = {"who": self._who, "seconds": CLAIM_SECONDS, "limit": limit}
        rows = self._asking.run(lambda c: c.execute(sql.CLAIM, values).fetchall())
        return [Alert(number, name, json.loads(text)) for number, name, text in sorted(rows)]

    def outbox_sent(self, ids: Sequence[int]) -> None:
        """See `pipeline.sinks.Outbox.outbox_sent`."""
        self._asking.run(lambda c: c.execute(sql.TOLD, (list(ids),)))

    def finish(self) -> None:
        """See `pipeline.sinks.Sink.finish`: every batch is durable already."""

    def close(self) -> None:
        """See `pipeline.sinks.Sink.close`."""
        self._writing.close()
        self._asking.close()


def _lock(connection: Connection, place: tuple[int, str, int], topic_id: str) -> tuple[str, int]:
    """Lock a partition's progress, made if it is not there.

    A topic that was made again has progress of its own. One whose id the broker did not tell goes
    on from what is there, and so does the first whose id it does.

    Returns:
        The topic id that the row has now, and the offset of what is counted next.
    """
    for _ in range(2):
        rows: dict[str, int] = dict(connection.execute(sql.LOCK, place).fetchall())
        for held in (topic_id, "" if topic_id else next(iter(rows), "")):
            if held in rows:
                return held, rows[held]
        connection.execute(sql.ADD_PROGRESS, (*place, topic_id, 0))
    msg = f"progress of {place} was removed while it was locked"
    raise UsageError(msg)


def _count(connection: Connection, run: int, detections: Sequence[Detection]) -> None:
    """Add to the summary: each record once for each lookalike and target."""
    seen: set[tuple[str, str, str]] = set()
    merged: dict[tuple[str, str], Summary] = {}
    for detection in detections:
        pair = clean(detection.registrable_domain), clean(detection.target)
        if (detection.coordinates, *pair) in seen:
            continue
        seen.add((detection.coordinates, *pair))
        summary = Summary.of(detection)
        known = merged.get(pair)
        merged[pair] = known.merged(summary) if known else summary
    # In one order everywhere, so that no two workers wait for each other.
    pairs = sorted(merged)
    rows = [merged[pair] for pair in pairs]
    connection.execute(
        sql.COUNT,
        {
            "run": run,
            "lookalike": [lookalike for lookalike, _ in pairs],
            "target": [target for _, target in pairs],
            "brand": [clean(row.brand) for row in rows],
            "industry": [clean(row.industry) for row in rows],
            "first_seen": [row.first_seen for row in rows],
            "last_seen": [row.last_seen for row in rows],
            "resolutions": [min(row.resolutions, MAX_RESOLUTIONS) for row in rows],
            "records": [row.records for row in rows],
            "best_score": [row.best_score for row in rows],
            "best_severity": [str(row.best_severity) for row in rows],
            "techniques": [",".join(row.techniques) for row in rows],
            "most": MAX_RESOLUTIONS,
            "order": [str(each) for each in Technique],
        },
    )


def _meet(connection: Connection, unmet: dict[str, Detection]) -> None:
    """Put lookalikes that were never counted into the outbox, each with what it was met by."""
    texts = {clean(name): dumps(detection.to_json()) for name, detection in unmet.items()}
    names = sorted(texts)
    connection.execute(sql.MEET, (names, [texts[name] for name in names]))


def _offset(detection: Detection) -> int:
    return int(detection.coordinates.rpartition(":")[2])


def _one(row: tuple[Any, ...] | None) -> Any:  # noqa: ANN401 - a column is anything
    if row is None:
        msg = "Postgres: a row that was just made is not there"
        raise UsageError(msg)
    return row[0]


def clean(text: str) -> str:
    r"""Write what Postgres cannot hold, NUL and lone surrogates, as escapes.

    >>> clean("a\x00b\ud800.com")
    'a\\x00b\\ud800.com'
    """
    if text.isascii() and "\0" not in text:
        return text
    octets = text.encode("utf-8", "backslashreplace")
    return octets.decode("utf-8").replace("\0", "\\x00")
