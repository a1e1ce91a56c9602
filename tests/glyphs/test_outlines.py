"""Outlines, held against fontTools, which reads fonts without FreeType."""

from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont

from glyphs.errors import BrokenFont
from glyphs.freetype_library import freetype_version
from glyphs.outlines import Face, Placed, fitting
from glyphs.scaling import Frame
from tests.glyphs.small_fonts import LETTERS, name_of, write_font


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the font that Pillow carries to a file: a real one, with curves."""
    font = ImageFont.load_default(20)
    assert isinstance(font, ImageFont.FreeTypeFont)
    path = tmp_path_factory.mktemp("fonts") / "Bundled-Regular.ttf"
    path.write_bytes(font.font_bytes)
    return path


def test_the_library_is_the_wheel_s_own() -> None:
    import freetype
    from freetype import raw

    assert Path(raw.filename).parent == Path(freetype.__file__).parent
    assert freetype_version() == ".".join(map(str, freetype.version()))


def test_characters_are_those_of_cmap(bundled: Path) -> None:
    with TTFont(bundled) as font:
        expected = {code: font.getGlyphID(name) for code, name in font.getBestCmap().items()}
    found = Face(bundled).characters()
    assert found == expected
    assert 0 not in found.values()


def test_boxes_are_those_of_the_curves(bundled: Path) -> None:
    face = Face(bundled)
    with TTFont(bundled) as font:
        glyphs = font.getGlyphSet()
        for name in map(font.getBestCmap().__getitem__, map(ord, "aegjQ&@.")):
            pen = BoundsPen(glyphs)
            glyphs[name].draw(pen)
            assert face.design_box(font.getGlyphID(name)) == pytest.approx(pen.bounds, abs=1)


def test_ink_is_the_outline_s_area(bundled: Path) -> None:
    face = Face(bundled)
    face.scale_to(20)
    with TTFont(bundled) as font:
        glyphs, cmap, units = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
        for letter in "aegoxQ":
            pen = AreaPen(glyphs)
            glyphs[cmap[ord(letter)]].draw(pen)
            picture = np.zeros((1, 28, 28), np.uint8)
            face.paint([font.getGlyphID(cmap[ord(letter)])], Frame.of(), picture)
            expected = abs(pen.value) * (20 / units) ** 2
            assert picture.sum() / 255 == pytest.approx(expected, rel=0.02)


def test_truetype_and_postscript_outlines_give_the_same_pictures(tmp_path: Path) -> None:
    pictures = np.zeros((2, len(LETTERS), 28, 28), np.uint8)
    for number, cff in enumerate((False, True)):
        face = Face(write_font(tmp_path / f"{cff}.otf", cff=cff))
        face.scale_to(1000 / 45)
        face.paint([face.characters()[ord(char)] for char in LETTERS], Frame.of(), pictures[number])
    assert pictures.any()
    assert (pictures[0] == pictures[1]).all()


def test_a_face_of_a_collection(tmp_path: Path) -> None:
    paths = [write_font(tmp_path / "0.ttf"), write_font(tmp_path / "1.ttf", {"x": ((0, 0, 9, 9),)})]
    collection = TTCollection()
    collection.fonts = [TTFont(path) for path in paths]
    collection.save(tmp_path / "both.ttc")
    assert set(Face(tmp_path / "both.ttc", 1).characters()) == {ord("x")}
    with pytest.raises(BrokenFont, match=r"both\.ttc#2"):
        Face(tmp_path / "both.ttc", 2)


def test_an_instance_of_a_variable_font(tmp_path: Path) -> None:
    from fontTools.designspaceLib import AxisDescriptor, DesignSpaceDocument, SourceDescriptor
    from fontTools.varLib import build

    space = DesignSpaceDocument()
    space.addAxis(AxisDescriptor(name="Weight", tag="wght", minimum=400, default=400, maximum=900))
    for weight, right in ((400, 90), (900, 270)):
        path = write_font(tmp_path / f"{weight}.ttf", {"l": ((0, 0, right, 720),)})
        space.addSource(SourceDescriptor(font=TTFont(path), location={"Weight": weight}))
    space.addInstanceDescriptor(styleName="Middle", location={"Weight": 650})
    build(space)[0].save(tmp_path / "variable.ttf")
    widths = [
        box[2]
        for index in (0, 1 << 16)
        if (box := Face(tmp_path / "variable.ttf", index).design_box(1)) is not None
    ]
    assert widths == [90, 180]


@pytest.mark.parametrize("content", [b"", b"no font at all", b"\0\1\0\0" + bytes(200)])
def test_what_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.ttf"
    path.write_bytes(content)
    with pytest.raises(BrokenFont, match=r"bad\.ttf"):
        Face(path)


def test_a_font_cut_short_is_refused_or_draws_what_is_left(bundled: Path, tmp_path: Path) -> None:
    whole = bundled.read_bytes()
    path = tmp_path / "cut.ttf"
    for share in range(1, 10):
        path.write_bytes(whole[: len(whole) * share // 10])
        try:
            face = Face(path)
            face.scale_to(20)
        except BrokenFont:
            continue
        glyphs = list(face.characters().values())
        face.paint(glyphs, Frame.of(), np.zeros((len(glyphs), 28, 28), np.uint8))


def test_pictures_of_another_shape_are_refused(bundled: Path) -> None:
    face = Face(bundled)
    for picture in (
        np.zeros((1, 27, 28), np.uint8),
        np.zeros((1, 28, 28), np.float32),
        np.zeros((1, 28, 56), np.uint8)[:, :, ::2],
    ):
        with pytest.raises(ValueError, match="pictures"):
            face.paint([1], Frame.of(), picture)  # type: ignore[arg-type]


def test_overlapping_ink_is_added_up(tmp_path: Path) -> None:
    face = Face(write_font(tmp_path / "small.ttf"))
    face.scale_to(1000 / 45)
    glyph = face.characters()[ord("o")]
    once, twice = np.zeros((2, 28, 28), np.uint8)
    face.paint_text([Placed(glyph, 0, 0)], Frame.of(), once)
    face.paint_text([Placed(glyph, 0, 0)] * 2, Frame.of(), twice)
    assert (once == twice).all()
    assert face.text_box([Placed(glyph, 0, 0), Placed(glyph, 450, 45)]) == (0, 0, 1280, 704)


def test_what_fits_is_left_alone() -> None:
    assert fitting((0, -448, 1792, 1344), Frame.of()) == 1
    assert fitting((0, -896, 1792, 1344), Frame.of()) == 0.5
    assert name_of("o") == "u006F"
