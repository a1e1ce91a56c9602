"""Coverage: how many families draw each character in, how much of each Unicode block is drawn out.

Counted are characters that can be drawn at all (`glyphs.characters`), and those of them that names
may hold (PVALID, RFC 5892). Blocks are those of ``Blocks.txt``, as fontTools carries it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from fontTools.unicodedata import Blocks

from glyphs.characters import drawable, pvalid, pvalid_first

if TYPE_CHECKING:
    from glyphs.store import GlyphStore

EVERYTHING = "all blocks"


@dataclass(frozen=True, slots=True)
class BlockCoverage:
    """What is drawn of one block; all numbers are numbers of characters."""

    block: str
    """Its name in Unicode, e.g. ``Greek and Coptic``."""

    first: int
    """Its first code point."""

    assigned: int
    """Assigned, and not invisible."""

    covered: int
    """Of these, drawn by one family at least."""

    pvalid: int
    """Allowed in names."""

    pvalid_covered: int
    """Of these, drawn by one family at least."""

    pvalid_in_three: int
    pvalid_in_five: int


def count_families(store: GlyphStore) -> Mapping[int, int]:
    """Give for each character of a store the number of families that draw it."""
    code_points, counts = np.unique(store.code_points, return_counts=True)
    return dict(zip(code_points.tolist(), counts.tolist(), strict=True))


def measure_coverage(families: Mapping[int, int]) -> tuple[BlockCoverage, ...]:
    """Count per block.

    Args:
        families: code point -> how many families draw it; `count_families` makes it of a store.

    Returns:
        The blocks that have assigned characters, in Unicode's order; then their sum, named
        `EVERYTHING`.
    """
    allowed = pvalid()
    blocks: dict[int, list[int]] = {}
    for code_point in drawable():
        counts = blocks.setdefault(_block_number(code_point), [0] * 6)
        have = families.get(code_point, 0)
        named = code_point in allowed
        tests = (True, have, named, named and have, named and have >= 3, named and have >= 5)
        for place, test in enumerate(tests):
            counts[place] += bool(test)
    found = [
        BlockCoverage(Blocks.VALUES[number], Blocks.RANGES[number], *counts)
        for number, counts in sorted(blocks.items())
    ]
    totals = [sum(column) for column in zip(*(astuple(each)[2:] for each in found), strict=True)]
    return (*found, BlockCoverage(EVERYTHING, 0, *totals))


def missing(families: Mapping[int, int]) -> tuple[int, ...]:
    """Give the characters that no family draws: those that names may hold first, each ascending."""
    return tuple(pvalid_first(each for each in drawable() if not families.get(each)))


def tabulate(coverage: Sequence[BlockCoverage]) -> str:
    """Write coverage as lines of text, one a block, in columns, with a head."""
    names = [field.name.replace("_", " ") for field in fields(BlockCoverage)]
    rows = [names[:1] + names[2:]]
    rows += [[str(cell) for cell in (each.block, *astuple(each)[2:])] for each in coverage]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    name, *numbers = row
    cells = (cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))
    return "  ".join((name.ljust(widths[0]), *cells)) + "\n"


def block_of(code_point: int) -> str:
    """Name the block of a code point.

    >>> block_of(0x0430)
    'Cyrillic'
    """
    name: str = Blocks.VALUES[_block_number(code_point)]
    return name


def _block_number(code_point: int) -> int:
    return bisect_right(Blocks.RANGES, code_point) - 1
