r"""Delimited rows: where the rows of delimited text begin and end, whose cells may hold line feeds.

A row is a line or, where a quote is still open at its end, that line and those up to the one that
closes it. A quote that no line within 64 KiB closes costs its own line and no more. This is what
the kernel does, for where it is not compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_ROW: Final = 1 << 16
"""Octets of a row in several lines, at most."""


def row_spans(data: bytes) -> Iterator[tuple[int, int]]:
    r"""Give where each row begins and ends, its line feed left out.

    >>> list(row_spans(b'a,b\n"c\nd",e\n'))
    [(0, 3), (4, 11)]
    """
    at = 0
    while at < len(data):
        stop = _row_end(data, at)
        stop = _line_end(data, at) if stop is None else stop
        yield at, stop
        at = stop + 1


def unfinished_row(data: bytes, *, final: bool) -> int:
    r"""Give where a last row begins that goes on in what follows; the length if there is none.

    >>> unfinished_row(b'a,b\n"c\nd', final=False), unfinished_row(b'a,b\n"c\nd', final=True)
    (4, 8)

    Args:
        data: whole lines, of which the first begins a row.
        final: nothing follows, so that an open quote will not be closed any more.
    """
    at = 0
    while at < len(data) and b'"' in data:
        stop = _row_end(data, at)
        if stop is None:
            if not final and len(data) - at <= LONGEST_ROW:
                return at
            stop = _line_end(data, at)
        at = stop + 1
    return len(data)


def _line_end(data: bytes, at: int) -> int:
    stop = data.find(b"\n", at)
    return len(data) if stop < 0 else stop


def _row_end(data: bytes, at: int) -> int | None:
    """Give where a row ends; None if no line near by closes its quote."""
    stop = _line_end(data, at)
    if data.count(b'"', at, stop) % 2 == 0:
        return stop
    while stop + 1 < len(data):
        begin = stop + 1
        stop = _line_end(data, begin)
        if stop - at > LONGEST_ROW:
            return None
        if data.count(b'"', begin, stop) % 2:
            return stop
    return None
