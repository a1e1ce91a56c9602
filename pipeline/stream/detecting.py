"""Detecting: messages in, what each partition's stretch of them gave out.

The values of a batch are laid out as lines of one block, which the compiled screen goes over; of a
message that nobody need look at, no more is ever asked than its value. What the screen leaves is
parsed by the formats of the scan and judged by its judge, so that both find the same.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, groupby
from operator import methodcaller
from typing import TYPE_CHECKING

from pipeline.blocks import MAX_LINE, oversize
from pipeline.formats import make_format
from pipeline.formats.lines import LineFormat
from pipeline.judging import questions_of, shared_out
from pipeline.records import Rejected, Skipped, SkipReason
from pipeline.stream.accounting import Handed, account
from pipeline.stream.judge_aside import JudgeAside
from pipeline.stream.stretches import Stretch, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from confluent_kafka import Message

    from pipeline import records
    from pipeline.engine import Engine
    from pipeline.formats.arrow import ArrowStream
    from pipeline.formats.contract import Screen
    from pipeline.stream.stretches import Key, Tenure

_topic = methodcaller("topic")
_partition = methodcaller("partition")
_value = methodcaller("value")


class Detecting:
    """Finds lookalikes in messages: see `pipeline.stream.contract.Detect`."""

    def __init__(
        self,
        engine: Engine,
        format_name: str,
        column: str | None = None,
        *,
        only_topic: str | None = None,
        aside: JudgeAside | None = None,
    ) -> None:
        """Be ready.

        Args:
            engine: judge and screen.
            format_name: a key of `pipeline.stream.settings.FORMATS`.
            column: which column holds the names, for Arrow; None to guess.
            only_topic: the one topic that all messages are of; None if there are several, which
                costs asking each message.
            aside: a judge beside this process; None to judge here.
        """
        self.engine = engine
        """What decides; may be put in the place of another between two calls."""
        self._format_name = format_name
        self._only_topic = only_topic
        self._aside = aside
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
        """See `pipeline.stream.contract.Detect`."""
        engine = self.engine
        parts = _parts(messages, tenures, self._only_topic)
        stretches = []
        for tenure, part in parts:
            kind, milliseconds = part[0].timestamp()
            tenure.next = (part[-1].offset() or 0) + 1
            stretches.append(Stretch(tenure, tenure.next, milliseconds / 1000 if kind else None))
        handed: list[Handed] = []
        if self._lines is not None:
            handed = list(_read_lines(engine, self._lines, stretches, [part for _, part in parts]))
        elif self._arrow is not None:
            for stretch, (_, part) in zip(stretches, parts, strict=True):
                for message in part:
                    handed += _read_table(engine, self._arrow, stretch, message)
        return Work(stretches, engine.run, self._format_name, self._judged(engine, handed))

    def _judged(self, engine: Engine, handed: Sequence[Handed]) -> Callable[[], None]:
        """Have records judged, beside this process if it can be; gives what accounts for them."""
        reads = [each.read for each in handed]
        questions = [question for each in reads for question in questions_of(each)]
        answers = (self._aside or JudgeAside(None)).ask(engine.judge, questions)

        def settle() -> None:
            for each, (_, said) in zip(handed, shared_out(reads, answers()), strict=True):
                account(each, said)

        return settle


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
) -> Iterator[Handed]:
    """Account for messages of one record each that are clean; give the others."""
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
        yield Handed(stretch, message, read)


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


def _read_table(
    engine: Engine, arrow: ArrowStream, stretch: Stretch, message: Message
) -> Iterator[Handed]:
    """Account for those of a message's many records that are clean; give the others."""
    value, offset, counts = message.value(), message.offset() or 0, stretch.counts
    if not value:
        counts.records += 1
        counts.skipped[SkipReason.TOMBSTONE] += 1
        return
    tables = arrow.tables(value, offset)
    if isinstance(tables, Rejected):
        counts.records += 1
        yield Handed(stretch, message, tables)
        return
    for table in tables:
        hits = table.screen(engine.screen)
        counts.records += hits.records
        counts.clean += hits.records - len(hits.spans)
        for read in table.messages(hits):
            yield Handed(stretch, message, read, table)
