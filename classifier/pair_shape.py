"""Pair shape: pictures of pairs and letters in, how well their strokes go together out.

Two things that a network of single letters does not mind, and an eye does at once:

- a *stroke beyond*: ``rl`` and ``rj`` are an n to a network; but a name's outline, what stands
  above the height of an x and what hangs below its foot, is what is read first. A stroke runs
  through the rows next to that band; a dot leaves a gap there, and is forgiven;
- a *fit*: when the pair is squeezed to the letter's own width, its strokes have to fall where the
  letter's do.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.network import SIDE

BEYOND = 0.5
"""Share of a stroke's width from which there is one."""

NARROWEST = 1.6
"""Most that a pair is squeezed, to the letter's width or nearly."""

SHIFTS = (-2, -1, 0, 1, 2)
"""Columns by which a squeezed pair may be moved to fit."""

_INK = 90
_BLUR = 1.0  # standard deviation in pixels: what is blurred so is a stroke at the size of text
_NEAR, _FAR = 2, 4  # rows from the band of x that a stroke beyond runs through

Floats = npt.NDArray[np.float64]
Pictures = npt.NDArray[np.uint8]


def strokes_beyond(pictures: Pictures, x: Pictures, stem: Pictures) -> Floats:
    """Count strokes that leave the band of a family's x, upwards and downwards.

    Args:
        pictures: (n, 28, 28), of one family.
        x: (28, 28), its x, which gives the band.
        stem: (28, 28), its l, which gives the width of a stroke.

    Returns:
        (n, 2), strokes above and below: 1 for an l or a p, 0 for an x or an i.
    """
    rows = np.flatnonzero(x.max(axis=1) >= _INK)
    top, foot = int(rows[0]), int(rows[-1])
    width = max(float(np.median(stem[top:foot].sum(axis=1))), 1.0)
    above = pictures[:, max(top - _FAR, 0) : top - _NEAR + 1]
    below = pictures[:, foot + _NEAR : foot + _FAR]
    parts = [
        part.sum(axis=2).min(axis=1) if part.shape[1] else np.zeros(len(part))
        for part in (above, below)
    ]
    return np.stack(parts, axis=1) / width


def fits(pairs: Pictures, letters: Pictures, ratios: Floats) -> Floats:
    """Say how well pairs fit letters: the cosine of the two, blurred, at one width.

    Args:
        pairs: (n, 28, 28).
        letters: (n, 28, 28), parallel to them.
        ratios: (n,), how many times as wide as its letter a pair is.

    Returns:
        (n,), 1 for the same picture, 0 without common ink.
    """
    blurred = _blur()
    squeezed = np.stack([_squeezer(round(min(max(r, 1.0), NARROWEST), 2)) for r in ratios])
    ours = blurred @ (pairs / 255.0 @ squeezed) @ blurred.T
    theirs = blurred @ (letters / 255.0) @ blurred.T
    norms = np.linalg.norm(ours, axis=(1, 2)) * np.linalg.norm(theirs, axis=(1, 2))
    common = [(np.roll(ours, shift, axis=2) * theirs).sum(axis=(1, 2)) for shift in SHIFTS]
    return np.asarray(np.max(common, axis=0) / np.maximum(norms, 1e-9))


@cache
def _blur() -> Floats:
    place = np.arange(SIDE)
    weights = np.exp(-((place[:, None] - place) ** 2) / (2 * _BLUR**2))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@cache
def _squeezer(times: float) -> Floats:
    """Make the matrix (28, 28) that squeezes a row of pixels to 1 / `times`, about its middle."""
    middle = SIDE / 2
    starts = (np.arange(SIDE) - middle) * times + middle
    columns = np.arange(SIDE)[:, None]
    overlap = np.minimum(starts + times, columns + 1) - np.maximum(starts, columns)
    return np.asarray(np.clip(overlap, 0, None) / times)
