"""Figures: lines of text and rules in, one picture out, as SVG or PNG, that needs no font to show.

Text is drawn as outlines: what a viewer has installed changes nothing, and no character of a
hostile name reaches whoever opens the picture. Lengths are pixels from the upper left corner.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # which writes here, and never reads
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glyphs.writing import written_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from glyphs.typefaces import Drawn, Font, Line

SVG = "http://www.w3.org/2000/svg"

COLOURS = {"ink": "#1a1a1a", "mark": "#c4161c", "faint": "#5f6368", "rule": "#d0d4d9"}
"""What is drawn in which colour; `mark` is 5.9 to 1 on white, `faint` 6.0 (WCAG 2.2, 1.4.3)."""

PAPER = "#ffffff"

BOX_HEIGHT = 0.7
"""Ems that the box of a missing glyph is high; it is drawn as a frame."""


class Ink(NamedTuple):
    """A glyph on the figure."""

    font: Font
    glyph: int
    x: float
    y: float
    """Place of its origin; y downwards."""

    size: float
    """Pixels an em."""

    colour: str
    """A name of `COLOURS`."""


class Bar(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


class Outlines:
    """The outlines that figures are made of, each once: for SVG, which may share them in a page."""

    def __init__(self, prefix: str = "g") -> None:
        """Args: prefix: what their names begin with; letters."""
        self._prefix = prefix
        self._names: dict[tuple[str, int, int], str] = {}
        self.paths: dict[str, str] = {}
        """Name -> path data, in font units, y upwards."""

    def name(self, font: Font, glyph: int) -> str:
        """Give the name of a glyph's outline; empty if it has none."""
        key = (*font.key, glyph)
        if key not in self._names:
            path = font.shaper.outline(glyph)
            name = f"{self._prefix}{len(self.paths)}" if path else ""
            self._names[key] = name
            if name:
                self.paths[name] = path
        return self._names[key]

    def definitions(self) -> ET.Element:
        """Give them as the element ``defs``."""
        found = ET.Element("defs")
        for name, path in self.paths.items():
            ET.SubElement(found, "path", id=name, d=path)
        return found


