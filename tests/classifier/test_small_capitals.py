"""Small capitals are as high as an x, stand on the baseline, and keep the weight of strokes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.small_capitals import shrunk, small_capitals
from tests.classifier.small_glyphs import BASELINE, SIDE, bars, scribble, small_glyphs

CAPITAL_HEIGHT, X_HEIGHT = 14, 10


def inked_rows(picture: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero(picture.max(axis=1) >= 64)
    return int(rows[0]), int(rows[-1]) + 1


def made(others: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    glyphs = small_glyphs(others, families=1)
    found = small_capitals(glyphs.images, glyphs.code_points, glyphs.families)
    return {chr(c): image for c, image in zip(found.code_points, found.images, strict=True)}


def test_a_capital_becomes_as_high_as_an_x() -> None:
    found = made({"x": bars(X_HEIGHT), "H": bars(CAPITAL_HEIGHT, [6]), "T": scribble(5)})
    assert set(found) == {"H", "T"}
    assert inked_rows(found["H"]) == (BASELINE - X_HEIGHT, BASELINE)


def test_strokes_keep_their_width() -> None:
    found = made({"x": bars(X_HEIGHT), "H": bars(CAPITAL_HEIGHT)})
    upright = found["H"][BASELINE - 5].astype(float)
    # Two strokes of two pixels each; thinner by the scale they would be 2.9 together.
    assert upright.sum() / 255 == pytest.approx(4, abs=0.5)


def test_a_family_without_capitals_above_its_x_has_none() -> None:
    assert made({"x": bars(14), "H": bars(14), "T": scribble(5)}) == {}
    assert made({"x": bars(10), "T": scribble(5)}) == {}  # and none without an H


def test_nothing_gives_nothing() -> None:
    empty = np.zeros((0, SIDE, SIDE), dtype=np.uint8)
    numbers = np.zeros(0, dtype=np.int32)
    found = small_capitals(empty, numbers, numbers.astype(np.int16))
    assert found.images.shape == (0, SIDE, SIDE)
    assert found.code_points.dtype == np.int32


def test_families_are_measured_by_themselves() -> None:
    one = small_glyphs({"x": bars(10), "H": bars(14)}, families=1)
    two = small_glyphs({"x": bars(7), "H": bars(14)}, families=1)
    found = small_capitals(
        np.concatenate([one.images, two.images]),
        np.concatenate([one.code_points, two.code_points]),
        np.concatenate([one.families, two.families + 1]).astype(np.int16),
    )
    assert found.families.tolist() == [0, 1]
    heights = [BASELINE - inked_rows(image)[0] for image in found.images]
    assert heights == [10, 7]


@given(st.integers(0, 1000), st.floats(0.4, 0.999))
def test_scaling_keeps_the_baseline_and_the_middle(seed: int, scale: float) -> None:
    picture = np.maximum(scribble(seed), scribble(seed)[:, ::-1])
    picture[BASELINE - 1, 8:20] = 255  # a foot
    small = shrunk(picture, scale, BASELINE)
    assert not small[BASELINE:].any()
    assert small[BASELINE - 1].max() > 0
    assert np.abs(small.astype(int) - small[:, ::-1]).max() <= 1


@given(st.integers(0, 1000))
def test_a_scale_of_one_changes_nothing(seed: int) -> None:
    picture = scribble(seed)
    assert (shrunk(picture, 1.0, BASELINE) == picture).all()
