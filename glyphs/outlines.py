"""Outlines: a font file in, its characters' glyphs, their boxes and their rasters out.

Drawn without hinting: hints would move an edge to the pixel grid, each font in its own way. A
picture of 28x28 takes 8 to 20 microseconds, most of it FreeType's own: glyphs are drawn straight
into the caller's array.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glyphs.errors import BrokenFont
from glyphs.freetype_library import GREY, Bitmap, Matrix, library
from glyphs.scaling import UNIT, Frame

if TYPE_CHECKING:
    import numpy.typing as npt

Box = tuple[int, int, int, int]
"""Left, foot, right, top: of the outline itself, its control points not counted."""

_NO_SCALE, _NO_HINTING, _NO_BITMAP = 1, 2, 8  # FT_LOAD_...
_OUTLINE = int.from_bytes(b"outl", "big")  # FT_GLYPH_FORMAT_OUTLINE
_UNICODE = int.from_bytes(b"unic", "big")  # FT_ENCODING_UNICODE


@dataclass(frozen=True, slots=True)
class Placed:
    """A glyph of a shaped text, in font units from where the text begins, y upwards."""

    glyph: int
    x: int
    y: int


class Stamp(NamedTuple):
    """A glyph that was drawn."""

    left: int
    """Column of its left edge."""

    foot: int
    """Row of its lower edge, upwards."""

    picture: npt.NDArray[np.uint8]
    """(rows, columns), the uppermost row first; 255 is ink."""


class Face:
    """One face of a font file, at one size. Not thread-safe."""

    def __init__(self, path: Path, index: int = 0) -> None:
        """Open a face.

        Args:
            path: a TrueType or OpenType file, or a collection.
            index: which face of it; its upper 16 bits name an instance of a variable font, as
                FreeType counts them.

        Raises:
            BrokenFont: not there, no font, or without outlines.
        """
        from freetype.ft_structs import FT_FaceRec, FT_GlyphSlotRec

        self.path, self.index = path, index
        self.name = path.name if not index else f"{path.name}#{index}"
        self._ft = library()
        face = ctypes.c_void_p()
        error = self._ft.new_face(self._ft.handle, bytes(path), index, ctypes.byref(face))
        if error or not face.value:
            msg = f"{self.name}: cannot be opened as a font (FreeType error {error})"
            raise BrokenFont(msg)
        self._face: int = face.value
        self.close = weakref.finalize(self, self._ft.done_face, self._face)
        record = FT_FaceRec.from_address(self._face)
        self.units_per_em = int(record.units_per_EM)
        if not record.face_flags & 1 or not self.units_per_em:  # FT_FACE_FLAG_SCALABLE
            msg = f"{self.name}: has no outlines"
            raise BrokenFont(msg)
        slot = ctypes.addressof(record.glyph.contents)
        self._outline = slot + FT_GlyphSlotRec.outline.offset
        self._format = ctypes.c_int.from_address(slot + FT_GlyphSlotRec.format.offset)
        self._box = (ctypes.c_long * 4)()
        self._bitmap = Bitmap(num_grays=256, pixel_mode=GREY)
        self._size = 0

    def characters(self) -> Mapping[int, int]:
        """Give what the Unicode ``cmap`` maps: code point -> glyph number, never 0 (.notdef)."""
        ft, face = self._ft, self._face
        found: dict[int, int] = {}
        if ft.select_charmap(face, _UNICODE):
            return found
        glyph = ctypes.c_uint()
        place = ctypes.byref(glyph)
        code_point = ft.first_char(face, place)
        while glyph.value:
            found[code_point] = glyph.value
            code_point = ft.next_char(face, code_point, place)
        return found

    def scale_to(self, pixels_per_em: float) -> None:
        """Set the size; it is kept to 1/64 pixel an em.

        Raises:
            BrokenFont: FreeType cannot scale the face so.
        """
        self._size = round(pixels_per_em * UNIT)
        if self._ft.set_size(self._face, self._size, self._size, 72, 72):
            msg = f"{self.name}: cannot be scaled to {pixels_per_em:.2f} pixels an em"
            raise BrokenFont(msg)

    def design_box(self, glyph: int) -> Box | None:
        """Give the box of a glyph's outline in font units; None if it has none."""
        return self._boxed() if self._load(glyph, _NO_SCALE) else None

    def _load(self, glyph: int, flags: int) -> bool:
        failed = self._ft.load(self._face, glyph, flags | _NO_HINTING | _NO_BITMAP)
        return not failed and self._format.value == _OUTLINE

    def _boxed(self) -> Box | None:
        if self._ft.box(self._outline, self._box):
            return None
        left, foot, right, top = self._box
        return (left, foot, right, top) if right > left or top > foot else None

    def paint(self, glyphs: Sequence[int], frame: Frame, pictures: npt.NDArray[np.uint8]) -> None:
        """Draw glyphs, each into a picture of its own.

        The baseline is where the frame says, the box of the outline is centred from left to right.
        What is larger than the frame is drawn smaller, about its place on the baseline.

        Args:
            glyphs: their numbers.
            frame: where to draw.
            pictures: (glyphs, side, side), zeros, in C order; 255 is ink. A glyph without outline,
                or with a broken one, leaves its picture as it is.
        """
        self._aim(frame, pictures)
        load, boxed, move, raster = self._ft.load, self._ft.box, self._ft.move, self._ft.raster
        face, outline, handle, bitmap = self._face, self._outline, self._ft.handle, self._bitmap
        box, kind, flags = self._box, self._format, _NO_HINTING | _NO_BITMAP
        at, into = ctypes.addressof(box), ctypes.addressof(bitmap)
        width, above, below = frame.width, frame.above, frame.below
        address, step = pictures.ctypes.data, frame.side * frame.side
        for glyph in glyphs:
            if not load(face, glyph, flags) and kind.value == _OUTLINE and not boxed(outline, at):
                left, foot, right, top = box
                if right - left > width or top > above or -foot > below:
                    left, right = self._shrink((left, foot, right, top), frame)
                move(outline, (width - left - right) >> 1, below)
                bitmap.buffer = address
                raster(handle, outline, into)
            address += step

    def stamp(self, glyph: int, x: float, y: float) -> Stamp | None:
        """Draw one glyph anywhere, at the size that `scale_to` set.

        Args:
            glyph: its number.
            x: where its origin lies, in pixels; fractions count.
            y: the same, upwards.

        Returns:
            None if it has no ink.
        """
        box = self._boxed() if self._load(glyph, 0) else None
        if box is None:
            return None
        right, up = round(x * UNIT), round(y * UNIT)
        left, foot = (box[0] + right) // UNIT, (box[1] + up) // UNIT
        width = -(-(box[2] + right) // UNIT) - left
        height = -(-(box[3] + up) // UNIT) - foot
        picture = np.zeros((max(1, height), max(1, width)), np.uint8)
        rows, columns = picture.shape
        bitmap = Bitmap(rows, columns, columns, picture.ctypes.data, 256, GREY)
        self._ft.move(self._outline, right - left * UNIT, up - foot * UNIT)
        self._ft.raster(self._ft.handle, self._outline, ctypes.byref(bitmap))
        return Stamp(left, foot, picture)

    def _aim(self, frame: Frame, pictures: npt.NDArray[np.uint8]) -> None:
        """Make the bitmap that pictures are written through; its buffer is set for each."""
        side = frame.side
        if pictures.shape[-2:] != (side, side) or pictures.dtype != np.uint8:
            msg = f"pictures of {side}x{side} bytes are asked for, not {pictures.shape}"
            raise ValueError(msg)
        if not (pictures.flags.c_contiguous and pictures.flags.writeable):
            msg = "pictures must be writeable and in C order"
            raise ValueError(msg)
        self._bitmap.rows = self._bitmap.width = self._bitmap.pitch = side

    def _shrink(self, box: Box, frame: Frame) -> tuple[int, int]:
        """Make the loaded outline fit; give its new left and right."""
        scale = fitting(box, frame)
        self._transform(scale, scale)
        return round(box[0] * scale), round(box[2] * scale)

    def _transform(self, across: float, along: float) -> None:
        matrix = Matrix.scaling(across, along)
        self._ft.transform(self._outline, ctypes.byref(matrix))

    def text_box(self, text: Sequence[Placed], squeeze: float = 1.0) -> Box | None:
        """Give the box of a shaped text in 64ths of a pixel; None if it has no ink."""
        boxes = []
        for placed, (x, y) in zip(text, self._places(text), strict=True):
            box = self._boxed() if self._load(placed.glyph, 0) else None
            if box is not None:
                boxes.append((box[0] + x, box[1] + y, box[2] + x, box[3] + y))
        if not boxes:
            return None
        lefts, feet, rights, tops = zip(*boxes, strict=True)
        return round(min(lefts) / squeeze), min(feet), round(max(rights) / squeeze), max(tops)

    def paint_text(
        self,
        text: Sequence[Placed],
        frame: Frame,
        picture: npt.NDArray[np.uint8],
        squeeze: float = 1.0,
    ) -> None:
        """Draw a shaped text into one picture, as `paint` does a glyph.

        Args:
            text: its glyphs; where two overlap, the ink is added up.
            frame: where to draw.
            picture: (side, side), zeros.
            squeeze: 1.2 draws it 1/1.2 as wide, and as high as ever.
        """
        box = self.text_box(text, squeeze)
        if box is None:
            return
        scale = fitting(box, frame)
        across = scale / squeeze
        start = frame.width / 2 - (box[0] + box[2]) * scale / 2
        for placed, (x, y) in zip(text, self._places(text), strict=True):
            layer = np.zeros_like(picture)
            self._aim(frame, layer)
            self._bitmap.buffer = layer.ctypes.data
            if self._load(placed.glyph, 0):
                if scale != 1 or squeeze != 1:
                    self._transform(across, scale)
                self._ft.move(
                    self._outline,
                    round(start + x * across),
                    round(frame.below + y * scale),
                )
                self._ft.raster(self._ft.handle, self._outline, ctypes.addressof(self._bitmap))
                picture += np.minimum(layer, 255 - picture)

    def _places(self, text: Sequence[Placed]) -> list[tuple[int, int]]:
        """Turn font units into 64ths of a pixel."""
        unit = self._size / self.units_per_em
        return [(round(placed.x * unit), round(placed.y * unit)) for placed in text]


def fitting(box: Box, frame: Frame) -> float:
    """Give the scale, at most 1, at which a box fits into a frame, its baseline in place.

    >>> fitting((0, -256, 1792, 1024), Frame.of()), fitting((0, 0, 3584, 1024), Frame.of())
    (1.0, 0.5)
    """
    left, foot, right, top = box
    scale = 1.0
    for length, room in ((right - left, frame.width), (top, frame.above), (-foot, frame.below)):
        if length > room:
            scale = min(scale, room / length)
    return scale
