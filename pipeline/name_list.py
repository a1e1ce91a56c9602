"""Lists of names: the files that ``--known`` names, and lines of those that ``--allow`` does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detector.errors import InvalidName
from detector.labels import parse_name
from pipeline.compression import Decompressed
from pipeline.errors import DamagedStream, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_."
"""What a name in A-label form is written with."""


class NameList(NamedTuple):
    """Names of one or more files."""

    names: frozenset[str]
    """The names in A-label form."""

    digest: str
    """SHA-256 of the files' contents in hex."""

    @classmethod
    def read(cls, paths: Iterable[Path]) -> NameList:
        """Read names, one a line or ``rank,name``, plain or compressed.

        Lines that are no names are passed over: such lists come from others. A file that is not
        in UTF-8, or of which most lines are no names, is no list.

        Raises:
            UsageError: a file cannot be read, or is no list of names.
        """
        names: set[str] = set()
        sha256 = hashlib.sha256()
        for path in paths:
            data = read_file(path)
            sha256.update(len(data).to_bytes(8, "big") + data)
            names |= names_in(path, data)
        return cls(frozenset(names), sha256.hexdigest())


def read_file(path: Path) -> bytes:
    """Read a file, plain or compressed.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return b"".join(Decompressed(file.read))
    except (OSError, DamagedStream) as error:
        msg = f"{path}: cannot be read as a list of names: {error}"
        raise UsageError(msg) from error


def names_in(path: Path, data: bytes) -> set[str]:
    """Give the names in what a file holds; the path is for messages.

    Raises:
        UsageError: it is no list of names.
    """
    names: set[str] = set()
    lines = strange = first = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        name = line.rpartition(b",")[2].strip().lower().removesuffix(b".")
        if not name or name.startswith(b"#") or line.startswith(b"#"):
            continue
        lines += 1
        if not name.translate(None, PLAIN):  # a million of these are read at every start
            names.add(name.decode("ascii"))
        elif text := _in_a_labels(path, number, name):
            names.add(text)
        else:
            strange += 1
            first = first or number
    if strange * 2 > lines:
        msg = (
            f"{path}: is no list of names: {strange:,} of {lines:,} lines are none, "
            f"first line {first}"
        )
        raise UsageError(msg)
    return names


def _in_a_labels(path: Path, number: int, name: bytes) -> str | None:
    """Give what is not plainly a name in A-label form; None if it is no name."""
    try:
        name.decode("utf-8")
        text = parse_name(name).text
    except UnicodeDecodeError as error:
        msg = f"{path}: is no list of names: line {number} is not UTF-8"
        raise UsageError(msg) from error
    except InvalidName:
        return None
    return None if text.encode("ascii").translate(None, PLAIN) else text
