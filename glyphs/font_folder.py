"""A folder of the user's own fonts: its files in, a manifest of the families in it out.

Every face with ASCII letters can serve. Of each family the regular face is taken, and its class is
measured: tables of fonts are often wrong, letters are not. The manifest is a table to be read and
mended: families of one design belong together, and a file whose line is given another family's name
becomes that family's companion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glyphs.errors import BrokenFont
from glyphs.fonts import FoundFamily, digest_of, walk
from glyphs.manifest import Family, FontFile
from glyphs.render import FamilyRenderer
from glyphs.scaling import BASELINE

REGULAR = ("regular", "book", "roman", "normal", "text", "plain", "medium", "")
"""Names of styles for running text, the best first. What a font calls its weight is no help: there
are regular faces of weight 190 and of 500."""

MOST_FACES = 64
"""Faces of one collection that are looked at."""

_OWN, _UNKNOWN = "-", "NOASSERTION"
_FINE = 8
"""Serifs are less than a pixel of the map's pictures; they are looked for in larger ones."""

_FEET = 1.3
"""Letters with feet are so many times as wide at the baseline as a bit above it. Of the packaged
manifest's families those with feet have 1.36 and more, those without 1.22 and less."""

_EVEN = 0.1
"""In monospaced faces i and m are equally wide, up to this share."""


@dataclass(frozen=True, slots=True)
class Described:
    """What was found in a folder."""

    families: tuple[Family, ...]
    """In the order of their names, ready for `glyphs.manifest.render_manifest`."""

    left_out: tuple[str, ...]
    """A line for each face that was left out: its file and why."""


@dataclass(frozen=True, slots=True)
class _Face:
    """A face that can be drawn from."""

    path: Path
    index: int
    family: str
    style: str

    @property
    def rank(self) -> int:
        """Its place in `REGULAR`."""
        style = self.style.casefold()
        return REGULAR.index(style) if style in REGULAR else len(REGULAR)


def describe_folder(folders: Sequence[Path]) -> Described:
    """Describe all fonts in folders, at any depth.

    A broken file is left out and said, for one does not make the others worse.
    """
    families: dict[str, list[_Face]] = {}
    left_out: list[str] = []
    for path in walk(folders):
        try:
            for face in _faces(path):
                families.setdefault(face.family, []).append(face)
        except (BrokenFont, OSError) as error:
            left_out.append(f"{ascii(path.name)[1:-1]}: {_reason(error)}")
    found = []
    for name in sorted(families, key=lambda each: (each.casefold(), each)):
        faces = sorted(families[name], key=lambda face: (face.rank, str(face.path), face.index))
        family, wrong = _first_that_draws(name, faces)
        left_out += wrong
        if family is not None:
            found.append(family)
    return Described(tuple(found), tuple(left_out))


def _reason(error: Exception) -> str:
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)


def _faces(path: Path) -> Iterator[_Face]:
    """Give the faces of a file, by what the file says of itself.

    Raises:
        BrokenFont: it is no font.
        OSError: it cannot be read.
    """
    import freetype

    digest_of(path)
    try:
        count = freetype.Face(str(path)).num_faces
        for index in range(min(count, MOST_FACES)):
            face = freetype.Face(str(path), index)
            if face.is_scalable:
                family = _printable(face.family_name) or path.stem
                yield _Face(path, index, family, _printable(face.style_name))
    except freetype.FT_Exception as error:
        msg = f"cannot be opened as a font (FreeType error {error.errcode})"
        raise BrokenFont(msg) from error


def _printable(name: bytes | None) -> str:
    """Decode a name as a manifest can hold it; FreeType gives ? for what is not ASCII."""
    text = (name or b"").decode("ascii", "replace")
    words = "".join(char for char in text if char.isprintable()).split()
    return " ".join(words) if any(word.strip("?") for word in words) else ""


def _first_that_draws(name: str, faces: Sequence[_Face]) -> tuple[Family | None, list[str]]:
    """Make a family of the best face that has ASCII letters, and say what became of the others."""
    left_out: list[str] = []
    family: Family | None = None
    for face in faces:
        label = f"{ascii(face.path.name)[1:-1]}#{face.index}"
        if family is not None:
            left_out.append(f"{label}: {name!a} is drawn with {family.files[0].file!a}")
            continue
        digest = digest_of(face.path)
        file = FontFile(_OWN, face.path.name, face.index, digest, _UNKNOWN)
        trial = FoundFamily(Family(name, "sans", (file,), 0), (face.path,))
        try:
            family = Family(name, measure_class(trial), (file,), 0)
        except BrokenFont as error:
            left_out.append(str(error))
    return family, left_out


def measure_class(found: FoundFamily) -> str:
    """Tell by its letters whether a family is ``sans``, ``serif`` or ``mono``.

    Raises:
        BrokenFont: it cannot be drawn from, or lacks letters.
    """
    renderer = FamilyRenderer(found, times=_FINE, bad=frozenset())
    foot, stem = BASELINE * _FINE - _FINE // 2, (BASELINE - 5) * _FINE
    ratios = []
    for letter in "hnmr":
        picture = renderer.draw(ord(letter))
        if picture is None:
            msg = f"{found.family.files[0].file}: draws no {letter!r}"
            raise BrokenFont(msg)
        low = int((picture[foot : foot + _FINE // 2].max(axis=0) > 127).sum())
        high = int((picture[stem - _FINE : stem + _FINE].mean(axis=0) > 127).sum())
        ratios.append(low / max(high, 1))
    if _is_monospaced(found):
        return "mono"
    return "serif" if float(np.median(ratios)) >= _FEET else "sans"


def _is_monospaced(found: FoundFamily) -> bool:
    import freetype

    face = freetype.Face(str(found.paths[0]), found.family.files[0].face)
    narrow, wide = (
        face.get_advance(face.get_char_index(letter), freetype.FT_LOAD_NO_SCALE) for letter in "im"
    )
    return bool(abs(wide - narrow) <= _EVEN * wide)
