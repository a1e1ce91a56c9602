"""Columns: which one holds the name, asked by name or number, or guessed from the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

GUESSES = (
    "rrname",
    "qname",
    "query",
    "query_name",
    "name",
    "domain",
    "domain_name",
    "fqdn",
    "host",
    "hostname",
)
"""Headers that are taken for the name, if exactly one of them is there."""


def name_column(header: Sequence[str], wanted: str | None) -> int:
    """Give the index of the column that holds the names.

    >>> name_column(["ts", "Query", "client"], None), name_column(["rank", "site"], "2")
    (1, 1)

    Args:
        header: the column names as they stand.
        wanted: a column name, or its number from 1 on; None to guess.

    Raises:
        UsageError: there is no such column, or not exactly one that can be guessed.
    """
    names = [name.strip().lower() for name in header]
    columns = ", ".join(ascii(name) for name in header)
    if wanted is not None:
        if wanted.strip().lower() in names:
            return names.index(wanted.strip().lower())
        if wanted.isdecimal() and 1 <= int(wanted) <= len(header):
            return int(wanted) - 1
        msg = f"there is no column {wanted!a}; there are {columns}"
        raise UsageError(msg)
    if "rrname" in names:
        return names.index("rrname")
    found = [place for place, name in enumerate(names) if name in GUESSES]
    if len(found) != 1:
        msg = f"say with --column which of these holds the names: {columns}"
        raise UsageError(msg)
    return found[0]
