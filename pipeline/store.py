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
import os
import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detector.substitution import Technique
from detector.verdict import Severity
from pipeline.counts import Counts
from pipeline.errors import SinkUnavailable, StoreError
from pipeline.json_lines import dumps
from pipeline.sinks import Progress
from pipeline.summary import COLUMNS, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from detector.detection import Detection
    from pipeline.sinks import Batch

APPLICATION_ID = 0x676C7977
"""``glyw``: what SQLite's header says a store of ours is."""

SCHEMA_VERSION = 1
"""SQLite's ``user_version`` of the tables below."""

BUSY_SECONDS = 30.0
"""How long to wait for another writer."""

_SCHEMA = """
CREATE TABLE detections (
    id TEXT NOT NULL PRIMARY KEY,   -- Detection.id
    source TEXT NOT NULL,           -- sha256:... of the content it was found in
    place INTEGER NOT NULL,         -- offset of its record there
    lookalike TEXT NOT NULL,        -- registrable domain, A-label form
    target TEXT NOT NULL,
    counted INTEGER NOT NULL,       -- 1 if its record is in the summary through this row
    detection TEXT NOT NULL         -- the whole of it, one JSON object
);
CREATE INDEX detections_by_place ON detections (source, place);
CREATE INDEX detections_by_pair ON detections (lookalike, target);
CREATE TABLE summary (
    lookalike TEXT NOT NULL,
    target TEXT NOT NULL,
    brand TEXT NOT NULL,
    industry TEXT NOT NULL,
    first_seen INTEGER,             -- seconds since the epoch
    last_seen INTEGER,
    resolutions INTEGER NOT NULL,
    records INTEGER NOT NULL,
    best_score REAL NOT NULL,
    best_severity TEXT NOT NULL,
    techniques TEXT NOT NULL,       -- JSON array
    PRIMARY KEY (lookalike, target)
) WITHOUT ROWID;
CREATE TABLE scans (
    source TEXT NOT NULL,
    run TEXT NOT NULL,              -- digest of map, targets and options
    label TEXT NOT NULL,
    format TEXT NOT NULL,
    place INTEGER NOT NULL,         -- offset of what comes next
    state TEXT NOT NULL,
    counts TEXT NOT NULL,           -- JSON object
    finished INTEGER NOT NULL,
    PRIMARY KEY (source, run)
) WITHOUT ROWID;
"""

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
_SUMMARY = f"REPLACE INTO summary ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - our own names
_SELECT_SUMMARY = f"SELECT {_COLUMNS} FROM summary"  # noqa: S608 - our own names


