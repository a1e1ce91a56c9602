"""Formats: how records are written down. One registry, for the scan now and the stream later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.formats.lines import BOM
from pipeline.formats.names import Names

if TYPE_CHECKING:
    from pipeline.formats.contract import Format

FORMATS = {
    "names": "one name a line, # comments",
    "csv": "CSV with a named column",
    "ndjson": "COF or DNSDB, one JSON object a line",
    "parquet": "Parquet with a named column",
}
"""What ``--format`` takes, with a word on each."""

ALIASES = {"cof": "ndjson", "dnsdb": "ndjson"}
"""Other names for formats."""


def guess(head: bytes) -> str:
    """Tell a format from the beginning of the decompressed stream.

    >>> guess(b"paypal.com"), guess(b'{"rrname":"paypal.com"}'), guess(b"rank,domain")
    ('names', 'ndjson', 'csv')
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    lines = (line.strip() for line in head.removeprefix(BOM).split(b"\n"))
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    if first.startswith((b"{", b"[")):
        return "ndjson"
    divided = any(divider in first for divider in (b",", b";", b"\t"))
    return "csv" if divided and _is_text(first) else "names"


def _is_text(line: bytes) -> bool:
    """Tell text from what a second layer of compression, say, looks like."""
    try:
        return all(char.isprintable() or char == "\t" for char in line.decode())
    except UnicodeDecodeError:
        return False


def make_format(name: str, head: bytes, column: str | None) -> Format:
    """Make the reader for one stream.

    Args:
        name: a key of `FORMATS` or `ALIASES`.
        head: the beginning of the decompressed stream.
        column: which column holds the names, for formats with columns; None to guess.

    Raises:
        UsageError: the column is not there, or cannot be guessed.
    """
    name = ALIASES.get(name, name)
    if name == "csv":
        from pipeline.formats.delimited import Delimited

        return Delimited(head, column)
    if name == "parquet":
        from pipeline.formats.parquet import Parquet

        return Parquet(column)
    if name == "ndjson":
        from pipeline.formats.ndjson import Ndjson

        return Ndjson(head)
    return Names()
