"""Splits: glyph images in, which of them to train on and which to score, by four questions.

========== ============================================ =========================================
kind       what is held out                             what its figure says
========== ============================================ =========================================
image      a fifth of the images                        the network can learn; flatters
code_point characters, in all fonts                     what it says of characters it never saw
family     font families, with all their clones         what it says of fonts it never saw
both       characters and families at once              both; images of one alone are unused
========== ============================================ =========================================

A code point's fold is a hash of its number: the same in every run, data set, release and machine.
 ASCII is never held out by ``code_point`` and ``both``: it is what others are read as.

What is left as a leak: a font may draw two code points with one outline (а and a), so an image to
be scored may be trained on under another name. `seen_pixels` finds those; both figures are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import unicodedata2

FOLDS = 5
KINDS = ("image", "code_point", "family", "both")
_ASCII_END = 0x80

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to train on and rows to score; no row is both, and some may be neither."""

    kind: str
    fold: int
    train: Mask
    """Shape (n,)."""

    test: Mask
    """Shape (n,)."""


def fold_of(code_point: int) -> int:
    """Give the fold of a code point, 0 to 4.

    Canonical equivalents are drawn by one glyph (ά and its double U+1F71) and share a fold.

    >>> [fold_of(ord(char)) for char in "аеорсух"]
    [2, 4, 1, 3, 3, 2, 1]
    >>> fold_of(0x03AC) == fold_of(0x1F71)
    True
    """
    composed = unicodedata2.normalize("NFC", chr(code_point))
    return _fold(b"code point", ord(composed) if len(composed) == 1 else code_point)


def _fold(what: bytes, *numbers: int) -> int:
    return hashed(what, *numbers) % FOLDS


def hashed(what: bytes, *numbers: int) -> int:
    """Give a number that looks drawn at random, 64 bits, and is the same everywhere for ever.

    Args:
        what: what is drawn, at most 16 octets: other names give numbers that are independent.
        numbers: whom it is drawn for, each 0 or more and of 32 bits.
    """
    data = b"".join(number.to_bytes(4, "big") for number in numbers)
    return int.from_bytes(blake2b(data, digest_size=8, person=what).digest(), "big")


def folds_of(code_points: npt.NDArray[np.int32]) -> npt.NDArray[np.int8]:
    """Give the folds of many code points, shape as asked."""
    unique, places = np.unique(code_points, return_inverse=True)
    folds = np.fromiter((fold_of(int(c)) for c in unique), np.int8, len(unique))
    return folds[places].reshape(code_points.shape)


def family_folds(clone_groups: Sequence[int]) -> npt.NDArray[np.int8]:
    """Give the folds of font families: clones share one, and all have about as many families.

    Args:
        clone_groups: for every family the number of its group of clones.

    Returns:
        Folds, parallel to the families. The largest groups are placed first, each where least is.
    """
    members = defaultdict(list)
    for family, group in enumerate(clone_groups):
        members[group].append(family)
    folds = np.empty(len(clone_groups), dtype=np.int8)
    sizes = [0] * FOLDS
    for group in sorted(members, key=lambda g: (-len(members[g]), _fold(b"clones", g), g)):
        fold = sizes.index(min(sizes))
        folds[members[group]] = fold
        sizes[fold] += len(members[group])
    return folds


def split(
    kind: str,
    fold: int,
    code_points: npt.NDArray[np.int32],
    families: npt.NDArray[np.int16],
    clone_groups: Sequence[int],
) -> Split:
    """Choose what to train on and what to score.

    Args:
        kind: one of `KINDS`.
        fold: which fold to hold out, 0 to 4.
        code_points: of every image, shape (n,).
        families: of every image, shape (n,), index into `clone_groups`.
        clone_groups: for every family the number of its group of clones.

    Raises:
        ValueError: there is no such kind or fold.
    """
    if kind not in KINDS or not 0 <= fold < FOLDS:
        msg = f"a split is one of {', '.join(KINDS)} and a fold 0 to {FOLDS - 1}: {kind!r}, {fold}"
        raise ValueError(msg)
    if kind == "image":
        pairs = zip(code_points.tolist(), families.tolist(), strict=True)
        rows = np.fromiter((_fold(b"image", c, f) for c, f in pairs), np.int8, len(code_points))
        return Split(kind, fold, rows != fold, rows == fold)
    held_character = (folds_of(code_points) == fold) & (code_points >= _ASCII_END)
    held_family = family_folds(clone_groups)[families] == fold
    if kind == "code_point":
        return Split(kind, fold, ~held_character, held_character)
    if kind == "family":
        return Split(kind, fold, ~held_family, held_family)
    return Split(kind, fold, ~held_character & ~held_family, held_character & held_family)


def seen_pixels(images: npt.NDArray[np.uint8], train: Mask, test: Mask) -> Mask:
    """Find images to be scored that are pixel for pixel among those trained on.

    Args:
        images: shape (n, rows, columns).
        train: rows trained on, shape (n,).
        test: rows to be scored, shape (n,).

    Returns:
        Shape (n,): rows of `test` whose picture `train` has too.
    """
    known = {_digest(images[row]) for row in np.flatnonzero(train)}
    seen = np.zeros(len(images), dtype=np.bool_)
    for row in np.flatnonzero(test):
        seen[row] = _digest(images[row]) in known
    return seen


def _digest(image: npt.NDArray[np.uint8]) -> bytes:
    return blake2b(image.tobytes(), digest_size=16).digest()
