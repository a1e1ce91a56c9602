"""Accounting: what was read of messages in, its place among counts, detections and letters out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pipeline.accounting import detections, settle
from pipeline.records import Rejected, Skipped
from pipeline.stream.dead_letters import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from confluent_kafka import Message

    from pipeline import records
    from pipeline.formats.parquet import TableBatch
    from pipeline.judging import Answer
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


def account(handed: Handed, answers: Sequence[Answer]) -> None:
    """Put one record where it belongs: clean, matched, rejected or skipped.

    Args:
        handed: the record.
        answers: what the judge says of its names; none if it is no record.
    """
    stretch, read = handed.stretch, handed.read
    if isinstance(read, Skipped):
        stretch.counts.skipped[read.reason] += 1
    elif isinstance(read, Rejected):
        stretch.counts.rejected[read.reason] += 1
        _reject(handed, read, "parse")
    else:
        if (rejected := settle(read, answers, stretch.counts)) is not None:
            _reject(handed, rejected, "judge")
        source, coordinates = _place(handed)
        if read.time_first is None and read.time_last is None:
            seconds = _seconds(handed.message)
            read = read._replace(time_first=seconds, time_last=seconds)
        stretch.detections.extend(detections(read, answers, source=source, coordinates=coordinates))


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


def _reject(handed: Handed, rejected: Rejected, stage: str) -> None:
    """Make a dead letter of a message, or of the one record of it."""
    stretch, message, table = handed.stretch, handed.message, handed.table
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
            reason=str(rejected.reason),
            detail=rejected.detail,
            stage=stage,
            key=message.key(),
            value=value,
            headers=headers,
            record=None if table is None else handed.read.offset,
        )
    )
