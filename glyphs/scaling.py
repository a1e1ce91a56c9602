"""Scaling: a face's letters in, the size at which all of its family is drawn out.

MNIST crops each digit and centres it. Here that would throw away what tells ``'`` from ``,``, ``o``
from ``O`` and ``-`` from ``ˉ``: height above the baseline, and size. So one scale serves all glyphs
of a family, companions of a superfamily as well: from the top of b, d, h, k, l to the foot of g, p,
q, y is `SPAN` pixels of `SIDE`. The baseline is the lower edge of row `BASELINE` - 1 in every
picture of every family, and only the horizontal place is centred, on the box of the outline.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glyphs.errors import BrokenFont

if TYPE_CHECKING:
    from glyphs.outlines import Face

SIDE = 28
"""Rows, and columns, of a picture."""

SPAN = 20
"""Pixels from the ascender line to the descender line."""

BASELINE = 21
"""Rows above the baseline. With one row less, capitals with two accents leave the picture; with one
more, what hangs below does: of all that PVALID has outside Han, Hangul and Tangut 2.4 % does not
fit."""

ASCENDERS, DESCENDERS = "bdhkl", "gpqy"

UNIT = 64
"""FreeType counts in 64ths of a pixel (26.6 fixed point)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture that glyphs are drawn into; lengths in 64ths of a pixel, y upwards."""

    side: int
    """Rows, and columns, in pixels."""

    above: int
    """From the baseline to the upper edge."""

    below: int
    """From the baseline to the lower edge."""

    @classmethod
    def of(cls, times: int = 1) -> Frame:
        """Make the frame of pictures `times` as many pixels high and wide as the map's are.

        >>> Frame.of()
        Frame(side=28, above=1344, below=448)
        """
        side = SIDE * times
        above = BASELINE * times * UNIT
        return cls(side, above, side * UNIT - above)

    @property
    def width(self) -> int:
        """From the left edge to the right one."""
        return self.side * UNIT


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a face's ASCII letters reach, in font units."""

    ascender: float
    """Median height of b, d, h, k, l above the baseline."""

    descender: float
    """Median depth of g, p, q, y below it."""


def measure(face: Face) -> Extent:
    """Measure a face by the outlines of its letters; what its tables claim is not looked at.

    Raises:
        BrokenFont: it lacks one of the letters, or has them without height.
    """
    tops: list[int] = []
    feet: list[int] = []
    glyphs = face.characters()
    for letters, into, side in ((ASCENDERS, tops, 3), (DESCENDERS, feet, 1)):
        for letter in letters:
            box = face.design_box(glyphs.get(ord(letter), 0)) if ord(letter) in glyphs else None
            if box is None:
                msg = f"{face.name}: has no {letter!r} to be measured by"
                raise BrokenFont(msg)
            into.append(box[side])
    extent = Extent(statistics.median(tops), -statistics.median(feet))
    if extent.ascender <= 0 or extent.descender < 0:
        msg = f"{face.name}: its letters have no height"
        raise BrokenFont(msg)
    return extent


def pixels_per_em(face: Face, times: int = 1) -> float:
    """Give the size at which a face's letters span `SPAN` pixels, `times` over.

    A face with capitals only, or without descenders, still has a foot at or below its baseline.
    """
    extent = measure(face)
    return SPAN * times * face.units_per_em / (extent.ascender + extent.descender)
