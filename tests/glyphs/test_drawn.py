"""Measuring without fonts: shapes made of strokes, and the font that Pillow brings along."""

from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

from glyphs.bitmaps import SIDE, Pixels, blur, shifted
from glyphs.contours import Templates
from glyphs.drawn import (
    CAPITALS,
    MIRRORED,
    SMALL,
    characters,
    likenesses,
    measure,
    render,
    summarize,
)
from glyphs.faces import DESIGNS, ITALIC, UPRIGHT, Design, Face, MissingFonts, find_faces


def stroke(*boxes: tuple[int, int, int, int]) -> Pixels:
    """Draw boxes: left, top, right, foot."""
    pixels = np.zeros((SIDE, SIDE), np.float32)
    for left, top, right, foot in boxes:
        pixels[top:foot, left:right] = 1
    return pixels


STEM = (8, 9, 10, 19)
OTHER_STEM = (15, 9, 17, 19)
SHAPES = {
    "n": stroke(STEM, OTHER_STEM, (8, 9, 17, 11)),
    "u": stroke(STEM, OTHER_STEM, (8, 17, 17, 19)),
    "l": stroke((8, 4, 10, 19)),
    ",": stroke((8, 17, 10, 21)),
}


def likeness(first: Pixels, second: Pixels) -> float:
    return float(Templates(first[None]).likeness(second[None])[0, 0])


def test_a_shape_is_like_itself_wherever_it_stands() -> None:
    for shape in SHAPES.values():
        assert likeness(shape, shape) == pytest.approx(1, abs=1e-5)
        moved = shifted(shifted(shape, 2, -1), -1, -2)
        assert likeness(shape, moved) == pytest.approx(1, abs=1e-5)


def test_an_n_is_no_u_and_a_comma_no_l() -> None:
    assert likeness(SHAPES["n"], SHAPES["u"]) < 0.9
    assert likeness(SHAPES["l"], SHAPES[","]) < 0.8


def test_blur_keeps_ink() -> None:
    assert blur(SHAPES["u"], 1.0).sum() == pytest.approx(SHAPES["u"].sum(), rel=1e-4)


NAMES = SMALL + CAPITALS.lower()


def scores(**of: float) -> Pixels:
    """Make one face's row: likeness to letters, to capitals (``M``), in a mirror (``_N``)."""
    row = np.zeros((1, 2 * len(NAMES)), np.float32)
    for key, score in of.items():
        letter = key.lstrip("_")
        among = len(SMALL) + CAPITALS.index(letter) if letter.isupper() else SMALL.index(letter)
        row[0, among + len(NAMES) * key.startswith("_")] = score
    return row


DISTINCT = np.ones((4, len(NAMES)), np.float32)


def test_one_face_in_four_is_enough() -> None:
    raw = np.concatenate([scores(b=0.6), scores(b=0.6), scores(b=0.95), scores(b=0.95)])
    (found,) = summarize(UPRIGHT, raw, DISTINCT)
    assert (found.letter, found.agree, found.have, found.style) == ("b", 2, 4, "upright")
    assert found.score == pytest.approx(0.95)
    assert summarize(UPRIGHT, raw[:3], DISTINCT[:3]) == []


def test_a_fair_likeness_counts_where_no_other_letter_comes_near() -> None:
    found = summarize(UPRIGHT, scores(w=0.87), DISTINCT[:1])
    assert [each.letter for each in found] == ["w"]
    assert summarize(UPRIGHT, scores(w=0.87), DISTINCT[:1] * 0) == []
    assert summarize(ITALIC, scores(w=0.92), DISTINCT[:1]) == []


def test_a_letter_in_a_mirror_is_seen_as_that() -> None:
    mirrored = scores(H=0.95, _N=0.95 + 2 * MIRRORED)
    assert summarize(UPRIGHT, mirrored, DISTINCT[:1]) == []
    assert summarize(UPRIGHT, scores(H=0.95), DISTINCT[:1])[0].style == "capital"


def test_characters_are_small_letters_of_alphabets() -> None:
    found = set(characters())
    assert {"т", "ʌ", "พ", "ס", "ß"} <= found
    assert found.isdisjoint({"a", "T", "é", "丫", "가", "\u0301", "\u200c"})


def test_missing_fonts_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFonts, match=r"DejaVuSans\.ttf \(fonts-dejavu-core\)"):
        find_faces([tmp_path], "т")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the font that Pillow carries to a file."""
    font = ImageFont.load_default(20)
    assert isinstance(font, ImageFont.FreeTypeFont)
    path = tmp_path_factory.mktemp("fonts") / "Bundled-Regular.ttf"
    path.write_bytes(font.font_bytes)
    return path


def test_a_real_font_from_file_to_row(bundled: Path) -> None:
    design = Design("Bundled", "none", "Bundled-Regular.ttf")
    face = Face(design, (bundled,), {"|": 0, "p": 0, ",": 0}, "1 sha256:0")
    measured = {char: raw for char, raw, _ in measure(face)}
    assert NAMES[int(measured["p"][: len(NAMES)].argmax())] == "p"
    text = render(likenesses([face]), [face])
    assert text == render(likenesses([face]), [face])
    assert "# Face: Bundled (fonts-none): Bundled-Regular.ttf 1 sha256:0\n" in text
    rows = {line[:4]: line for line in text.splitlines() if not line.startswith("#")}
    assert rows["0070"].startswith("0070 ; p 1.000 1/1 upright")
    assert " l " in rows["007C"]
    assert "002C" not in rows


def test_designs_are_told_apart() -> None:
    names = [design.name for design in DESIGNS]
    assert len(set(names)) == len(names) >= 30
    assert sum(design.style == ITALIC for design in DESIGNS) >= 10
