"""Parquet with a named column; its COF-named neighbours become the record's other fields.

Offsets are row numbers. Parquet is read from its end, so it needs a file: a pipe, or a compressed
stream, is laid down in a temporary file first.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from detector import screen as screens
from pipeline.blocks import Block, Gap
from pipeline.errors import DamagedStream, UsageError
from pipeline.formats.columns import name_column
from pipeline.formats.fields import COLUMNS, BadField, record_from
from pipeline.formats.pointing import points
from pipeline.records import Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

MAGIC = b"PAR1"

ROWS = 1 << 15
"""Rows of a batch."""

AT_ONCE = 1 << 12
"""Rows of it that are made Python objects at a time."""


class Parquet:
    """Rows of a Parquet file."""

    name = "parquet"
    state = ""

    def __init__(self, column: str | None = None) -> None:
        """Args: column: name or number of the column with the names; None to guess."""
        self._column = column

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`: Parquet has no messages of its own."""
        return Rejected(Reason.BAD_TYPE, "a single message cannot be Parquet", offset, message)

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - its footer was read
        """See `Format.finish`."""
        return None

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[TableBatch | Gap]:
        """Not for Parquet: see `rows`."""
        raise TypeError(blocks)

    def rows(self, file: IO[bytes], start: int) -> Iterator[TableBatch | Gap]:
        """Give the rows of a seekable file from row `start` on, and a gap where it is damaged.

        Raises:
            UsageError: the column is not there, is not text, or cannot be guessed.
        """
        done = start
        try:
            with parquet.ParquetFile(file) as table:
                names = table.schema_arrow.names
                name = names[name_column(names, self._column)]
                check_text(table.schema_arrow.field(name))
                columns = [name, *(c for c in COLUMNS if c in names and c != name)]
                for batch in self._batches(table, columns, start):
                    done = batch.end
                    yield batch
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            detail = f"not a sound Parquet file: {ascii(str(error))[1:200]}"
            yield Gap(Rejected(Reason.CORRUPT_STREAM, detail, done), done, is_damage=True)

    @staticmethod
    def _batches(
        table: parquet.ParquetFile, columns: list[str], start: int
    ) -> Iterator[TableBatch]:
        row = 0
        for group in range(table.num_row_groups):
            count = table.metadata.row_group(group).num_rows
            if row + count <= start:
                row += count
                continue
            for batch in table.iter_batches(ROWS, row_groups=[group], columns=columns):
                passed = min(max(start - row, 0), batch.num_rows)
                if passed < batch.num_rows:
                    yield TableBatch(batch.slice(passed), columns[0], row + passed)
                row += batch.num_rows


def check_text(field: pa.Field) -> None:
    """Check that a column may hold names.

    Raises:
        UsageError: it holds no text.
    """
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    if not any(test(kind) for test in tests) and not pa.types.is_binary(kind):
        msg = f"column {field.name!a} holds {field.type}, not text"
        raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class TableBatch:
    """Some rows of a Parquet file."""

    rows: pa.RecordBatch
    """The name column and the known ones beside it."""

    column: str
    """Which one holds the names."""

    offset: int
    """Number of the first row."""

    @property
    def end(self) -> int:
        """See `Batch.end`."""
        return self.offset + int(self.rows.num_rows)

    @property
    def state(self) -> str:
        """See `Batch.state`."""
        return ""

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`; bytes that are not UTF-8 are flagged like a missing name."""
        hits = screen.strings(_strings(self.rows.column(self.column)))
        also = self._pointing(screen)
        if not also:
            return hits
        found = sorted({*hits.spans, *((place, place + 1) for place in also)})
        return screens.Hits(hits.records, hits.blank, found)

    def _pointing(self, screen: Screen) -> list[int]:
        """Give the rows that point at a name which must be looked at."""
        if not {"rrtype", "rdata"} <= set(self.rows.schema.names):
            return []
        kinds = self.rows.column("rrtype")
        known = [_value(each) for each in kinds.unique()]
        wanted = [kind for kind in known if isinstance(kind, str | int) and points(str(kind))]
        if not wanted:
            return []
        places = pc.indices_nonzero(pc.is_in(kinds, pa.array(wanted, kinds.type)))
        values = self.rows.column("rdata").take(places)
        if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            places = places.take(pc.list_parent_indices(values))
            values = pc.list_flatten(values)
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            return list(places.to_pylist())
        filled = pc.not_equal(pc.fill_null(values, ""), "")
        names = pc.replace_substring_regex(values.filter(filled), r"^.* ", "")  # what it ends with
        spans = screen.strings(names).spans
        found = pa.array([at for at, _ in spans], pa.int64())
        return list(places.filter(filled).take(found).to_pylist())

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        names = self.rows.schema.names
        for first in range(0, len(hits.spans), AT_ONCE):
            places = [place for place, _ in hits.spans[first : first + AT_ONCE]]
            columns = [_picked(self.rows.column(name), places) for name in names]
            for place, values in zip(places, zip(*columns, strict=True), strict=True):
                yield self._message(place, dict(zip(names, values, strict=True)))

    def _message(self, place: int, values: dict[str, Any]) -> Message:
        offset = self.offset + place
        original = values[self.column]
        try:
            if isinstance(original, bytes):
                values[self.column] = original.decode()
            return record_from(values, self.column, offset)
        except UnicodeDecodeError as error:
            detail = f"byte 0x{original[error.start]:02x} at {error.start} is not UTF-8"
            return Rejected(Reason.NOT_UTF8, detail, offset, original)
        except BadField as error:
            shown = "" if original is None else str(original)
            return Rejected(error.reason, str(error), offset, shown.encode(errors="replace"))


def _picked(array: pa.Array, places: list[int]) -> list[Any]:
    """Give some values of a column as Python has them: a column at a time is ten times quicker."""
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        return [array[place].as_py() for place in places]  # cannot be taken from
    picked = array.take(pa.array(places, pa.int64()))
    if pa.types.is_timestamp(picked.type):  # nanoseconds have no Python type
        picked = pc.cast(picked, pa.timestamp("us", picked.type.tz), safe=False)
    try:
        values: list[Any] = picked.to_pylist()
    except UnicodeDecodeError:  # of a file that says text of what is none
        return [_value(each) for each in picked]
    return values


def _value(scalar: pa.Scalar) -> object:
    """Give a value; bytes, which no field takes, for text that is not UTF-8."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return b"not UTF-8"


def _strings(array: pa.Array) -> pa.Array:
    """Give names as Arrow strings, unchecked; a missing one as bytes that are no name."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_binary(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.large_binary()) if array.null_count else array.cast(pa.binary())
    if array.null_count:
        array = array.cast(pa.large_binary()).fill_null(b"\xff")
    if pa.types.is_large_binary(array.type):
        return array.view(pa.large_string())
    return array.view(pa.string()) if pa.types.is_binary(array.type) else array


def laid_down(chunks: Iterable[bytes]) -> IO[bytes]:
    """Write a stream to a temporary file, which vanishes when closed.

    Raises:
        DamagedStream: the stream is, and without its end Parquet cannot be read at all.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        for chunk in chunks:
            file.write(chunk)
    except DamagedStream:
        file.close()
        raise
    file.seek(0)
    return file
