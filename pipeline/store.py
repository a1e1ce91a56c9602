"""The store: detections, their summary, and how far each source is read, in one SQLite file.

All three change in one transaction, so a scan that is killed at any moment goes on at the last
batch that was stored, and ends with what an uninterrupted scan would have left. A detection that
is already there changes nothing, and each record counts once for each domain and target, whatever
map or option found it.

The journal is a write-ahead log: readers (``report``) do not stop a scan, and a transaction costs
one sync. ``synchronous`` is FULL, not NORMAL, because a batch is promised to be durable when
`write` returns; there is about one a second. The file is known by SQLite's ``application_id``.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detector.substitution import Technique
from detector.verdict import Severity
from pipeline import store_partitions as partitions
from pipeline.counts import Counts
from pipeline.errors import SinkUnavailable, StoreError
from pipeline.json_lines import dumps
from pipeline.sinks import Progress
from pipeline.store_details import read_details
from pipeline.store_schema import how_to_read, prepare
from pipeline.summary import COLUMNS, Summary, added_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from detector.detection import Detection
    from pipeline.sinks import Alert, Batch, Partition, StoredProgress

BUSY_SECONDS = 30.0
"""How long to wait for another writer."""

_INSERT = """
INSERT INTO detections
SELECT :id, :source, :place, :lookalike, :target, NOT EXISTS (
    SELECT 1 FROM detections
    WHERE source = :source AND place = :place AND lookalike = :lookalike AND target = :target
), :detection
WHERE true ON CONFLICT (id) DO NOTHING RETURNING counted
"""

_PROGRESS = """
INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, run) DO UPDATE SET
    label = excluded.label, format = excluded.format, place = excluded.place,
    state = excluded.state, counts = excluded.counts, finished = excluded.finished