class Store:
    """An open store. Not thread-safe; several processes may share the file."""

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
        if read_only and not path.exists():
            msg = f"{path}: there is no store; `glyphwatch scan` makes one"
            raise StoreError(msg)
        with self._errors():
            how = _how_to_read(path.resolve()) if read_only else "mode=rwc"
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{how}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
            )
        try:
            with self._errors():
                self._prepare(read_only=read_only)
        except BaseException:
            self.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        if self._is_new() and not read_only:
            self._connection.execute("PRAGMA journal_mode = WAL")
            with self._transaction():
                if self._is_new():  # another process may have been quicker
                    for statement in _SCHEMA.split(";\n"):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if self._pragma("application_id") != APPLICATION_ID:
            msg = f"{self.path}: is a SQLite file, but no glyphwatch store"
            raise StoreError(msg)
        version = self._pragma("user_version")
        if version > SCHEMA_VERSION:
            msg = (
                f"{self.path}: was written by a newer glyphwatch "
                f"(schema {version}, this one knows up to {SCHEMA_VERSION})"
            )
            raise StoreError(msg)
        self._connection.execute("PRAGMA synchronous = FULL")
        if read_only:
            self._connection.execute("PRAGMA query_only = ON")

    def _is_new(self) -> bool:
        query = "SELECT count(*) FROM sqlite_master"
        (tables,) = self._connection.execute(query).fetchone()
        return not tables and not self._pragma("application_id")

    def _pragma(self, name: str) -> int:
        (value,) = self._connection.execute(f"PRAGMA {name}").fetchone()
        return int(value)

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
        with self._errors(), self._transaction():
            self._add(batch.detections)
            if batch.progress is not None:
                p = batch.progress
                row = (p.source, p.run, p.label, p.format, p.offset, p.state)
                counts = p.counts.to_json()
                self._connection.execute(_PROGRESS, (*row, counts, int(p.finished)))

    def _add(self, detections: Sequence[Detection]) -> None:
        """Add detections that are not there yet, and count their records."""
        changed: dict[tuple[str, str], Summary] = {}
        for detection in detections:
            source, _, place = detection.coordinates.rpartition(":")
            record = detection.to_json()
            values = {
                "id": record["id"],
                "source": source,
                "place": int(place),
                "lookalike": detection.registrable_domain,
                "target": detection.target,
                "detection": dumps(record),
            }
            counted = self._connection.execute(_INSERT, values).fetchall()
            if counted == [(1,)]:
                summary = Summary.of(detection)
                pair = summary.lookalike, summary.target
                known = changed.get(pair) or self.summary(*pair)
                changed[pair] = known.merged(summary) if known else summary
        self._connection.executemany(_SUMMARY, map(_row, changed.values()))

    def finish(self) -> None:
        """See `pipeline.sinks.Sink.finish`: every batch is durable already."""

    def close(self) -> None:
        """See `pipeline.sinks.Sink.close`."""
        self._connection.close()

    def progress(self, source: str, run: str) -> Progress | None:
        """Say how far a source was read by a run, if it was."""
        query = "SELECT * FROM scans WHERE source = ? AND run = ?"
        return next(self._progress(query, (source, run)), None)

    def scans(self) -> list[Progress]:
        """Give every source that was read, wholly or in part."""
        return list(self._progress("SELECT * FROM scans ORDER BY source, run", ()))

    def _progress(self, query: str, values: tuple[str, ...]) -> Iterator[Progress]:
        with self._errors():
            for row in self._connection.execute(query, values):
                source, run, label, name, place, state, counts, finished = row
                done = Counts.from_json(counts)
                yield Progress(source, run, label, name, place, state, done, bool(finished))

    def summary(self, lookalike: str, target: str) -> Summary | None:
        """Give what is known of one lookalike and target."""
        query = f"{_SELECT_SUMMARY} WHERE lookalike = ? AND target = ?"
        return next(self._summaries(query, (lookalike, target)), None)

    def summaries(self) -> Iterator[Summary]:
        """Give what is known of every lookalike, most resolved first."""
        order = "ORDER BY resolutions DESC, best_score DESC, lookalike, target"
        return self._summaries(f"{_SELECT_SUMMARY} {order}", ())

    def _summaries(self, query: str, values: tuple[str, ...]) -> Iterator[Summary]:
        with self._errors():
            for row in self._connection.execute(query, values):
                fields: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
                fields["best_severity"] = Severity.parse(fields["best_severity"])
                fields["techniques"] = tuple(map(Technique, json.loads(fields["techniques"])))
                yield Summary(**fields)


def _how_to_read(path: Path) -> str:
    """Choose how SQLite opens a store that is only read, so that no file is left beside it.

    Even a reader needs the journal's files, and one with ``mode=ro`` leaves them behind. So where
    it may, it opens the store as a writer would, and the last to close it removes them.
    """
    journal = path.with_name(f"{path.name}-wal")
    if journal.exists() and journal.stat().st_size:
        return "mode=ro"  # a scan goes on, or was killed: what it left is its own to clear up
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return "mode=rw"
    return "immutable=1"  # the journal cannot be made, and there is nothing in it


def _row(summary: Summary) -> tuple[object, ...]:
    *values, severity, techniques = summary
    return (*values, str(severity), _written(techniques))


@lru_cache(maxsize=64)
def _written(techniques: tuple[Technique, ...]) -> str:
    """Write techniques as JSON; few combinations are met."""
    return dumps(techniques)
