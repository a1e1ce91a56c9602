"""Fonts: the manifest's families and folders in, the paths of their files out.

Files are found by name, at any depth, and are what the manifest says only if their digest is the
manifest's: another build of a font draws other pictures. Several files may have one name (packages
bring variants of a font in folders of their own); the one with the right digest is taken.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glyphs.errors import BrokenFont, FontError, MissingFonts, WrongDigest
from glyphs.manifest import Family, FontFile

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_MAGIC = frozenset({b"\0\1\0\0", b"OTTO", b"ttcf", b"true"})
"""What the file of a scalable font begins with (OpenType 1.9.1, "Font collections" and "Table
directory")."""

_SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/texmf/fonts/opentype")
"""Where Debian's packages put fonts; TeX Gyre is with TeX's."""


@dataclass(frozen=True, slots=True)
class FoundFamily:
    """A family whose files are all there."""

    family: Family
    paths: tuple[Path, ...]
    """Parallel to ``family.files``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file of the manifest cannot be used."""

    kind: type[FontError]
    """What is raised for it."""

    file: FontFile
    reason: str
    """The end of a sentence that begins with the file."""

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def default_folders() -> tuple[Path, ...]:
    """Give the folders in which fonts are installed: the system's, then the user's own."""
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return (*map(Path, _SYSTEM), Path(data, "fonts"))


def find_fonts(
    families: Sequence[Family], folders: Sequence[Path] | None = None
) -> tuple[FoundFamily, ...]:
    """Find the files of families, and see to it that they are the right ones.

    Args:
        families: those of a manifest.
        folders: where to look, at any depth; `default_folders` if None.

    Raises:
        MissingFonts: a file is not there, or a folder that was named is none.
        WrongDigest: all files are there, but one of them is another build, or damaged.
        BrokenFont: a file cannot be read, or is no font.

    Whatever is raised, it names every file that cannot be used, with its package.
    """
    found, problems = check_fonts(families, folders)
    if problems:
        _raise(problems, sum(len(family.files) for family in families))
    return found


def check_fonts(
    families: Sequence[Family], folders: Sequence[Path] | None = None
) -> tuple[tuple[FoundFamily, ...], tuple[Problem, ...]]:
    """Find the families whose files are all right, and say what is wrong with the others'.

    Args:
        families: those of a manifest.
        folders: as for `find_fonts`.

    Raises:
        MissingFonts: a folder that was named is none.
    """
    if folders is not None:
        _must_be_folders(folders)
    names = {file.file for family in families for file in family.files}
    places = find_files(default_folders() if folders is None else folders, names)
    problems: list[Problem] = []
    found: list[FoundFamily] = []
    for family in families:
        matches = [_match(file, places.get(file.file, ())) for file in family.files]
        wrong = [match for match in matches if isinstance(match, Problem)]
        problems += wrong
        if not wrong:
            paths = tuple(match for match in matches if isinstance(match, Path))
            found.append(FoundFamily(family, paths))
    return tuple(found), tuple(problems)


def find_files(folders: Sequence[Path], names: Collection[str]) -> Mapping[str, list[Path]]:
    """Find files by name; links to folders are followed, but into no folder twice."""
    places: dict[str, list[Path]] = {}
    for path in walk(folders):
        if path.name in names:
            places.setdefault(path.name, []).append(path)
    return places


def walk(folders: Sequence[Path]) -> Iterator[Path]:
    """Give every file with a font's suffix, folder by folder, in the order of their names."""
    entered: set[tuple[int, int]] = set()
    for folder in folders:
        for root, inner, files in os.walk(folder, followlinks=True):
            try:
                status = Path(root).stat()
            except OSError:  # it went away meanwhile
                inner.clear()
                continue
            if (status.st_dev, status.st_ino) in entered:
                inner.clear()
                continue
            entered.add((status.st_dev, status.st_ino))
            inner.sort()
            yield from (Path(root, name) for name in sorted(files) if _is_font_name(name))


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
        BrokenFont: it does not begin as fonts do.
    """
    if not path.is_file():  # which a pipe is not, and opening one would wait for ever
        path.stat()
        reason = "is no file"
    else:
        with path.open("rb") as file:
            magic = file.read(4)
            if magic in _MAGIC:
                file.seek(0)
                return hashlib.file_digest(file, "sha256").hexdigest()
        reason = "is no font file" if magic else "is empty"
    raise BrokenFont(reason)


def _is_font_name(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122  # a path for each is slow


def _match(file: FontFile, paths: Sequence[Path]) -> Path | Problem:
    """Give the path that has the right digest, or say what is wrong with the first one."""
    problem = Problem(MissingFonts, file, "not found")
    for number, path in enumerate(paths):
        kind: type[FontError] = BrokenFont
        try:
            digest = digest_of(path)
        except BrokenFont as error:
            reason = str(error)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
        else:
            if digest == file.sha256:
                return path
            kind, reason = WrongDigest, f"is another build, or damaged: its sha256 is {digest}"
        if not number:
            problem = Problem(kind, file, f"{ascii(str(path))[1:-1]} {reason}")
    return problem


def _must_be_folders(folders: Sequence[Path]) -> None:
    problems = [ascii(str(folder))[1:-1] for folder in folders if not folder.is_dir()]
    if problems:
        msg = "no folder of fonts: " + ", ".join(problems)
        raise MissingFonts(msg)


def _raise(problems: Sequence[Problem], total: int) -> None:
    """Raise the gravest kind that there is, with all problems."""
    kinds = Counter(problem.kind for problem in problems)
    kind = next(each for each in (MissingFonts, BrokenFont, WrongDigest) if each in kinds)
    words = {MissingFonts: "missing", BrokenFont: "broken", WrongDigest: "not the right build"}
    counts = ", ".join(f"{kinds[each]} {word}" for each, word in words.items() if each in kinds)
    msg = f"{len(problems)} of {total} font files cannot be used: {counts}"
    raise kind(msg, (str(problem) for problem in problems))
