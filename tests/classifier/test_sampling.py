"""Weights: between every picture alike and every character alike."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.labels import NONE
from classifier.sampling import sampling_weights

CODE_POINTS = np.array([0xE4] * 9 + [0x118C1] + [0x436] * 4 + [0x434], dtype=np.int32)
LETTERS = np.array([0] * 9 + [18] + [NONE] * 5, dtype=np.int64)


def totals(keys: np.ndarray, weights: np.ndarray) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for key, weight in zip(keys.tolist(), weights.tolist(), strict=True):
        found[key] += weight
    return found


def test_a_character_in_nine_fonts_counts_three_times_one_in_one() -> None:
    weights = sampling_weights(CODE_POINTS, LETTERS)
    total = totals(CODE_POINTS, weights)
    assert total[0xE4] == pytest.approx(3 * total[0x118C1])
    assert total[0x436] == pytest.approx(2 * total[0x434])
    assert weights.mean() == pytest.approx(1)
    assert weights.dtype == np.float32


def test_the_ends_are_even_by_picture_and_even_by_character() -> None:
    by_picture = sampling_weights(CODE_POINTS, LETTERS, per_character=0)
    assert np.ptp(by_picture[:10]) == pytest.approx(0)
    by_character = totals(CODE_POINTS, sampling_weights(CODE_POINTS, LETTERS, per_character=1))
    assert by_character[0xE4] == pytest.approx(by_character[0x118C1])


def test_classes_can_be_balanced() -> None:
    total = totals(LETTERS, sampling_weights(CODE_POINTS, LETTERS, per_class=1, none_share=0.5))
    assert total[0] == pytest.approx(total[18])
    assert total[NONE] == pytest.approx(total[0] + total[18])


@given(st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 1))
def test_no_letter_has_its_share(share: float, character: float, cls: float) -> None:
    weights = sampling_weights(
        CODE_POINTS, LETTERS, per_character=character, per_class=cls, none_share=share
    )
    assert weights[LETTERS == NONE].sum() / weights.sum() == pytest.approx(share, rel=1e-4)
    assert (weights > 0).all()


def test_letters_alone_and_none_alone() -> None:
    for rows in (LETTERS != NONE, LETTERS == NONE):
        assert sampling_weights(CODE_POINTS[rows], LETTERS[rows]).mean() == pytest.approx(1)


@pytest.mark.parametrize("wrong", [{"none_share": 0}, {"none_share": 1}, {"per_class": 1.1}])
def test_no_way_to_sample_is_told(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not a way to sample"):
        sampling_weights(CODE_POINTS, LETTERS, **wrong)
