"""Sizes, counted out on boxes."""

from pathlib import Path

import pytest

from glyphs.errors import BrokenFont
from glyphs.outlines import Face
from glyphs.scaling import BASELINE, SIDE, SPAN, Extent, Frame, measure, pixels_per_em
from tests.glyphs.small_fonts import LETTERS, write_font


def test_letters_span_twenty_pixels(tmp_path: Path) -> None:
    face = Face(write_font(tmp_path / "small.ttf"))
    assert measure(face) == Extent(720, 180)
    assert pixels_per_em(face) == pytest.approx(20 * 1000 / 900)
    assert pixels_per_em(face, 4) == pytest.approx(80 * 1000 / 900)


def test_one_odd_letter_changes_nothing(tmp_path: Path) -> None:
    odd = {**LETTERS, "k": ((0, 0, 90, 999),), "y": ((0, -999, 90, 450),)}
    assert measure(Face(write_font(tmp_path / "odd.ttf", odd))) == Extent(720, 180)


@pytest.mark.parametrize("lost", ["b", "q"])
def test_a_face_without_its_letters_cannot_be_measured(tmp_path: Path, lost: str) -> None:
    letters = {char: boxes for char, boxes in LETTERS.items() if char != lost}
    with pytest.raises(BrokenFont, match=rf"poor\.ttf: has no '{lost}'"):
        measure(Face(write_font(tmp_path / "poor.ttf", letters)))


def test_letters_below_the_baseline_have_no_height(tmp_path: Path) -> None:
    letters = {**LETTERS, **dict.fromkeys("bdhkl", ((0, -90, 90, -45),))}
    with pytest.raises(BrokenFont, match="no height"):
        measure(Face(write_font(tmp_path / "low.ttf", letters)))


def test_ascender_and_descender_fit_with_room_to_spare() -> None:
    # The widest ratios of real families lie between 14.2 and 18.5 pixels of ascender.
    assert BASELINE > 18.5
    assert SIDE - BASELINE > SPAN - 14.2
    assert Frame.of(4).above == 4 * Frame.of().above
