"""Baselines: pictures in, the ASCII letter whose own picture is nearest out; nothing is learned.

Two ways that need no network, to stand beside its figures: the nearest picture by Euclidean
distance, and the rule of ShamFinder (Suzuki et al. 2019): a character is taken for a letter if at
most `SHAMFINDER_PIXELS` pixels differ in black and white. A picture is compared with the letters of
its own font family only. Distances say as well what is too near a letter to be no letter
(`classifier.negatives`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from classifier.labels import CLASSES

SHAMFINDER_PIXELS = 4
SHIFT = 1
"""Pixels by which a letter may be moved, in rows and in columns, to come nearer."""

_INK = 128
"""From this on a pixel is black in black and white."""

_BATCH = 8192

Distances = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Templates:
    """Every family's own pictures of the 37 letters."""

    images: npt.NDArray[np.uint8]
    """Shape (families, 37, rows, columns)."""

    present: npt.NDArray[np.bool_]
    """Shape (families, 37): which letters the family has."""

    @classmethod
    def of(
        cls,
        images: npt.NDArray[np.uint8],
        code_points: npt.NDArray[np.int32],
        families: npt.NDArray[np.int16],
        count: int,
    ) -> Templates:
        """Take the letters from all glyphs of `count` families; arrays are parallel."""
        found = np.zeros((count, len(CLASSES), *images.shape[1:]), dtype=np.uint8)
        present = np.zeros(found.shape[:2], dtype=np.bool_)
        for number, letter in enumerate(CLASSES):
            rows = np.flatnonzero(code_points == ord(letter))
            found[families[rows], number] = images[rows]
            present[families[rows], number] = True
        return cls(found, present)


def pixel_distances(
    images: npt.NDArray[np.uint8],
    families: npt.NDArray[np.int16],
    templates: Templates,
    shift: int = SHIFT,
) -> Distances:
    """Give the distance of pictures from each letter of their family.

    Args:
        images: shape (n, rows, columns).
        families: of each picture, shape (n,).
        templates: the letters.
        shift: letters are tried moved by so many pixels each way.

    Returns:
        Shape (n, 37): root of the sum of squares, where full ink is 1; infinite where the family
        lacks the letter.
    """
    return _by_family(images, families, templates, shift, threshold=None)


def relative_distances(
    images: npt.NDArray[np.uint8],
    families: npt.NDArray[np.int16],
    templates: Templates,
    shift: int = SHIFT,
) -> Distances:
    """Give the distances, as a share of the ink that both pictures have.

    0 is the same picture, 1 is two pictures without a common pixel, whether they are large or tiny.
    Arguments and shape are those of `pixel_distances`. It tells characters that UTS #39 has from
    others better: on 96 families the area under the ROC curve is 0.949, and 0.938 without division.
    """
    own = _norms(images)[:, None]
    letters = _norms(templates.images.reshape(-1, *images.shape[1:])).reshape(-1, len(CLASSES))
    norms = np.hypot(own, letters[families])
    distances = pixel_distances(images, families, templates, shift)
    return np.asarray(distances / norms, dtype=np.float32)


def _norms(images: npt.NDArray[np.uint8]) -> Distances:
    """Give the root of the sum of squares of each picture; blank ones count as a grey pixel."""
    parts = (
        np.linalg.norm(_unit(images[start : start + _BATCH], None), axis=(1, 2))
        for start in range(0, len(images), _BATCH)
    )
    norms = np.concatenate([*parts, np.zeros(0)])
    return np.asarray(np.maximum(norms, 1e-3), dtype=np.float32)


def binary_differences(
    images: npt.NDArray[np.uint8], families: npt.NDArray[np.int16], templates: Templates
) -> Distances:
    """Give how many pixels differ in black and white from each letter of the family, unmoved.

    Arguments and shape are those of `pixel_distances`.
    """
    # Black is 1 and white is 0, so squares of differences are differences.
    distances = _by_family(images, families, templates, 0, threshold=_INK)
    return np.asarray(np.round(distances**2), dtype=np.float32)


