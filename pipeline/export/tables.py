"""Tables: findings in, CSV (RFC 4180) or Parquet out, a row for each name and target."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from pipeline.display import FORMULA, escape
from pipeline.export.identity import timestamp
from pipeline.export.selection import unicode_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.summary import Summary

ROW_GROUP = 1 << 16
"""Rows that are written to Parquet at a time."""


class Row(NamedTuple):
    """A row; the names of its fields are the columns'."""

    name: str
    """The lookalike, in A-label form."""

    unicode_name: str
    """The same in Unicode; in CSV escaped, in Parquet as it is."""

    target: str
    brand: str
    industry: str
    severity: str
    score: float
    techniques: str
    """Joined by spaces."""

    first_seen: int | None
    last_seen: int | None
    resolutions: int
    records: int


def row_of(found: Summary) -> Row:
    """Make the row of a finding."""
    return Row(
        found.lookalike,
        unicode_of(found.lookalike),
        found.target,
        found.brand,
        found.industry,
        str(found.best_severity),
        found.best_score,
        " ".join(found.techniques),
        found.first_seen,
        found.last_seen,
        found.resolutions,
        found.records,
    )


def write_csv(findings: Iterable[Summary]) -> Iterator[str]:
    """Write CSV. No cell is a formula to a spreadsheet, and all are safe to print."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(Row._fields)
    for found in findings:
        cells = row_of(found)._asdict()
        for key in ("first_seen", "last_seen"):
            cells[key] = "" if cells[key] is None else timestamp(cells[key])
        writer.writerow(map(_cell, cells.values()))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> object:
    """Guard a cell: a spreadsheet runs what begins with ``=``, and some others.

    >>> _cell("=cmd|' /C calc'!A0"), _cell("paypa1.com"), _cell(3)
    ("'=cmd|' /C calc'!A0", 'paypa1.com', 3)
    """
    if not isinstance(value, str):
        return value
    guarded = f"'{value}" if value.lstrip(" ").startswith(tuple(FORMULA)) else value
    return escape(guarded)


def write_parquet(findings: Sequence[Summary], file: BinaryIO) -> None:
    """Write Parquet, with times in UTC."""
    import pyarrow as pa
    from pyarrow import parquet

    time = pa.timestamp("s", "UTC")
    kinds = {
        "score": pa.float64(),
        "first_seen": time,
        "last_seen": time,
        "resolutions": pa.int64(),
        "records": pa.int64(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in Row._fields])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for start in range(0, len(findings), ROW_GROUP):
            rows: list[dict[str, Any]] = [
                row_of(found)
                ._replace(
                    unicode_name=unicode_of(found.lookalike).encode("utf-8", "replace").decode()
                )
                ._asdict()
                for found in findings[start : start + ROW_GROUP]
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))
