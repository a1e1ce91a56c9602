"""Fonts made of boxes, whose pictures can be counted out by hand.

In `LETTERS` b to k reach 720 units up and g to y 180 down: together 20 pixels, so that 45 units are
one pixel, and every edge that is a multiple of 45 lies between two rows.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

from glyphs.fonts import FoundFamily
from glyphs.manifest import Family, FontFile

Box = tuple[int, int, int, int]
"""Left, foot, right, top, in units."""

PIXEL = 45
NOTDEF: Box = (0, 0, 450, 720)
LETTERS: Mapping[str, Sequence[Box]] = {
    **dict.fromkeys("bdhkl", ((0, 0, 90, 720),)),
    **dict.fromkeys("gpqy", ((0, -180, 270, 450),)),
    "o": ((0, 0, 450, 450),),
    "O": ((0, 0, 630, 630),),
    "n": ((0, 0, 90, 450), (270, 0, 360, 450)),
    "r": ((0, 0, 90, 450),),
    "'": ((0, 540, 90, 720),),
    ",": ((0, -90, 90, 90),),
    " ": (),
}


def name_of(char: str) -> str:
    return f"u{ord(char):04X}"


def write_font(
    path: Path,
    letters: Mapping[str, Sequence[Box]] = LETTERS,
    *,
    units: int = 1000,
    cff: bool = False,
    features: str = "",
) -> Path:
    """Write a font; every glyph is as wide as its boxes, and has no gap on either side."""
    order = [".notdef", *map(name_of, letters)]
    boxes = [(NOTDEF,), *letters.values()]
    builder = FontBuilder(units, isTTF=not cff)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(char): name_of(char) for char in letters})
    widths = [max(0, *(box[2] for box in each)) if each else 300 for each in boxes]
    drawn = {}
    for name, each, width in zip(order, boxes, widths, strict=True):
        pen = T2CharStringPen(width, None) if cff else TTGlyphPen(None)
        for left, foot, right, top in each:
            pen.moveTo((left, foot))
            for corner in ((left, top), (right, top), (right, foot)):
                pen.lineTo(corner)
            pen.closePath()
        drawn[name] = pen.getCharString() if cff else pen.glyph()
    if cff:
        builder.setupCFF("Small", {}, drawn, {})
    else:
        builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics(
        {name: (width, 0) for name, width in zip(order, widths, strict=True)}
    )
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Small", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    if features:
        addOpenTypeFeaturesFromString(builder.font, features)
    builder.save(path)
    return path


def family(
    *paths: Path, name: str = "Small", faces: Sequence[int] = (), group: int = 0
) -> FoundFamily:
    """Make a family of files, as if they had been found."""
    files = tuple(
        FontFile("-", path.name, face, hashlib.sha256(path.read_bytes()).hexdigest(), "CC0-1.0")
        for path, face in zip(paths, faces or [0] * len(paths), strict=True)
    )
    return FoundFamily(Family(name, "sans", files, group), paths)
