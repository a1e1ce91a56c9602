"""Accounting: a record and what the judge said of its names in, counts and detections out.

The scan and the stream both do it here, so that both find and count the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.judging import Refused
from pipeline.records import Rejected, SeenIn, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detector.detection import Detection
    from pipeline.counts import Counts
    from pipeline.judging import Answer
    from pipeline.records import Record, Sighting


def settle(record: Record, answers: Sequence[Answer], counts: Counts) -> Rejected | None:
    """Count what became of a record: clean, matched, rejected or skipped.

    Returns:
        The reject that it is, if its own name cannot be judged.
    """
    refused = counts.add_answers(answers)
    if refused is None:
        return None
    if refused.reason == SkipReason.ROOT:
        counts.skipped[refused.reason] += 1
        return None
    counts.rejected[refused.reason] += 1
    name = record.name
    original = name if isinstance(name, bytes) else name.encode("utf-8", "surrogatepass")
    return Rejected(refused.reason, refused.detail, record.offset, original)


def detections(
    record: Record, answers: Sequence[Answer], *, source: str, coordinates: str
) -> Iterator[Detection]:
    """Give what was found in a record, with what the record says of it.

    Args:
        record: the record.
        answers: what the judge said of its names, its own name first.
        source: see `Detection.with_record`.
        coordinates: see `Detection.with_record`.
    """
    seen: list[Sighting | None] = [None, *record.more]
    for sighting, said in zip(seen, answers, strict=True):
        if isinstance(said, Refused) or not said.detections:
            continue
        fields = _own_fields(record) if sighting is None else _other_fields(record, sighting)
        for each in said.detections:
            yield each.with_record(
                source=source,
                coordinates=coordinates,
                count=record.count,
                time_first=record.time_first,
                time_last=record.time_last,
                **fields,
            )


def _own_fields(record: Record) -> dict[str, Any]:
    return {"rrtype": record.rrtype, "rdata": record.rdata}


def _other_fields(record: Record, sighting: Sighting) -> dict[str, Any]:
    """A record says what its own name resolved to, not what the others did."""
    if sighting.seen_in == SeenIn.RRNAME:
        return {"rrtype": sighting.rrtype}
    owner = record.name if sighting.owner is None else sighting.owner
    text = owner.decode("utf-8", "backslashreplace") if isinstance(owner, bytes) else owner
    rrtype = record.rrtype if sighting.rrtype is None else sighting.rrtype
    return {"rrtype": rrtype, "seen_in": str(SeenIn.RDATA), "rrname": text}
