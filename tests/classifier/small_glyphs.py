"""A few made-up font families in memory, in the form of a glyph store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.labels import CLASSES

SIDE = 28
BASELINE = 20


@dataclass(frozen=True)
class SmallGlyphs:
    images: npt.NDArray[np.uint8]
    code_points: npt.NDArray[np.int32]
    families: npt.NDArray[np.int16]
    family_names: tuple[str, ...]
    clone_groups: tuple[int, ...]
    digest: str = "0" * 64


def scribble(seed: int, height: int = 14) -> npt.NDArray[np.uint8]:
    """A picture like no other: random strokes in a box that stands on the baseline."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((SIDE, SIDE), dtype=np.uint8)
    box = np.kron(rng.random((height // 2, 6)) < 0.4, np.ones((2, 2))) > 0
    picture[BASELINE - height // 2 * 2 : BASELINE, 8:20] = box * 255
    return picture


def bars(height: int, rows: Sequence[int] = ()) -> npt.NDArray[np.uint8]:
    """Two uprights on the baseline, 2 wide and 8 apart, and crossbars at some heights: an H."""
    picture = np.zeros((SIDE, SIDE), dtype=np.uint8)
    picture[BASELINE - height : BASELINE, 8:10] = 255
    picture[BASELINE - height : BASELINE, 18:20] = 255
    for row in rows:
        picture[BASELINE - row - 2 : BASELINE - row, 8:20] = 255
    return picture


def small_glyphs(others: Mapping[str, npt.NDArray[np.uint8]], families: int = 2) -> SmallGlyphs:
    """Give families with all letters, each its own scribble, and `others` drawn alike in all."""
    pictures = {letter: scribble(ord(letter)) for letter in CLASSES} | dict(others)
    chars = sorted(pictures)
    one = np.stack([pictures[char] for char in chars])
    return SmallGlyphs(
        images=np.concatenate([one] * families),
        code_points=np.array([ord(char) for char in chars] * families, dtype=np.int32),
        families=np.repeat(np.arange(families), len(chars)).astype(np.int16),
        family_names=tuple(f"Family {number}" for number in range(families)),
        clone_groups=tuple(range(families)),
    )
