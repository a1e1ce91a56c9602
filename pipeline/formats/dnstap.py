"""dnstap (dnstap.pb, 1.0) in Frame Streams (fstrm): captured DNS messages, one a frame.

A frame is its length in four octets and a protobuf message; a length of zero begins a control
frame.
Offsets are those of a frame's length in the decompressed stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.blocks import KEPT, Gap
from pipeline.errors import DamagedStream
from pipeline.formats.dns_wire import BadMessage, read_message
from pipeline.formats.lines import screen_named
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record, Rejected, SeenIn, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.blocks import Block
    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

CONTENT_TYPE: Final = b"protobuf:dnstap.Dnstap"
"""What a START frame says that the frames are."""

LARGEST: Final = 1 << 20
"""Octets of a frame: a DNS message has 64 KiB at most, and a frame two of them."""

_START = 2
_LARGEST_CONTROL = 512
_MESSAGE, _TYPE = 14, 15  # fields of Dnstap
_QUERY, _RESPONSE = 10, 14  # fields of its Message
_QUERY_SECONDS, _RESPONSE_SECONDS = 8, 12
_LATEST = 1 << 37  # seconds: the year 6325
_FLAG = b"\xff"  # no name: the screen hands such a line over for sure


class Dnstap:
    """Frames of captured messages."""

    name = "dnstap"
    state = ""

    def parse(self, message: bytes, offset: int) -> Message:
        """Read the protobuf message of one frame. Never raises, whatever the bytes are."""
        try:
            return _record(message, offset)
        except BadMessage as error:
            return Rejected(Reason.BAD_MESSAGE, str(error), offset, message[:KEPT], len(message))

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - `frames` says so
        """See `Format.finish`."""
        return None

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[FrameBatch | Gap]:
        """Not for frames, which have no lines: see `frames`."""
        raise TypeError(blocks)

    def frames(self, chunks: Iterable[bytes], start: int) -> Iterator[FrameBatch | Gap]:
        """Give the frames of a stream from offset `start` on, where one begins.

        Args:
            chunks: the stream from its beginning.
            start: where to go on.
        """
        held, offset, skip = b"", start, start
        try:
            for chunk in chunks:
                passed = min(skip, len(chunk))
                skip -= passed
                held += chunk[passed:]
                found, used, wrong = _divided(held, offset)
                held, offset = held[used:], offset + used
                if found:
                    yield FrameBatch(self, found, offset)
                if wrong:
                    yield _damage(Reason.CORRUPT_STREAM, wrong, offset)
                    return
        except DamagedStream as damage:
            yield _damage(damage.reason, str(damage), offset)
            return
        if held:
            yield _damage(Reason.TRUNCATED_STREAM, "the last frame is cut off", offset)


def _damage(reason: Reason | str, detail: str, offset: int) -> Gap:
    return Gap(Rejected(reason, detail, offset), offset, is_damage=True)


def _divided(held: bytes, offset: int) -> tuple[list[tuple[int, bytes]], int, str]:
    """Give the whole frames that bytes begin with, how many octets they are, and what is wrong."""
    found: list[tuple[int, bytes]] = []
    place = 0
    while place + 4 <= len(held):
        begin, size = place + 4, int.from_bytes(held[place : place + 4])
        limit = LARGEST
        if not size:
            if begin + 4 > len(held):
                break
            begin, size, limit = (
                begin + 4,
                int.from_bytes(held[begin : begin + 4]),
                _LARGEST_CONTROL,
            )
        if size > limit:
            return found, place, f"a frame of {size} octets: this is no Frame Stream"
        if begin + size > len(held):
            break
        frame = held[begin : begin + size]
        if limit == LARGEST:
            found.append((offset + place, frame))
        elif frame[:4] == _START.to_bytes(4) and frame[4:] and CONTENT_TYPE not in frame:
            return found, place, "the frames are not of dnstap"
        place = begin + size
    return found, place, ""


def _record(frame: bytes, offset: int) -> Message:
    outer = _fields(frame)
    message = outer.get(_MESSAGE)
    if not isinstance(message, bytes):
        if outer.get(_TYPE, 1) != 1:
            return Skipped(SkipReason.OTHER_EVENT, offset)
        msg = "a dnstap frame without a message"
        raise BadMessage(msg)
    inner = _fields(message)
    wires = [wire for field in (_QUERY, _RESPONSE) if isinstance(wire := inner.get(field), bytes)]
    reads = [read_message(wire) for wire in wires]
    questions = [each for read in reads for each in read.questions]
    if not questions:
        return Skipped(SkipReason.NO_NAME, offset)
    name, rrtype = questions[0]
    more = Sightings(name)
    for other, kind in questions[1:]:
        more.add(other, SeenIn.RRNAME, kind)
    values = []
    for owner, kind, rdata in (each for read in reads for each in read.answers):
        if rdata is not None:
            more.add_rdata(kind, [rdata], owner)
            values.append(rdata)
    times = [inner.get(field) for field in (_RESPONSE_SECONDS, _QUERY_SECONDS)]
    seen = next((time for time in times if isinstance(time, int) and 0 < time < _LATEST), None)
    return Record(name, offset, rrtype, tuple(values) or None, None, seen, seen, more.all())


def _fields(data: bytes) -> dict[int, int | bytes]:
    """Read the fields of a protobuf message; the last one of each number.

    Raises:
        BadMessage: it is none.
    """
    fields: dict[int, int | bytes] = {}
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind, value = key & 7, 0
        if kind == 0:
            value, place = _varint(data, place)
            fields[key >> 3] = value
            continue
        if kind == 2:
            size, place = _varint(data, place)
        else:
            size = {1: 8, 5: 4}.get(kind, len(data) + 1)
        if place + size > len(data):
            msg = "not a protobuf message"
            raise BadMessage(msg)
        if kind == 2:
            fields[key >> 3] = data[place : place + size]
        place += size
    return fields


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data) and shift < 70:
        octet = data[place]
        value |= (octet & 0x7F) << shift
        place += 1
        shift += 7
        if octet < 0x80:
            return value, place
    msg = "not a protobuf message"
    raise BadMessage(msg)


class FrameBatch(NamedTuple):
    """Some frames of a stream."""

    format: Dnstap
    """Whose frames they are."""

    frames: list[tuple[int, bytes]]
    """Offset and content of each."""

    end: int
    """See `Batch.end`."""

    state: str = ""
    """See `Batch.state`."""

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`; spans are (index, index + 1) of the frames."""
        named: list[tuple[int, bytes]] = []
        for index, (offset, frame) in enumerate(self.frames):
            read = self.format.parse(frame, offset)
            if not isinstance(read, Record):
                named.append((index, _FLAG))
                continue
            named.append((index, str(read.name).encode()))
            named += [(index, str(each.name).encode()) for each in read.more]
        return screen_named(screen, named, len(self.frames))

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        for index, _ in hits.spans:
            offset, frame = self.frames[index]
            yield self.format.parse(frame, offset)
