"""Small capitals: a family's own pictures of capitals in, the same as high as an x out.

Cyrillic в к м н т are drawn like capitals as high as small letters, and few fonts have the Latin
small capitals ʙ ᴋ ᴍ ʜ ᴛ to learn them from. So they are made: the capital is scaled down about the
baseline until it is as high as the family's x, and keeps the weight of its strokes, as type
designers see to. The result is a picture to train on; its letter is the capital's.

Measured against what 96 families draw for н т м в к ʜ ʀ ɴ ᴇ ᴀ ɢ, the mean of median distances (of
`classifier.baselines`) is 2.0; of capitals as they are it is 6.1. Without the strokes' weight it is
2.15, and a quarter of the ink is lacking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Those that small capitals are made of. C O S V W X Z only come out as their small letter does."""

_INK = 64
"""A row with a pixel this dark is part of a letter, and not only the blur of its edge."""

_HEIGHT_OF_SMALL, _HEIGHT_OF_CAPITAL = "x", "H"
"""Letters that are flat on both ends, so that no overshoot blurs their height."""


@dataclass(frozen=True, slots=True)
class SmallCapitals:
    """Pictures of small capitals; rows are parallel."""

    images: npt.NDArray[np.uint8]
    """Shape (n, rows, columns)."""

    code_points: npt.NDArray[np.int32]
    """Of the capital that each is made of, shape (n,)."""

    families: npt.NDArray[np.int16]
    """Shape (n,)."""


def small_capitals(
    images: npt.NDArray[np.uint8],
    code_points: npt.NDArray[np.int32],
    families: npt.NDArray[np.int16],
    letters: str = CAPITALS,
) -> SmallCapitals:
    """Make small capitals of every family that has x, H and the capital.

    Args:
        images: glyphs of many families on one baseline, shape (n, rows, columns).
        code_points: of the glyphs, shape (n,).
        families: of the glyphs, shape (n,).
        letters: the capitals to use.

    Returns:
        Small capitals by family, then by letter. A family whose capitals are no higher than its x
        has none: its small letters are small capitals already.
    """
    made: list[npt.NDArray[np.uint8]] = []
    source: list[int] = []
    for family in np.unique(families):
        rows = np.flatnonzero((families == family) & (code_points < 0x80))
        row_of = {chr(code_points[row]): int(row) for row in rows}
        if not {_HEIGHT_OF_SMALL, _HEIGHT_OF_CAPITAL} <= row_of.keys():
            continue
        small = _extent(images[row_of[_HEIGHT_OF_SMALL]])
        capital = _extent(images[row_of[_HEIGHT_OF_CAPITAL]])
        if not 0 < small.height < capital.height:
            continue
        scale = small.height / capital.height
        for letter in letters:
            if letter in row_of:
                made.append(shrunk(images[row_of[letter]], scale, capital.foot))
                source.append(row_of[letter])
    empty = np.zeros((0, *images.shape[1:]), dtype=np.uint8)
    return SmallCapitals(np.stack(made) if made else empty, code_points[source], families[source])


@dataclass(frozen=True, slots=True)
class _Extent:
    """From where to where a letter has ink, in rows from the top; fractions are grey edges."""

    top: float
    foot: float

    @property
    def height(self) -> float:
        return self.foot - self.top


def _extent(image: npt.NDArray[np.uint8]) -> _Extent:
    """Measure a letter to a fraction of a row: a row half as dark as the next is half covered."""
    dark = image.max(axis=1).astype(np.float64)
    inked = np.flatnonzero(dark >= _INK)
    if not len(inked):
        return _Extent(0, 0)
    first, last = int(inked[0]), int(inked[-1])
    inside = dark[min(first + 1, last)], dark[max(last - 1, first)]
    top = first + 1 - min(1.0, dark[first] / inside[0])
    foot = last + min(1.0, dark[last] / inside[1])
    return _Extent(top, foot)


def shrunk(image: npt.NDArray[np.uint8], scale: float, foot: float) -> npt.NDArray[np.uint8]:
    """Scale a picture down about its baseline and its middle; upright strokes keep their width.

    Args:
        image: shape (rows, columns).
        scale: 0 to 1; 0.7 makes it 0.7 times as high and wide.
        foot: the baseline, in rows from the top.

    Returns:
        The shape of `image`.
    """
    rows, columns = image.shape
    down = _area_matrix(rows, scale, foot)
    across = _area_matrix(columns, scale, columns / 2)
    small = down @ image.astype(np.float64) @ across.T
    # Upright strokes are about two pixels wide, so scaling takes this much of each of their sides.
    bolder = _bolder(small, 1 - scale)
    return np.clip(np.round(bolder), 0, 255).astype(np.uint8)


def _area_matrix(size: int, scale: float, fixed: float) -> npt.NDArray[np.float64]:
    """Give the weights with which pixels of one axis make the pixels of the scaled one.

    Row i has the overlap of the new pixel i, as it lies on the old axis, with each old pixel.
    """
    edges = (np.arange(size + 1) - fixed) / scale + fixed
    low, high = edges[:-1, None], edges[1:, None]
    old = np.arange(size)[None, :]
    overlap = np.minimum(high, old + 1) - np.maximum(low, old)
    weights: npt.NDArray[np.float64] = np.maximum(overlap, 0) * scale
    return weights


def _bolder(image: npt.NDArray[np.float64], by: float) -> npt.NDArray[np.float64]:
    """Widen strokes by a fraction of a pixel to the left and to the right.

    Only so: horizontal strokes must not grow over the x-height and under the baseline.
    """
    left = np.pad(image, ((0, 0), (0, 1)))[:, 1:]
    right = np.pad(image, ((0, 0), (1, 0)))[:, :-1]
    beside = np.maximum(left, right)
    wider: npt.NDArray[np.float64] = image + by * np.maximum(beside - image, 0)
    return wider
