from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from classifier.ascii_likeness import Confusion
from classifier.combination import Combination
from classifier.digraphs import Pair
from classifier.errors import InvalidDataset
from classifier.export import (
    Asked,
    Seen,
    ascii_rows,
    character_rows,
    measure,
    picture,
    pixel_rows,
    render,
    rows_of,
    templates_of,
)
from classifier.labels import CLASSES, NONE
from detector.confusables import ConfusableMap, Reading
from tests.classifier.small_glyphs import SmallGlyphs, scribble, small_glyphs

DRAWN = {"а": scribble(ord("a")), "ж": scribble(7), "\u0301": scribble(8)}
CYRILLIC = range(0x400, 0x500)


def knows_its_letters(glyphs: SmallGlyphs) -> Asked:
    """An asker that is sure of pictures that a letter has, and of none else."""
    letters = {glyphs.images[i].tobytes(): CLASSES.index(chr(c))
               for i, c in enumerate(glyphs.code_points) if c < 0x80}  # fmt: skip

    def ask(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        found = np.full((len(rows), NONE + 1), 0.01 / NONE)
        for place, row in enumerate(rows):
            found[place, letters.get(glyphs.images[row].tobytes(), NONE)] = 0.99
        return np.asarray(np.log(found), dtype=np.float32)

    return ask


def test_a_character_reads_as_what_it_is_drawn_like(tmp_path: Path) -> None:
    glyphs = small_glyphs(DRAWN)
    found = measure(glyphs, [*CYRILLIC, 0x301], knows_its_letters(glyphs))
    rows = character_rows(found, Combination(0.0, (1.0, 0.0, -5.0, 0.0), {}))
    assert {char: [seen.letters for seen in row] for char, row in rows.items()} == {"а": ["a"]}
    path = tmp_path / "map.txt"
    path.write_text(
        render(rows, made_by="a test", unicode="18.0.0", sources=["Fonts: two"]), encoding="utf-8"
    )
    confusables = ConfusableMap.load(path)
    assert list(confusables.characters) == ["а"]
    assert confusables.characters["а"][0].fonts == "2/2"
    assert confusables.header[3] == "# Fonts: two"


def test_neither_ascii_nor_a_mark_has_a_row_of_its_own() -> None:
    glyphs = small_glyphs(DRAWN)
    rows = rows_of(glyphs, range(0x10_000))
    assert {chr(c) for c in glyphs.code_points[rows]} == {"а", "ж"}
    with pytest.raises(InvalidDataset, match="none of the characters"):
        rows_of(glyphs, [0x301, 0x61])


def test_pixels_alone_make_a_map_as_well() -> None:
    glyphs = small_glyphs(DRAWN)
    rows = rows_of(glyphs, CYRILLIC)
    found = pixel_rows(picture(glyphs, rows, templates_of(glyphs)))
    assert found["а"][0] == Seen("a", 0.999, "pixels", 2, 2)
    assert "ж" not in found


def test_ascii_rows_load_as_classes_and_pairs(tmp_path: Path) -> None:
    rows = ascii_rows(
        [Confusion("0", "0", "o", 0.5, 60, 96)], [Pair("rn", "m", 0.4, 0.76, 79, 96)] * 2
    )
    path = tmp_path / "map.txt"
    text = render(rows, made_by="a test", unicode="18.0.0", sources=[])
    path.write_text(text, encoding="utf-8")
    confusables = ConfusableMap.load(path)
    assert confusables.classes["0"] == Reading("o", 0.5, ("cnn",), "60/96")
    assert confusables.pairs["rn"] == (Reading("m", 0.76, ("cnn", "eye"), "79/96"),)
