"""Prototypes: Unicode's ``confusables.txt`` (UTS #39, section 4), read and checked.

A row says that a character looks like a sequence, its prototype; characters of one prototype look
alike. The comment of a row shows the way from one to the other where it is not direct
(``# →ҫ→``): every step is a likeness of its own, so a long way is a weaker one.

The file is given by the user and never fetched; it may be compressed with gzip.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.errors import InvalidData

GZIP_MAGIC = b"\x1f\x8b"
ARROW = "\N{RIGHTWARDS ARROW}"
_TITLE = "# Unicode Security Mechanisms for UTS #39"
_VERSION = re.compile(r"^# Version: (\d+\.\d+\.\d+)$", re.MULTILINE)
_TOTAL = re.compile(r"^# total: (\d+)$", re.MULTILINE)
_SUMMARY_LINES = 20


@dataclass(frozen=True, slots=True)
class Prototype:
    """What a character looks like by UTS #39."""

    text: str
    """The prototype: one or more characters."""

    steps: int
    """Characters on the way to it: 0 if the likeness is direct."""


@dataclass(frozen=True, slots=True)
class Confusables:
    """The content of one ``confusables.txt``."""

    version: str
    """Release of UTS #39, e.g. ``17.0.0``."""

    digest: str
    """SHA-256 of the uncompressed file, in hex."""

    prototypes: Mapping[str, Prototype]
    """Character -> prototype, in the order of the file."""

    @classmethod
    def load(cls, path: Path) -> Confusables:
        """Read the file, plain or compressed with gzip.

        Raises:
            InvalidData: it cannot be read, is not UTS #39's, is cut short, or has a broken row.
        """
        try:
            content = path.read_bytes()
            if content.startswith(GZIP_MAGIC):
                content = gzip.decompress(content)
            text = content.decode("utf-8-sig")
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            msg = f"{path}: cannot be read as UTS #39 confusables: {error}"
            raise InvalidData(msg) from error
        lines = text.splitlines()
        start = "\n".join(lines[:_SUMMARY_LINES])
        version = _VERSION.search(start)
        if _TITLE not in start or version is None:
            msg = (
                f"{path}:1: not Unicode's confusables.txt: its header lacks {_TITLE!r} or a version"
            )
            raise InvalidData(msg)
        prototypes = _rows(path, lines)
        total = _TOTAL.search("\n".join(lines[-_SUMMARY_LINES:]))
        if total is None or int(total[1]) != len(prototypes):
            stated = total[1] if total else "none"
            msg = f"{path}:{len(lines)}: cut short: {len(prototypes)} rows, total says {stated}"
            raise InvalidData(msg)
        return cls(version[1], hashlib.sha256(content).hexdigest(), prototypes)


def _rows(path: Path, lines: list[str]) -> dict[str, Prototype]:
    found: dict[str, Prototype] = {}
    for number, line in enumerate(lines, 1):
        body, _, comment = line.partition("#")
        if not body.strip():
            continue
        try:
            source, prototype = _row(body, comment)
        except (ValueError, OverflowError) as error:
            msg = f"{path}:{number}: not a row of confusables.txt: {error}"
            raise InvalidData(msg) from error
        if source in found:
            msg = f"{path}:{number}: a second row for U+{ord(source):04X}"
            raise InvalidData(msg)
        found[source] = prototype
    return found


def _row(body: str, comment: str) -> tuple[str, Prototype]:
    """Read ``0441 ; 0063 ; MA`` and the way in its comment.

    >>> _row("04AB ;	0063 0326 ;	MA	", " ( ҫ → c̦ ) NAME → NAME	# →ç→")
    ('ҫ', Prototype(text='c̦', steps=1))
    """
    fields = [field.split() for field in body.split(";")]
    if len(fields) != 3 or fields[2] != ["MA"]:
        msg = "it is 'code point ; code points ; MA'"
        raise ValueError(msg)
    source, text = ("".join(chr(int(code, 16)) for code in field) for field in fields[:2])
    if len(source) != 1 or not text:
        msg = "it maps one code point to one or more"
        raise ValueError(msg)
    way = comment.rpartition("#")[2]
    return source, Prototype(text, way.count(ARROW) // 2)
