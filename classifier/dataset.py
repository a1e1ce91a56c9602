"""Dataset: glyph images and labels in, what a network is trained on and scored by out.

Rows are pictures that have a label, those that look like no letter included, and, to train on only,
small capitals made of the fonts' capitals. Nothing is copied that is not used: of 550,000 glyphs
some 100,000 have a label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from classifier.baselines import Templates
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES, KINDS, NONE, Labels
from classifier.negatives import NEAR, find_negatives
from classifier.network import CAPITALS
from classifier.network import CLASSES as COUNT
from classifier.sampling import sampling_weights
from classifier.small_capitals import small_capitals
from classifier.splits import Split, split
from classifier.verdicts import Verdict, letters_upheld

USED_KINDS = tuple(kind for kind in KINDS if kind not in ("accent-of-capital", "judged"))
"""Kinds that are used unless others are asked for. Á and Ø stand in no valid name, and are as many
pictures as all accented small letters. What people judged may be drawn like the letter or like its
capital; with 198 such characters small letters were read no better out of fold, and those that only
UTS #39 knows a little worse (0.888 for 0.899)."""

_SMALL_CAPITAL = KINDS.index("small-capital")
_DRAWN_AS_CAPITALS = [_SMALL_CAPITAL, KINDS.index("capital")]


class Glyphs(Protocol):
    """What is used of a `glyphs.store.GlyphStore`."""

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """Shape (n, rows, columns); 0 is paper, 255 is ink."""

    @property
    def code_points(self) -> npt.NDArray[np.int32]:
        """Shape (n,)."""

    @property
    def families(self) -> npt.NDArray[np.int16]:
        """Shape (n,): index of `family_names`."""

    @property
    def family_names(self) -> tuple[str, ...]:
        """Names of the font families."""

    @property
    def clone_groups(self) -> tuple[int, ...]:
        """For each family the number of its group of clones."""

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""


@dataclass(frozen=True)
class Dataset:
    """Pictures with labels; arrays are parallel, of n rows."""

    images: npt.NDArray[np.uint8]
    """Shape (n, rows, columns)."""

    letters: npt.NDArray[np.int64]
    """Class number, `classifier.labels.NONE` included, shape (n,)."""

    code_points: npt.NDArray[np.int32]
    """Shape (n,); of a small capital that was made, the capital's."""

    families: npt.NDArray[np.int16]
    """Shape (n,): index of `family_names`."""

    kinds: npt.NDArray[np.int64]
    """Why the label: index of `classifier.labels.KINDS`, shape (n,)."""

    made: npt.NDArray[np.bool_]
    """Which pictures no font draws: to be trained on, never scored; shape (n,)."""

    family_names: tuple[str, ...]
    clone_groups: tuple[int, ...]
    digest: str
    """SHA-256 of the glyphs', the labels' and the choices' digests."""

    def __len__(self) -> int:
        return len(self.letters)

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """How often each row is to be drawn, by the usual ways of `classifier.sampling`."""
        return sampling_weights(self.code_points, self.letters)

    @cached_property
    def shapes(self) -> npt.NDArray[np.int64]:
        """What each row is to a network, (n,): its letter, or that letter's capital."""
        shapes = np.arange(NONE + 1)
        shapes[[CLASSES.index(letter) for letter in CAPITALS]] = COUNT + np.arange(len(CAPITALS))
        drawn = np.isin(self.kinds, _DRAWN_AS_CAPITALS)
        return np.asarray(np.where(drawn, shapes[self.letters], self.letters))

    def rows(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Dataset:
        """Keep some rows; weights are then those among them."""
        return Dataset(
            self.images[chosen],
            self.letters[chosen],
            self.code_points[chosen],
            self.families[chosen],
            self.kinds[chosen],
            self.made[chosen],
            self.family_names,
            self.clone_groups,
            self.digest,
        )

    def split(self, kind: str, fold: int) -> Split:
        """Choose rows as `classifier.splits.split` does; what was made is never scored."""
        chosen = split(kind, fold, self.code_points, self.families, self.clone_groups)
        # By image, a made one has no family or character that must stay out of training.
        train = chosen.train | self.made if kind == "image" else chosen.train
        return Split(kind, fold, train, chosen.test & ~self.made)


def label_glyphs(
    glyphs: Glyphs, labels: Labels, *, near: float = NEAR, verdicts: Collection[Verdict] = ()
) -> Labels:
    """Add what people judged, and examples of looking like no letter chosen among the glyphs.

    Raises:
        InvalidDataset: a family lacks a letter of ASCII, to which others are compared.
    """
    templates = _templates(glyphs)
    labels = labels.with_judged(letters_upheld(verdicts))
    found = find_negatives(
        labels,
        glyphs.images,
        glyphs.code_points,
        glyphs.families,
        templates,
        near=near,
        verdicts=verdicts,
    )
    return labels.with_none(found.code_points)


def build_dataset(
    glyphs: Glyphs,
    labels: Labels,
    *,
    kinds: Collection[str] = USED_KINDS,
    make_small_capitals: bool = True,
) -> Dataset:
    """Join glyphs and labels.

    Args:
        glyphs: all glyphs, of which those with a label are taken.
        labels: with examples of `none` if there are to be any: `label_glyphs`.
        kinds: labels of other kinds are not used.
        make_small_capitals: whether to add them; their kind is ``small-capital``.

    Raises:
        InvalidDataset: a kind is unknown, or no glyph has a label.
    """
    unknown = set(kinds) - set(KINDS)
    if unknown:
        msg = f"no such kind of label: {', '.join(sorted(unknown))}"
        raise InvalidDataset(msg)
    used = labels.of_kinds(kinds)
    letters = used.letters(glyphs.code_points)
    rows = np.flatnonzero(letters >= 0)
    if not len(rows):
        msg = f"none of {len(letters)} glyphs has a label of a kind asked for"
        raise InvalidDataset(msg)
    images, code_points = glyphs.images[rows], glyphs.code_points[rows]
    letters, families = letters[rows], glyphs.families[rows]
    number_of_kind = used.kinds(code_points)
    made = np.zeros(len(rows), dtype=np.bool_)
    if make_small_capitals:
        more = small_capitals(glyphs.images, glyphs.code_points, glyphs.families)
        count = len(more.images)
        small = [CLASSES.index(chr(capital).lower()) for capital in more.code_points]
        images = np.concatenate([images, more.images])
        code_points = np.concatenate([code_points, more.code_points])
        families = np.concatenate([families, more.families])
        letters = np.concatenate([letters, np.asarray(small, dtype=np.int64)])
        number_of_kind = np.concatenate([number_of_kind, np.full(count, _SMALL_CAPITAL)])
        made = np.concatenate([made, np.ones(count, dtype=np.bool_)])
    choices = f"{glyphs.digest}\n{used.digest}\n{make_small_capitals} {CAPITALS}\n"
    return Dataset(
        images,
        letters,
        code_points,
        families,
        number_of_kind,
        made,
        glyphs.family_names,
        glyphs.clone_groups,
        hashlib.sha256(choices.encode()).hexdigest(),
    )


def _templates(glyphs: Glyphs) -> Templates:
    templates = Templates.of(
        glyphs.images, glyphs.code_points, glyphs.families, len(glyphs.family_names)
    )
    lacking = []
    for name, row in zip(glyphs.family_names, templates.present, strict=True):
        if not row.all():
            lacking.append(f"{name} lacks {''.join(CLASSES[i] for i in np.flatnonzero(~row))}")
    if lacking:
        msg = f"families without all letters of ASCII: {'; '.join(lacking)}"
        raise InvalidDataset(msg)
    return templates
