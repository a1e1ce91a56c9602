"""Shaping: text in, a face's glyphs and their places out, by HarfBuzz.

Two things need more than the glyph that ``cmap`` names. Letters side by side are kerned, so ``rn``
comes as close to an m as it does on a page; ligatures are off, for browsers draw no names with
them. And a combining mark's place is known only on a base. The base that every font has anchors on
is the dotted circle; but it is drawn like an o, so a mark's own glyphs alone are kept, where they
stand above, below or around it: the circle gives the place and no ink.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from glyphs.errors import BrokenFont
from glyphs.outlines import Placed

DOTTED_CIRCLE = 0x25CC

_FEATURES = dict.fromkeys(("calt", "clig", "dlig", "hlig", "liga"), False) | {"kern": True}
"""``calt`` as well: fonts for programmers keep their ligatures there."""


def harfbuzz_version() -> str:
    """Give the version of the HarfBuzz that shapes."""
    return str(hb.version_string())


class Shaper:
    """Shapes with one face of a font file, in font units."""

    def __init__(self, path: Path, index: int = 0) -> None:
        """Take a face; it is read when it is first used. Arguments as of `glyphs.outlines.Face`."""
        self.path, self.index = path, index
        self._end = 0

    @cached_property
    def _font(self) -> Any:  # noqa: ANN401  (uharfbuzz is not typed)
        try:
            face = hb.Face(hb.Blob.from_file_path(str(self.path)), self.index & 0xFFFF)
        except hb.HarfBuzzError as error:
            msg = f"{self.path.name}: cannot be opened by HarfBuzz"
            raise BrokenFont(msg) from error
        font = hb.Font(face)
        if self.index >> 16:
            font.set_var_named_instance((self.index >> 16) - 1)
        return font

    @cached_property
    def _places_marks(self) -> bool:
        """Whether GPOS has the feature ``mark`` for any script, by its default language."""
        face = self._font.face
        return any(
            "mark" in face.get_language_feature_tags("GPOS", script)
            for script in range(len(face.get_table_script_tags("GPOS")))
        )

    def shape(self, text: str) -> list[Placed]:
        """Shape a text, kerning on, ligatures off."""
        return [placed for _, placed in self._shaped(text)]

    def shape_mark(self, code_point: int) -> list[Placed]:
        """Shape a combining mark on a dotted circle, which is left out.

        Returns:
            The mark's glyphs in their places over the baseline; none if the face makes one glyph of
            circle and mark, or does not place marks: HarfBuzz would then stack boxes, and the
            glyph as its designer placed it is nearer to what is meant.
        """
        if not self._places_marks:
            return []
        return [
            placed
            for character, placed in self._shaped(chr(DOTTED_CIRCLE) + chr(code_point))
            if character and placed.glyph
        ]

    def outline(self, glyph: int) -> str:
        """Give a glyph's outline as the path data of SVG, in font units, y upwards.

        Empty if there is nothing to draw.
        """
        pen = _PathPen()
        self._font.draw_glyph_with_pen(glyph, pen)
        return "".join(pen.parts)

    def line(self, text: str) -> tuple[list[tuple[int, Placed]], int]:
        """Shape a text as `shape` does.

        Returns:
            For each glyph the character that it comes from, and its place; and how far on the next
            text begins.
        """
        return self._shaped(text), self._end

    def _shaped(self, text: str) -> list[tuple[int, Placed]]:
        """Shape a text: for each glyph the character it comes from, and its place."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.cluster_level = hb.BufferClusterLevel.CHARACTERS
        buffer.flags = hb.BufferFlags.DO_NOT_INSERT_DOTTED_CIRCLE
        hb.shape(self._font, buffer, _FEATURES)
        found, x, y = [], 0, 0
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            at = Placed(info.codepoint, x + place.x_offset, y + place.y_offset)
            found.append((info.cluster, at))
            x += place.x_advance
            y += place.y_advance
        self._end = x
        return found


class _PathPen:
    """What HarfBuzz draws with, as fontTools has it; writes path data (SVG 2, 9.3)."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def _add(self, letter: str, *points: tuple[float, float]) -> None:
        self.parts.append(letter + " ".join(f"{round(x)} {round(y)}" for x, y in points))

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - fontTools' names
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._add("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("C", *points)

    def closePath(self) -> None:  # noqa: N802
        self.parts.append("Z")

    def endPath(self) -> None:  # noqa: N802
        """A path that stays open is filled all the same."""
