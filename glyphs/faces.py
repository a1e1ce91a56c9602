"""Faces: font files in, the characters that they can draw out.

A face is what a reader would call one font in one style. Most are one file; a superfamily (Noto)
spreads its scripts over many files of one scale, of which the main one has the ASCII letters. A
character belongs to a face only if a file of it has the character in its ``cmap``: what a browser
would borrow from another font says nothing about this one, and no empty box is ever drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

UPRIGHT, ITALIC = "upright", "italic"


class Design(NamedTuple):
    """A face to look for, by the names of its files."""

    name: str
    package: str
    """The Debian package that has it, without ``fonts-``."""

    main: str
    """The file with the ASCII letters."""

    scripts: tuple[str, ...] = ()
    """Patterns of further files of the same scale."""

    style: str = UPRIGHT

    alternate: bool = False
    """Another design of some scripts: the main file's own characters are not taken again."""


def _italic(name: str, package: str, main: str) -> Design:
    return Design(f"{name} Italic", package, main, style=ITALIC)


DESIGNS: tuple[Design, ...] = (
    Design("CMU Serif", "cmu", "cmunrm.ttf"),
    Design("DejaVu Sans", "dejavu-core", "DejaVuSans.ttf"),
    Design("DejaVu Serif", "dejavu-core", "DejaVuSerif.ttf"),
    Design("EB Garamond", "ebgaramond", "EBGaramond12-Regular.otf"),
    Design("FreeSans", "freefont-ttf", "FreeSans.ttf"),
    Design("FreeSerif", "freefont-ttf", "FreeSerif.ttf"),
    Design("Inter", "inter", "Inter-Regular.otf"),
    Design("Lato", "lato", "Lato-Regular.ttf"),
    Design("Liberation Sans", "liberation2", "LiberationSans-Regular.ttf"),
    Design("Liberation Serif", "liberation2", "LiberationSerif-Regular.ttf"),
    Design("Linux Biolinum", "linuxlibertine", "LinBiolinum_R.otf"),
    Design("Linux Libertine", "linuxlibertine", "LinLibertine_R.otf"),
    Design(
        "Noto Looped",
        "noto-extra",
        "NotoSans-Regular.ttf",
        ("NotoLooped*-Regular.ttf",),
        alternate=True,
    ),
    Design("Noto Sans", "noto-core", "NotoSans-Regular.ttf", ("NotoSans*-Regular.ttf",)),
    Design("Noto Serif", "noto-core", "NotoSerif-Regular.ttf", ("NotoSerif*-Regular.ttf",)),
    Design("Old Standard", "oldstandard", "OldStandard-Regular.ttf"),
    Design("PT Sans", "paratype", "PTS55F.ttf"),
    Design("PT Serif", "paratype", "PTF55F.ttf"),
    Design("Roboto", "roboto-unhinted", "Roboto-Regular.ttf"),
    Design("Andika", "sil-andika", "Andika-Regular.ttf"),
    Design("Gentium Plus", "sil-gentiumplus", "GentiumPlus-Regular.ttf"),
    Design("Vollkorn", "vollkorn", "Vollkorn-Regular.ttf"),
    _italic("CMU Serif", "cmu", "cmunti.ttf"),
    _italic("DejaVu Serif", "dejavu-extra", "DejaVuSerif-Italic.ttf"),
    _italic("EB Garamond", "ebgaramond", "EBGaramond12-Italic.otf"),
    _italic("FreeSerif", "freefont-ttf", "FreeSerifItalic.ttf"),
    _italic("Lato", "lato", "Lato-Italic.ttf"),
    _italic("Liberation Serif", "liberation2", "LiberationSerif-Italic.ttf"),
    _italic("Linux Libertine", "linuxlibertine", "LinLibertine_RI.otf"),
    _italic("Noto Sans", "noto-core", "NotoSans-Italic.ttf"),
    _italic("Noto Serif", "noto-core", "NotoSerif-Italic.ttf"),
    _italic("Old Standard", "oldstandard", "OldStandard-Italic.ttf"),
    _italic("PT Sans", "paratype", "PTS56F.ttf"),
    _italic("PT Serif", "paratype", "PTF56F.ttf"),
    _italic("Andika", "sil-andika", "Andika-Italic.ttf"),
    _italic("Gentium Plus", "sil-gentiumplus", "GentiumPlus-Italic.ttf"),
    _italic("Vollkorn", "vollkorn", "Vollkorn-Italic.ttf"),
)
"""Text faces of many origins. Obliques are left out: they are the upright face, pushed over."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face that was found."""

    design: Design
    files: tuple[Path, ...]
    """Its files, the main one first."""

    characters: Mapping[str, int]
    """Character -> the first of its files that has it; ASCII is in file 0."""

    versions: str
    """What tells this build of the face from others: version of the main file, digest of all."""


class MissingFonts(Exception):
    """Files of faces were not found; the message says which, and of which packages."""


def find_faces(folders: Sequence[Path], wanted: Iterable[str]) -> tuple[Face, ...]:
    """Find every design's files and what they can draw.

    Args:
        folders: where to look, at any depth; of two files of one name, the first in path order.
        wanted: the characters of interest, without ASCII.

    Raises:
        MissingFonts: a design has no main file: a map made of fewer fonts would be another map.
    """
    paths: dict[str, Path] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.[ot]tf")):
        paths.setdefault(path.name, path)
    missing = [design for design in DESIGNS if design.main not in paths]
    if missing:
        names = ", ".join(f"{design.main} (fonts-{design.package})" for design in missing)
        msg = f"not found: {names}"
        raise MissingFonts(msg)
    chars = frozenset(wanted)
    return tuple(_face(design, paths, chars) for design in DESIGNS)


def _face(design: Design, paths: Mapping[str, Path], wanted: frozenset[str]) -> Face:
    files = [paths[design.main], *_scripts(design, paths)]
    characters: dict[str, int] = {}
    digest = hashlib.sha256()
    for number, path in enumerate(files):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
        with TTFont(path, lazy=True) as font:
            if not number:
                version = str(font["name"].getDebugName(5) or "unknown")
            if number or not design.alternate:
                for code in font.getBestCmap():
                    if chr(code) in wanted:
                        characters.setdefault(chr(code), number)
    short = version.partition(";")[0].removeprefix("Version ").strip()
    return Face(design, tuple(files), characters, f"{short} sha256:{digest.hexdigest()}")


def _scripts(design: Design, paths: Mapping[str, Path]) -> Iterator[Path]:
    for pattern in design.scripts:
        for name in sorted(paths):
            if Path(name).match(pattern) and name != design.main and "Display" not in name:
                yield paths[name]
