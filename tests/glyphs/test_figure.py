"""Figures: the same drawing as SVG and as PNG, which no font on a viewer's side can change."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glyphs.errors import NotWritten
from glyphs.figure import Figure, Outlines
from glyphs.typefaces import Font, Typeface
from tests.glyphs.small_fonts import write_font

INK, MARK = (0x1A, 0x1A, 0x1A), (0xC4, 0x16, 0x1C)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Typeface:
    """A family in which o is a square of 450 units, r a bar of 90x450."""
    return Typeface("Boxes", [Font(write_font(tmp_path_factory.mktemp("f") / "boxes.ttf"), 0)])


def drawn(boxes: Typeface, text: str = "or") -> Figure:
    figure = Figure("o <above> r", "one & all")
    figure.line(boxes.line(text), 10, 60, 100, lambda place: "mark" if place else "ink")
    figure.bar(10, 70, 45, 4, "mark")
    return figure


def coloured(path: Path, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The box of all pixels of a colour: left, top, right, foot."""
    rows, columns = np.nonzero((np.asarray(Image.open(path)) == colour).all(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_png_has_the_ink_where_it_belongs(boxes: Typeface, tmp_path: Path) -> None:
    drawn(boxes).save_png(tmp_path / "one.png", times=1)
    assert coloured(tmp_path / "one.png", INK) == (10, 15, 55, 60)  # 45 pixels from the baseline up
    assert coloured(tmp_path / "one.png", MARK) == (10, 15, 64, 74)  # the r, and the bar below
    drawn(boxes).save_png(tmp_path / "two.png", times=2)
    assert coloured(tmp_path / "two.png", INK) == (20, 30, 110, 120)
    drawn(boxes).save_png(tmp_path / "again.png", times=2)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_what_lies_outside_is_cut_and_nothing_breaks(boxes: Typeface, tmp_path: Path) -> None:
    figure = Figure("", "")
    figure.line(boxes.line("oooo"), -20, 30, 100, "ink")
    figure.line(boxes.line("o"), 5, -200, 100, "mark")
    figure.save_png(tmp_path / "cut.png", times=1)
    assert coloured(tmp_path / "cut.png", INK)[:3] == (0, 0, 160)


def test_svg_says_the_same(boxes: Typeface, tmp_path: Path) -> None:
    drawn(boxes).save_svg(tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text(encoding="ascii")
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    assert root.findtext(f"{space}title") == "o <above> r"
    assert root.findtext(f"{space}desc") == "one & all"
    paths = {each.get("id"): each.get("d", "") for each in root.iter(f"{space}path")}
    square = {tuple(map(int, point.split())) for point in _points(paths["g0"])}
    assert square == {(0, 0), (0, 450), (450, 450), (450, 0)}
    uses = [dict(each.attrib) for each in root.iter(f"{space}use")]
    assert uses == [
        {"href": "#g0", "transform": "translate(10 60) scale(0.10000 -0.10000)", "fill": "#1a1a1a"},
        {"href": "#g1", "transform": "translate(55 60) scale(0.10000 -0.10000)", "fill": "#c4161c"},
    ]
    assert "<text" not in text


def _points(path: str) -> list[str]:
    return [part for part in path.replace("M", "L").replace("Z", "").split("L") if part]


def test_a_page_shares_outlines_and_paints_by_class(boxes: Typeface) -> None:
    outlines = Outlines("page")
    first, second = (drawn(boxes, text).svg(outlines) for text in ("or", "ro"))
    assert list(outlines.paths) == ["page0", "page1"]
    hrefs = [[each.get("href") for each in root.iter("use")] for root in (first, second)]
    assert hrefs == [["#page0", "#page1"], ["#page1", "#page0"]]
    assert {each.get("class") for each in first.iter("use")} == {"ink", "mark"}
    assert "fill" not in ET.tostring(first, encoding="unicode")
    assert [each.get("id") for each in outlines.definitions()] == ["page0", "page1"]


def test_a_missing_glyph_is_a_frame(boxes: Typeface, tmp_path: Path) -> None:
    figure = Figure("", "")
    figure.line(boxes.line("中"), 10, 80, 100, "ink")
    figure.save_png(tmp_path / "box.png", times=1)
    assert coloured(tmp_path / "box.png", INK) == (10, 10, 60, 80)
    assert (np.asarray(Image.open(tmp_path / "box.png"))[40, 30] == 255).all()  # paper inside


def test_a_place_that_cannot_be_written(boxes: Typeface, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(NotWritten):
        drawn(boxes).save_png(tmp_path / "file" / "one.png")
    with pytest.raises(NotWritten):
        drawn(boxes).save_svg(tmp_path / "file" / "one.svg")
