"""Rendering: a font family and characters in, pictures of 28x28 out, all on one baseline.

A picture is ``uint8``, 0 is paper and 255 is ink. Scale and baseline are the family's
(`glyphs.scaling`). A character is drawn only by a file of the family whose own ``cmap`` has it:
nothing is borrowed from another font, and .notdef, the empty box, is never drawn. Combining marks
stand where they would on a base, without the base (`glyphs.shaping`). The same files, FreeType and
HarfBuzz give the same bytes.

What is larger than its picture is drawn smaller instead of being cut: a capital without its second
accent would be another letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from glyphs.bad_glyphs import load_bad_glyphs
from glyphs.characters import drawable, marks
from glyphs.outlines import Face, Placed
from glyphs.scaling import UNIT, Frame, pixels_per_em
from glyphs.shaping import DOTTED_CIRCLE, Shaper

if TYPE_CHECKING:
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily

FAINT = 32
"""A picture without a pixel as dark as that counts as blank."""


@cache
def _bad_glyphs() -> Mapping[str, frozenset[int]]:
    return load_bad_glyphs()


def _known_bad(family: str) -> frozenset[int]:
    return _bad_glyphs().get(family, frozenset())


class FamilyRenderer:
    """Draws with one family. Not thread-safe; made anew in each process."""

    def __init__(
        self, found: FoundFamily, *, times: int = 1, bad: Collection[int] | None = None
    ) -> None:
        """Open a family's files and measure its main face.

        Args:
            found: the family and where its files are.
            times: pictures are 28 times as many pixels high and wide: 4 for people to look at.
            bad: characters that are never drawn, since the font's glyph is no drawing of them;
                what `glyphs.bad_glyphs` lists for the family if None.

        Raises:
            BrokenFont: a file is no font that can be drawn from, or the main one has no letters.
        """
        self.name = found.family.name
        self.frame = Frame.of(times)
        self._faces = [
            Face(path, file.face)
            for path, file in zip(found.paths, found.family.files, strict=True)
        ]
        size = pixels_per_em(self._faces[0], times)
        self._shapers: dict[int, Shaper] = {}
        left_out = _known_bad(self.name) if bad is None else frozenset(bad)
        self._glyphs: dict[int, int] = {}
        self._files: dict[int, int] = {}
        for number, face in enumerate(self._faces):
            face.scale_to(size)
            characters = face.characters()
            if DOTTED_CIRCLE in characters:
                self._shapers[number] = Shaper(face.path, face.index)
            new = drawable().intersection(characters).difference(self._glyphs, left_out)
            self._glyphs |= {code_point: characters[code_point] for code_point in new}
            self._files |= dict.fromkeys(new, number)
        self._marks = marks().intersection(self._glyphs)

    def code_points(self) -> frozenset[int]:
        """Give the characters that the family has: assigned, visible, and not bad."""
        return frozenset(self._glyphs)

    def file_of(self, code_point: int) -> int:
        """Give the number of the file, in the family's order, that draws a character.

        Raises:
            KeyError: the family does not have it.
        """
        return self._files[code_point]

    def draw(self, code_point: int) -> npt.NDArray[np.uint8] | None:
        """Draw one character.

        Returns:
            A picture, (28, 28); None if the family does not have the character, or it is blank.
        """
        _, pictures = self.draw_all([code_point])
        return pictures[0] if len(pictures) else None

    def draw_all(
        self, code_points: Iterable[int]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """Draw many characters, which is much faster than one by one.

        Args:
            code_points: those that the family does not have are left out, as are blank ones.

        Returns:
            The characters that were drawn, in the order of the argument; their pictures,
            (characters, 28, 28).
        """
        wanted = [each for each in code_points if each in self._glyphs]
        side = self.frame.side
        pictures = np.zeros((len(wanted), side, side), np.uint8)
        start = 0
        for file, run in groupby(wanted, self._files.__getitem__):
            glyphs = [self._glyphs[code_point] for code_point in run]
            self._faces[file].paint(glyphs, self.frame, pictures[start : start + len(glyphs)])
            start += len(glyphs)
        if not self._marks.isdisjoint(wanted):
            for row, code_point in enumerate(wanted):
                if code_point in self._marks:
                    self._draw_mark(code_point, pictures[row])
        inked = pictures.reshape(len(wanted), side * side).max(axis=1, initial=0) >= FAINT
        kept = np.array(wanted, np.int32)
        return (kept, pictures) if inked.all() else (kept[inked], pictures[inked])

    def _draw_mark(self, code_point: int, picture: npt.NDArray[np.uint8]) -> None:
        """Draw a mark anew where it stands on a base, if its file says where that is."""
        file, glyph = self._files[code_point], self._glyphs[code_point]
        shaper = self._shapers.get(file)
        text = shaper.shape_mark(code_point) if shaper else []
        if text != [Placed(glyph, 0, 0)] and self._faces[file].text_box(text) is not None:
            picture[:] = 0
            self._faces[file].paint_text(text, self.frame, picture)

    def draw_text(self, text: str, squeeze: float = 1.0) -> npt.NDArray[np.uint8] | None:
        """Draw a few characters side by side: kerned, without ligatures.

        Args:
            text: as ``rn``; all of its characters must be in one file of the family.
            squeeze: 1.2 draws it 1/1.2 times as wide, and as high as ever; at least 1.

        Returns:
            A picture, (28, 28), the box of the text centred; None if the family has not all of its
            characters in one file, or they are blank. A text too wide for the picture is drawn
            smaller: `text_width` tells.
        """
        placed = self._placed(text, squeeze)
        if placed is None:
            return None
        picture = np.zeros((self.frame.side, self.frame.side), np.uint8)
        self._faces[self.file_of(ord(text[0]))].paint_text(placed, self.frame, picture, squeeze)
        return picture if picture.max() >= FAINT else None

    def text_width(self, text: str, squeeze: float = 1.0) -> float | None:
        """Give the width, in pixels, of a text's ink at full size, whether it fits or not.

        Returns:
            None where `draw_text` gives None.
        """
        placed = self._placed(text, squeeze)
        if placed is None:
            return None
        box = self._faces[self.file_of(ord(text[0]))].text_box(placed, squeeze)
        return None if box is None else (box[2] - box[0]) / UNIT

    def _placed(self, text: str, squeeze: float) -> list[Placed] | None:
        if squeeze < 1:
            msg = f"squeeze is how many times narrower, at least 1, not {squeeze}"
            raise ValueError(msg)
        files = {self._files.get(ord(char), -1) for char in text}
        if len(files) != 1 or -1 in files:
            return None
        (file,) = files
        if file not in self._shapers:
            face = self._faces[file]
            self._shapers[file] = Shaper(face.path, face.index)
        return self._shapers[file].shape(text)
