"""Tables: the data files of `glyphs` in, their rows with their places out; and back again.

They are CSV in UTF-8 with a header that names exactly the columns that are expected; lines that
begin with ``#`` and blank ones do not count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from glyphs.errors import BadManifest


class Row(NamedTuple):
    """One line of a table."""

    place: str
    """The file and the line, escaped."""

    fields: list[str]
    """As many as there are columns, none of them empty."""


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Read a table.

    Raises:
        BadManifest: it cannot be read, is no UTF-8 text, its header is another one, or a line has
            another number of fields or an empty one.
    """
    name = ascii(str(path))[1:-1]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"{name}: {error.strerror or error}"
        raise BadManifest(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{name}: is no UTF-8 text: octet {error.start} is 0x{error.object[error.start]:02x}"
        raise BadManifest(msg) from error
    return _rows(text, name, columns)


def _rows(text: str, name: str, columns: Sequence[str]) -> Iterator[Row]:
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{name}: line {number}"
        try:
            (fields,) = csv.reader([line], strict=True)
        except (csv.Error, ValueError) as error:
            msg = f"{place}: is no line of CSV: {error}"
            raise BadManifest(msg) from error
        if not header:
            header = fields
            if fields != list(columns):
                msg = f"{place}: the header must be {','.join(columns)}"
                raise BadManifest(msg)
        elif len(fields) != len(columns) or not all(fields):
            msg = f"{place}: {len(columns)} fields are needed, none of them empty"
            raise BadManifest(msg)
        else:
            yield Row(place, fields)
    if not header:
        msg = f"{name}: is empty: the header must be {','.join(columns)}"
        raise BadManifest(msg)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table: the same rows give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
