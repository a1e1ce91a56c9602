"""Baselines find the nearest letter of the same family, as published and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.baselines import (
    SHAMFINDER_PIXELS,
    Nearest,
    Templates,
    binary_differences,
    mean_by_code_point,
    nearest_by_code_point,
    pixel_distances,
    relative_distances,
    shamfinder,
)
from classifier.labels import CLASSES
from tests.classifier.small_glyphs import SIDE, scribble, small_glyphs

GLYPHS = small_glyphs({}, families=2)
TEMPLATES = Templates.of(GLYPHS.images, GLYPHS.code_points, GLYPHS.families, 2)
FAMILY = np.zeros(1, dtype=np.int16)


def index(letter: str) -> int:
    return CLASSES.index(letter)


def test_letters_are_nearest_to_themselves() -> None:
    distances = pixel_distances(GLYPHS.images, GLYPHS.families, TEMPLATES)
    letters = [chr(code_point) for code_point in GLYPHS.code_points]
    assert [CLASSES[number] for number in distances.argmin(axis=1)] == letters
    assert distances.min(axis=1) == pytest.approx(0, abs=2e-3)


def test_a_move_by_one_pixel_costs_nothing_and_by_two_something() -> None:
    picture = scribble(ord("a"))
    for by in ((1, 1), (-1, 0), (0, -1)):
        moved = np.roll(picture, by, axis=(0, 1))[None]
        assert pixel_distances(moved, FAMILY, TEMPLATES)[0, index("a")] == pytest.approx(
            0, abs=2e-3
        )
        assert pixel_distances(moved, FAMILY, TEMPLATES, shift=0)[0, index("a")] > 1
    far = np.roll(picture, 2, axis=1)[None]
    assert pixel_distances(far, FAMILY, TEMPLATES)[0, index("a")] > 1


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(0, 36))
def test_the_distance_is_euclids(seed: int, number: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (1, SIDE, SIDE), dtype=np.uint8)
    letter = TEMPLATES.images[0, number]
    expected = np.linalg.norm((picture[0].astype(float) - letter) / 255)
    found = pixel_distances(picture, FAMILY, TEMPLATES, shift=0)[0, number]
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_picture_is_compared_with_its_own_family() -> None:
    other = small_glyphs({"a": scribble(999)}, families=1)
    images = np.concatenate([GLYPHS.images[GLYPHS.families == 0], other.images])
    code_points = np.concatenate([other.code_points] * 2)
    families = np.repeat(np.array([0, 1], dtype=np.int16), len(other.code_points))
    templates = Templates.of(images, code_points, families, 2)
    picture = np.stack([scribble(999)] * 2)
    distances = pixel_distances(picture, np.array([0, 1], dtype=np.int16), templates)
    assert distances[0, index("a")] > 1
    assert distances[1, index("a")] == pytest.approx(0, abs=2e-3)


def test_a_letter_that_a_family_lacks_is_never_nearest() -> None:
    kept = GLYPHS.code_points != ord("a")
    templates = Templates.of(
        GLYPHS.images[kept], GLYPHS.code_points[kept], GLYPHS.families[kept], 2
    )
    assert templates.present.sum() == 2 * 36
    distances = pixel_distances(scribble(ord("a"))[None], FAMILY, templates)
    assert distances[0, index("a")] == np.inf


def test_relative_distances_do_not_depend_on_size() -> None:
    # One pixel of ink against one elsewhere, and 36 against 36: nothing in common.
    for side in (1, 6):
        letter, picture = np.zeros((2, SIDE, SIDE), dtype=np.uint8)
        letter[8 : 8 + side, 8 : 8 + side] = 255
        picture[18 : 18 + side, 18 : 18 + side] = 255
        glyphs = small_glyphs({"a": letter}, families=1)
        templates = Templates.of(glyphs.images, glyphs.code_points, glyphs.families, 1)
        found = relative_distances(picture[None], FAMILY, templates)[0, index("a")]
        assert found == pytest.approx(1, abs=1e-3)
    same = relative_distances(GLYPHS.images, GLYPHS.families, TEMPLATES).min(axis=1)
    assert same == pytest.approx(0, abs=1e-3)


def test_pixels_that_differ_are_counted_in_black_and_white() -> None:
    picture = scribble(ord("a"))
    picture[0, :3] = 200  # three more black pixels, and one that stays white
    picture[0, 5] = 100
    assert binary_differences(picture[None], FAMILY, TEMPLATES)[0, index("a")] == 3


def test_four_pixels_are_a_lookalike_and_five_are_not() -> None:
    code_points = np.array([0x430, 0x431], dtype=np.int32)
    pictures = np.stack([scribble(ord("a"))] * 2)
    pictures[0, 0, :SHAMFINDER_PIXELS] = 255
    pictures[1, 0, : SHAMFINDER_PIXELS + 1] = 255
    differences = binary_differences(pictures, np.zeros(2, dtype=np.int16), TEMPLATES)
    nearest = nearest_by_code_point(differences, code_points)
    assert shamfinder(nearest).tolist() == [True, False]
    assert [CLASSES[number] for number in nearest.letters] == ["a", "a"]


def test_a_code_point_is_as_near_as_its_best_family_or_as_the_mean() -> None:
    distances = np.full((3, 37), 9, dtype=np.float32)
    distances[0, 5], distances[2, 5], distances[2, 6] = 1, 4, 2
    code_points = np.array([0x43D, 0x430, 0x43D], dtype=np.int32)
    best = nearest_by_code_point(distances, code_points)
    assert isinstance(best, Nearest)
    assert best.code_points.tolist() == [0x430, 0x43D]
    assert best.distances[1, 5:7].tolist() == [1, 2]
    assert (best.letters[1], best.least[1]) == (5, 1)
    assert mean_by_code_point(distances, code_points).distances[1, 5:7].tolist() == [2.5, 5.5]
