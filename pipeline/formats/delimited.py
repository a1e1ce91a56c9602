"""CSV (RFC 4180) with a named column, and its cousins divided by semicolons or tabs.

Quoted fields may hold line feeds. A quote that is never closed costs its own line and no more:
reading goes on with the next line once 64 KiB have passed without the closing quote.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from detector import screen as screens
from detector.shapes import RowShape
from pipeline.blocks import MAX_LINE, Block, Gap, oversize
from pipeline.errors import UsageError
from pipeline.formats.columns import name_column
from pipeline.formats.fields import COLUMNS, BadField, record_from
from pipeline.formats.lines import BOM
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Buffer

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

DELIMITERS = (",", ";", "\t")

HEADER = 1 << 16
"""Octets within which a header ends."""

_TIMES = frozenset(each for each in COLUMNS if "time_" in each and not each.endswith("_rfc3339"))


class Delimited:
    """Rows of text fields under a header."""

    name = "csv"
    state = ""

    def __init__(self, head: bytes, column: str | None = None) -> None:
        """Read the header.

        Args:
            head: the beginning of the stream.
            column: name or number of the column with the names; None to guess. With a number,
                the first row counts as a row if it does not look like a header.

        Raises:
            UsageError: the column is not there, or cannot be guessed.
        """
        first, _, _ = head.removeprefix(BOM).partition(b"\n")
        text = first.decode("utf-8", "replace")
        self._delimiter = max(DELIMITERS, key=text.count)
        try:
            header = self._fields(text)
        except csv.Error as error:
            msg = f"the header is not CSV: {error}"
            raise UsageError(msg) from error
        self._place = name_column(header, column)
        names = [field.strip().lower() for field in header]
        self._others = {name: names.index(name) for name in COLUMNS if name in names}
        numbered = column is not None and column.strip().lower() not in names
        times = [place for name, place in self._others.items() if name in _TIMES]
        self._shape = RowShape.of(
            self._delimiter,
            self._place,
            [self._others[name] for name in ("rdata",) if name in self._others],
            [self._others[name] for name in ("count",) if name in self._others],
            times,
        )
        self._has_header = not (numbered and "." in header[self._place])

    def _fields(self, text: str) -> list[str]:
        rows = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        return rows[0] if rows else []

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`; a message is one row."""
        if not message.strip():
            return Skipped(SkipReason.TOMBSTONE, offset)
        try:
            fields = self._fields(message.removeprefix(BOM).rstrip(b"\r").decode())
            values: dict[str, object] = {
                name: fields[place] for name, place in self._others.items() if place < len(fields)
            }
            if self._place < len(fields):
                values["the column of the names"] = fields[self._place]
            return record_from(values, "the column of the names", offset)
        except UnicodeDecodeError as error:
            detail = f"byte 0x{message[error.start]:02x} at {error.start} is not UTF-8"
            return Rejected(Reason.NOT_UTF8, detail, offset, message)
        except csv.Error as error:
            return Rejected(Reason.BAD_CSV, str(error), offset, message)
        except BadField as error:
            return Rejected(error.reason, str(error), offset, message)

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[RowBatch | Gap]:
        """See `Format.batches`."""
        rest, end = b"", 0  # of a row whose quotes are still open, and where it ends
        for block in blocks:
            if isinstance(block, Gap):
                if rest:
                    yield RowBatch(self, Block(rest, end - len(rest)))
                rest = b""
                yield block
                continue
            data, offset, end = block.data, block.offset, block.end
            if rest:
                data, offset = b"".join([rest, data]), offset - len(rest)
            cut = screens.unfinished(data, False)
            rest = bytes(data[cut:])
            begin = 0
            if offset == 0 and self._has_header:
                begin = bytes(data[:HEADER]).find(b"\n") + 1 or cut
            if begin < cut or not rest:
                yield RowBatch(self, Block(memoryview(data)[begin:cut], offset + begin))
        if rest:
            yield RowBatch(self, Block(rest, end - len(rest)))

    def screen(self, screen: Screen, rows: Buffer) -> Hits:
        """Screen whole rows."""
        return screens.every_row(rows) if self._shape is None else screen.rows(rows, self._shape)

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - rows may end anywhere
        """See `Format.finish`."""
        return None


class RowBatch(NamedTuple):
    """Some rows of a stream."""

    format: Delimited
    """Whose rows they are."""

    block: Block
    """Where they lie."""

    state: str = ""
    """See `Batch.state`."""

    @property
    def end(self) -> int:
        """See `Batch.end`."""
        return self.block.end

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`."""
        return self.format.screen(screen, self.block.data)

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        data, offset = self.block.data, self.block.offset
        for start, end in hits.spans:
            row = bytes(data[start:end])
            if row.count(b'"') % 2:
                yield Rejected(Reason.BAD_CSV, "a quoted field is not closed", offset + start, row)
            elif len(row) > MAX_LINE:
                yield oversize(row, offset + start)
            else:
                yield self.format.parse(row, offset + start)