WHERE excluded.finished >= finished AND excluded.place >= place
"""  # so that of two scans of one source, the one behind does not take the other back

_COLUMNS = ", ".join(COLUMNS)
_MARKS = ", ".join("?" for _ in COLUMNS)
_SUMMARY = f"REPLACE INTO summary (run, {_COLUMNS}) VALUES (?, {_MARKS})"  # noqa: S608 - our own names
_SELECT = f"SELECT {_COLUMNS} FROM summary"  # noqa: S608 - our own names
_EXAMPLE = """
SELECT detection FROM (
    SELECT detection, id FROM detections WHERE lookalike = ? AND target = ? LIMIT 1000
) ORDER BY json_extract(detection, '$.score') DESC, id LIMIT 1
"""  # of a thousand, since a busy one has millions
_SCANS = "SELECT * FROM scans"
_CURRENT = f"WHERE run IN ({partitions.CURRENT_RUNS})"


class Store:
    """An open store. Several processes may share the file.

    Threads may share what a stream asks of it: `write`, `read_progress` and the outbox.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open a store, made if it is not there.

        Args:
            path: the SQLite file.
            read_only: it must be there, and is not changed.

        Raises:
            StoreError: the file is something else, or a newer release wrote it.
            SinkUnavailable: it cannot be opened or written.
        """
        self.path = path
        self._lock = threading.Lock()
        if read_only and not path.exists():
            msg = f"{path}: there is no store; `glyphwatch scan` makes one"
            raise StoreError(msg)
        with self._errors():
            how = how_to_read(path.resolve()) if read_only else "mode=rwc"
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{how}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with self._errors():
                self._prepare(read_only=read_only)
        except BaseException:
            self.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        version = prepare(self._connection, self.path, self._transaction(), read_only=read_only)
        self._current = _CURRENT if version > 1 else ""  # before, there was one run
        self._connection.execute("PRAGMA synchronous = FULL")
        if read_only:
            self._connection.execute("PRAGMA query_only = ON")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say in our own words what SQLite complains about."""
        try:
            yield
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error)
            msg = f"{self.path}: {error}"
            raise SinkUnavailable(msg, retry_after=BUSY_SECONDS if busy else None) from error
        except sqlite3.DatabaseError as error:
            msg = f"{self.path}: {error}"  # not a database, or malformed
            raise StoreError(msg) from error

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Let one thread after the other change the store, each in a transaction."""
        with self._lock, self._errors(), self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk has rolled back already
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def write(self, batch: Batch) -> None:
        """See `pipeline.sinks.Sink.write`."""
        progress = batch.progress
        with self._using():
            if progress is not None and progress.partition is not None:
                self._add_stretch(batch.detections, progress, progress.partition)
                return
            self._add(batch.detections, partitions.SCANS)
            if progress is not None:
                self._keep(progress)

    def _add_stretch(
        self, detections: Sequence[Detection], progress: Progress, partition: Partition
    ) -> None:
        """Add a stretch of a partition, as far as it was not counted."""
        run = partitions.run_of(self._connection, partition)
        begin = partitions.advance(self._connection, run, partition, progress.offset)
        if begin is None:
            return
        self._add([each for each in detections if _place(each) >= begin], run)
        before = next(
            self._progress(f"{_SCANS} WHERE source = ? AND run = ''", (progress.source,)), None
        )
        counts = Counts()
        for part in (before, progress):
            if part is not None:
                counts.add(part.counts)
        self._keep(progress._replace(run="", counts=counts))

    def _keep(self, progress: Progress) -> None:
        values = (*progress[:6], progress.counts.to_json(), int(progress.finished))
        self._connection.execute(_PROGRESS, values)

    def _add(self, detections: Sequence[Detection], run: int) -> None:
        """Add detections that are not there yet, and count their records."""
        changed: dict[tuple[str, str], Summary] = {}
        for detection in detections:
            source, _, place = detection.coordinates.rpartition(":")
            record = detection.to_json()
            text = dumps(record)
            values = {
                "id": record["id"],
                "source": source,
                "place": int(place),
                "lookalike": detection.registrable_domain,
                "target": detection.target,
                "detection": text,
            }
            counted = self._connection.execute(_INSERT, values).fetchall()
            if counted == [(1,)]:
                summary = Summary.of(detection)
                pair = summary.lookalike, summary.target
                known = changed.get(pair) or self._summary(run, *pair)
                if known is None:
                    partitions.meet(
                        self._connection,
                        summary.lookalike,
                        None if run == partitions.SCANS else text,
                    )
                changed[pair] = known.merged(summary) if known else summary
        rows = [(run, *_row(summary)) for summary in changed.values()]
        self._connection.executemany(_SUMMARY, rows)

    def read_progress(
        self, group: str, epoch: int, cluster: str, topic: str, numbers: Sequence[int]
    ) -> dict[int, StoredProgress]:
        """See `pipeline.sinks.SummarySink.read_progress`."""
        with self._using():
            return partitions.progress_of(self._connection, (cluster, group, epoch), topic, numbers)

    def outbox_pending(self, limit: int) -> list[Alert]:
        """See `pipeline.sinks.Outbox.outbox_pending`. What scans found is nobody told."""
        with self._using():
            return partitions.pending(self._connection, limit)

    def outbox_sent(self, ids: Sequence[int]) -> None:
        """See `pipeline.sinks.Outbox.outbox_sent`."""
        with self._using():
            partitions.told(self._connection, ids)

    def finish(self) -> None:
        """See `pipeline.sinks.Sink.finish`: every batch is durable already."""

    def close(self) -> None:
        """See `pipeline.sinks.Sink.close`."""
        self._connection.close()

    def progress(self, source: str, run: str) -> Progress | None:
        """Say how far a source was read by a run, if it was."""
        return next(self._progress(f"{_SCANS} WHERE source = ? AND run = ?", (source, run)), None)

    def scans(self) -> list[Progress]:
        """Give every source that was read, wholly or in part."""
        return list(self._progress(f"{_SCANS} ORDER BY source, run", ()))

    def _progress(self, query: str, values: tuple[str, ...]) -> Iterator[Progress]:
        with self._errors():
            for row in self._connection.execute(query, values):
                source, run, label, name, place, state, counts, finished = row
                done = Counts.from_json(counts)
                yield Progress(source, run, label, name, place, state, done, bool(finished))

    def _summary(self, run: int, lookalike: str, target: str) -> Summary | None:
        query = f"{_SELECT} WHERE run = ? AND lookalike = ? AND target = ?"
        return next(self._summaries(query, (run, lookalike, target)), None)

    def summaries(self) -> Iterator[Summary]:
        """Give what is known of every lookalike, most resolved first.

        It adds up scans and the newest run of each consumer group.
        """
        order = "ORDER BY resolutions DESC, best_score DESC, lookalike, target"
        found = self._summaries(f"{_SELECT} {self._current} {order}", ())
        yield from added_up(found) if self._has_runs() else found

    def example(self, lookalike: str, target: str) -> dict[str, Any] | None:
        """Give the detection of a pair with the highest score, as `Detection.to_json` wrote it."""
        with self._errors():
            row = self._connection.execute(_EXAMPLE, (lookalike, target)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def detections(self) -> Iterator[dict[str, Any]]:
        """Give every detection that counts in `summaries`, as `Detection.to_json` wrote it."""
        with self._errors():
            yield from read_details(self._connection)

    def _has_runs(self) -> bool:
        if not self._current:
            return False
        with self._errors():
            (runs,) = self._connection.execute("SELECT count(*) FROM runs").fetchone()
        return bool(runs > 1)

    def _summaries(self, query: str, values: tuple[str | int, ...]) -> Iterator[Summary]:
        with self._errors():
            for row in self._connection.execute(query, values):
                fields: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
                fields["best_severity"] = Severity.parse(fields["best_severity"])
                fields["techniques"] = tuple(map(Technique, json.loads(fields["techniques"])))
                yield Summary(**fields)


def _place(detection: Detection) -> int:
    return int(detection.coordinates.rpartition(":")[2])


def _row(summary: Summary) -> tuple[object, ...]:
    *values, severity, techniques = summary
    return (*values, str(severity), _written(techniques))


@lru_cache(maxsize=64)
def _written(techniques: tuple[Technique, ...]) -> str:
    """Write techniques as JSON; few combinations are met."""
    return dumps(techniques)
