import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.pair_shape import fits, strokes_beyond
from tests.classifier.letters import draw


def bars(*places: tuple[int, int, int]) -> np.ndarray:
    """Draw upright strokes, 2 wide: column, first row, row after the last one."""
    picture = np.zeros((28, 28), np.uint8)
    for column, top, foot in places:
        picture[top:foot, column : column + 2] = 255
    return picture


X = bars((10, 11, 21), (16, 11, 21))
STEM = bars((13, 6, 21))


def test_strokes_beyond_the_band_of_x_are_counted_and_dots_are_not() -> None:
    dotted = bars((13, 11, 21), (13, 6, 8))
    pictures = np.stack([X, STEM, dotted, bars((13, 11, 26)), bars((8, 6, 21), (16, 6, 26))])
    assert strokes_beyond(pictures, X, STEM).tolist() == [[0, 0], [1, 0], [0, 0], [0, 1], [2, 1]]


def test_a_letter_fits_itself_and_its_wider_self() -> None:
    letter = bars((11, 11, 21), (16, 11, 21))
    wider = bars((9, 11, 21), (18, 11, 21))
    other = bars((11, 11, 21), (15, 6, 12), (15, 20, 26))
    same, squeezed, unlike = fits(
        np.stack([letter, wider, other]), np.stack([letter] * 3), np.array([1.0, 11 / 7, 1.0])
    )
    assert same == pytest.approx(1)
    assert 1 > squeezed > 0.9 > unlike > 0


@given(column=st.integers(min_value=7, max_value=19), shift=st.integers(-2, 2))
def test_a_fit_does_not_mind_small_moves(column: int, shift: int) -> None:
    here, there = bars((column, 8, 21)), bars((column + shift, 8, 21))
    assert fits(here[None], there[None], np.ones(1))[0] == pytest.approx(1, abs=1e-3)


def test_no_fit_without_ink() -> None:
    blank = np.zeros((1, 28, 28), np.uint8)
    assert fits(blank, draw("m", 20)[None], np.ones(1)).tolist() == [0]
