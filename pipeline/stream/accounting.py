"""Accounting: what was read of messages in, its place among counts, detections and letters out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pipeline.judging import Refused
from pipeline.records import Record, Rejected, Skipped, SkipReason
from pipeline.stream.dead_letters import DeadLetter

if TYPE_CHECKING:
    from confluent_kafka import Message

    from pipeline import records
    from pipeline.formats.parquet import TableBatch
    from pipeline.judging import Said
    from pipeline.stream.dead_letters import Headers
    from pipeline.stream.stretches import Stretch


class Handed(NamedTuple):
    """A record that the screen has handed over."""

    stretch: Stretch
    """Where it is accounted for."""

    message: Message
    """The message that it is, or is in."""

    read: records.Message
    """What the format made of it."""

    table: TableBatch | None = None
    """The rows that it is one of, of a message of many records."""


def account(handed: Handed, said: Said | Refused | None) -> None:
    """Put one record where it belongs: clean, matched, rejected or skipped.

    Args:
        handed: the record.
        said: what the judge says of it; None if it is none.
    """
    counts, read = handed.stretch.counts, handed.read
    if isinstance(read, Skipped):
        counts.skipped[read.reason] += 1
    elif isinstance(read, Rejected):
        _reject(handed, read.reason, read.detail, "parse")
    elif isinstance(said, Refused):
        if said.reason == SkipReason.ROOT:
            counts.skipped[said.reason] += 1
        else:
            _reject(handed, said.reason, said.detail, "judge")
    elif said is not None:
        _match(handed, read, said)


def _match(handed: Handed, record: Record, said: Said) -> None:
    stretch = handed.stretch
    stretch.counts.add_said(said)
    if not said.detections:
        return
    source, coordinates = _place(handed)
    first, last = record.time_first, record.time_last
    if first is None and last is None:
        first = last = _seconds(handed.message)
    for detection in said.detections:
        stretch.detections.append(
            detection.with_record(
                source=source,
                coordinates=coordinates,
                rrtype=record.rrtype,
                rdata=record.rdata,
                count=record.count,
                time_first=first,
                time_last=last,
            )
        )


def _place(handed: Handed) -> tuple[str, str]:
    """Say where a record lies: for people, and for its identity, which ends with the offset."""
    partition, offset = handed.stretch.tenure.partition, handed.message.offset()
    person, source = f"{partition.topic}/{partition.number}/{offset}", partition.source
    if handed.table is None:
        return person, f"{source}:{offset}"
    row = handed.read.offset
    return f"{person}#{row}", f"{source}#{row}:{offset}"


def _seconds(message: Message) -> int | None:
    """Give a message's own time in seconds since the epoch, which is the same whenever read."""
    kind, milliseconds = message.timestamp()
    return milliseconds // 1000 if kind and milliseconds >= 0 else None


def _reject(handed: Handed, reason: str, detail: str, stage: str) -> None:
    """Make a dead letter of a message, or of the one record of it."""
    stretch, message, table = handed.stretch, handed.message, handed.table
    stretch.counts.rejected[reason] += 1
    partition = stretch.tenure.partition
    value = message.value() or b""
    if table is not None:
        from pipeline.formats.arrow import one_row

        value = one_row(table, handed.read.offset)
    try:
        headers = cast("Headers", list(message.headers() or []))
    except UnicodeDecodeError:  # a header's name is not text
        headers = []
    kind, milliseconds = message.timestamp()
    stretch.letters.append(
        DeadLetter(
            topic=partition.topic,
            number=partition.number,
            offset=message.offset() or 0,
            coordinates=_place(handed)[1],
            timestamp=milliseconds if kind else None,
            reason=str(reason),
            detail=detail,
            stage=stage,
            key=message.key(),
            value=value,
            headers=headers,
            record=None if table is None else handed.read.offset,
        )
    )
