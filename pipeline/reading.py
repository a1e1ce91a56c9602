"""Reading: an opened input in, batches for the screen out, from any offset that was reached before.

Compression and format are told by content. What is known of both comes from the beginning of the
stream, also when reading goes on in its middle.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pipeline.blocks import BLOCK, Blocks, Gap
from pipeline.compression import CHUNK, Decompressed, sniff
from pipeline.errors import DamagedStream
from pipeline.formats import make_format
from pipeline.records import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.formats.contract import Batch, Format
    from pipeline.inputs import Input

HEAD = 1 << 16
"""Decompressed bytes by which a format is told; a header ends within them."""


class Reading:
    """One input that is being read."""

    def __init__(
        self,
        source: Input,
        *,
        format_name: str | None = None,
        column: str | None = None,
        max_ratio: float | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """Look at the beginning.

        Args:
            source: the input; nothing was read from it yet.
            format_name: a name in `pipeline.formats.FORMATS`, or None to tell it by content.
            column: which column holds the names, for formats with columns; None to guess.
            max_ratio: see `Decompressed`.
            warn: told, in words, of what is odd but no fault.

        Raises:
            UsageError: the column is not there, or cannot be guessed.
        """
        self._source = source
        self._chunk = BLOCK if source.is_file else CHUNK  # a pipe may have less to say for long
        self._stream = Decompressed(
            source.read,
            max_ratio=max_ratio,
            warn=warn,
            chunk=self._chunk,
            whole=source.whole if source.is_file else None,
        )
        head, self._chunks = _peek(iter(self._stream))
        if (outer := self._stream.compression) and (inner := sniff(head)) and warn is not None:
            warn(f"is {inner} inside {outer}, of which one layer is taken off")
        if format_name is None:
            from pipeline.formats.guessing import guess

            format_name = guess(head)
        self.format: Format = make_format(format_name, head, column)
        """How the records are written down."""
        self.end = 0
        """Offset after the last batch that was given."""
        self._damaged = False

    def batches(self, start: int = 0, state: str | None = None) -> Iterator[Batch | Gap]:
        """Give what there is from an offset on; a gap for each stretch that cannot be read.

        Args:
            start: a batch's `end` from an earlier reading, or 0.
            state: the format's state there.

        Raises:
            UsageError: as when it was made, from formats that must be opened to be known.
        """
        if state is not None:
            self.format.state = state
        self.end = start
        for batch in self._parts(start):
            if isinstance(batch, Gap) and batch.is_damage:
                self._damaged = True
            self.end = batch.end
            yield batch

    def fault(self) -> Gap | None:
        """Say what is wrong with the end, if anything; call it when every batch was parsed."""
        fault = None if self._damaged else self.format.finish(self.end)
        return None if fault is None else Gap(fault, self.end, is_damage=True)

    def _parts(self, start: int) -> Iterator[Batch | Gap]:
        plain_file = self._source.is_file and self._stream.compression is None
        if self.format.name == "parquet":
            return self._rows(start, plain_file=plain_file)
        if self.format.name == "dnstap" and (frames := self._frames(start)) is not None:
            return frames
        if not plain_file:
            blocks = Blocks(self._chunks, skip=start)
        elif start:
            self._source.seek(start)
            chunks = iter(lambda: self._source.read(self._chunk), b"")
            blocks = Blocks(chunks, start=start, is_cut=self._has_grown)
        else:
            blocks = Blocks(self._chunks, is_cut=self._has_grown)
        return iter(self.format.batches(blocks))

    def _frames(self, start: int) -> Iterator[Batch | Gap] | None:
        """Give the frames of dnstap, or None for dnstap that comes in lines."""
        from pipeline.formats.dnstap import Dnstap

        return self.format.frames(self._chunks, start) if isinstance(self.format, Dnstap) else None

    def _has_grown(self) -> bool:
        return self._source.grown() > 0

    def _rows(self, start: int, *, plain_file: bool) -> Iterator[Batch | Gap]:
        from pipeline.formats.parquet import Parquet, laid_down

        table = self.format
        if not isinstance(table, Parquet):
            raise TypeError(table)
        try:
            file = self._source.whole() if plain_file else laid_down(self._chunks)
        except DamagedStream as damage:
            yield Gap(Rejected(damage.reason, str(damage), start), start, is_damage=True)
            return
        with file:
            yield from table.rows(file, start)


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Give the beginning of a stream, and the whole stream again."""
    parts: list[bytes] = []
    try:
        while sum(map(len, parts)) < HEAD and (chunk := next(chunks, b"")):
            parts.append(chunk)
    except DamagedStream as damage:
        return b"".join(parts)[:HEAD], chain(parts, _raise(damage))
    return b"".join(parts)[:HEAD], chain(parts, chunks)


def _raise(damage: DamagedStream) -> Iterator[bytes]:
    yield from ()
    raise damage
