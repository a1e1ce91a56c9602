"""Blocks: chunks of a stream in, blocks that end with a line out, in constant memory.

Lines end with a line feed and with nothing else: not with a carriage return, not with U+2028. A
line without end, however long, is hashed as it passes and rejected; it is never held.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import DamagedStream
from pipeline.records import Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 1 << 23
"""Bytes that make a block, about; a block has at least one line."""

MAX_LINE = 1 << 16
"""Longest line, in bytes, that is looked at."""

KEPT = 1 << 10
"""Bytes of an oversize line that are kept to show it."""


class Block(NamedTuple):
    """Whole lines of a stream."""

    data: bytes | memoryview
    """The lines; the last one of the stream may lack its line feed."""

    offset: int
    """Offset of the first byte in the decompressed stream."""

    @property
    def end(self) -> int:
        """Offset after the last byte: where a scan can resume."""
        return self.offset + len(self.data)


class Gap(NamedTuple):
    """Bytes of a stream that are in no block."""

    rejected: Rejected
    """Why."""

    end: int
    """Offset after the last of them."""

    is_damage: bool = False
    """True if the stream ended early or broke, rather than one record being too long."""


def oversize(line: bytes, offset: int) -> Rejected:
    """Reject a line that is too long, and is here as a whole."""
    return Rejected(
        Reason.OVERSIZE_LINE,
        f"the line has {len(line)} bytes, more than {MAX_LINE}",
        offset,
        line[:KEPT],
        len(line),
        hashlib.sha256(line).hexdigest(),
    )


class _LongLine:
    """A line that is too long to hold, seen in parts."""

    def __init__(self, offset: int, begin: bytes) -> None:
        self.offset = offset
        self._kept = begin[:KEPT]
        self._length = 0
        self._sha256 = hashlib.sha256()
        self.add(begin)

    def add(self, part: bytes) -> None:
        self._length += len(part)
        self._sha256.update(part)

    def gap(self) -> Gap:
        detail = f"the line has {self._length} bytes, more than {MAX_LINE}"
        digest = self._sha256.hexdigest()
        return Gap(
            Rejected(Reason.OVERSIZE_LINE, detail, self.offset, self._kept, self._length, digest),
            self.offset + self._length,
        )


class Blocks:
    """The blocks of a stream, from an offset on."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        start: int = 0,
        skip: int = 0,
        is_cut: Callable[[], bool] | None = None,
    ) -> None:
        """Be ready to iterate, once.

        Args:
            chunks: the stream.
            start: offset of the first chunk, where the stream could be sought.
            skip: bytes to pass over, where it could not.
            is_cut: asked at the end: True if a last line without line feed is not all there.
        """
        self._chunks = chunks
        self._is_cut = is_cut
        self._skip = skip
        self._offset = start + skip
        self._parts: list[bytes] = []  # what is gathered
        self._size = 0
        self._long: _LongLine | None = None

    def __iter__(self) -> Iterator[Block | Gap]:
        """Give the blocks, and a gap for each stretch that no block can hold.

        If the stream is damaged, every whole line before the damage comes first.
        """
        try:
            for chunk in self._chunks:
                if self._skip:
                    passed = min(self._skip, len(chunk))
                    self._skip -= passed
                    rest = chunk[passed:]
                else:
                    rest = chunk
                if self._long is not None:
                    rest, gap = self._continue_long(self._long, rest)
                    if gap is not None:
                        yield gap
                if rest:
                    yield from self._gather(rest)
        except DamagedStream as damage:
            yield from self._whole_lines()
            place = self._offset + self._size
            yield Gap(Rejected(damage.reason, str(damage), place), place, is_damage=True)
            return
        if self._long is not None:
            yield self._long.gap()
        elif self._size and self._is_cut is not None and self._is_cut():
            yield from self._whole_lines()
        elif self._size:
            yield self._take(b"".join(self._parts), b"")

    def _gather(self, chunk: bytes) -> Iterator[Block]:
        self._parts.append(chunk)
        self._size += len(chunk)
        if self._size < BLOCK:
            return
        yield from self._whole_lines()
        if self._size >= BLOCK:
            self._long = _LongLine(self._offset, b"".join(self._parts))
            self._parts, self._size = [], 0

    def _whole_lines(self) -> Iterator[Block]:
        """Give what is gathered up to the last line feed, if there is one."""
        for place in range(len(self._parts) - 1, -1, -1):
            cut = self._parts[place].rfind(b"\n") + 1
            if cut:
                part = self._parts[place]
                before, after = self._parts[:place], self._parts[place + 1 :]
                begin = 0
                if before and len(part) >= BLOCK:  # not copied but for its first line
                    begin = part.find(b"\n") + 1
                    yield self._take(b"".join([*before, part[:begin]]), b"")
                    before = []
                lines = memoryview(part)[begin:cut]
                rest = b"".join([part[cut:], *after])
                if lines:
                    yield self._take(b"".join([*before, lines]) if before else lines, rest)
                else:
                    self._parts, self._size = [rest], len(rest)
                return

    def _take(self, data: bytes | memoryview, rest: bytes) -> Block:
        block = Block(data, self._offset)
        self._offset = block.end
        self._parts, self._size = ([rest], len(rest)) if rest else ([], 0)
        return block

    def _continue_long(self, long: _LongLine, chunk: bytes) -> tuple[bytes, Gap | None]:
        """Add a chunk to the long line; give what follows it, and its gap once it has ended."""
        end = chunk.find(b"\n")
        if end < 0:
            long.add(chunk)
            return b"", None
        long.add(chunk[:end])
        gap = long.gap()
        self._long = None
        self._offset = gap.end + 1
        return chunk[end + 1 :], Gap(gap.rejected, self._offset)
