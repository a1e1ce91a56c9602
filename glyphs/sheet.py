"""Contact sheets: characters in, one picture of how many families draw them out, for people.

A block is one character: what a family draws, large, and below it the same family's letters that
the character may be taken for, on the same baseline and at the same scale. Nothing on the sheet
says what any model or table thinks of the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from glyphs.render import FamilyRenderer
from glyphs.scaling import SIDE
from glyphs.writing import written_file

if TYPE_CHECKING:
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily

GAP = 6
"""Pixels between cells."""

TEXT = 13
"""Size of the writing, in pixels."""

_PAPER, _INK, _LINE, _GREY = 255, 0, 200, 110


@dataclass(frozen=True, slots=True)
class Entry:
    """What one block of a sheet shows."""

    text: str
    """One character; or a few, side by side."""

    letters: tuple[str, ...] = ()
    """What may be drawn below it, e.g. ``("m",)`` or ``("o", "0")``."""

    caption: str = ""
    """What stands above it; its code points if empty."""

    def title(self) -> str:
        """Give what stands above the block.

        >>> Entry("rn").title()
        'U+0072 U+006E'
        """
        return self.caption or " ".join(f"U+{ord(char):04X}" for char in self.text)


class SheetMaker:
    """Draws sheets; opens every family once."""

    def __init__(
        self, families: Sequence[FoundFamily], *, times: int = 4, pixels: bool = False
    ) -> None:
        """Open families.

        Args:
            families: those that may draw.
            times: cells are 28 times as many pixels high and wide.
            pixels: draw below each cell, as large, the 28x28 pixels that a model sees.

        Raises:
            BrokenFont: a font cannot be drawn from.
        """
        self._times, self._pixels = times, pixels
        self._large = [FamilyRenderer(found, times=times) for found in families]
        self._small = [FamilyRenderer(found) for found in families] if pixels else []
        self._font = ImageFont.load_default(TEXT)

    def families_of(self, entry: Entry, most: int) -> tuple[int, ...]:
        """Choose families that can draw a block: at most so many, spread over all that can."""
        able = [
            number
            for number, renderer in enumerate(self._large)
            if all(_drawn(renderer, text) is not None for text in (entry.text, *entry.letters))
        ]
        if len(able) <= most:
            return tuple(able)
        return tuple(able[place * len(able) // most] for place in range(most))

    def draw(self, entries: Sequence[Entry], *, fonts: int = 8, columns: int = 1) -> Image.Image:
        """Draw a sheet.

        Args:
            entries: one block each, row by row.
            fonts: how many families a block shows at most.
            columns: blocks side by side.

        Returns:
            A grey picture. A character that no family has is said to be in no font.
        """
        blocks = [self._block(entry, fonts) for entry in entries]
        rows = [blocks[start : start + columns] for start in range(0, len(blocks), columns)]
        width = max((block.width for block in blocks), default=0)
        height = sum(max(block.height for block in row) + 2 * GAP for row in rows)
        sheet = Image.new("L", (GAP + columns * (width + 2 * GAP), GAP + height), _PAPER)
        top = GAP
        for row in rows:
            for number, block in enumerate(row):
                sheet.paste(block, (GAP + number * (width + 2 * GAP), top))
            top += max(block.height for block in row) + 2 * GAP
            ImageDraw.Draw(sheet).line((0, top - GAP, sheet.width, top - GAP), _LINE)
        return sheet

    def _block(self, entry: Entry, fonts: int) -> Image.Image:
        side = SIDE * self._times
        line = TEXT + GAP
        lines = (entry.text, *entry.letters)
        layers = len(lines) * (2 if self._pixels else 1)
        block = Image.new("L", (fonts * (side + GAP), 2 * line + layers * (side + GAP)), _PAPER)
        pen = ImageDraw.Draw(block)
        numbers = self.families_of(entry, fonts)
        said = entry.title() if numbers else f"{entry.title()}: in no font"
        pen.text((0, 0), said, _INK, self._font)
        for column, number in enumerate(numbers):
            left, top = column * (side + GAP), line
            for text in lines:
                for cell in self._cells(number, text):
                    block.paste(cell, (left, top))
                    pen.rectangle((left, top, left + side - 1, top + side - 1), outline=_LINE)
                    top += side + GAP
            name = _shortened(self._large[number].name, side, self._font)
            pen.text((left, top), name, _GREY, self._font)
        return block

    def _cells(self, number: int, text: str) -> Iterable[Image.Image]:
        """Draw one text of one family: large, and, if asked for, as a model sees it."""
        yield _picture(self._large[number], text)
        if self._pixels:
            side = SIDE * self._times
            small = _picture(self._small[number], text)
            yield small.resize((side, side), Image.Resampling.NEAREST)


def _drawn(renderer: FamilyRenderer, text: str) -> npt.NDArray[np.uint8] | None:
    return renderer.draw(ord(text)) if len(text) == 1 else renderer.draw_text(text)


def _picture(renderer: FamilyRenderer, text: str) -> Image.Image:
    drawn = _drawn(renderer, text)
    if drawn is None:
        drawn = np.zeros((renderer.frame.side, renderer.frame.side), np.uint8)
    return Image.fromarray(255 - drawn)


def _shortened(name: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cut a name to a width in pixels."""
    while name and font.getlength(name) > width:
        name = name[:-1]
    return name


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write a sheet as PNG; the same sheet gives the same bytes.

    Raises:
        NotWritten: it cannot be written, e.g. since the disk is full; nothing of it is left.
    """
    with written_file(path) as place:
        sheet.save(place, format="PNG")
