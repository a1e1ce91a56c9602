"""Typefaces: what sets a text, what is borrowed, and what is a box."""

from __future__ import annotations

from pathlib import Path

import pytest

from glyphs.errors import MissingFonts
from glyphs.fonts import FoundFamily
from glyphs.typefaces import BOX_WIDTH, Font, Typeface, Typefaces
from tests.glyphs.small_fonts import LETTERS, write_font


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="module")
def families(folder: Path) -> list[Typeface]:
    """Two families of boxes, the second with 2000 units an em and a Cyrillic letter more."""
    latin = Font(write_font(folder / "latin.ttf"), 0)
    wide = {**LETTERS, "ш": ((0, 0, 900, 450),), "\u0338": ((-200, 0, -100, 450),)}
    cyrillic = Font(write_font(folder / "cyrillic.otf", wide, units=2000, cff=True), 0)
    found: list[Typeface] = []
    found += [Typeface("Latin", [latin], found), Typeface("Cyrillic", [cyrillic], found)]
    return found


def test_a_line_is_set_in_ems(families: list[Typeface]) -> None:
    line = families[0].line("onr")
    assert [each.char for each in line.glyphs] == [0, 1, 2]
    assert line.places == pytest.approx((0, 0.45, 0.81, 0.9))  # widths of 450, 360 and 90 units
    assert line.width == pytest.approx(0.9)
    assert [each.x for each in line.glyphs] == pytest.approx([0, 0.45, 0.81])
    assert line.borrowed == {}
    assert families[1].line("onr").width == pytest.approx(0.45)  # the same of 2000


def test_what_a_family_lacks_is_borrowed_and_what_nobody_has_is_a_box(
    families: list[Typeface],
) -> None:
    line = families[0].line("oшo\u0416r")
    latin, cyrillic = line.glyphs[0].font, line.glyphs[1].font
    assert latin is not None
    assert cyrillic is not None
    assert (latin.path.name, cyrillic.path.name) == ("latin.ttf", "cyrillic.otf")
    assert [each.font for each in line.glyphs] == [latin, cyrillic, latin, None, latin]
    assert line.borrowed == {"ш": "Cyrillic", "\u0416": ""}
    ends = (0, 0.45, 0.9, 1.35, 1.35 + BOX_WIDTH, 1.35 + BOX_WIDTH + 0.09)
    assert line.places == pytest.approx(ends)
    assert families[0].lacks("oшo\u0416r") == 2


def test_a_mark_stays_with_its_base_where_that_family_has_it(families: list[Typeface]) -> None:
    line = families[1].line("o\u0338r")
    assert {each.font.path.name for each in line.glyphs if each.font} == {"cyrillic.otf"}
    assert len(line.places) == 4
    borrowed = families[0].line("o\u0338r").borrowed
    assert borrowed == {"\u0338": "Cyrillic"}


@pytest.mark.parametrize("text", ["", "\u200d", "\u0338", "\u202e", "\ud800"])
def test_any_text_can_be_set(families: list[Typeface], text: str) -> None:
    line = families[0].line(f"o{text}o")
    assert len(line.places) == len(text) + 3
    assert list(line.places) == sorted(line.places)


def test_the_families_that_lack_least_are_chosen(families: list[Typeface]) -> None:
    found = Typefaces(families)
    assert [each.name for each in found.choose("on", 2)] == ["Latin", "Cyrillic"]
    assert [each.name for each in found.choose("ошn", 1)] == ["Cyrillic"]


def test_no_font_at_all(tmp_path: Path) -> None:
    with pytest.raises(MissingFonts, match="none of the fonts"):
        Typefaces.find([tmp_path])


def test_the_packaged_families_draw_what_names_hold(installed: tuple[FoundFamily, ...]) -> None:
    found = Typefaces.find()
    assert len(found.families) == len(installed)
    four = found.choose("аррӏе.comapple.com", 4)
    assert [each.lacks("аррӏеapple.com") for each in four] == [0] * 4
    line = four[0].line("аррӏе")
    assert [each.char for each in line.glyphs] == list(range(5))
    assert line.borrowed == {}
    assert four[1].line("中").borrowed == {"中": "Noto Sans CJK"}
