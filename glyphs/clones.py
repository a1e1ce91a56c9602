"""Clones: pictures of families' letters in, which families are one design under two names out.

Fonts are copied and renamed: Tinos is Liberation Serif, Hack is nearly DejaVu Sans Mono. A model
that learned one of them has seen the other, so both count once, and looser kin stay in one fold.
The distance of two families is the ink in which their letters differ: the sum of absolute
differences of two 28x28 pictures, in pixels (1 = one black pixel), averaged over a-z and 0-9. An
average letter has 46 pixels of ink; the median pair of families is 34 apart.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glyphs.errors import BadManifest, BrokenFont
from glyphs.tables import Row, read_table, write_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily

LETTERS = string.ascii_lowercase + string.digits

SAME = 6.0
"""Families that are less than so many pixels apart are one design: the manifest has one of them."""

KIN = 14.0
"""Families that are less than so many pixels apart belong to one fold."""

LISTED = 20.0
"""Pairs that are nearer than so many pixels are listed in the table."""

COLUMNS = ("family", "other", "distance")
TABLE = Path(__file__).parent / "data" / "clones.csv"

_DISTANCE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two families and how far apart they are."""

    family: str
    other: str
    """The later one of the manifest."""

    distance: float
    """Mean L1 distance of their letters, in pixels."""


def load_pairs(path: Path = TABLE) -> tuple[Pair, ...]:
    """Read a table of near pairs, nearest first.

    Raises:
        BadManifest: it cannot be read, or a line of it is none of ours.
    """
    return tuple(_pair(row) for row in read_table(path, COLUMNS))


def _pair(row: Row) -> Pair:
    family, other, distance = row.fields
    if not _DISTANCE.fullmatch(distance):
        msg = f"{row.place}: {distance!a} is no distance in pixels"
        raise BadManifest(msg)
    return Pair(family, other, float(distance))


def render_pairs(pairs: Iterable[Pair]) -> str:
    """Write a table of pairs: the same pairs give the same bytes."""
    rows = [(pair.family, pair.other, f"{pair.distance:.3f}") for pair in pairs]
    return write_table(COLUMNS, rows)


def group_kin(names: Sequence[str], pairs: Iterable[Pair], limit: float = KIN) -> tuple[int, ...]:
    """Give each family the number of its group: the place of the group's first family.

    Kin of kin are one group, even if the two ends differ.

    >>> group_kin(["A", "B", "C"], [Pair("A", "C", 9.0), Pair("A", "B", 15.0)])
    (0, 1, 0)
    """
    groups = list(range(len(names)))
    places = {name: place for place, name in enumerate(names)}
    for pair in pairs:
        if pair.distance < limit and pair.family in places and pair.other in places:
            one, two = groups[places[pair.family]], groups[places[pair.other]]
            groups = [min(one, two) if group in {one, two} else group for group in groups]
    return tuple(groups)


def measure_pairs(names: Sequence[str], letters: npt.NDArray[np.uint8]) -> tuple[Pair, ...]:
    """Measure every pair of families.

    Args:
        names: the families, in the manifest's order.
        letters: pictures of `LETTERS`, shape (families, letters, rows, columns); 255 is ink.

    Returns:
        All pairs, nearest first.
    """
    import numpy as np

    flat = letters.reshape(len(names), len(LETTERS), -1).astype(np.int16)
    found = []
    for place, name in enumerate(names):
        apart = np.abs(flat[place + 1 :] - flat[place]).sum(axis=2, dtype=np.int64)
        distances = apart.mean(axis=1) / 255
        for other, distance in zip(names[place + 1 :], distances.tolist(), strict=True):
            found.append(Pair(name, other, distance))
    return tuple(sorted(found, key=lambda pair: pair.distance))


def draw_letters(families: Sequence[FoundFamily]) -> npt.NDArray[np.uint8]:
    """Draw the letters of families: (families, letters, 28, 28).

    Raises:
        BrokenFont: a family cannot be drawn from, or has not all letters.
    """
    import numpy as np

    from glyphs.render import FamilyRenderer

    drawn = []
    for found in families:
        code_points, pictures = FamilyRenderer(found).draw_all(map(ord, LETTERS))
        if len(code_points) != len(LETTERS):
            lacking = sorted(set(LETTERS).difference(map(chr, code_points.tolist())))
            msg = f"{found.family.name}: lacks {' '.join(lacking)}"
            raise BrokenFont(msg)
        drawn.append(pictures)
    return np.stack(drawn)
