"""bzip2 and xz: streams in, bytes out, up to a few hundred bytes before a stream breaks.

bzip2 streams follow each other as pbzip2 writes them; xz streams may have zeros between them, four
by four (the .xz file format, 2.2). An xz stream names the memory it needs, so that is limited.
"""

from __future__ import annotations

from bz2 import BZ2Decompressor
from lzma import FORMAT_XZ, LZMADecompressor, LZMAError
from typing import TYPE_CHECKING

from pipeline.errors import DamagedStream
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

XZ_MEMORY = 96 << 20
"""Most bytes that an xz stream may ask for; ``xz -9`` asks for 65 MiB."""

_PIECE = 512  # compressed bytes a call: what a call made before it met damage is lost


class PackedStreams:
    """bzip2 or xz streams one after another; their checksums are checked."""

    def __init__(self, kind: str, chunk: int) -> None:
        """Args: kind: ``bzip2`` or ``xz``; chunk: most bytes that are given at once."""
        self._kind = kind
        self._chunk = chunk
        self._stream: BZ2Decompressor | LZMADecompressor | None = None
        self._streams = 0
        self._padding = 0  # zeros since the last xz stream

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.feed`."""
        made: list[bytes] = []
        size = 0
        try:
            for start in range(0, len(data), _PIECE):
                for part in self._unpack(data[start : start + _PIECE]):
                    if size + len(part) > self._chunk:
                        yield b"".join(made)
                        made, size = [], 0
                    made.append(part)
                    size += len(part)
        except DamagedStream:
            if made:
                yield b"".join(made)
            raise
        if made:
            yield b"".join(made)

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        """Give what one piece adds."""
        while data:
            if self._stream is None:
                data = self._skip_padding(data)
                if not data:
                    return
                self._begin()
            stream = self._stream
            if stream is None:
                return
            part = self._call(stream, data)
            if part:
                yield part
            while not (stream.needs_input or stream.eof):
                if part := self._call(stream, b""):
                    yield part
            data = b""
            if stream.eof:
                data, self._stream = stream.unused_data, None

    def _call(self, stream: BZ2Decompressor | LZMADecompressor, data: bytes) -> bytes:
        try:
            return stream.decompress(data, self._chunk)
        except (OSError, LZMAError, EOFError, ValueError) as error:
            after = f" (or something else follows stream {self._streams - 1})"
            msg = f"{self._kind} stream {self._streams} is damaged: {error}"
            msg += after if self._streams > 1 else ""
            raise DamagedStream(Reason.CORRUPT_STREAM, msg) from error

    def _skip_padding(self, data: bytes) -> bytes:
        if self._kind != "xz" or not self._streams:
            return data
        rest = data.lstrip(b"\0")
        self._padding += len(data) - len(rest)
        if rest:
            self._check_padding()
        return rest

    def _check_padding(self) -> None:
        if self._padding % 4:
            msg = f"{self._padding} zeros after xz stream {self._streams} are no padding"
            raise DamagedStream(Reason.CORRUPT_STREAM, msg)
        self._padding = 0

    def _begin(self) -> None:
        if self._kind == "xz":
            self._stream = LZMADecompressor(FORMAT_XZ, memlimit=XZ_MEMORY)
        else:
            self._stream = BZ2Decompressor()
        self._streams += 1

    def finish(self) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.finish`."""
        yield from ()  # `feed` holds nothing back
        if self._stream is not None:
            msg = f"ends inside {self._kind} stream {self._streams}"
            raise DamagedStream(Reason.TRUNCATED_STREAM, msg)
        self._check_padding()
