"""zstd: frames in, bytes out, block by block, so that damage costs its own block alone (RFC 8878).

The decompressor drops the output of the call that meets the damage, so each call is given exactly
one block. Where blocks begin is read from their headers; everything else is left to the library.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.errors import DamagedStream
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"  # after a first byte 0x50 to 0x5f
_DICTIONARY_SIZES = (0, 1, 2, 4)
_CONTENT_SIZES = (0, 2, 4, 8)


class Zstd:
    """zstd frames one after another; truncation and checksums are noticed."""

    def __init__(self, chunk: int) -> None:
        """Args: chunk: most bytes that are given at once."""
        self._chunk = chunk
        self._buffer = bytearray()
        self._frames = 0
        self._frame: ZstdDecompressor | None = None
        self._next = "header"  # part of a frame: header, block, checksum, skipped
        self._skip = 0  # bytes of a skippable frame that are still to come
        self._checksum = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.feed`."""
        self._buffer += data
        start = 0
        while 0 < (size := self._part_size(start)) <= len(self._buffer) - start:
            part = bytes(self._buffer[start : start + size])
            start += size
            yield from self._decompress(part)
            self._advance(part)
        del self._buffer[:start]

    def _part_size(self, start: int) -> int:
        """Length of the part of a frame that begins at `start`; 0 if more is needed to tell."""
        buffer = self._buffer
        have = len(buffer) - start
        if self._next == "skipped":
            return min(self._skip, have)
        if self._next == "checksum":
            return 4
        if self._next == "block":
            header = int.from_bytes(buffer[start : start + 3], "little")
            run_length = header >> 1 & 3 == 1  # one byte, repeated
            return 3 + (1 if run_length else header >> 3) if have >= 3 else 0
        if have < 5:
            return 0
        if buffer[start] >> 4 == 5 and buffer[start + 1 : start + 4] == _SKIPPABLE:
            return 8
        descriptor = buffer[start + 4]
        single = descriptor >> 5 & 1
        content = _CONTENT_SIZES[descriptor >> 6] or single
        return 5 + (1 - single) + _DICTIONARY_SIZES[descriptor & 3] + content

    def _advance(self, part: bytes) -> None:
        """Move on to the part of the frame that follows `part`."""
        if self._next == "header":
            self._frames += 1
            if part[1:4] == _SKIPPABLE:
                self._skip = int.from_bytes(part[4:8], "little")
                self._next = "skipped" if self._skip else "header"
            else:
                self._next, self._checksum = "block", bool(part[4] & 4)
        elif self._next == "skipped":
            self._skip -= len(part)
            self._next = "skipped" if self._skip else "header"
        elif self._next == "checksum":
            self._next = "header"
        elif part[0] & 1:  # the last block
            self._next = "checksum" if self._checksum else "header"

    def _decompress(self, part: bytes) -> Iterator[bytes]:
        if self._frame is None or self._frame.eof:
            self._frame = ZstdDecompressor()
        frame = self._frame
        try:
            while True:
                chunk = frame.decompress(part, self._chunk)
                if chunk:
                    yield chunk
                if frame.eof or frame.needs_input:
                    return
                part = b""
        except ZstdError as error:
            raise self._damage(error) from error

    def _damage(self, error: ZstdError | None) -> DamagedStream:
        message = str(error)
        if "too much memory" in message:
            msg = f"zstd frame {self._frames + 1} asks for a window above 128 MiB"
            return DamagedStream(Reason.WINDOW_TOO_LARGE, msg)
        if self._next == "header" and self._frames:
            msg = f"something that is not zstd follows zstd frame {self._frames}"
        else:
            _, _, cause = message.rpartition(": ")
            msg = f"zstd frame {max(self._frames, 1)} is damaged: {cause}"
        return DamagedStream(Reason.CORRUPT_STREAM, msg)

    def finish(self) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.finish`."""
        if self._next == "header" and not self._buffer:
            return
        if self._next == "header" and self._frames and not _MAGIC.startswith(self._buffer[:4]):
            raise self._damage(None)
        if self._next == "block":  # a stored block may give something though its end is missing
            yield from self._decompress(bytes(self._buffer))
        msg = f"ends inside zstd frame {self._frames + (self._next == 'header')}"
        raise DamagedStream(Reason.TRUNCATED_STREAM, msg)
