"""gzip: members in, bytes out, up to the very byte at which a member breaks (RFC 1952)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from pipeline.errors import DamagedStream
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zlib import _Decompress

GZIP_MAGIC = b"\x1f\x8b"


class Gzip:
    """gzip members one after another, zero padding after them; their CRCs are checked."""

    def __init__(self, chunk: int) -> None:
        """Args: chunk: most bytes that are given at once."""
        self._chunk = chunk
        self._member: _Decompress | None = None
        self._held = b""  # the beginning of what may be a member's magic
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.feed`."""
        data = self._held + data
        self._held = b""
        while data:
            if self._member is None:
                data = self._begin(data)
                if self._member is None:
                    return
            yield from self._inflate(data)
            data = b""
            if self._member.eof:
                data = self._member.unused_data
                self._member = None

    def _begin(self, data: bytes) -> bytes:
        """Begin a member, or keep what is too short to tell; padding is dropped."""
        if self._members:
            data = data.lstrip(b"\0")
        if data.startswith(GZIP_MAGIC):
            self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._members += 1
        elif GZIP_MAGIC.startswith(data):
            self._held = data
        else:
            msg = f"something that is not gzip follows gzip member {self._members}"
            raise DamagedStream(Reason.CORRUPT_STREAM, msg)
        return data

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        member = self._member
        while member is not None and not member.eof:
            before = member.copy()
            try:
                chunk = member.decompress(data, self._chunk)
            except zlib.error as error:
                yield from self._salvage(before, data)
                msg = f"gzip member {self._members} is damaged: {error}"
                raise DamagedStream(Reason.CORRUPT_STREAM, msg) from error
            if chunk:
                yield chunk
            data = member.unconsumed_tail
            if not data and len(chunk) < self._chunk:
                return

    @staticmethod
    def _salvage(member: _Decompress, data: bytes) -> Iterator[bytes]:
        """Give what the failed call had inflated before it met the damage."""
        try:
            for place in range(len(data)):
                chunk = member.decompress(data[place : place + 1])
                if chunk:
                    yield chunk
        except zlib.error:
            return

    def finish(self) -> Iterator[bytes]:
        """See `pipeline.compression.Codec.finish`."""
        yield from ()  # inflating holds nothing back
        if self._member is not None:
            msg = f"ends inside gzip member {self._members}"
            raise DamagedStream(Reason.TRUNCATED_STREAM, msg)
        if self._held:
            msg = f"something that is not gzip follows gzip member {self._members}"
            raise DamagedStream(Reason.CORRUPT_STREAM, msg)
