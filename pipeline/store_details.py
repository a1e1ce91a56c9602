"""Details in the store: an open connection in, the detections that count out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_SOURCES = "SELECT DISTINCT source FROM detections WHERE source >= 'kafka:' AND source < 'kafka;'"
_DETAILS = "SELECT source, detection FROM detections WHERE counted"


def read_details(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Give each detection through which its record counts, as `Detection.to_json` wrote it.

    Of a partition that was read anew, only the newest reading.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    older = superseded(source for (source,) in connection.execute(_SOURCES))
    for source, detection in connection.execute(_DETAILS):
        if source not in older:
            yield json.loads(detection)


def superseded(sources: Iterable[str]) -> frozenset[str]:
    """Give the partitions' readings of which there is a newer one (`Partition.source`).

    >>> sorted(superseded(["kafka:c:dns:t:3:0", "kafka:c:dns:t:3:1", "kafka:c:dns:t:4:0"]))
    ['kafka:c:dns:t:3:0']
    """
    epochs: dict[str, list[int]] = {}
    for source in sources:
        partition, _, epoch = source.rpartition(":")
        epochs.setdefault(partition, []).append(int(epoch))
    return frozenset(
        f"{partition}:{epoch}"
        for partition, read in epochs.items()
        for epoch in read
        if epoch < max(read)
    )
