"""Details in the store: of a partition that was read anew, only the newest reading."""

from __future__ import annotations

from detector.detection import Detection
from pipeline.counts import Counts
from pipeline.sinks import Batch, Partition, Progress
from pipeline.store import Store


def stretch(found: list[Detection], epoch: int) -> Batch:
    partition = Partition("g", epoch, "c", "dns", "t", 0)
    seen = [
        each.with_record(source=f"dns:0:{place}", coordinates=f"{partition.source}:{place}")
        for place, each in enumerate(found)
    ]
    end = len(found)
    progress = Progress(partition.source, "", "dns", "", end, "", Counts(), False, partition)
    return Batch(seen, progress)


def test_a_new_reading_stands_for_the_old_one(store: Store, found: list[Detection]) -> None:
    store.write(stretch(found, 0))
    store.write(stretch(found[:1], 1))
    (only,) = store.detections()
    assert only["name"] == found[0].name
    (summary,) = store.summaries()
    assert summary.records == 1


def test_scans_and_partitions_are_both_there(store: Store, found: list[Detection]) -> None:
    store.write(Batch(found, None))
    store.write(stretch(found, 0))
    assert len(list(store.detections())) == 2 * len(found)
    assert sum(each.records for each in store.summaries()) == 2 * len(found)