def _by_family(
    images: npt.NDArray[np.uint8],
    families: npt.NDArray[np.int16],
    templates: Templates,
    shift: int,
    threshold: int | None,
) -> Distances:
    result = np.empty((len(images), len(CLASSES)), dtype=np.float32)
    for family in np.unique(families):
        letters = _unit(templates.images[family], threshold)
        moved = np.stack([_moved(letters, by) for by in _moves(shift)])
        flat = moved.reshape(-1, letters.shape[1] * letters.shape[2])
        squares = np.einsum("ij,ij->i", flat, flat)
        rows = np.flatnonzero(families == family)
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            drawn = _unit(images[part], threshold).reshape(len(part), -1)
            own = np.einsum("ij,ij->i", drawn, drawn)
            both = own[:, None] + squares[None] - 2 * (drawn @ flat.T)
            nearest = both.reshape(len(part), -1, len(CLASSES)).min(axis=1)
            result[part] = np.sqrt(np.maximum(nearest, 0))
        result[np.ix_(rows, np.flatnonzero(~templates.present[family]))] = np.inf
    return result


def _unit(images: npt.NDArray[np.uint8], threshold: int | None) -> Distances:
    if threshold is not None:
        return (images >= threshold).astype(np.float32)
    return np.asarray(images, dtype=np.float32) / np.float32(255)


def _moves(shift: int) -> list[tuple[int, int]]:
    reach = range(-shift, shift + 1)
    return list(product(reach, reach))


def _moved(images: Distances, by: tuple[int, int]) -> Distances:
    """Move pictures by rows and columns; what leaves is lost, what comes in is paper."""
    rows, columns = images.shape[1:]
    down, right = by
    result = np.zeros_like(images)
    result[
        :,
        max(0, down) : rows + min(0, down),
        max(0, right) : columns + min(0, right),
    ] = images[
        :,
        max(0, -down) : rows + min(0, -down),
        max(0, -right) : columns + min(0, -right),
    ]
    return result


@dataclass(frozen=True, slots=True)
class Nearest:
    """How far each code point is from every letter; code points ascend."""

    code_points: npt.NDArray[np.int32]
    """Shape (m,)."""

    distances: Distances
    """Over families, the least distance or the mean one, shape (m, 37)."""

    @property
    def letters(self) -> npt.NDArray[np.int64]:
        """Give the nearest letter, shape (m,)."""
        return np.asarray(self.distances.argmin(axis=1), dtype=np.int64)

    @property
    def least(self) -> Distances:
        """Give the distance of the nearest letter, shape (m,)."""
        return np.asarray(self.distances.min(axis=1), dtype=np.float32)


def nearest_by_code_point(distances: Distances, code_points: npt.NDArray[np.int32]) -> Nearest:
    """Take the best family of each code point, as an attacker would.

    Args:
        distances: of pictures from letters, shape (n, 37).
        code_points: of the pictures, shape (n,).
    """
    ordered, unique, starts, _ = _grouped(distances, code_points)
    return Nearest(unique, np.minimum.reduceat(ordered, starts))


def mean_by_code_point(distances: Distances, code_points: npt.NDArray[np.int32]) -> Nearest:
    """Take the mean over the families of each code point, as the network's votes are counted.

    Arguments are those of `nearest_by_code_point`.
    """
    ordered, unique, starts, counts = _grouped(distances, code_points)
    sums = np.add.reduceat(ordered, starts, dtype=np.float64)
    return Nearest(unique, np.asarray(sums / counts[:, None], dtype=np.float32))


def _grouped(
    distances: Distances, code_points: npt.NDArray[np.int32]
) -> tuple[Distances, npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Sort by code point; give the code points, where each one's rows begin, and how many."""
    order = np.argsort(code_points, kind="stable")
    unique, starts, counts = np.unique(code_points[order], return_index=True, return_counts=True)
    return distances[order], unique, starts, counts


def shamfinder(nearest: Nearest) -> npt.NDArray[np.bool_]:
    """Say which code points the rule takes for a letter, given `binary_differences`, shape (m,)."""
    return nearest.least <= SHAMFINDER_PIXELS