class Figure:
    """A figure that is being drawn."""

    def __init__(self, title: str, description: str) -> None:
        """Begin.

        Args:
            title: what it is, for those who cannot see it; printable ASCII.
            description: what it shows.
        """
        self.title, self.description = title, description
        self.width = self.height = 0.0
        self._inks: list[Ink] = []
        self._bars: list[Bar] = []

    def line(
        self, line: Line, x: float, y: float, size: float, colour: Callable[[int], str] | str
    ) -> float:
        """Put a line of text; gives where it ends.

        Args:
            line: the text.
            x: where it begins.
            y: its baseline.
            size: pixels an em.
            colour: a name of `COLOURS`, for all of it or by character.
        """
        for each in line.glyphs:
            shade = colour if isinstance(colour, str) else colour(each.char)
            self._glyph(each, x, y, size, shade)
        end = x + line.width * size
        self._grow(end, y + size * 0.3)
        return end

    def _glyph(self, drawn: Drawn, x: float, y: float, size: float, colour: str) -> None:
        left, foot = x + drawn.x * size, y - drawn.y * size
        if drawn.font is not None:
            self._inks.append(Ink(drawn.font, drawn.glyph, left, foot, size, colour))
            return
        wide, high, edge = 0.5 * size, BOX_HEIGHT * size, max(1.0, size / 20)
        for bar in (
            Bar(left, foot - high, wide, edge, colour),
            Bar(left, foot - edge, wide, edge, colour),
            Bar(left, foot - high, edge, high, colour),
            Bar(left + wide - edge, foot - high, edge, high, colour),
        ):
            self._bars.append(bar)

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Put a rectangle."""
        self._bars.append(Bar(x, y, width, height, colour))
        self._grow(x + width, y + height)

    def _grow(self, right: float, foot: float) -> None:
        self.width, self.height = max(self.width, right), max(self.height, foot)

    def svg(self, outlines: Outlines | None = None, margin: float = 0) -> ET.Element:
        """Give the figure as the element ``svg``.

        Args:
            outlines: those of a page, which this adds to, and which stand elsewhere in it: colours
                are then classes; None for a figure that stands alone.
            margin: left free on the right and below.
        """
        wide, high = round(self.width + margin), round(self.height + margin)
        shared = outlines is not None
        outlines = outlines if outlines is not None else Outlines()
        root = ET.Element("svg", viewBox=f"0 0 {wide} {high}", role="img")
        root.set("width", str(wide))
        root.set("height", str(high))
        ET.SubElement(root, "title").text = self.title
        ET.SubElement(root, "desc").text = self.description
        kind = "class" if shared else "fill"
        drawing = ET.Element("g")
        for bar in self._bars:
            place = {"x": _short(bar.x), "y": _short(bar.y), kind: _paint(bar.colour, kind)}
            size = {"width": _short(bar.width), "height": _short(bar.height)}
            ET.SubElement(drawing, "rect", place | size)
        for ink in self._inks:
            if name := outlines.name(ink.font, ink.glyph):
                scale = f"{ink.size / ink.font.face.units_per_em:.5f}"
                moved = f"translate({_short(ink.x)} {_short(ink.y)}) scale({scale} -{scale})"
                use = {"href": f"#{name}", "transform": moved, kind: _paint(ink.colour, kind)}
                ET.SubElement(drawing, "use", use)
        if not shared:
            root.set("xmlns", SVG)
            root.append(outlines.definitions())
            ET.SubElement(root, "rect", width="100%", height="100%", fill=PAPER)
        root.append(drawing)
        return root

    def save_svg(self, path: Path, margin: float = 0) -> None:
        """Write the figure as SVG; the same figure gives the same bytes.

        Raises:
            NotWritten: it cannot be written.
        """
        text = ET.tostring(self.svg(margin=margin), encoding="unicode")
        with written_file(path) as place:
            place.write_text(f"{text}\n", encoding="ascii", newline="\n")

    def save_png(self, path: Path, margin: float = 0, times: float = 2) -> None:
        """Write the figure as PNG; the same figure gives the same bytes.

        Args:
            path: the file.
            margin: left free on the right and below.
            times: pixels of the picture for one of the figure.

        Raises:
            NotWritten: it cannot be written.
        """
        from PIL import Image

        high = round((self.height + margin) * times)
        canvas = np.full((high, round((self.width + margin) * times), 3), _rgb(PAPER))
        for bar in self._bars:
            top, left = round(bar.y * times), round(bar.x * times)
            below, right = round((bar.y + bar.height) * times), round((bar.x + bar.width) * times)
            canvas[top : max(top + 1, below), left : max(left + 1, right)] = _rgb(
                COLOURS[bar.colour]
            )
        for ink in self._inks:
            _print(canvas, ink, times)
        picture = Image.fromarray(canvas.round().astype(np.uint8))
        with written_file(path) as place:
            picture.save(place, format="PNG")


def _print(
    canvas: np.ndarray[tuple[int, int, int], np.dtype[np.float64]], ink: Ink, times: float
) -> None:
    """Lay a glyph's ink over a canvas, (rows, columns, 3), as far as it is on it."""
    high, wide, _ = canvas.shape
    face = ink.font.face
    face.scale_to(ink.size * times)
    stamp = face.stamp(ink.glyph, ink.x * times, high - ink.y * times)
    if stamp is None:
        return
    rows = len(stamp.picture)
    top = high - stamp.foot - rows
    seen = stamp.picture[max(0, -top) : high - top, max(0, -stamp.left) : wide - stamp.left]
    if seen.size:
        top, left = max(0, top), max(0, stamp.left)
        part = canvas[top : top + seen.shape[0], left : left + seen.shape[1]]
        cover = seen[:, :, None] / 255
        part[:] = part * (1 - cover) + _rgb(COLOURS[ink.colour]) * cover


def _rgb(colour: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], np.float64)


def _paint(colour: str, kind: str) -> str:
    return colour if kind == "class" else COLOURS[colour]


def _short(number: float) -> str:
    """Write a length with as few digits as it needs.

    >>> _short(12.0), _short(3.14159)
    ('12', '3.14')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".")
