r"""Zeek's dns.log as fields (Zeek's ASCII writer), which the log's own header names.

Headers may stand anywhere, as where rotated logs were joined; each holds until the next.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from detector.screen import every_line
from detector.shapes import LineShape
from pipeline.blocks import Block, Gap
from pipeline.formats.fields import BadField
from pipeline.formats.lines import BOM, LineBatch, LineFormat, LogLines
from pipeline.formats.zeek import dns_record, unescaped
from pipeline.records import Reason, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Buffer

    from pipeline.formats.contract import Batch, Hits, Screen
    from pipeline.records import Message


_LONGEST_MARK = 64  # octets, of those that the screen takes


class Header(NamedTuple):
    """What a header says of the lines after it."""

    separator: str = "\t"
    set_separator: str = ","
    empty: str = "(empty)"
    unset: str = "-"
    fields: tuple[str, ...] = ()
    """Names of the fields; none before any header has said."""

    def after(self, line: bytes) -> Header:
        r"""Give what holds after one more line of a header.

        >>> Header().after(b"#fields\tts\tquery").fields
        ('ts', 'query')
        """
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        word = re.split(r"[ \t]", text.replace(self.separator, "\t"), maxsplit=1)[0]
        value = text[len(word) + 1 :]
        if word == "#separator":  # which begins another log
            try:
                return Header(separator=unescaped(value) or "\t")
            except BadField:
                return Header()
        if word == "#fields":
            return self._replace(fields=tuple(value.split(self.separator)))
        if word == "#set_separator":
            return self._replace(set_separator=value)
        if word == "#empty_field":
            return self._replace(empty=value)
        return self._replace(unset=value) if word == "#unset_field" else self

    @property
    def shape(self) -> LineShape | None:
        """Where names stand; None if every line must be looked at."""
        marks = (self.separator, self.unset)
        if "query" not in self.fields or max(len(mark.encode()) for mark in marks) > _LONGEST_MARK:
            return None
        if len(self.set_separator.encode()) > 1 or len(set(self.fields)) < len(self.fields):
            return None
        answers = self.fields.index("answers") if "answers" in self.fields else -1
        return LineShape(
            self.separator.encode(),
            marked=False,
            own=self.fields.index("query"),
            width=len(self.fields),
            rdata=answers,
            between=ord(self.set_separator or "\0"),
            unset=self.unset.encode(),
        )

    def read(self, line: str, offset: int) -> Message:
        """Read one line.

        Raises:
            BadField: it cannot be used.
        """
        if not self.fields:
            raise BadField(Reason.NO_HEADER, "no #fields before it")
        values = line.split(self.separator)
        if len(values) != len(self.fields):
            detail = f"{len(values)} fields where #fields names {len(self.fields)}"
            raise BadField(Reason.BAD_LINE, detail)
        known = {
            name: value
            for name, value in zip(self.fields, values, strict=True)
            if value not in (self.unset, self.empty)
        }
        if "query" not in self.fields:
            return Skipped(SkipReason.OTHER_EVENT, offset)
        answers = known.get("answers")
        several = [] if answers is None else answers.split(self.set_separator or None)
        return dns_record(
            known.get("query"), known.get("qtype_name"), several, known.get("ts"), offset
        )


class ZeekTsv(LineFormat):
    """Zeek's fields. Its state is the header, as JSON."""

    name = "zeek"

    def __init__(self) -> None:
        """Begin before any header."""
        self.state = json.dumps(Header())

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`: a line after the header of `state`."""
        header = header_of(self.state)
        if message.startswith(b"#"):
            self.state = json.dumps(header.after(message))
        return Rows(header).parse(message, offset)

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        return Rows(header_of(self.state)).screen(screen, lines)

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[Batch | Gap]:
        """See `Format.batches`: a block is divided where a header stands."""
        header = header_of(self.state)
        for block in blocks:
            if isinstance(block, Gap):
                yield block
                continue
            begin = 0
            for start, end in _headers(bytes(block.data)):
                if start > begin:
                    yield _part(header, block, begin, start)
                for line in bytes(block.data[start:end]).split(b"\n"):
                    header = header.after(line) if line else header
                yield _part(header, block, start, end)
                begin = end
            if begin < len(block.data):
                yield _part(header, block, begin, len(block.data))


def _headers(data: bytes) -> Iterator[tuple[int, int]]:
    """Give where lines that begin with ``#`` follow each other: first byte, and last plus one."""
    start = 0 if data.startswith((b"#", BOM + b"#")) else data.find(b"\n#") + 1 or -1
    while start >= 0:
        end = data.find(b"\n", start) + 1 or len(data)
        while data.startswith(b"#", end):
            end = data.find(b"\n", end) + 1 or len(data)
        yield start, end
        start = data.find(b"\n#", end) + 1 or -1


def header_of(state: str) -> Header:
    """Read the header that a state has kept."""
    separator, set_separator, empty, unset, fields = json.loads(state)
    return Header(separator, set_separator, empty, unset, tuple(fields))


def _part(header: Header, block: Block, start: int, end: int) -> LineBatch:
    return LineBatch(Rows(header), Block(memoryview(block.data)[start:end], block.offset + start))


class Rows(LogLines):
    """The lines under one header, its own among them; its state is that header, and stays."""

    name = "zeek"

    def __init__(self, header: Header) -> None:
        """Args: header: what holds for every line."""
        self.state = json.dumps(header)
        self._header = header

    def read(self, line: str, offset: int) -> Message:
        """See `LogLines.read`."""
        return self._header.read(line, offset)

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        shape = self._header.shape
        return every_line(lines) if shape is None else screen.columns(lines, shape)
