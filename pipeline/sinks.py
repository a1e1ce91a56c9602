"""Sinks: where detections go. One contract, which every sink passes (``tests/pipeline``)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pipeline.json_lines import JsonLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detector.detection import Detection
    from pipeline.counts import Counts

REMEMBERED = 1 << 16
"""Detections of which the JSON lines sink knows that they were written."""


class Partition(NamedTuple):
    """A partition of a Kafka topic, as one consumer group reads it."""

    group: str
    """The consumer group."""

    epoch: int
    """Number of the run over the topic: 0, and one more with every deliberate reading anew."""

    cluster: str
    """Id of the cluster."""

    topic: str
    """Name of the topic."""

    topic_id: str
    """Id of the topic: a topic that is deleted and made again has the same name and another id.
    Empty where the broker does not tell."""

    number: int
    """Number of the partition."""

    @property
    def source(self) -> str:
        """Coordinate of what it holds, for `Detection.coordinates`: the record's offset follows.

        >>> Partition("g", 0, "c1", "dns", "t7", 3).source
        'kafka:c1:dns:t7:3:0'
        """
        parts = (self.cluster, self.topic, self.topic_id, str(self.number), str(self.epoch))
        return ":".join(("kafka", *parts))


class Progress(NamedTuple):
    """How far the reading of one source has come, and what became of its records so far."""

    source: str
    """The source's coordinate, ``sha256:...``: the same content has the same, whatever its name."""

    run: str
    """Digest of all that decides what is found: map, targets, options. A change means a rescan."""

    label: str
    """What the source was called, for people."""

    format: str
    """Name of the format it was read in."""

    offset: int
    """Offset, in the decompressed stream, of what comes next."""

    state: str
    """The format's own state there (`pipeline.formats.contract.Format.state`)."""

    counts: Counts
    """What became of the records before it; of a partition, of the records of this batch alone."""

    finished: bool
    """True if nothing comes next."""

    partition: Partition | None = None
    """Which partition the source is, if it is one; `source` is then `Partition.source`."""


class Batch(NamedTuple):
    """What one stretch of a source gave."""

    detections: Sequence[Detection]
    """What was found, in the order of the source; `Detection.with_record` was called on each."""

    progress: Progress | None
    """How far the source is read with this batch; a sink that keeps it, keeps it in the same
    transaction. None if the source cannot be read from the middle."""


class Sink(Protocol):
    """Where detections go. Writing the same detection twice leaves one row."""

    def write(self, batch: Batch) -> None:
        """Store a batch durably before returning.

        Called between reads, never concurrently. The scan counts on nothing before it returns, and
        may repeat a batch after a crash.

        Raises:
            SinkUnavailable: the batch is not stored as a whole; it may be written again.
        """

    def finish(self) -> None:
        """Called once, after the last batch of a scan that came to its end.

        Raises:
            SinkUnavailable: what was written is not complete.
        """

    def close(self) -> None:
        """Let go of everything. Called once, at the very end, also after an error."""


class StoredProgress(NamedTuple):
    """How far a summary has counted a partition."""

    offset: int
    """Offset of what is counted next."""

    topic_id: str
    """Id of the topic that it was counted in; empty if the broker did not tell."""


class Alert(NamedTuple):
    """A lookalike domain that was seen for the first time, and not yet told."""

    id: int
    """Its number in the outbox."""

    lookalike: str
    """The domain, in A-label form."""

    detection: dict[str, Any]
    """The detection that it was first seen by, as `Detection.to_json` gives it."""


class Outbox(Protocol):
    """Alerts that wait to be sent. One is added with the counting of what it tells, or not at all.

    Called by one thread at a time, which need not be the one that writes.
    """

    def outbox_pending(self, limit: int) -> list[Alert]:
        """Give the oldest alerts that were not sent, ``limit`` at most.

        Raises:
            SinkUnavailable: they cannot be read.
        """

    def outbox_sent(self, ids: Sequence[int]) -> None:
        """Say which alerts were sent: they are not given again.

        Raises:
            SinkUnavailable: they will be given again.
        """


class SummarySink(Sink, Outbox, Protocol):
    """A sink that counts, and keeps in the same transaction how far it has counted.

    Of a partition, records below the progress that is stored are never counted again.
    """

    def read_progress(
        self, group: str, epoch: int, cluster: str, topic: str, numbers: Sequence[int]
    ) -> dict[int, StoredProgress]:
        """Tell how far partitions were counted; those that never were are left out.

        Args:
            group: `Partition.group`.
            epoch: `Partition.epoch`.
            cluster: `Partition.cluster`.
            topic: `Partition.topic`, under whatever id it was counted last.
            numbers: `Partition.number` of each.

        Raises:
            SinkUnavailable: it cannot be read.
        """


class MemorySink:
    """Keeps detections in memory: for tests, and for whoever embeds the scan."""

    def __init__(self) -> None:
        self.detections: dict[str, Detection] = {}
        """What was written, by id."""

    def write(self, batch: Batch) -> None:
        """See `Sink.write`."""
        for detection in batch.detections:
            self.detections.setdefault(detection.id, detection)

    def finish(self) -> None:
        """See `Sink.finish`."""

    def close(self) -> None:
        """See `Sink.close`."""


class JsonLinesSink:
    """One JSON object a line: a file that appears when it is complete, or standard output.

    It knows the last `REMEMBERED` detections, so a batch that is repeated is not written twice.
    """

    def __init__(self, path: str) -> None:
        """Args: path: a file, replaced if it is there, or ``-``."""
        self._lines = JsonLines(path)
        self._known: dict[bytes, None] = {}  # in the order of writing

    def write(self, batch: Batch) -> None:
        """See `Sink.write`."""
        fresh: dict[bytes, Detection] = {}
        for detection in batch.detections:
            key = bytes.fromhex(detection.id)
            if key not in self._known:
                fresh.setdefault(key, detection)
        if not fresh:
            return
        self._lines.write(detection.to_json() for detection in fresh.values())
        self._known |= dict.fromkeys(fresh)
        for key in list(islice(self._known, max(0, len(self._known) - REMEMBERED))):
            del self._known[key]

    def finish(self) -> None:
        """See `Sink.finish`."""
        self._lines.finish()

    def close(self) -> None:
        """See `Sink.close`."""
        self._lines.abandon()
