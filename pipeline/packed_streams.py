"""bzip2 and xz: streams in, bytes out, up to where a stream breaks.

bzip2 streams follow each other as pbzip2 writes them; xz streams may have zeros between them, four
by four (the .xz file format, 2.2). An xz stream names the memory it needs, so that is limited.

The libraries drop what a call made before it met damage: of xz some kilobytes, of bzip2 a whole
block of 900,000 where the next one begins badly. What can be read twice is: see `read_twice`.
"""

from __future__ import annotations

from bz2 import BZ2Decompressor
from contextlib import suppress
from lzma import FORMAT_XZ, LZMADecompressor, LZMAError
from typing import TYPE_CHECKING

from pipeline.errors import DamagedStream, InputError
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

XZ_MEMORY = 96 << 20
"""Most bytes that an xz stream may ask for; ``xz -9`` asks for 65 MiB."""

_PIECE = 512
"""Compressed bytes a call: what a call made before it met damage is lost."""

Stream = BZ2Decompressor | LZMADecompressor

_FAULTS = (OSError, LZMAError, EOFError, ValueError)
"""What the libraries raise where a stream is damaged."""


class Damaged(DamagedStream):
    """A stream that is damaged, and where."""

    def __init__(self, message: str, kind: str, begin: int, piece: int, given: int) -> None:
        """Be ready to be raised.

        Args:
            message: what is wrong.
            kind: ``bzip2`` or ``xz``.
            begin: raw offset of the stream.
            piece: raw offset of the piece in which a call failed.
            given: bytes that the stream had given by then.
        """
        super().__init__(Reason.CORRUPT_STREAM, message)
        self.kind = kind
        self.begin = begin
        self.piece = piece
        self.given = given


def read_twice(
    parts: Iterable[bytes], whole: Callable[[], BinaryIO] | None, chunk: int
) -> Iterator[bytes]:
    """Give what a reading of `PackedStreams` gives, and what it lost where it met damage.

    Args:
        parts: the reading; what it reads is raw from the first byte on.
        whole: opens the same file again; None if it can be read once only.
        chunk: most bytes that are given at once.

    Raises:
        DamagedStream: after the last byte that could be decompressed.
    """
    try:
        yield from parts
    except Damaged as damage:
        if whole is not None:
            with suppress(OSError, InputError), whole() as file:
                yield from _gathered(_rescued(file, damage, chunk), chunk)
        raise


def _rescued(file: BinaryIO, damage: Damaged, chunk: int) -> Iterator[bytes]:
    """Read a damaged stream once more, by single octets in the end; give what is beyond `given`."""
    stream = _decompressor(damage.kind)
    file.seek(damage.begin)
    left, skip = damage.piece - damage.begin, damage.given
    try:
        while not stream.eof and (data := file.read(min(_PIECE, left) if left > 0 else 1)):
            left -= len(data)
            for part in _parts(stream, data, chunk):
                yield part[skip:]
                skip -= min(skip, len(part))
    except _FAULTS:
        return


def _gathered(parts: Iterable[bytes], chunk: int) -> Iterator[bytes]:
    """Give parts together, up to so many bytes at once; also those before a fault."""
    held: list[bytes] = []
    size = 0
    try:
        for part in parts:
            if size + len(part) > chunk:
                yield b"".join(held)
                held, size = [], 0
            held.append(part)
            size += len(part)
    except DamagedStream:
        if size:
            yield b"".join(held)
        raise
    if size:
        yield b"".join(held)


def _parts(stream: Stream, data: bytes, chunk: int) -> Iterator[bytes]:
    """Give all that some bytes add, up to `chunk` bytes at a time."""
    yield stream.decompress(data, chunk)
    while not (stream.needs_input or stream.eof):
        yield stream.decompress(b"", chunk)


def _decompressor(kind: str) -> Stream:
    if kind == "xz":
        return LZMADecompressor(FORMAT_XZ, memlimit=XZ_MEMORY)
    return BZ2Decompressor()


class PackedStreams:
    """bzip2 or xz streams one after another; their checksums are checked."""

    def __init__(self, kind: str, chunk: int) -> None:
        """Args: kind: ``bzip2`` or ``xz``; chunk: most bytes that are given at once."""
        self._kind = kind
        self._chunk = chunk
        self._stream: Stream | None = None
        self._streams = 0
        self._padding = 0  # zeros since the last xz stream
        self._fed = 0  # bytes taken in before the piece that is looked at
        self._begun = 0  # where the stream begins among them
        self._given = 0  # bytes that the stream has given

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.feed`."""
        return _gathered(self._pieces(data), self._chunk)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            yield from self._unpack(piece)
            self._fed += len(piece)

    def _unpack(self, piece: bytes) -> Iterator[bytes]:
        """Give what one piece adds."""
        data = piece
        while data:
            if self._stream is None:
                data = self._skip_padding(data)
                if not data:
                    return
                self._stream = _decompressor(self._kind)
                self._streams += 1
                self._begun, self._given = self._fed + len(piece) - len(data), 0
            stream = self._stream
            try:
                for part in _parts(stream, data, self._chunk):
                    self._given += len(part)
                    if part:
                        yield part
            except _FAULTS as error:
                raise self._damaged(error) from error
            data = b""
            if stream.eof:
                data, self._stream = stream.unused_data, None

    def _damaged(self, error: Exception) -> Damaged:
        msg = f"{self._kind} stream {self._streams} is damaged: {error}"
        if self._streams > 1:
            msg += f" (or something else follows stream {self._streams - 1})"
        piece = max(self._fed, self._begun)
        return Damaged(msg, self._kind, self._begun, piece, self._given)

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

    def finish(self) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.finish`."""
        yield from ()  # `feed` holds nothing back
        if self._stream is not None:
            msg = f"ends inside {self._kind} stream {self._streams}"
            raise DamagedStream(Reason.TRUNCATED_STREAM, msg)
        self._check_padding()
