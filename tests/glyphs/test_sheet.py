"""Contact sheets: what is on them, and where."""

import resource
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glyphs.errors import NotWritten
from glyphs.render import FamilyRenderer
from glyphs.scaling import BASELINE
from glyphs.sheet import GAP, TEXT, Entry, SheetMaker, save_sheet
from tests.glyphs.small_fonts import LETTERS, family, write_font


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> SheetMaker:
    folder = tmp_path_factory.mktemp("fonts")
    fonts = [
        family(write_font(folder / f"{number}.ttf"), name=f"Family {number}") for number in range(5)
    ]
    wide = write_font(folder / "wide.ttf", {**LETTERS, "ш": ((0, 0, 900, 450),)})
    return SheetMaker([*fonts, family(wide, name="Wide")])


def cell(sheet: Image.Image, column: int, layer: int) -> np.ndarray:
    """Cut one cell of the first block out, without its frame; 255 is ink."""
    left = GAP + column * (112 + GAP) + 1
    top = GAP + TEXT + GAP + layer * (112 + GAP) + 1
    return 255 - np.asarray(sheet)[top : top + 110, left : left + 110]


def test_a_cell_is_the_drawing_four_times_as_large(maker: SheetMaker, tmp_path: Path) -> None:
    sheet = maker.draw([Entry("o", ("O",))], fonts=3)
    large = FamilyRenderer(family(write_font(tmp_path / "one.ttf")), times=4)
    for layer, letter in enumerate("oO"):
        picture = large.draw(ord(letter))
        assert picture is not None
        for column in range(3):
            assert (cell(sheet, column, layer) == picture[1:-1, 1:-1]).all()
    rows = np.nonzero(cell(sheet, 0, 0))[0]
    assert (rows.min() + 1, rows.max() + 2) == (4 * (BASELINE - 10), 4 * BASELINE)


def test_families_are_spread_over_those_that_can_draw(maker: SheetMaker) -> None:
    assert maker.families_of(Entry("o"), 3) == (0, 2, 4)
    assert maker.families_of(Entry("o"), 8) == (0, 1, 2, 3, 4, 5)
    assert maker.families_of(Entry("ш", ("o",)), 8) == (5,)
    assert maker.families_of(Entry("rn"), 1) == (0,)
    assert maker.families_of(Entry("x"), 8) == ()


def test_pixels_are_those_that_a_model_sees(tmp_path: Path) -> None:
    found = family(write_font(tmp_path / "one.ttf"))
    sheet = SheetMaker([found], pixels=True).draw([Entry("o")], fonts=1)
    picture = FamilyRenderer(found).draw(ord("o"))
    assert picture is not None
    assert (cell(sheet, 0, 1)[1::4, 1::4] == picture).all()


def test_blocks_stand_in_rows(maker: SheetMaker) -> None:
    one = maker.draw([Entry("o")], fonts=2)
    four = maker.draw([Entry(char) for char in "onrl"], fonts=2, columns=2)
    assert four.width > 1.9 * one.width
    assert four.height > 1.9 * (one.height - GAP)
    assert maker.draw([]).size == (3 * GAP, GAP)


def test_what_no_font_has_is_said(maker: SheetMaker) -> None:
    with_ink = np.asarray(maker.draw([Entry("x")], fonts=2))
    assert with_ink.min() == 0  # the caption
    assert (with_ink[GAP + TEXT + GAP : -2 * GAP] == 255).all()


def test_titles_are_code_points_unless_told() -> None:
    assert Entry("\U0001f600").title() == "U+1F600"
    assert Entry("а", caption="17").title() == "17"


def test_the_same_sheet_is_the_same_file(maker: SheetMaker, tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        save_sheet(maker.draw([Entry("o", ("O",))]), tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as read:
        assert read.format == "PNG"


def test_a_full_disk_leaves_no_half_sheet(maker: SheetMaker, tmp_path: Path) -> None:
    sheet = maker.draw([Entry("o", ("O",))])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(NotWritten, match=r"sheet\.png: cannot be written: File too large"):
            save_sheet(sheet, tmp_path / "sheet.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
