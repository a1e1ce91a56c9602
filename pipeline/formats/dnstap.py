"""dnstap (dnstap.pb, 1.0) in Frame Streams (fstrm): captured DNS messages, one a frame.

A frame is its length in four octets and a protobuf message; a length of zero begins a control
frame.
Offsets are those of a frame's length in the decompressed stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detector import screen as screens
from detector.frames import FrameFault
from pipeline.blocks import KEPT, Block, Gap
from pipeline.errors import DamagedStream
from pipeline.formats.dns_wire import BadMessage, read_message
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record, Rejected, SeenIn, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

_MESSAGE, _TYPE = 14, 15  # fields of Dnstap
_QUERY, _RESPONSE = 10, 14  # fields of its Message
_QUERY_SECONDS, _RESPONSE_SECONDS = 8, 12
_LATEST = 1 << 37  # seconds: the year 6325


class Dnstap:
    """Frames of captured messages."""

    name = "dnstap"
    state = ""

    def parse(self, message: bytes, offset: int) -> Message:
        """Read the protobuf message of one frame. Never raises, whatever the bytes are."""
        try:
            return read_captured(message, offset)
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
                held = held + chunk[passed:] if held else chunk[passed:]
                used, wrong = screens.whole_frames(held)
                if used:
                    yield FrameBatch(self, Block(held[:used], offset))
                held, offset = held[used:], offset + used
                if wrong:
                    yield _damage(Reason.CORRUPT_STREAM, _fault(FrameFault(wrong), held), offset)
                    return
        except DamagedStream as damage:
            yield _damage(damage.reason, str(damage), offset)
            return
        if held:
            yield _damage(Reason.TRUNCATED_STREAM, "the last frame is cut off", offset)


def _damage(reason: Reason | str, detail: str, offset: int) -> Gap:
    return Gap(Rejected(reason, detail, offset), offset, is_damage=True)


def _fault(fault: FrameFault, held: bytes) -> str:
    if fault == FrameFault.OF_OTHERS:
        return "the frames are not of dnstap"
    size = int.from_bytes(held[:4]) or int.from_bytes(held[4:8])
    return f"a frame of {size} octets: this is no Frame Stream"


def is_captured(frame: bytes) -> bool:
    """Tell whether octets are a protobuf message of dnstap that holds a DNS message."""
    try:
        return isinstance(_fields(frame).get(_MESSAGE), bytes)
    except BadMessage:
        return False


def read_captured(frame: bytes, offset: int) -> Message:
    """Read the protobuf message of one frame.

    Raises:
        BadMessage: it is none, or what it holds is no DNS message.
    """
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

    block: Block
    """Where they lie: whole frames, control frames among them."""

    state: str = ""
    """See `Batch.state`."""

    @property
    def end(self) -> int:
        """See `Batch.end`."""
        return self.block.end

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`."""
        return screen.frames(self.block.data)

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        data, offset = self.block.data, self.block.offset
        for start, end in hits.spans:
            yield self.format.parse(bytes(data[start + 4 : end]), offset + start)
