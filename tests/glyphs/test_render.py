"""Rendering, held against boxes that were counted out and against features written by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphs.errors import BrokenFont
from glyphs.render import FamilyRenderer
from glyphs.scaling import BASELINE
from tests.glyphs.small_fonts import LETTERS, PIXEL, family, name_of, write_font

Extent = tuple[int, int, int, int]


def inked(picture: np.ndarray | None) -> Extent:
    """Give left, top, right and foot of the ink, in pixels; right and foot are not in it."""
    assert picture is not None
    rows, columns = np.nonzero(picture)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def ink_of(picture: np.ndarray) -> float:
    """Give the ink in pixels."""
    return float(picture.sum()) / 255


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> FamilyRenderer:
    return FamilyRenderer(family(write_font(tmp_path_factory.mktemp("fonts") / "small.ttf")))


def test_boxes_are_drawn_to_the_pixel(renderer: FamilyRenderer) -> None:
    expected = np.zeros((28, 28), np.uint8)
    expected[BASELINE - 16 : BASELINE, 13:15] = 255  # l: 2 wide, 16 high
    picture = renderer.draw(ord("l"))
    assert picture is not None
    assert picture.dtype == np.uint8
    assert (picture == expected).all()
    assert inked(renderer.draw(ord("p"))) == (11, BASELINE - 10, 17, BASELINE + 4)


def test_place_and_size_are_kept(renderer: FamilyRenderer) -> None:
    assert inked(renderer.draw(ord("'"))) == (13, BASELINE - 16, 15, BASELINE - 12)
    assert inked(renderer.draw(ord(","))) == (13, BASELINE - 2, 15, BASELINE + 2)
    assert inked(renderer.draw(ord("o"))) == (9, BASELINE - 10, 19, BASELINE)
    assert inked(renderer.draw(ord("O"))) == (7, BASELINE - 14, 21, BASELINE)


@settings(max_examples=20, deadline=None)
@given(left=st.integers(-40, 40), foot=st.integers(-5, 15), wide=st.integers(1, 26))
def test_wherever_a_glyph_lies_only_its_height_matters(
    tmp_path_factory: pytest.TempPathFactory, left: int, foot: int, wide: int
) -> None:
    boxes = {"x": ((left * PIXEL, foot * PIXEL, (left + wide) * PIXEL, (foot + 3) * PIXEL),)}
    path = write_font(tmp_path_factory.mktemp("x") / "x.ttf", {**LETTERS, **boxes})
    picture = FamilyRenderer(family(path)).draw(ord("x"))
    assert picture is not None
    assert ink_of(picture) == pytest.approx(3 * wide, abs=0.1)
    assert inked(picture)[1::2] == (BASELINE - foot - 3, BASELINE - foot)
    assert abs(picture.astype(int) - picture[:, ::-1]).max() <= 4  # 1/64 pixel


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 56 * 45, 10 * 45), (0, BASELINE - 5, 28, BASELINE)),
        ((0, 0, 10 * 45, 42 * 45), (11, 0, 17, BASELINE)),  # 5 wide: half a pixel on either side
        ((0, -14 * 45, 4 * 45, 0), (13, BASELINE, 15, 28)),
    ],
)
def test_what_is_too_large_is_drawn_smaller_on_its_baseline(
    tmp_path: Path, box: Extent, expected: Extent
) -> None:
    path = write_font(tmp_path / "large.ttf", {**LETTERS, "W": (box,)})
    assert inked(FamilyRenderer(family(path)).draw(ord("W"))) == expected


def test_companions_are_drawn_at_the_main_face_s_scale(tmp_path: Path) -> None:
    main = write_font(tmp_path / "main.ttf")
    # Its own letters are half as large; but its em has twice the units, and o the same pixels.
    other = {"ⲟ": ((0, 0, 900, 900),), "b": ((0, 0, 90, 90),), "\u25cc": ((0, 0, 900, 900),)}
    companion = write_font(tmp_path / "other.ttf", other, units=2000)
    joined = FamilyRenderer(family(main, companion))
    picture, letter = joined.draw(ord("ⲟ")), joined.draw(ord("o"))
    assert picture is not None
    assert letter is not None
    assert (picture == letter).all()
    assert (joined.file_of(ord("b")), joined.file_of(ord("ⲟ"))) == (0, 1)
    with pytest.raises(BrokenFont, match="other"):
        FamilyRenderer(family(companion, main))


def test_what_the_cmap_has_not_is_not_drawn(renderer: FamilyRenderer) -> None:
    assert renderer.draw(ord("x")) is None
    assert renderer.draw(0x10FFFF) is None
    assert renderer.draw_text("rx") is None
    assert renderer.draw_text("") is None
    assert renderer.code_points() == set(map(ord, LETTERS)) - {ord(" ")}
    with pytest.raises(KeyError):
        renderer.file_of(ord("x"))


def test_the_invisible_and_the_bad_are_not_drawn(tmp_path: Path) -> None:
    box = ((0, 0, 450, 450),)
    others = {"\u200d": box, "\ue000": box, "\u0378": box, "\u3164": box, "a": (), "w": box}
    small = FamilyRenderer(
        family(write_font(tmp_path / "odd.ttf", {**LETTERS, **others})), bad={ord("w")}
    )
    assert [char for char in others if ord(char) in small.code_points()] == ["a"]
    assert [small.draw(ord(char)) for char in others] == [None] * len(others)


def test_many_are_drawn_as_one_is(renderer: FamilyRenderer) -> None:
    wanted = [ord(char) for char in "oxlop, "]
    code_points, pictures = renderer.draw_all(wanted)
    assert code_points.dtype == np.int32
    assert "".join(map(chr, code_points)) == "olop,"
    assert pictures.shape == (5, 28, 28)
    for code_point, picture in zip(code_points.tolist(), pictures, strict=True):
        alone = renderer.draw(code_point)
        assert alone is not None
        assert (alone == picture).all()
    assert renderer.draw_all([])[1].shape == (0, 28, 28)


def test_people_see_the_same_larger(tmp_path: Path) -> None:
    large = FamilyRenderer(family(write_font(tmp_path / "small.ttf")), times=4)
    assert inked(large.draw(ord("l"))) == (52, 4 * (BASELINE - 16), 60, 4 * BASELINE)


def test_a_family_known_for_bad_glyphs_leaves_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glyphs.render._bad_glyphs", lambda: {"Bad": frozenset({ord("o")})})
    path = write_font(tmp_path / "small.ttf")
    assert FamilyRenderer(family(path, name="Bad")).draw(ord("o")) is None
    assert FamilyRenderer(family(path, name="Good")).draw(ord("o")) is not None
    assert FamilyRenderer(family(path, name="Bad"), bad=()).draw(ord("o")) is not None


KERNED = f"feature kern {{ pos {name_of('r')} {name_of('n')} -45; }} kern;"
LIGATED = "".join(
    f"feature {tag} {{ sub {name_of('r')} {name_of('n')} by {name_of('O')}; }} {tag};"
    for tag in ("liga", "clig", "dlig", "calt")
)


def test_letters_side_by_side_are_kerned_and_not_joined(
    tmp_path: Path, renderer: FamilyRenderer
) -> None:
    assert inked(renderer.draw_text("rn"))[::2] == (9, 19)  # 2 + 8 columns
    kerned = FamilyRenderer(family(write_font(tmp_path / "k.ttf", features=KERNED + LIGATED)))
    assert kerned.text_width("rn") == pytest.approx(9)
    assert renderer.text_width("rn") == pytest.approx(10)
    picture = kerned.draw_text("rn")
    assert picture is not None
    assert ink_of(picture) == pytest.approx(5 * 10, abs=0.2)  # n and r stand apart, O would be 196


def test_squeezed_text_is_narrower_and_as_high(renderer: FamilyRenderer) -> None:
    assert renderer.text_width("oo", 1.25) == pytest.approx(16)
    assert inked(renderer.draw_text("oo", 1.25)) == (6, BASELINE - 10, 22, BASELINE)
    with pytest.raises(ValueError, match="squeeze"):
        renderer.draw_text("oo", 1 / 1.2)


def test_text_too_wide_is_drawn_smaller_and_its_width_told(renderer: FamilyRenderer) -> None:
    assert renderer.text_width("OOOO") == pytest.approx(56)
    left, _, right, foot = inked(renderer.draw_text("OOOO"))
    assert (left, right, foot) == (0, 28, BASELINE)
    assert renderer.text_width("Ox") is None


MARK, CIRCLE = "\u0301", "\u25cc"
MARKED = {
    **LETTERS,
    CIRCLE: ((0, 0, 450, 450),),
    MARK: ((-90, 0, 0, 90),),
    "\u0323": ((-90, -90, 0, 0),),
}
ANCHORS = f"""
markClass {name_of(MARK)} <anchor -45 0> @above;
feature mark {{ pos base {name_of(CIRCLE)} <anchor 225 540> mark @above; }} mark;
"""


def test_a_mark_stands_where_its_base_wants_it_and_the_base_is_not_drawn(tmp_path: Path) -> None:
    path = write_font(tmp_path / "marked.ttf", MARKED, features=ANCHORS)
    marked = FamilyRenderer(family(path))
    assert inked(marked.draw(ord(MARK))) == (13, BASELINE - 14, 15, BASELINE - 12)
    assert inked(marked.draw(ord("\u0323"))) == (13, BASELINE, 15, BASELINE + 2)


def test_a_mark_that_no_base_places_is_drawn_as_the_font_has_it(tmp_path: Path) -> None:
    for name, letters in (("plain", MARKED), ("bare", {**LETTERS, MARK: ((-90, 0, 0, 90),)})):
        marked = FamilyRenderer(family(write_font(tmp_path / f"{name}.ttf", letters)))
        assert inked(marked.draw(ord(MARK))) == (13, BASELINE - 2, 15, BASELINE)
