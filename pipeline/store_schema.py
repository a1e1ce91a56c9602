"""The store's schema: a SQLite file in, the tables of this release in it.

A file of version 1 knew scans alone: its summary becomes that of run 0, and its lookalikes are
known, so nobody is told of them as new.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pipeline.errors import StoreError

if TYPE_CHECKING:
    import sqlite3
    from contextlib import AbstractContextManager
    from pathlib import Path

APPLICATION_ID: Final = 0x676C7977
"""``glyw``: what SQLite's header says a store of ours is."""

SCHEMA_VERSION: Final = 2
"""SQLite's ``user_version`` of the tables below."""

_DETECTIONS = """
CREATE TABLE detections (
    id TEXT NOT NULL PRIMARY KEY,   -- Detection.id
    source TEXT NOT NULL,           -- sha256:... of what it was found in, or Partition.source
    place INTEGER NOT NULL,         -- offset of its record there
    lookalike TEXT NOT NULL,        -- registrable domain, A-label form
    target TEXT NOT NULL,
    counted INTEGER NOT NULL,       -- 1 if its record is in the summary through this row
    detection TEXT NOT NULL         -- the whole of it, one JSON object
);
CREATE INDEX detections_by_place ON detections (source, place);
CREATE INDEX detections_by_pair ON detections (lookalike, target);
CREATE TABLE scans (
    source TEXT NOT NULL,
    run TEXT NOT NULL,              -- digest of map, targets and options; empty for a partition
    label TEXT NOT NULL,
    format TEXT NOT NULL,
    place INTEGER NOT NULL,         -- offset of what comes next
    state TEXT NOT NULL,
    counts TEXT NOT NULL,           -- JSON object
    finished INTEGER NOT NULL,
    PRIMARY KEY (source, run)
) WITHOUT ROWID;
"""

_SUMMARY = """
CREATE TABLE summary (
    run INTEGER NOT NULL,           -- of the runs below
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
    PRIMARY KEY (run, lookalike, target)
) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,         -- 0 for all scans
    cluster TEXT NOT NULL,
    consumer_group TEXT NOT NULL,
    epoch INTEGER NOT NULL,         -- one more with every deliberate reading anew
    UNIQUE (cluster, consumer_group, epoch)
);
INSERT INTO runs VALUES (0, '', '', 0);
CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    topic TEXT NOT NULL,
    number INTEGER NOT NULL,
    topic_id TEXT NOT NULL,         -- another one if the topic was made again
    next_offset INTEGER NOT NULL,
    UNIQUE (run, topic, number, topic_id)
);
CREATE TABLE domains (
    id INTEGER PRIMARY KEY,
    lookalike TEXT NOT NULL UNIQUE, -- every one that was ever counted
    detection TEXT                  -- one JSON object, till somebody is told
);
CREATE INDEX domains_untold ON domains (id) WHERE detection IS NOT NULL;
"""

_FROM_1 = f"""
ALTER TABLE summary RENAME TO summary_1;
{_SUMMARY.strip()}
INSERT INTO summary SELECT 0, * FROM summary_1;
INSERT INTO domains (lookalike) SELECT DISTINCT lookalike FROM summary_1 ORDER BY lookalike;
DROP TABLE summary_1;
"""  # noqa: S608 - our own words


def prepare(
    connection: sqlite3.Connection,
    path: Path,
    transaction: AbstractContextManager[None],
    *,
    read_only: bool,
) -> int:
    """Make the tables, or bring them to this release's; gives the version that they then have.

    Args:
        connection: of the file.
        path: the file, for messages.
        transaction: one that has not begun; used at most once.
        read_only: nothing is changed, so the version may be an older one.

    Raises:
        StoreError: the file is something else, or a newer release wrote it.
        sqlite3.Error: it cannot be read or written.
    """
    if _is_new(connection) and not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        with transaction:
            if _is_new(connection):  # another process may have been quicker
                _run(connection, _DETECTIONS + _SUMMARY)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        msg = f"{path}: is a SQLite file, but no glyphwatch store"
        raise StoreError(msg)
    if _pragma(connection, "user_version") == 1 and not read_only:
        with transaction:
            if _pragma(connection, "user_version") == 1:
                _run(connection, _FROM_1)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        msg = (
            f"{path}: was written by a newer glyphwatch "
            f"(schema {version}, this one knows up to {SCHEMA_VERSION})"
        )
        raise StoreError(msg)
    return version


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would end the transaction."""
    for statement in script.split(";\n"):
        connection.execute(statement)


def _is_new(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not tables and not _pragma(connection, "application_id")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def how_to_read(path: Path) -> str:
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
