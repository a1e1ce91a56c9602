"""dnstap in base64: captured DNS messages, one a line, as Vector and others hand them on.

A line is the protobuf message that a frame of a Frame Stream has (RFC 4648, section 4). Offsets are
those of lines.
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from bisect import bisect_right
from typing import TYPE_CHECKING

from detector import screen as screens
from pipeline.blocks import MAX_LINE
from pipeline.formats.dns_wire import BadMessage
from pipeline.formats.dnstap import is_captured, read_captured
from pipeline.formats.lines import BOM, LineFormat
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message


class DnstapLines(LineFormat):
    """Captured messages, each in base64 on a line."""

    name = "dnstap"

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`."""
        line = message.removeprefix(BOM).strip()
        if not line:
            return Skipped(SkipReason.TOMBSTONE, offset)
        if line.startswith(b"#"):
            return Skipped(SkipReason.COMMENT, offset)
        captured = _decoded(line)
        if captured is None:
            return Rejected(Reason.BAD_MESSAGE, "not base64", offset, message)
        try:
            return read_captured(captured, offset)
        except BadMessage as error:
            return Rejected(Reason.BAD_MESSAGE, str(error), offset, message)

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`; what the lines hold is screened as frames of one stream."""
        every = screens.every_line(lines)
        text = memoryview(lines)
        handed: list[int] = []
        framed: list[int] = []
        starts: list[int] = []
        frames = bytearray()
        for place, (start, end) in enumerate(every.spans):
            captured = _decoded(bytes(text[start:end])) if end - start <= MAX_LINE else None
            if not captured:  # a frame of no octets would begin a control frame
                handed.append(place)
                continue
            framed.append(place)
            starts.append(len(frames))
            frames += len(captured).to_bytes(4) + captured
        for start, _ in screen.frames(bytes(frames)).spans:
            handed.append(framed[bisect_right(starts, start) - 1])
        spans = [every.spans[place] for place in sorted(handed)]
        return screens.Hits(every.records, every.blank, spans)


def is_base64_of_dnstap(line: bytes) -> bool:
    """Tell whether a line is a captured message in base64."""
    captured = _decoded(line)
    return captured is not None and is_captured(captured)


def _decoded(line: bytes) -> bytes | None:
    """Give the octets of base64 that is whole and nothing else, or None."""
    try:
        return a2b_base64(line.removesuffix(b"\r"), strict_mode=True)
    except Error:
        return None
