"""Arrow IPC streams with a named column, as messages that carry many records each.

The names of the columns are those of Parquet. A message is read wholly or not at all; what it
claims about its own buffers is checked before anything looks into them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.formats.columns import name_column
from pipeline.formats.fields import COLUMNS
from pipeline.formats.parquet import TableBatch, check_text
from pipeline.records import Reason, Record, Rejected
from pipeline.resource_records import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ArrowStream:
    """Record batches in messages."""

    name = "arrow"

    def __init__(self, column: str | None = None) -> None:
        """Args: column: name or number of the column with the names; None to guess."""
        self._column = column

    def tables(self, message: bytes, offset: int) -> list[TableBatch] | Rejected:
        """Read one message. Never raises, whatever the bytes are.

        Args:
            message: an Arrow IPC stream.
            offset: of the message, for what is said of it.

        Returns:
            Its batches, of which the offsets are numbers of rows in the message; or why not.
        """
        try:
            with pa.ipc.open_stream(pa.py_buffer(message)) as stream:
                return list(self._tables(stream))
        except UsageError as error:
            return Rejected(Reason.BAD_TYPE, str(error), offset, message)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            detail = f"not a sound Arrow IPC stream: {ascii(str(error))[1:200]}"
            return Rejected(Reason.CORRUPT_STREAM, detail, offset, message)

    def _tables(self, stream: pa.RecordBatchStreamReader) -> Iterator[TableBatch]:
        names = stream.schema.names
        name = names[name_column(names, self._column)]
        check_text(stream.schema.field(names.index(name)))
        columns = {name: names.index(name)} | {
            each: names.index(each) for each in COLUMNS if each in names and each != name
        }
        row = 0
        for batch in stream:
            arrays = [_sound(batch.column(place), column) for column, place in columns.items()]
            arrays[0] = _octets(arrays[0])
            rows = pa.RecordBatch.from_arrays(arrays, names=list(columns))
            yield TableBatch(rows, name, row)
            row += batch.num_rows


def _sound(array: pa.Array, name: str) -> pa.Array:
    """Check what an array says of its buffers; text need not be UTF-8 in the column of names.

    Raises:
        ArrowInvalid: it points outside of them, or text is not UTF-8.
    """
    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error) and "UTF-8" not in str(error):
            raise
        _octets(array).validate(full=True)
        if name in COLUMNS:
            raise
    return array


def _octets(array: pa.Array) -> pa.Array:
    """Give names as octets, which are told to be UTF-8 or not one by one."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    if pa.types.is_large_string(array.type):
        return array.view(pa.large_binary())
    return array.view(pa.binary()) if pa.types.is_string(array.type) else array


def one_row(table: TableBatch, row: int) -> bytes:
    """Give one record of a message as a message of its own.

    Args:
        table: what `ArrowStream.tables` gave.
        row: number of the row in the message.
    """
    return _stream(table.rows.slice(row - table.offset, 1))


def written(records: Sequence[Record]) -> bytes:
    """Write records as one message.

    >>> table = ArrowStream().tables(written([Record("paypal.com", 0, count=3)]), 0)[0]
    >>> table.rows.column("count").to_pylist()
    [3]

    Args:
        records: what it holds; rdata of several values becomes a list in every row.
    """
    names = [text_of(each.name) for each in records]
    several = any(isinstance(each.rdata, tuple) for each in records)
    rdata = [
        [each.rdata] if several and isinstance(each.rdata, str) else each.rdata for each in records
    ]
    columns = {
        "rrname": pa.array(names, pa.string()),
        "rrtype": pa.array([each.rrtype for each in records], pa.string()),
        "rdata": pa.array(rdata, pa.list_(pa.string()) if several else pa.string()),
        "count": pa.array([each.count for each in records], pa.int64()),
        "time_first": pa.array([each.time_first for each in records], pa.int64()),
        "time_last": pa.array([each.time_last for each in records], pa.int64()),
    }
    return _stream(pa.RecordBatch.from_pydict(columns))


def _stream(rows: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
    octets: bytes = sink.getvalue().to_pybytes()
    return octets
