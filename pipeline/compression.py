"""Compression: raw bytes in, decompressed chunks out, and the truth about a damaged stream.

gzip (RFC 1952), zstd (RFC 8878), bzip2 and xz are told by their first bytes, never by a file's
name, and one layer is taken off. Chunks are bounded, so a bomb costs time but no memory. What could
be decompressed is handed out before `DamagedStream` is raised: libraries drop the output of the
call that meets the damage, and some say nothing of a truncated frame, so all are fed with care.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from pipeline.errors import DamagedStream
from pipeline.gzip_members import GZIP_MAGIC, Gzip
from pipeline.records import Reason

CHUNK = 1 << 20
"""Largest chunk handed out, in bytes."""

PIECE = 1 << 17
"""Compressed bytes read at once."""

WARN_RATIO = 200
"""Decompressed to compressed bytes above which a warning is given; names reach 5 to 20."""

_RATIO_FLOOR = 1 << 22  # below 4 MiB no ratio is worth a word

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
XZ_MAGIC = b"\xfd7zXZ\x00"
_BZIP2_NEXT = (bytes.fromhex("314159265359"), bytes.fromhex("177245385090"))  # a block, the end
_MAGIC = 10  # bytes that tell them all

Read = Callable[[int], bytes]
"""Reads up to so many bytes; nothing at the end."""


class Codec(Protocol):
    """Takes one layer of compression off."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what `data` adds, in bounded chunks; `DamagedStream` after the last good one."""

    def finish(self) -> Iterator[bytes]:
        """Give what is left at the end of the input, then `DamagedStream` if more had to come."""


def sniff(head: bytes) -> str | None:
    """Tell the compression of a stream from its first bytes.

    >>> sniff(bytes.fromhex("1f8b0800")), sniff(bytes.fromhex("28b52ffd")), sniff(b"paypal.com")
    ('gzip', 'zstd', None)
    """
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(ZSTD_MAGIC) or _is_skippable(head):
        return "zstd"
    if head.startswith(XZ_MAGIC):
        return "xz"
    if head.startswith(b"BZh") and head[3:4].isdigit() and head[4:10] in _BZIP2_NEXT:
        return "bzip2"  # the three letters alone may begin a name
    return None


def _is_skippable(head: bytes) -> bool:
    """RFC 8878 3.1.2: a skippable frame, as seekable zstd files may begin with."""
    return len(head) >= 4 and 0x50 <= head[0] <= 0x5F and head[1:4] == b"\x2a\x4d\x18"


class Decompressed:
    """The chunks of a stream, compressed or not."""

    def __init__(
        self,
        read: Read,
        *,
        max_ratio: float | None = None,
        warn: Callable[[str], None] | None = None,
        chunk: int = CHUNK,
        whole: Callable[[], BinaryIO] | None = None,
    ) -> None:
        """Look at the first bytes and be ready to iterate, once.

        Args:
            read: the raw bytes, from the first on.
            chunk: bytes that are read at once of a stream that is not compressed.
            max_ratio: stop with `Reason.RATIO_EXCEEDED` above this ratio; None for no limit.
            warn: told once, in words, when `WARN_RATIO` is passed; None if nobody cares.
            whole: opens the same file again, where that can be had: nothing before damage is lost.
        """
        self._read = read
        self._whole = whole
        self._max_ratio = max_ratio
        self._warn = warn
        self._chunk = chunk
        self._head = read(PIECE)
        while 0 < len(self._head) < _MAGIC and (more := read(PIECE)):
            self._head += more
        self.compression = sniff(self._head)
        """``gzip``, ``zstd``, ``xz``, ``bzip2`` or None."""
        self.bytes_in = len(self._head)
        """Raw bytes read so far."""
        self.bytes_out = 0
        """Decompressed bytes handed out so far."""

    def __iter__(self) -> Iterator[bytes]:
        """Give the chunks.

        Raises:
            DamagedStream: after the last chunk that could be decompressed.
        """
        if self.compression is None:
            return self._plain()
        if self.compression == "gzip":
            return self._counted(self._unpacked(Gzip(CHUNK)))
        if self.compression == "zstd":
            from pipeline.zstd_frames import Zstd

            return self._counted(self._unpacked(Zstd(CHUNK)))
        from pipeline.packed_streams import PackedStreams, read_twice

        parts = self._unpacked(PackedStreams(self.compression, CHUNK))
        return self._counted(read_twice(parts, self._whole, CHUNK))

    def _plain(self) -> Iterator[bytes]:
        data = self._head
        while data:
            self.bytes_out += len(data)
            yield data
            data = self._read(self._chunk)
            self.bytes_in += len(data)

    def _unpacked(self, codec: Codec) -> Iterator[bytes]:
        data = self._head
        while data:
            yield from codec.feed(data)
            data = self._read(PIECE)
            self.bytes_in += len(data)
        yield from codec.finish()

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Look how much comes out of what went in."""
        warned = False
        for chunk in chunks:
            self.bytes_out += len(chunk)
            ratio = self.bytes_out / self.bytes_in if self.bytes_out > _RATIO_FLOOR else 0
            if self._max_ratio is not None and ratio > self._max_ratio:
                msg = f"decompresses to more than {self._max_ratio:g} times its size: stopped"
                raise DamagedStream(Reason.RATIO_EXCEEDED, msg)
            if self._warn is not None and ratio > WARN_RATIO and not warned:
                warned = True
                self._warn(f"decompresses to more than {WARN_RATIO} times its size")
            yield chunk
