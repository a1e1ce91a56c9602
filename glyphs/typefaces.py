"""Typefaces: text of any script in, its glyphs in their places out, for people to look at.

Unlike for the map, any build of a font will do, for nothing is measured here. What a typeface does
not have is borrowed from others, as browsers do, and is said to be; what nobody has is a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from glyphs.errors import MissingFonts
from glyphs.fonts import default_folders, find_files
from glyphs.manifest import load_manifest
from glyphs.outlines import Face
from glyphs.shaping import Shaper

PREFERRED = (
    "Noto Sans",
    "Tinos",
    "DejaVu Sans",
    "Liberation Mono",
    "PT Serif",
    "FreeSans",
    "Inter",
    "FreeSerif",
)
"""Families like those in which people read names, in the order in which they are taken."""

_THEN = ("Noto Sans CJK",)
"""Whom they borrow from after one another, before all others: in the order in which they are read,
a design of Han for scholars would come first."""

BOX_WIDTH = 0.6
"""Ems from one box to the next."""


class Font:
    """One file of a typeface; opened when it is first used."""

    def __init__(self, path: Path, index: int) -> None:
        """Take a face of a file; arguments as of `Face`."""
        self.path, self.index = path, index
        self.shaper = Shaper(path, index)

    @cached_property
    def face(self) -> Face:
        """The same, to rasterize with.

        Raises:
            BrokenFont: it is no font.
        """
        return Face(self.path, self.index)

    @cached_property
    def characters(self) -> Mapping[int, int]:
        """What its ``cmap`` has: code point -> glyph."""
        return self.face.characters()

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from other fonts."""
        return str(self.path), self.index


class Drawn(NamedTuple):
    """A glyph in its place."""

    char: int
    """Which character of the text it comes from."""

    font: Font | None
    """What has it; None for a box."""

    glyph: int
    """Its number there."""

    x: float
    """Place of its origin from where the text begins, in ems."""

    y: float
    """The same, upwards."""


class Line(NamedTuple):
    """A text, set in one line."""

    glyphs: tuple[Drawn, ...]
    """What is drawn."""

    width: float
    """Ems to where the next text would begin."""

    places: tuple[float, ...]
    """Where each character begins, in ems, and where the last one ends."""

    borrowed: Mapping[str, str]
    """Characters that the typeface does not have -> whose they are; empty for a box."""


class Typeface:
    """A family that sets text."""

    def __init__(self, name: str, fonts: Sequence[Font], others: Sequence[Typeface] = ()) -> None:
        """Take a family.

        Args:
            name: of the family.
            fonts: its files, the main one first.
            others: whom it borrows from.
        """
        self.name = name
        self._fonts = fonts
        self._others = others

    def font_of(self, char: str) -> Font | None:
        """Give the file of the family that has a character."""
        return next((font for font in self._fonts if ord(char) in font.characters), None)

    def lacks(self, text: str) -> int:
        """Count the characters that the family does not have."""
        return sum(self.font_of(char) is None for char in set(text))

    def line(self, text: str) -> Line:
        """Set a text."""
        glyphs: list[Drawn] = []
        borrowed: dict[str, str] = {}
        places = [-1.0] * len(text)
        x = 0.0
        for start, end, font, owner in self._runs(text):
            if owner != self.name:
                borrowed |= dict.fromkeys(text[start:end], owner)
            if font is None:
                glyphs.append(Drawn(start, None, 0, x, 0))
                places[start] = x
                x += BOX_WIDTH
                continue
            em = font.face.units_per_em
            shaped, advance = font.shaper.line(text[start:end])
            for char, placed in shaped:
                at = x + placed.x / em
                glyphs.append(Drawn(start + char, font, placed.glyph, at, placed.y / em))
                here = places[start + char]
                places[start + char] = at if here < 0 else min(here, at)
            x += advance / em
        return Line(tuple(glyphs), x, _filled(places, x), borrowed)

    def _runs(self, text: str) -> Iterator[tuple[int, int, Font | None, str]]:
        """Divide a text by the font that has its characters; each box is a run of its own."""
        start = 0
        held: tuple[Font | None, str] = (None, "")
        for place, char in enumerate(text):
            # A mark stays with its base, if it can; so does what is not to be seen.
            if held[0] is not None and ord(char) in held[0].characters and place > start:
                own = self.font_of(char)
                if own is held[0] or _is_mark(char):
                    continue
            found = self._having(char)
            if place > start and (found != held or found[0] is None):
                yield start, place, *held
                start = place
            held = found
        if text:
            yield start, len(text), *held

    def _having(self, char: str) -> tuple[Font | None, str]:
        for typeface in (self, *self._others):
            font = typeface.font_of(char)
            if font is not None:
                return font, typeface.name
        return None, ""


def _is_mark(char: str) -> bool:
    import unicodedata2

    return bool(unicodedata2.category(char).startswith("M"))


def _filled(places: list[float], end: float) -> tuple[float, ...]:
    """Give each character without a glyph of its own the place of the next one."""
    filled = [*places, end]
    for place in range(len(places) - 1, -1, -1):
        if filled[place] < 0:
            filled[place] = filled[place + 1]
    return tuple(filled)


class Typefaces:
    """All families that are installed."""

    def __init__(self, families: Sequence[Typeface]) -> None:
        """Take families, the preferred ones first."""
        self.families = families

    @classmethod
    def find(cls, folders: Sequence[Path] | None = None) -> Typefaces:
        """Find the families of the packaged manifest that are installed, whatever their build.

        Args:
            folders: where to look, at any depth; where Debian puts fonts if None.

        Raises:
            MissingFonts: not one of them is there.
        """
        manifest = load_manifest()
        names = {file.file for family in manifest for file in family.files}
        places = find_files(default_folders() if folders is None else folders, names)
        order = {name: number for number, name in enumerate((*PREFERRED, *_THEN))}
        found: list[Typeface] = []  # which all of them borrow from
        for family in sorted(manifest, key=lambda each: order.get(each.name, len(order))):
            files = [(file, places.get(file.file)) for file in family.files]
            fonts = [Font(paths[0], file.face) for file, paths in files if paths]
            if files[0][1] and fonts:
                found.append(Typeface(family.name, fonts, found))
        if not found:
            msg = "none of the fonts that names are drawn with is installed"
            raise MissingFonts(msg, [f"{name}: not found" for name in PREFERRED])
        return cls(found)

    def choose(self, text: str, most: int) -> tuple[Typeface, ...]:
        """Choose families for a text: of the preferred ones those that lack least of it."""
        able = [each for each in self.families if each.name in PREFERRED] or self.families
        return tuple(sorted(able, key=lambda each: each.lacks(text))[:most])
