"""Partitions in the store: how far each is counted, by which run, and whom to tell.

Statements on an open connection, within the transaction of whoever calls. The rules are those of
`pipeline.postgres`, whose tables these are in small.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.sinks import Alert, StoredProgress

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from pipeline.sinks import Partition

SCANS = 0
"""The run that all scans count for."""

_RUN = "SELECT id FROM runs WHERE cluster = ? AND consumer_group = ? AND epoch = ?"
_ADD_RUN = "INSERT INTO runs (cluster, consumer_group, epoch) VALUES (?, ?, ?)"

_HELD = """
SELECT topic_id, next_offset FROM partitions
WHERE run = ? AND topic = ? AND number = ? ORDER BY id DESC
"""

_ADD = "INSERT INTO partitions (run, topic, number, topic_id, next_offset) VALUES (?, ?, ?, ?, ?)"

_ADVANCE = """
UPDATE partitions SET next_offset = ?, topic_id = ?
WHERE run = ? AND topic = ? AND number = ? AND topic_id = ?
"""

_PROGRESS = """
SELECT p.next_offset, p.topic_id FROM partitions AS p JOIN runs AS r ON r.id = p.run
WHERE r.cluster = ? AND r.consumer_group = ? AND r.epoch = ? AND p.topic = ? AND p.number = ?
ORDER BY p.id DESC LIMIT 1
"""

CURRENT_RUNS = """
SELECT id FROM runs AS r WHERE NOT EXISTS (
    SELECT 1 FROM runs AS newer WHERE newer.cluster = r.cluster
        AND newer.consumer_group = r.consumer_group AND newer.epoch > r.epoch
)
"""
"""Scans, and the newest run of each group: what a summary is made of."""


def run_of(connection: sqlite3.Connection, partition: Partition) -> int:
    """Give the id of a partition's run."""
    key = partition.cluster, partition.group, partition.epoch
    found = connection.execute(_RUN, key).fetchone()
    if found is None:
        return int(connection.execute(_ADD_RUN, key).lastrowid or 0)
    return int(found[0])


def advance(connection: sqlite3.Connection, run: int, partition: Partition, end: int) -> int | None:
    """Move a partition's progress to where it was counted.

    Returns:
        Where it was: what lies before that was counted already. None if it is there or further.
    """
    place = run, partition.topic, partition.number
    rows: dict[str, int] = dict(connection.execute(_HELD, place).fetchall())
    own = partition.topic_id
    for held in (own, "" if own else next(iter(rows), "")):
        if held in rows:
            begin = rows[held]
            if end > begin:
                connection.execute(_ADVANCE, (end, held or own, *place, held))
            return begin if end > begin else None
    if end > 0:
        connection.execute(_ADD, (*place, own, end))
    return 0 if end > 0 else None


def progress_of(
    connection: sqlite3.Connection, key: tuple[str, str, int], topic: str, numbers: Sequence[int]
) -> dict[int, StoredProgress]:
    """Tell how far partitions are counted, by a run's cluster, group and epoch."""
    found = {}
    for number in numbers:
        row = connection.execute(_PROGRESS, (*key, topic, number)).fetchone()
        if row is not None:
            found[number] = StoredProgress(*row)
    return found


def meet(connection: sqlite3.Connection, lookalike: str, detection: str | None) -> None:
    """Remember a lookalike; whom to tell of it, if it is new, is told this detection, if any."""
    insert = "INSERT INTO domains (lookalike, detection) VALUES (?, ?) ON CONFLICT DO NOTHING"
    connection.execute(insert, (lookalike, detection))


def pending(connection: sqlite3.Connection, limit: int) -> list[Alert]:
    """Give the oldest alerts that nobody was told."""
    query = """
    SELECT id, lookalike, detection FROM domains
    WHERE detection IS NOT NULL ORDER BY id LIMIT ?
    """
    rows = connection.execute(query, (limit,)).fetchall()
    return [Alert(number, name, json.loads(text)) for number, name, text in rows]


def told(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Say which alerts were told."""
    update = "UPDATE domains SET detection = NULL WHERE id = ?"
    connection.executemany(update, [(each,) for each in ids])
