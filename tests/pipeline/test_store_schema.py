"""Stores that an older release wrote: read as they are, and brought along when they are written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from detector.detection import Detection
from pipeline.counts import Counts
from pipeline.sinks import Batch, Partition, Progress
from pipeline.store import Store

VERSION_1 = """
PRAGMA journal_mode = WAL;
CREATE TABLE detections (
    id TEXT NOT NULL PRIMARY KEY, source TEXT NOT NULL, place INTEGER NOT NULL,
    lookalike TEXT NOT NULL, target TEXT NOT NULL, counted INTEGER NOT NULL, detection TEXT NOT NULL
);
CREATE INDEX detections_by_place ON detections (source, place);
CREATE INDEX detections_by_pair ON detections (lookalike, target);
CREATE TABLE summary (
    lookalike TEXT NOT NULL, target TEXT NOT NULL, brand TEXT NOT NULL, industry TEXT NOT NULL,
    first_seen INTEGER, last_seen INTEGER, resolutions INTEGER NOT NULL, records INTEGER NOT NULL,
    best_score REAL NOT NULL, best_severity TEXT NOT NULL, techniques TEXT NOT NULL,
    PRIMARY KEY (lookalike, target)
) WITHOUT ROWID;
CREATE TABLE scans (
    source TEXT NOT NULL, run TEXT NOT NULL, label TEXT NOT NULL, format TEXT NOT NULL,
    place INTEGER NOT NULL, state TEXT NOT NULL, counts TEXT NOT NULL, finished INTEGER NOT NULL,
    PRIMARY KEY (source, run)
) WITHOUT ROWID;
INSERT INTO summary VALUES ('paypa1.com', 'paypal.com', 'PayPal', 'payments', 5, 9, 40, 3, 0.9,
    'high', '["ascii"]');
PRAGMA application_id = 1735162231;
PRAGMA user_version = 1;
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of version 1, with one lookalike in its summary."""
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.close()
    return path


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(number)


def test_an_older_store_is_read_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    store = Store(old, read_only=True)
    (summary,) = store.summaries()
    assert (summary.lookalike, summary.resolutions, summary.records) == ("paypa1.com", 40, 3)
    store.close()
    assert old.read_bytes() == before


def test_an_older_store_is_brought_along(old: Path, found: list[Detection]) -> None:
    store = Store(old)
    assert [each.resolutions for each in store.summaries()] == [40]
    store.write(Batch(found[:1], None))
    again = found[0].with_record(source="x", coordinates="sha256:00:9", count=2)
    store.write(Batch([again], None))
    assert [each.resolutions for each in store.summaries()] == [42]  # found[0] counts 0
    store.close()
    assert version(old) == 2
    Store(old).close()


def test_what_scans_found_before_is_nobodys_news(old: Path, found: list[Detection]) -> None:
    store = Store(old)
    store.write(Batch(found[:2], None))
    part = Partition("g", 0, "c", "dns", "", 0)
    seen = [
        each.with_record(source=f"dns/0/{n}", coordinates=f"{part.source}:{n}", count=2)
        for n, each in enumerate(found)
    ]
    counts = Counts(records=7)
    done = Progress(part.source, "r", "dns/0", "n", 4, "", counts, finished=False, partition=part)
    store.write(Batch(seen, done))
    assert [each.lookalike for each in store.outbox_pending(9)] == [
        "rnicrosoft.com",
        "evil.example",
    ]
    added = {each.lookalike: each.resolutions for each in store.summaries()}
    assert added == {
        "paypa1.com": 42,
        "xn--pple-43d.com": 3,
        "rnicrosoft.com": 2,
        "evil.example": 2,
    }
    after = done._replace(offset=9, counts=Counts(records=5))
    store.write(Batch((), after))
    store.write(Batch((), after))
    (scan,) = store.scans()  # what `report` tells of it
    assert (scan.label, scan.offset, scan.counts.records) == ("dns/0", 9, 12)
    store.close()


def test_many_processes_can_bring_the_same_store_along(old: Path) -> None:
    code = "import sys, pathlib; from pipeline.store import Store; Store(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-W", "ignore", "-c", code, str(old)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(5)]
    for process in started:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert version(old) == 2
