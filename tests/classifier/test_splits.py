"""Splits hold out what they say, and keep clones and doubles together."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.splits import (
    FOLDS,
    KINDS,
    family_folds,
    fold_of,
    folds_of,
    seen_pixels,
    split,
)

FAMILIES = 12
CLONE_GROUPS = (0, 1, 2, 1, 3, 4, 5, 1, 6, 7, 8, 2)
rng = np.random.default_rng(7)
CODE_POINTS = np.concatenate(
    [np.sort(rng.choice(np.arange(0x20, 0x600), 300, replace=False)) for _ in range(FAMILIES)]
).astype(np.int32)
FAMILY = np.repeat(np.arange(FAMILIES), 300).astype(np.int16)


@given(st.integers(0, 0x10FFFF))
def test_a_code_point_has_one_fold(code_point: int) -> None:
    assert 0 <= fold_of(code_point) < FOLDS
    array = np.array([[code_point, 0x61]], dtype=np.int32)
    assert folds_of(array).tolist() == [[fold_of(code_point), fold_of(0x61)]]


def test_folds_are_about_as_large() -> None:
    sizes = np.bincount(folds_of(np.arange(0x80, 0x3000, dtype=np.int32)))
    assert sizes.min() > 0.93 * sizes.mean()


def test_folds_never_change() -> None:
    # Reports of different releases compare only while these stay.
    assert [fold_of(ord(char)) for char in "аеорсухäøн"] == [2, 4, 1, 3, 3, 2, 1, 3, 0, 4]


def test_canonical_doubles_share_a_fold() -> None:
    doubles = ((0x1F71, 0x3AC), (0x1F79, 0x3CC), (0x212B, 0xC5), (0x2126, 0x3A9))
    assert all(fold_of(double) == fold_of(char) for double, char in doubles)


@pytest.mark.parametrize("kind", KINDS)
def test_folds_of_a_kind_cover_and_never_overlap(kind: str) -> None:
    tested = np.zeros(len(CODE_POINTS), dtype=np.int64)
    for fold in range(FOLDS):
        found = split(kind, fold, CODE_POINTS, FAMILY, CLONE_GROUPS)
        assert not (found.train & found.test).any()
        assert found.train.any()
        assert found.test.any()
        tested += found.test
    if kind in ("image", "family"):
        assert (tested == 1).all()
    if kind == "code_point":
        assert (tested == (CODE_POINTS >= 0x80)).all()  # ASCII is what others are read as


@pytest.mark.parametrize("fold", range(FOLDS))
def test_what_is_held_out_is_not_trained_on(fold: int) -> None:
    for kind in ("code_point", "both"):
        found = split(kind, fold, CODE_POINTS, FAMILY, CLONE_GROUPS)
        assert not set(CODE_POINTS[found.train]) & set(CODE_POINTS[found.test])
        assert CODE_POINTS[found.test].min() >= 0x80
    for kind in ("family", "both"):
        found = split(kind, fold, CODE_POINTS, FAMILY, CLONE_GROUPS)
        groups = np.asarray(CLONE_GROUPS)
        assert not set(groups[FAMILY[found.train]]) & set(groups[FAMILY[found.test]])


def test_a_random_split_holds_out_a_fifth() -> None:
    found = split("image", 0, CODE_POINTS, FAMILY, CLONE_GROUPS)
    assert found.test.mean() == pytest.approx(0.2, abs=0.03)
    assert (found.train ^ found.test).all()


@given(st.lists(st.integers(0, 40), min_size=1, max_size=100))
def test_clones_share_a_fold_and_folds_are_level(groups: list[int]) -> None:
    folds = family_folds(groups)
    assert len({(group, fold) for group, fold in zip(groups, folds, strict=True)}) == len(
        set(groups)
    )
    sizes = [int((folds == fold).sum()) for fold in range(FOLDS)]
    assert max(sizes) - min(sizes) <= max(Counter(groups).values())


@pytest.mark.parametrize(("kind", "fold"), [("fonts", 0), ("image", 5), ("image", -1)])
def test_an_unknown_split_is_refused(kind: str, fold: int) -> None:
    with pytest.raises(ValueError, match="a split is one of image, code_point, family, both"):
        split(kind, fold, CODE_POINTS, FAMILY, CLONE_GROUPS)


def test_pictures_that_were_trained_on_are_found() -> None:
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[0, 3, 3] = images[2, 3, 3] = 200  # one outline for two code points
    images[3, 4, 4] = 200
    train = np.array([True, True, False, False])
    assert seen_pixels(images, train, ~train).tolist() == [False, False, True, False]
