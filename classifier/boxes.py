"""Boxes: pictures in, how far the box around their ink lies over that of each letter out.

A dot in the air has strokes like a hyphen's, and a raised letter has the shape of the letter: what
tells them from what they look like is where they stand and how large they are. All pictures of a
family are on one baseline and of one scale, so their boxes can be compared.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from classifier.baselines import Distances, Templates

INK = 64
"""From this on a pixel counts as ink."""

_BATCH = 16384


def boxes(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """Give the box around each picture's ink.

    Args:
        images: shape (n, rows, columns).

    Returns:
        Shape (n, 4): first row, row after the last, first column, column after the last; all 0 for
        a picture without ink.
    """
    found = np.zeros((len(images), 4), dtype=np.int16)
    for start in range(0, len(images), _BATCH):
        part = slice(start, start + _BATCH)
        inked = images[part] >= INK
        for place, axis in ((0, 2), (2, 1)):
            lines: npt.NDArray[np.bool_] = np.asarray(np.any(inked, axis=axis))
            some = np.any(lines, axis=1)
            found[part, place] = np.where(some, lines.argmax(axis=1), 0)
            ends = lines.shape[1] - lines[:, ::-1].argmax(axis=1)
            found[part, place + 1] = np.where(some, ends, 0)
    return found


def overlaps(
    images: npt.NDArray[np.uint8], families: npt.NDArray[np.int16], templates: Templates
) -> Distances:
    """Give which share of the area of both boxes, a picture's and a letter's, is in both.

    Args:
        images: shape (n, rows, columns).
        families: of each picture, shape (n,).
        templates: the letters.

    Returns:
        Shape (n, 37): 1 for equal boxes, 0 for boxes that do not touch.
    """
    shape = templates.images.shape
    letters = boxes(templates.images.reshape(-1, *shape[2:])).reshape(*shape[:2], 4)
    own = boxes(images)[:, None, :].astype(np.float32)
    theirs = letters[families].astype(np.float32)
    both = np.ones(theirs.shape[:2], dtype=np.float32)
    for place in (0, 2):
        first = np.maximum(own[..., place], theirs[..., place])
        last = np.minimum(own[..., place + 1], theirs[..., place + 1])
        both *= np.maximum(last - first, 0)
    either = np.maximum(_area(own) + _area(theirs) - both, 1)
    return np.asarray(both / either, dtype=np.float32)


def _area(found: Distances) -> Distances:
    height, width = found[..., 1] - found[..., 0], found[..., 3] - found[..., 2]
    return np.asarray(height * width, dtype=np.float32)
