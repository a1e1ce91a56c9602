"""Negatives: glyphs and labels in, characters that are examples of looking like no letter out.

"Not in UTS #39" is a bad example: of what scores highest there, nine tenths are lookalikes that
UTS #39 lacks (MAP.md, section 0). So an example is one of

=========== ====================================================================================
adjudicated people looked, and it is no lookalike (`classifier.verdicts`)
punctuation brackets, quotes, slashes, dots, accents that stand alone: no letter, however near one
letters     of other scripts, unlike all 37 letters in all families: `NEAR` says what is unlike
large       the same of Han, Hangul, Tangut, Nushu and Khitan, one in `LARGE_SAMPLE`
=========== ====================================================================================

and never a Latin letter, a mark, a part of what UTS #39 takes for several letters, the other case
of what has a label, or what people took for a letter. All of these are unlabelled: neither trained
on nor scored by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.baselines import Templates, nearest_by_code_point, relative_distances
from classifier.labels import Labels
from classifier.splits import hashed
from classifier.unicode_tables import category, compatible, is_mark, is_pvalid, name, named
from classifier.verdicts import Verdict, refuted, upheld

NEAR = 0.45
"""Distance (`relative_distances`) under which a character is too near a letter to be an example.

On 96 families 80 % of the PVALID characters that UTS #39 sends to a letter are nearer in their best
family, and so are 6 % of those of other scripts that have no label, by eye mostly lookalikes."""

LARGE_SAMPLE = 64
_LARGE = ("CJK UNIFIED", "HANGUL SYLLABLE", "TANGUT", "NUSHU", "KHITAN")
_SMALL, _CAPITAL = " SMALL LETTER ", " CAPITAL LETTER "
_LATIN = ("LATIN ", "MODIFIER LETTER ")

_PUNCTUATION_BLOCKS = (
    range(0x0021, 0x007F),
    range(0x00A1, 0x00C0),
    range(0x02B0, 0x0300),  # Spacing Modifier Letters: accents that stand alone
    range(0x2010, 0x2070),  # General Punctuation
    range(0x2E00, 0x2E80),  # Supplemental Punctuation
)
_PUNCTUATION = frozenset({"Pc", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm"})
_SHAPES = frozenset("⊥⊤∼⁄∕∖◌⌈⌉⌊⌋┴┬├┤□▯")
"""Shapes of which letters that are no lookalike are made: ⵊ is a ⊥, and was taken for an l."""


@dataclass(frozen=True, slots=True)
class Negatives:
    """Examples of looking like no letter, by why they are."""

    adjudicated: frozenset[int]
    punctuation: frozenset[int]
    letters: frozenset[int]
    large: frozenset[int]

    near: frozenset[int]
    """Characters that would be among `letters` or `large` if they were not so near to a letter.
    With `letters` they are what an open set is scored by: all that no table takes for a letter."""

    @property
    def code_points(self) -> frozenset[int]:
        """All examples."""
        return self.adjudicated | self.punctuation | self.letters | self.large


def find_negatives(
    labels: Labels,
    images: npt.NDArray[np.uint8],
    code_points: npt.NDArray[np.int32],
    families: npt.NDArray[np.int16],
    templates: Templates,
    *,
    near: float = NEAR,
    verdicts: Iterable[Verdict] = (),
) -> Negatives:
    """Choose examples among the glyphs that there are.

    Args:
        labels: the letters; what has a label is no example.
        images: all glyphs, shape (n, rows, columns).
        code_points: of the glyphs, shape (n,).
        families: of the glyphs, shape (n,).
        templates: the families' own pictures of the letters.
        near: least distance from every letter in every family.
        verdicts: what people said.
    """
    verdicts = tuple(verdicts)
    drawn = np.unique(code_points)
    free = [int(c) for c in drawn if int(c) not in labels.by_code_point]
    wrong = frozenset(free) & refuted(verdicts)
    punctuation = frozenset(filter(is_punctuation, free)) - wrong
    barred = upheld(verdicts) | labels.composite | wrong | punctuation
    letters = {c for c in free if c not in barred and _may_be_letter(c, labels)}
    large = {c for c in free if c not in barred and _is_sampled(c)}
    close = _near(letters | large, near, images, code_points, families, templates)
    return Negatives(
        wrong, punctuation, frozenset(letters - close), frozenset(large - close), close
    )


def is_punctuation(code_point: int) -> bool:
    """Whether it is punctuation or an accent of its own, of no script in particular.

    >>> [char for char in "!/(†~⊥˜´a-ж।" if is_punctuation(ord(char))]
    ['!', '/', '(', '†', '~', '⊥', '˜', '´']
    """
    if chr(code_point) in _SHAPES:
        return True
    if not any(code_point in block for block in _PUNCTUATION_BLOCKS):
        return False
    kind = category(code_point)
    # Unicode takes some accents that stand alone for letters (ˉ, ˆ), as it does raised ones (ʰ).
    alone = kind == "Lm" and compatible(chr(code_point)) == chr(code_point)
    return kind in _PUNCTUATION or alone


def _may_be_letter(code_point: int, labels: Labels) -> bool:
    if not is_pvalid(code_point) or is_mark(code_point):
        return False
    if name(code_point).startswith((*_LARGE, *_LATIN)):
        return False
    return _other_case(code_point) not in labels.by_code_point


def _other_case(code_point: int) -> int | None:
    """Give the capital of a small letter, or the reverse, by their names.

    Not by `str.upper`: Python's tables differ from release to release, and labels must not.
    """
    own = name(code_point)
    for this, other in ((_SMALL, _CAPITAL), (_CAPITAL, _SMALL)):
        if this in own:
            char = named(own.replace(this, other))
            return ord(char) if char else None
    return None


def _is_sampled(code_point: int) -> bool:
    sampled = hashed(b"large", code_point) % LARGE_SAMPLE == 0
    return sampled and is_pvalid(code_point) and name(code_point).startswith(_LARGE)


def _near(
    wanted: Collection[int],
    near: float,
    images: npt.NDArray[np.uint8],
    code_points: npt.NDArray[np.int32],
    families: npt.NDArray[np.int16],
    templates: Templates,
) -> frozenset[int]:
    """Give those that some family draws nearer to one of its letters."""
    rows = np.flatnonzero(np.isin(code_points, sorted(wanted)))
    if not len(rows):
        return frozenset()
    distances = relative_distances(images[rows], families[rows], templates)
    nearest = nearest_by_code_point(distances, code_points[rows])
    return frozenset(nearest.code_points[nearest.least < near].tolist())
