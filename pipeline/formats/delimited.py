"""CSV (RFC 4180) with a named column, and its cousins divided by semicolons or tabs.

Quoted fields may hold line feeds. A quote that is never closed costs its own line and no more:
reading goes on with the next line once 64 KiB have passed without the closing quote.
"""

from __future__ import annotations

import csv
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from detector import screen as screens
from pipeline.blocks import MAX_LINE, Block, Gap, oversize
from pipeline.errors import UsageError
from pipeline.formats.columns import name_column
from pipeline.formats.fields import COLUMNS, BadField, record_from
from pipeline.formats.lines import BOM
from pipeline.formats.pointing import name_in, points
from pipeline.records import Reason, Record, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

DELIMITERS = (",", ";", "\t")

_FLAG = b"\xff"  # no name: the screen hands such a row over for sure


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
        self._divider = self._delimiter.encode()
        try:
            header = self._fields(text)
        except csv.Error as error:
            msg = f"the header is not CSV: {error}"
            raise UsageError(msg) from error
        self._place = name_column(header, column)
        names = [field.strip().lower() for field in header]
        self._others = {name: names.index(name) for name in COLUMNS if name in names}
        numbered = column is not None and column.strip().lower() not in names
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
                    yield self._batch(rest, end - len(rest), final=True)[0]
                rest = b""
                yield block
                continue
            batch, rest = self._batch(rest + block.data, block.offset - len(rest), final=False)
            end = block.end
            yield batch
        if rest:
            yield self._batch(rest, end - len(rest), final=True)[0]

    def _batch(self, data: bytes, offset: int, *, final: bool) -> tuple[RowBatch, bytes]:
        """Divide what begins with a row into rows; gives the bytes of an unfinished one too."""
        rows, bad, rest = split_rows(data, final=final)
        pointed: list[tuple[int, bytes]] = []
        if b'"' in data:
            names = []
            for number, row in enumerate(rows):
                name, others = (_FLAG, []) if number in bad else self._looked_into(row)
                names.append(name)
                pointed += [(number, other) for other in others]
        else:
            place, divider = self._place, self._divider
            names = [
                name.rstrip(b"\r") or (_FLAG if row.strip() else b"")
                for row in rows
                for name in (row.split(divider, place + 1)[place : place + 1] or [b""])
            ]
            pointed = list(self._pointed(rows))
        if b"\r" in data or not data.isascii():
            names = [
                name if not name or _is_usual(row) else _FLAG
                for name, row in zip(names, rows, strict=True)
            ]
        if offset == 0 and self._has_header:
            names[:1] = [b""]
            pointed = [each for each in pointed if each[0]]
        end = offset + len(data) - len(rest)
        return RowBatch(self, rows, names, pointed, bad, offset, end), rest

    def _pointed(self, rows: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """Give what rows without quotes point at: index and name."""
        if not {"rrtype", "rdata"} <= self._others.keys():
            return
        kind, rdata = self._others["rrtype"], self._others["rdata"]
        divider, needed = self._divider, max(kind, rdata)
        known: dict[bytes, bool] = {}  # whether a type points
        for number, row in enumerate(rows):
            fields = row.split(divider, needed + 1)
            if len(fields) <= needed:
                continue
            rrtype = fields[kind]
            if rrtype not in known:
                known[rrtype] = points(rrtype.decode("latin-1"))
            if known[rrtype]:
                name = name_in(fields[rdata].rstrip(b"\r").decode("utf-8", "surrogateescape"))
                if name is not None:
                    yield number, name.encode("utf-8", "surrogateescape")

    def _looked_into(self, row: bytes) -> tuple[bytes, list[bytes]]:
        """Give the name in a row, flagged if it needs a second look, and what it points at."""
        if not row.strip():
            return b"", []
        record = self.parse(row, 0)
        if not isinstance(record, Record) or not record.name:
            return _FLAG, []
        names = [str(record.name), *(str(each.name) for each in record.more)]
        own, *others = (_FLAG if "\n" in name else name.encode() for name in names)
        return own, others

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - rows may end anywhere
        """See `Format.finish`."""
        return None


def _is_usual(row: bytes) -> bool:
    """Tell whether a row is UTF-8, and has no carriage return but at its end or between quotes."""
    if b'"' not in row and b"\r" in row.rstrip(b"\r"):
        return False
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True


def split_rows(data: bytes, *, final: bool) -> tuple[list[bytes], set[int], bytes]:
    r"""Divide bytes that begin with a row into rows.

    >>> split_rows(b'a,b\n"c\nd",e\n"f', final=False)
    ([b'a,b', b'"c\nd",e'], set(), b'"f')

    Args:
        data: whole lines.
        final: nothing follows, so that an open quote will not be closed any more.

    Returns:
        The rows without their line feeds; the indexes of those that have an unclosed quote; the
        bytes of a last row that goes on in what follows.
    """
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if b'"' not in data:
        return lines, set(), b""
    rows: list[bytes] = []
    bad: set[int] = set()
    place = 0
    while place < len(lines):
        after = _row_end(lines, place)
        if after is not None:
            rows.append(b"\n".join(lines[place:after]))
            place = after
        elif final or sum(map(len, lines[place:])) > MAX_LINE:
            bad.add(len(rows))
            rows.append(lines[place])
            place += 1
        else:
            return rows, bad, b"\n".join(lines[place:]) + (b"\n" if data[-1:] == b"\n" else b"")
    return rows, bad, b""


def _row_end(lines: list[bytes], place: int) -> int | None:
    """Give the index after the last line of a row; None if no line near by closes its quote."""
    if lines[place].count(b'"') % 2 == 0:
        return place + 1
    size = len(lines[place])
    for after in range(place + 1, len(lines)):
        size += len(lines[after]) + 1
        if size > MAX_LINE:
            return None
        if lines[after].count(b'"') % 2:
            return after + 1
    return None


def _begins(lines: Sequence[bytes]) -> Iterator[int]:
    """Give where each line of a block begins."""
    return accumulate((len(line) + 1 for line in lines), initial=0)


class RowBatch(NamedTuple):
    """Some rows of a stream."""

    format: Delimited
    """Whose rows they are."""

    rows: list[bytes]
    """The rows as they stand, without line feeds at their ends."""

    names: list[bytes]
    """The name of each row; empty where there is no record, flagged where it is no plain name."""

    pointed: list[tuple[int, bytes]]
    """Index of a row, and what it points at."""

    bad: set[int]
    """Indexes of rows with an unclosed quote."""

    offset: int
    """Offset of the first row in the decompressed stream."""

    end: int
    """See `Batch.end`."""

    state: str = ""
    """See `Batch.state`."""

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`."""
        hits = screen.lines(b"\n".join([*self.names, b""]))
        if not self.pointed:
            return hits
        lines = [name for _, name in self.pointed]
        rows = dict(zip(_begins(lines), (row for row, _ in self.pointed), strict=False))
        also = {rows[start] for start, _ in screen.lines(b"\n".join([*lines, b""])).spans}
        begins = list(_begins(self.names))
        more = {(begins[row], begins[row] + len(self.names[row])) for row in also}
        return screens.Hits(hits.records, hits.blank, sorted({*hits.spans, *more}))

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        if not hits.spans:
            return
        offsets = list(accumulate((len(row) + 1 for row in self.rows), initial=self.offset))
        index_at = dict(zip(_begins(self.names), range(len(self.names)), strict=False))
        for start, _ in hits.spans:
            yield self._message(index_at[start], offsets[index_at[start]])

    def _message(self, index: int, offset: int) -> Message:
        row = self.rows[index]
        if index in self.bad:
            return Rejected(Reason.BAD_CSV, "a quoted field is not closed", offset, row)
        if len(row) > MAX_LINE:
            return oversize(row, offset)
        return self.format.parse(row, offset)
