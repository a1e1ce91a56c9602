"""Detecting: messages in, what each partition's stretch of them gave out.

The values of a batch are laid out as lines of one block, which the compiled screen goes over; of a
message that nobody need look at, no more is ever asked than its value. What the screen leaves is
parsed by the formats of the scan and judged by its judge, so that both find the same.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, groupby
from operator import methodcaller
from typing import TYPE_CHECKING, cast

from pipeline.blocks import MAX_LINE, oversize
from pipeline.formats import make_format
from pipeline.formats.lines import LineFormat
from pipeline.judging import Refused, said_of
from pipeline.records import Record, Rejected, Skipped, SkipReason
from pipeline.stream.dead_letters import DeadLetter
from pipeline.stream.stretches import Stretch, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from confluent_kafka import Message

    from pipeline import records
    from pipeline.engine import Engine
    from pipeline.formats.arrow import ArrowStream
    from pipeline.formats.contract import Screen
    from pipeline.formats.parquet import TableBatch
    from pipeline.judging import Said
    from pipeline.stream.dead_letters import Headers
    from pipeline.stream.stretches import Key, Tenure

_topic = methodcaller("topic")
_partition = methodcaller("partition")
_value = methodcaller("value")


class Detecting:
    """Finds lookalikes in messages: see `pipeline.stream.loop.Detect`."""

    def __init__(
        self,
        engine: Engine,
        format_name: str,
        column: str | None = None,
        *,
        only_topic: str | None = None,
    ) -> None:
        """Be ready.

        Args:
            engine: judge and screen.
            format_name: a key of `pipeline.stream.settings.FORMATS`.
            column: which column holds the names, for Arrow; None to guess.
            only_topic: the one topic that all messages are of; None if there are several, which
                costs asking each message.
        """
        self.engine = engine
        """What decides; may be put in the place of another between two calls."""
        self._format_name = format_name
        self._only_topic = only_topic
        self._lines: LineFormat | None = None
        self._arrow: ArrowStream | None = None
        if format_name == "arrow":
            from pipeline.formats.arrow import ArrowStream

            self._arrow = ArrowStream(column)
        else:
            made = make_format(format_name, b"", None)
            if not isinstance(made, LineFormat):
                raise TypeError(format_name)
            self._lines = made

    def __call__(self, messages: Sequence[Message], tenures: Mapping[Key, Tenure]) -> Work:
        """See `pipeline.stream.loop.Detect`."""
        engine = self.engine
        parts = _parts(messages, tenures, self._only_topic)
        stretches = []
        for tenure, part in parts:
            kind, milliseconds = part[0].timestamp()
            tenure.next = (part[-1].offset() or 0) + 1
            stretches.append(Stretch(tenure, tenure.next, milliseconds / 1000 if kind else None))
        if self._lines is not None:
            _read_lines(engine, self._lines, stretches, [part for _, part in parts])
        elif self._arrow is not None:
            for stretch, (_, part) in zip(stretches, parts, strict=True):
                for message in part:
                    _read_table(engine, self._arrow, stretch, message)
        return Work(stretches, engine.run, self._format_name)


def _parts(
    messages: Sequence[Message], tenures: Mapping[Key, Tenure], only_topic: str | None
) -> list[tuple[Tenure, list[Message]]]:
    """Divide messages by partition; those that are not ours, or were read before, are left out."""
    found: dict[Key, list[Message]] = {}
    by_topic: Iterable[tuple[str, Iterable[Message]]]
    by_topic = groupby(messages, _topic) if only_topic is None else [(only_topic, messages)]
    for topic, same_topic in by_topic:
        for number, same in groupby(same_topic, _partition):
            found.setdefault((topic, number), []).extend(same)
    parts = []
    for key, part in found.items():
        tenure = tenures.get(key)
        if tenure is None:
            continue
        begin = tenure.next
        if (part[0].offset() or 0) < begin:
            part = [each for each in part if (each.offset() or 0) >= begin]  # noqa: PLW2901
        if part:
            parts.append((tenure, part))
    return parts


# One record a message


def _read_lines(
    engine: Engine,
    lines: LineFormat,
    stretches: Sequence[Stretch],
    parts: Sequence[Sequence[Message]],
) -> None:
    """Account for messages of one record each."""
    messages = [message for part in parts for message in part]
    ends = list(accumulate(map(len, parts)))
    for stretch, part in zip(stretches, parts, strict=True):
        stretch.counts.records = stretch.counts.clean = len(part)
    for place in _left(lines, engine.screen, list(map(_value, messages))):
        message = messages[place]
        stretch = stretches[bisect_right(ends, place)]
        stretch.counts.clean -= 1
        value, offset = message.value(), message.offset() or 0
        read: records.Message
        if value is None:
            read = Skipped(SkipReason.TOMBSTONE, offset)
        elif len(value) > MAX_LINE:
            read = oversize(value, offset)
        else:
            read = lines.parse(value, offset)
        _account(engine, stretch, message, read)


def _left(lines: LineFormat, screen: Screen, values: list[bytes | None]) -> Sequence[int]:
    """Give the places of the values that the screen leaves to be parsed, in order.

    Values that are no line (missing, empty, several lines) are always among them.
    """
    try:
        block = b"\n".join(values)  # type: ignore[arg-type]
    except TypeError:  # of a missing one
        return _left_of_odd(lines, screen, values)
    hits = lines.screen(screen, block)
    if hits.blank or hits.records != len(values):  # then some value is no line, or several
        return _left_of_odd(lines, screen, values)
    return list(_places(block, hits.spans))


def _left_of_odd(lines: LineFormat, screen: Screen, values: list[bytes | None]) -> Sequence[int]:
    """See `_left`, where some values are no line."""
    alone = {
        place for place, value in enumerate(values) if not value or b"\n" in value or value == b"\r"
    }
    block = b"\n".join([b"" if n in alone else value or b"" for n, value in enumerate(values)])
    hits = lines.screen(screen, block)
    return sorted(alone.union(_places(block, hits.spans)))


def _places(block: bytes, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Give the number of the line that each span is."""
    line = before = 0
    for start, _ in spans:
        line += block.count(b"\n", before, start)
        before = start
        yield line


