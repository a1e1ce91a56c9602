"""Parquet: detections out, a row each, to a file or to an object of S3 that is whole or not there.

A column has the name of its field in `Detection.to_json`; substitutions are JSON. A file is written
as ``NAME.partial``, an object in parts (S3's multipart upload) that become one at the end.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import pyarrow as pa
from pyarrow import parquet

from pipeline.errors import SinkUnavailable
from pipeline.inputs import S3
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    from pipeline.s3_upload import Upload
    from pipeline.sinks import Batch

ENDING: Final = ".parquet"
"""What the name of such a file ends with."""

ROW_GROUP: Final = 1 << 16
"""Rows that are held, and written together."""

REMEMBERED: Final = 1 << 16
"""Detections of which it is known that they were written."""

_TEXTS: Final = pa.list_(pa.string())
_KINDS: Final[dict[str, pa.DataType]] = {
    "schema": pa.int32(),
    "techniques": _TEXTS,
    "score": pa.float64(),
    "same_suffix": pa.bool_(),
    "brakes": _TEXTS,
    "rdata": _TEXTS,
    "count": pa.int64(),
    "time_first": pa.int64(),
    "time_last": pa.int64(),
}
_NAMES: Final = (
    *("schema", "id", "name", "unicode_name", "registrable_domain", "label", "position"),
    *("target", "brand", "industry", "techniques", "score", "severity", "same_suffix", "idna"),
    *("brakes", "substitutions", "map_version", "rrtype", "rdata", "count", "time_first"),
    *("time_last", "source", "seen_in", "rrname"),
)
SCHEMA: Final = pa.schema([(name, _KINDS.get(name, pa.string())) for name in _NAMES])
"""The columns."""


class ParquetSink:
    """Detections as rows; a batch that is repeated is not written twice."""

    def __init__(self, path: str) -> None:
        """Begin the file.

        Args:
            path: a file, replaced if it is there, or an object, ``s3://BUCKET/KEY``.

        Raises:
            SinkUnavailable: it cannot be written.
        """
        self.path = path
        self._rows: list[dict[str, Any]] = []
        self._known: dict[str, None] = {}  # in the order of writing
        self._partial = None if path.startswith(S3) else Path(f"{path}.partial")
        self._upload: Upload | None = None
        try:
            if self._partial is None:
                from pipeline.s3_upload import Upload

                self._upload = Upload(path)
                self._file = cast("IO[bytes]", self._upload)
            else:
                self._file = self._partial.open("wb")
            self._writer = parquet.ParquetWriter(self._file, SCHEMA, compression="zstd")
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> SinkUnavailable:
        return SinkUnavailable(f"{self.path}: cannot be written: {error.strerror or error}")

    def write(self, batch: Batch) -> None:
        """See `Sink.write`."""
        for detection in batch.detections:
            row = detection.to_json()
            if row["id"] in self._known:
                continue
            self._known[row["id"]] = None
            if isinstance(row["rdata"], str):
                row["rdata"] = [row["rdata"]]
            row["substitutions"] = dumps(row["substitutions"])
            self._rows.append({name: _storable(value) for name, value in row.items()})
        for key in list(islice(self._known, max(0, len(self._known) - REMEMBERED))):
            del self._known[key]
        if len(self._rows) >= ROW_GROUP:
            self._write_rows()

    def _write_rows(self) -> None:
        try:
            self._writer.write_table(pa.Table.from_pylist(self._rows, SCHEMA))
        except OSError as error:
            raise self._unavailable(error) from error
        self._rows.clear()

    def finish(self) -> None:
        """See `Sink.finish`."""
        if self._rows:
            self._write_rows()
        try:
            self._writer.close()
            if self._partial is None:
                self._file.close()
                return
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._partial.replace(self.path)
        except OSError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """See `Sink.close`: what is not finished keeps its partial name, or never appears."""
        if self._file.closed:
            return
        if self._upload is None:
            self._file.close()
        else:
            self._upload.abandon()


def _storable(value: object) -> object:
    """Parquet's text is UTF-8, which has no half of a surrogate pair."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
