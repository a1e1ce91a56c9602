"""Shapes: where names stand in JSON objects, as the compiled screen walks through them.

A path is keys divided by full stops; ``[]`` after a key stands for the elements of its array. A key
that holds full stops itself is put in backquotes, and ``*`` in it for any text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

OBJECT, ARRAY, OWN, RDATA, NEVER, TEXT, COUNT, TIME = 1, 2, 4, 8, 16, 32, 64, 128

_MOST_COLUMNS: Final = 256

_STEP: Final = re.compile(r"`([^`]+)`|([^.`\[]+)|(\[\])")


class JsonShape(NamedTuple):
    """A tree of keys."""

    several: bool
    """Whether a record may be about more than one name; else one that has two is handed over."""

    nodes: tuple[tuple[int, int], ...]
    """Each node's kind, and the node of its array's elements or -1; the first is the record."""

    entries: tuple[tuple[int, bytes, bytes, bool, int], ...]
    """By parent: parent, what a key begins with and ends with, whether text may stand between, and
    the child."""

    @classmethod
    def of(
        cls,
        own: Iterable[str],
        rdata: Iterable[str] = (),
        never: Iterable[str] = (),
        *,
        several: bool = False,
        texts: Iterable[str] = (),
        counts: Iterable[str] = (),
        times: Iterable[str] = (),
    ) -> JsonShape:
        """Make the shape of some paths.

        Args:
            own: where the names stand that a record is about: text, one at least.
            rdata: where it may name others, in presentation form; anything but text, null and what
                the paths themselves call for makes the record one that is handed over.
            never: a record that has one of these is always handed over.
            several: see the attribute.
            texts: fields that are text, or null; else the record is handed over.
            counts: the same of whole numbers, as numbers or text; of many digits, handed over.
            times: the same of numbers, and of times as RFC 3339 writes them.

        >>> shape = JsonShape.of(["rrname"], ["rdata", "rdata[]"])
        >>> shape.nodes
        ((1, -1), (4, -1), (10, 3), (8, -1))
        >>> shape.entries
        ((0, b'rrname', b'', False, 1), (0, b'rdata', b'', False, 2))
        """
        kinds, elements = [OBJECT], [-1]
        entries: list[tuple[int, str, int]] = []
        kept = (OWN, own), (RDATA, rdata), (NEVER, never)
        for kind, paths in (*kept, (TEXT, texts), (COUNT, counts), (TIME, times)):
            for path in paths:
                node = 0
                for quoted, plain, brackets in _STEP.findall(path):
                    node = _child(node, quoted or plain, brackets, kinds, elements, entries)
                kinds[node] |= kind
        return cls(
            several,
            tuple(zip(kinds, elements, strict=True)),
            tuple(_entry(*each) for each in sorted(entries, key=lambda each: each[0])),
        )


def _child(
    node: int,
    key: str,
    brackets: str,
    kinds: list[int],
    elements: list[int],
    entries: list[tuple[int, str, int]],
) -> int:
    """Give the node of a key or of elements below another, which is made if it is not there."""
    if brackets:
        kinds[node] |= ARRAY
        found = elements[node]
    else:
        kinds[node] |= OBJECT
        found = next(
            (child for parent, name, child in entries if (parent, name) == (node, key)), -1
        )
    if found >= 0:
        return found
    kinds.append(0)
    elements.append(-1)
    child = len(kinds) - 1
    if brackets:
        elements[node] = child
    else:
        entries.append((node, key, child))
    return child


def _entry(parent: int, key: str, child: int) -> tuple[int, bytes, bytes, bool, int]:
    head, star, tail = key.partition("*")
    return parent, head.encode(), tail.encode(), bool(star), child


class LineShape(NamedTuple):
    """Where names stand in the lines of a text log."""

    mark: bytes
    """What divides the fields; or what stands before the name."""

    marked: bool
    """Which of both it is."""

    own: int
    """Number of the field with the name; or how many words stand between the mark and the name."""

    width: int
    """How many fields a line has; or how many words after the name its class stands."""

    rdata: int = -1
    """Number of the field with what the name points at; -1 for none."""

    between: int = 0
    """The octet that divides the values of that field; 0 if it has but one."""

    unset: bytes = b""
    """What stands for no value."""

    number: int = -1
    """Number of the field that is digits alone; -1 for none."""


class RowShape(NamedTuple):
    """Where names stand in rows of delimited text."""

    divider: bytes
    """The octet that divides the cells."""

    own: int
    """Column of the names, from 0."""

    kinds: bytes
    """What each column up to the last that matters holds: `OWN`, `RDATA`, `COUNT`, `TIME` or 0."""

    @classmethod
    def of(
        cls,
        divider: str,
        own: int,
        rdata: Iterable[int] = (),
        counts: Iterable[int] = (),
        times: Iterable[int] = (),
    ) -> RowShape | None:
        r"""Make the shape of some columns; None if there are too many for the screen.

        >>> RowShape.of(",", 1, [2], [0])
        RowShape(divider=b',', own=1, kinds=b'@\x04\x08')
        """
        kinds: dict[int, int] = {own: OWN}
        for kind, columns in ((RDATA, rdata), (COUNT, counts), (TIME, times)):
            for column in columns:
                kinds[column] = kinds.get(column, 0) | kind
        width = max(kinds) + 1
        if width > _MOST_COLUMNS:
            return None
        return cls(divider.encode(), own, bytes(kinds.get(each, 0) for each in range(width)))


_TIMES: Final = tuple(
    f"{zone}time_{end}{unit}"
    for zone, unit in (("", ""), ("zone_", ""), ("", "_ms"))  # as often as they are met
    for end in ("first", "last")
)

COF: Final = JsonShape.of(
    ["rrname", "obj.rrname"],
    ["rdata", "rdata[]", "obj.rdata", "obj.rdata[]"],
    ["cond"],
    texts=["rrtype", "obj.rrtype"],
    counts=["count", "obj.count", "rrtype", "obj.rrtype"],
    times=[*_TIMES, *(f"obj.{each}" for each in _TIMES)],
)
"""Passive DNS: COF and DNSDB."""