# Many records a message


def _read_table(engine: Engine, arrow: ArrowStream, stretch: Stretch, message: Message) -> None:
    """Account for a message of many records."""
    value, offset, counts = message.value(), message.offset() or 0, stretch.counts
    if not value:
        counts.records += 1
        counts.skipped[SkipReason.TOMBSTONE] += 1
        return
    tables = arrow.tables(value, offset)
    if isinstance(tables, Rejected):
        counts.records += 1
        _account(engine, stretch, message, tables)
        return
    for table in tables:
        hits = table.screen(engine.screen)
        counts.records += hits.records
        counts.clean += hits.records - len(hits.spans)
        for read in table.messages(hits):
            _account(engine, stretch, message, read, table)


# What became of a record


def _account(
    engine: Engine,
    stretch: Stretch,
    message: Message,
    read: records.Message,
    table: TableBatch | None = None,
) -> None:
    """Put one record where it belongs: clean, matched, rejected or skipped."""
    counts = stretch.counts
    if isinstance(read, Skipped):
        counts.skipped[read.reason] += 1
        return
    if isinstance(read, Rejected):
        _reject(stretch, message, read.reason, read.detail, "parse", read.offset, table)
        return
    said = said_of(engine.judge, (read.name, read.count))
    if isinstance(said, Refused):
        if said.reason == SkipReason.ROOT:
            counts.skipped[said.reason] += 1
        else:
            _reject(stretch, message, said.reason, said.detail, "judge", read.offset, table)
        return
    _match(stretch, message, read, said, None if table is None else read.offset)


def _match(stretch: Stretch, message: Message, record: Record, said: Said, row: int | None) -> None:
    counts = stretch.counts
    counts.brakes.update(said.brakes)
    counts.truncated += said.truncated
    if not said.detections:
        counts.clean += 1
        return
    counts.matched += 1
    counts.detections += len(said.detections)
    source, coordinates = _place(stretch, message, row)
    first, last = record.time_first, record.time_last
    if first is None and last is None:
        first = last = _seconds(message)
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


def _place(stretch: Stretch, message: Message, row: int | None) -> tuple[str, str]:
    """Say where a record lies: for people, and for its identity, which ends with the offset."""
    partition, offset = stretch.tenure.partition, message.offset()
    person, source = f"{partition.topic}/{partition.number}/{offset}", partition.source
    if row is None:
        return person, f"{source}:{offset}"
    return f"{person}#{row}", f"{source}#{row}:{offset}"


def _seconds(message: Message) -> int | None:
    """Give a message's own time in seconds since the epoch, which is the same whenever read."""
    kind, milliseconds = message.timestamp()
    return milliseconds // 1000 if kind and milliseconds >= 0 else None


def _reject(
    stretch: Stretch,
    message: Message,
    reason: str,
    detail: str,
    stage: str,
    place: int,
    table: TableBatch | None,
) -> None:
    """Make a dead letter of a message, or of the one record of it."""
    stretch.counts.rejected[reason] += 1
    partition = stretch.tenure.partition
    row = None if table is None else place
    value = message.value() or b""
    if table is not None:
        from pipeline.formats.arrow import one_row

        value = one_row(table, place)
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
            coordinates=_place(stretch, message, row)[1],
            timestamp=milliseconds if kind else None,
            reason=str(reason),
            detail=detail,
            stage=stage,
            key=message.key(),
            value=value,
            headers=headers,
            record=row,
        )
    )
