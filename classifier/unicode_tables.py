"""Unicode's tables: ``confusables.txt`` in, what looks like what by UTS #39 out, checked.

Also the two questions of IDNA 2008 and of the script that labels and negatives ask of a code point.
Code points are `int` throughout; Unicode is 18 (`unicodedata2`, `idna`), whatever Python has.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import unicodedata2
from idna.idnadata import codepoint_classes

from classifier.errors import InvalidConfusables

GZIP_MAGIC = b"\x1f\x8b"
TITLE = "# Unicode Security Mechanisms for UTS #39"
_HEADER_LINES = 20
_VERSION = re.compile(r"^# Version: (\d+\.\d+\.\d+)", re.MULTILINE)
_DATE = re.compile(r"^# Date: (\d{4}-\d{2}-\d{2}),", re.MULTILINE)
_TOTAL = re.compile(r"^# total: (\d+)\s*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ConfusablesTable:
    """One release of UTS #39's data."""

    version: str
    """The release, e.g. ``17.0.0``; a draft has the release that it is a draft of."""

    date: dt.date
    """When Unicode made the file: it tells a draft from the release."""

    digest: str
    """SHA-256 of the file, uncompressed, in hex."""

    prototypes: Mapping[int, str]
    """Code point -> its prototype (UTS #39, section 4): one or more characters."""


def load_confusables(path: Path) -> ConfusablesTable:
    """Read ``confusables.txt``, plain or compressed with gzip.

    Raises:
        InvalidConfusables: it cannot be read, is another file, has no version or date, has a
            broken or doubled row, or ends before its ``# total:`` says so.
    """
    try:
        content = path.read_bytes()
        if content.startswith(GZIP_MAGIC):
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as UTS #39's confusables.txt: {error}"
        raise InvalidConfusables(msg) from error
    version, date = _header(path, text)
    prototypes = dict(_rows(path, text.splitlines()))
    total = _TOTAL.search(text)
    if total is None or int(total[1]) != len(prototypes):
        stated = (
            f"its last line says {total[1]}" if total else "its last line, '# total:', is not there"
        )
        msg = f"{path}: cut short: {len(prototypes)} rows, and {stated}"
        raise InvalidConfusables(msg)
    return ConfusablesTable(version, date, hashlib.sha256(content).hexdigest(), prototypes)


def _header(path: Path, text: str) -> tuple[str, dt.date]:
    start = "\n".join(text.splitlines()[:_HEADER_LINES])
    version, date = _VERSION.search(start), _DATE.search(start)
    if TITLE not in start:
        msg = f"{path}:1: not Unicode's confusables.txt: its header lacks {TITLE!r}"
        raise InvalidConfusables(msg)
    if version is None or date is None:
        missing = "version" if version is None else "date"
        msg = f"{path}:1: a confusables.txt without a {missing}: which release it is cannot be told"
        raise InvalidConfusables(msg)
    try:
        return version[1], dt.date.fromisoformat(date[1])
    except ValueError as error:
        msg = f"{path}:1: {date[1]!r} is no date"
        raise InvalidConfusables(msg) from error


def _rows(path: Path, lines: list[str]) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    for number, line in enumerate(lines, 1):
        body = line.partition("#")[0].strip()
        if not body:
            continue
        try:
            code_point, prototype = parse_row(body)
        except (ValueError, OverflowError) as error:
            msg = f"{path}:{number}: not a row of confusables.txt: {error}"
            raise InvalidConfusables(msg) from error
        if code_point in seen:
            msg = f"{path}:{number}: a second row for U+{code_point:04X}"
            raise InvalidConfusables(msg)
        seen.add(code_point)
        yield code_point, prototype


def parse_row(body: str) -> tuple[int, str]:
    """Read ``04AB ; 0063 0326 ; MA``, a row without its comment.

    Raises:
        ValueError, OverflowError: it is no such row.

    >>> parse_row("0441 ;	0063 ;	MA") == (ord("с"), "c")
    True
    """
    fields = [field.split() for field in body.split(";")]
    if len(fields) != 3 or fields[2] != ["MA"]:
        msg = "it is 'code point ; code points ; MA'"
        raise ValueError(msg)
    source, prototype = ("".join(chr(int(code, 16)) for code in field) for field in fields[:2])
    if len(source) != 1 or not prototype:
        msg = "it maps one code point to one or more"
        raise ValueError(msg)
    return ord(source), prototype


def is_pvalid(code_point: int) -> bool:
    """Whether IDNA 2008 lets it stand in a label whatever its neighbours (RFC 5892, 3).

    >>> is_pvalid(ord("а")), is_pvalid(ord("А")), is_pvalid(ord("/"))
    (True, False, False)
    """
    return code_point in pvalid_code_points()


@cache
def pvalid_code_points() -> frozenset[int]:
    """Give every code point for which `is_pvalid` holds."""
    # `idna` packs a range's two ends, the last one exclusive, into one number.
    packed = codepoint_classes["PVALID"]
    return frozenset(c for ends in packed for c in range(ends >> 32, ends & 0xFFFFFFFF))


def category(code_point: int) -> str:
    """Give the general category, e.g. ``Ll``; ``Cn`` if Unicode 18 does not know it."""
    return str(unicodedata2.category(chr(code_point)))


def is_mark(code_point: int) -> bool:
    """Whether it is a mark (gc=M): it stands on another character and is no letter alone."""
    return category(code_point).startswith("M")


def name(code_point: int) -> str:
    """Give the character's name, empty if it has none.

    >>> name(ord("н"))
    'CYRILLIC SMALL LETTER EN'
    """
    return str(unicodedata2.name(chr(code_point), ""))


def named(wanted: str) -> str:
    """Give the character of that name, empty if there is none.

    >>> named("LATIN LETTER SMALL CAPITAL H"), named("LATIN LETTER SMALL CAPITAL X")
    ('ʜ', '')
    """
    try:
        return str(unicodedata2.lookup(wanted))
    except KeyError:
        return ""


@cache
def decomposable_code_points() -> tuple[int, ...]:
    """Give every code point with a canonical decomposition in the database, ascending."""
    decompositions = ((c, unicodedata2.decomposition(chr(c))) for c in range(sys.maxunicode + 1))
    return tuple(c for c, text in decompositions if text and not text.startswith("<"))


def decomposed(text: str) -> str:
    """Give the canonical decomposition (UAX #15, NFD).

    >>> [f"{ord(char):04X}" for char in decomposed("ё")]
    ['0435', '0308']
    """
    return str(unicodedata2.normalize("NFD", text))


def compatible(text: str) -> str:
    """Give the compatibility composition (UAX #15, NFKC).

    >>> compatible("𝟎"), compatible("ａ")
    ('0', 'a')
    """
    return str(unicodedata2.normalize("NFKC", text))
