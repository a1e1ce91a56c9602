"""The manifest: tables in, the font families that glyph images are drawn with out.

The packaged manifest names text families of Debian 12, each a design of its own (`glyphs.clones`),
with the digest of every file, so that the same manifest gives the same images. A superfamily, such
as Noto Sans, spreads its scripts over many files of one scale; a family named on several lines is
that, and the first line is the main file, which has the ASCII letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from glyphs.clones import group_kin, load_pairs
from glyphs.errors import BadManifest
from glyphs.tables import Row, read_table, write_table

CLASSES = ("sans", "serif", "mono")
COLUMNS = ("family", "class", "package", "version", "file", "face", "sha256", "licence")
FONTS = Path(__file__).parent / "data" / "fonts.csv"
COMPANIONS = FONTS.with_name("companions.csv")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FACE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class FontFile:
    """One face of a font file."""

    package: str
    """The Debian package that has it; ``-`` for a file of the user's own."""

    file: str
    """The file's name, without folders."""

    face: int
    """The face's place in a collection (``.ttc``), from 0."""

    sha256: str
    """The digest of the file's octets, in 64 small hexadecimal digits."""

    licence: str
    """The face's licence as an SPDX expression."""

    version: str = "-"
    """The package's version that has a file of this digest."""

    def __str__(self) -> str:
        return f"{self.file} (package {self.package} {self.version})"


@dataclass(frozen=True, slots=True)
class Family:
    """A font family: one design in its regular weight."""

    name: str
    """Unique. The order of the manifest is the order of families everywhere."""

    kind: str
    """One of `CLASSES`."""

    files: tuple[FontFile, ...]
    """The main file first, which has the ASCII letters; then companions, at the main one's scale:
    a character is drawn by the first file that has it."""

    clone_group: int
    """Families that share it look much alike and must stay in one fold."""


def load_manifest(path: Path | None = None, clones: Path | None = None) -> tuple[Family, ...]:
    """Read a manifest.

    Args:
        path: a table with `COLUMNS`; the packaged ones if None.
        clones: a table of near pairs (`glyphs.clones`); the packaged one if None, whose pairs count
            for those of its families that the manifest has.

    Raises:
        BadManifest: a table cannot be read, or breaks the format; says the file and the line.
    """
    tables = [FONTS, COMPANIONS] if path is None else [path]
    rows = [row for table in tables for row in _read(table)]
    kinds: dict[str, str] = {}
    files: dict[str, list[FontFile]] = {}
    for place, name, kind, file in rows:
        if kinds.setdefault(name, kind) != kind:
            msg = f"{place}: {name} is {kinds[name]} on an earlier line"
            raise BadManifest(msg)
        if any((each.file, each.face) == (file.file, file.face) for each in files.get(name, [])):
            msg = f"{place}: {name} has {file.file} on an earlier line"
            raise BadManifest(msg)
        files.setdefault(name, []).append(file)
    groups = group_kin(list(kinds), load_pairs() if clones is None else load_pairs(clones))
    return tuple(
        Family(name, kind, tuple(files[name]), group)
        for (name, kind), group in zip(kinds.items(), groups, strict=True)
    )


def _read(path: Path) -> list[tuple[str, str, str, FontFile]]:
    return [(row.place, *_parse(row)) for row in read_table(path, COLUMNS)]


def _parse(row: Row) -> tuple[str, str, FontFile]:
    """Read one line: the family's name, its class and the file."""
    name, kind, package, version, file, face, sha256, licence = row.fields
    problem = ""
    if not all(field.isprintable() for field in row.fields):
        problem = "holds characters that cannot be printed"
    elif kind not in CLASSES:
        problem = f"class {kind!a} is none of {', '.join(CLASSES)}"
    elif Path(file).name != file:
        problem = f"file {file!a} is to be a name without folders"
    elif not _FACE.fullmatch(face):
        problem = f"face {face!a} is no number of a face"
    elif not _DIGEST.fullmatch(sha256):
        problem = f"sha256 {sha256!a} is not 64 small hexadecimal digits"
    if problem:
        msg = f"{row.place}: {problem}"
        raise BadManifest(msg)
    return name, kind, FontFile(package, file, int(face), sha256, licence, version)


def render_manifest(families: Iterable[Family]) -> str:
    """Write a manifest in the form that `load_manifest` reads; the same gives the same bytes."""
    rows = [
        (
            family.name,
            family.kind,
            file.package,
            file.version,
            file.file,
            str(file.face),
            file.sha256,
            file.licence,
        )
        for family in families
        for file in family.files
    ]
    return write_table(COLUMNS, rows)
