"""The confusable map: which ASCII letters a character can be read as, how surely, and who says so.

One file is where the offline and the online half of the project meet. It is text that a person can
read and review: rows sorted by code point under a header that says how to make it again::

    # sequence ; letters confidence sources fonts [| ...] # NAME
    0031 ; l 0.900 ascii - # DIGIT ONE
    0072 006E ; m 0.920 pair - # LATIN SMALL LETTER R, LATIN SMALL LETTER N
    0430 ; a 0.998 uts39 - # CYRILLIC SMALL LETTER A

Three kinds of rows, told apart by the sequence: one non-ASCII *character* with up to three
readings, best first; an ASCII *class* row, which folds a letter or digit onto the representative
of its class; a *pair* of ASCII letters that read as one. ``fonts`` is ``-`` or, from a builder that
draws glyphs, ``61/65``: how many of the fonts that have the character agree.

A reading that a network alone gives (``cnn``; ``cnn+eye`` if people looked and found it right) with
a confidence below `TIER_A` is of tier B: it counts only where the rest of a label already reads as
the target. Below `TIER_B` it is of tier C: it counts only as the one odd character of a label that
is the target's own in all else.

The map is flat: no reading is itself a source of its own kind. So reading twice changes nothing.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from detector.characters import name
from detector.errors import InvalidMap

FORMAT_LINE = "# glyphwatch confusable map, format 1"
MAX_READINGS = 3
MAX_LETTERS = 4
LETTERS = frozenset(string.ascii_lowercase + string.digits + "-.")
TIER_A = 0.9
"""Confidence from which the word of a network alone is enough."""
TIER_B = 0.65
"""Confidence from which it may support others; below, it needs all others to be the target's own.
"""

_NETWORKS = frozenset({"cnn", "eye"})

DEFAULT_MAP = Path(__file__).parent / "data" / "confusables.txt"


class Reading(NamedTuple):
    """One way to read a character or a pair of letters."""

    letters: str
    """What it reads as: 1 to 4 of a-z, 0-9, hyphen, full stop; empty where nothing is drawn."""

    confidence: float
    """How alike the two look, above 0 and up to 1."""

    sources: tuple[str, ...]
    """Who says so, e.g. ``('uts39',)`` or ``('mark:below',)``."""

    fonts: str = "-"
    """Fonts that agree, of those that have the character: ``61/65``; ``-`` if none was drawn."""

    @property
    def tier(self) -> str:
        """``A``, used alone; ``B``, which only supports others; or ``C``, for one odd letter."""
        return tier_of(self.sources, self.confidence)

    def __str__(self) -> str:
        """Give it as it stands in a map.

        >>> str(Reading("a", 0.998, ("uts39", "cnn"), "90/91"))
        'a 0.998 uts39+cnn 90/91'
        """
        return f"{self.letters} {self.confidence:.3f} {'+'.join(self.sources)} {self.fonts}"


def tier_of(sources: Iterable[str], confidence: float) -> str:
    """Give the tier of a reading: below A is what a network says alone, and not surely enough.

    >>> tier_of(["cnn"], 0.7), tier_of(["cnn"], 0.92), tier_of(["name", "cnn"], 0.7)
    ('B', 'A', 'A')
    >>> tier_of(["cnn", "eye"], 0.5), tier_of(["name", "cnn"], 0.5)
    ('C', 'A')
    """
    if confidence >= TIER_A or not _NETWORKS.issuperset(sources):
        return "A"
    return "B" if confidence >= TIER_B else "C"


class ConfusableMap(NamedTuple):
    """A loaded map. Immutable; everything that reads names shares one."""

    unicode: str
    """Version of the Unicode properties that it was made with, e.g. ``18.0.0``."""

    version: str
    """Digest of the rows, first 12 hex digits: what a stored detection names as its map."""

    header: tuple[str, ...]
    """The header lines as they stand in the file."""

    characters: Mapping[str, tuple[Reading, ...]]
    """Non-ASCII character -> readings, best first."""

    classes: Mapping[str, Reading]
    """ASCII letter or digit -> its class representative; representatives are not listed."""

    pairs: Mapping[str, tuple[Reading, ...]]
    """Two ASCII letters -> the letters they read as together."""

    @classmethod
    def load(cls, path: Path | None = None) -> ConfusableMap:
        """Read a map file; the packaged one without `path`.

        Raises:
            InvalidMap: the file is missing, breaks the format, is not flat, or its digest is off.
        """
        path = DEFAULT_MAP if path is None else path
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{path}: cannot be read as a confusable map: {error}"
            raise InvalidMap(msg) from error
        if not lines or lines[0] != FORMAT_LINE:
            msg = f"{path}:1: a confusable map begins with the line {FORMAT_LINE!r}"
            raise InvalidMap(msg)
        header = tuple(line for line in lines if line.startswith("#"))
        rows: list[str] = []
        characters: dict[str, tuple[Reading, ...]] = {}
        classes: dict[str, Reading] = {}
        pairs: dict[str, tuple[Reading, ...]] = {}
        for number, line in enumerate(lines, 1):
            if not line or line.startswith("#"):
                continue
            rows.append(line)
            try:
                source, readings = parse_row(line)
                _place(source, readings, characters, classes, pairs)
            except ValueError as error:
                msg = f"{path}:{number}: {error}"
                raise InvalidMap(msg) from error
        _check_flat(path, classes)
        digest = rows_digest(rows)
        stated = _header_value(header, "Digest")
        if stated and stated != f"sha256:{digest}":
            msg = f"{path}: the rows were changed by hand: their digest is sha256:{digest}"
            raise InvalidMap(msg)
        return cls(
            unicode=_header_value(header, "Unicode") or "unknown",
            version=digest[:12],
            header=header,
            characters=characters,
            classes=classes,
            pairs=pairs,
        )


def parse_row(line: str) -> tuple[str, tuple[Reading, ...]]:
    """Parse one row of a map file into its source and readings.

    >>> source, readings = parse_row("0142 ; l 0.800 stroke - | t 0.600 shape 9/65 # NAME")
    >>> source, readings[1]
    ('ł', Reading(letters='t', confidence=0.6, sources=('shape',), fonts='9/65'))

    Raises:
        ValueError: the row breaks the format; the message says how.
    """
    sequence, semicolon, rest = line.partition("#")[0].partition(";")
    if not semicolon:
        msg = "a row is 'sequence ; readings # NAME'"
        raise ValueError(msg)
    source = "".join([chr(int(number, 16)) for number in sequence.split()])
    return source, _parse_readings(rest.strip())


@lru_cache(maxsize=4096)
def _parse_readings(text: str) -> tuple[Reading, ...]:
    """Parse the middle of a row; many rows share it, and start-up counts."""
    readings = []
    for part in text.split("|"):
        fields = part.split()
        if len(fields) != 4:
            msg = f"reading {part.strip()!r} does not have letters, confidence, sources and fonts"
            raise ValueError(msg)
        letters, confidence, sources, fonts = fields
        readings.append(Reading(letters, float(confidence), _said_by(sources), fonts))
    _check_readings(readings)
    return tuple(readings)


@lru_cache(maxsize=256)
def _said_by(sources: str) -> tuple[str, ...]:
    return tuple(sources.split("+"))


def _check_readings(readings: Sequence[Reading]) -> None:
    if not 1 <= len(readings) <= MAX_READINGS:
        msg = f"a row has 1 to {MAX_READINGS} readings, not {len(readings)}"
        raise ValueError(msg)
    for reading in readings:
        if not 1 <= len(reading.letters) <= MAX_LETTERS or not LETTERS.issuperset(reading.letters):
            msg = f"reading {reading.letters!r} is not 1 to {MAX_LETTERS} of a-z, 0-9, '-', '.'"
            raise ValueError(msg)
        if not 0 < reading.confidence <= 1:
            msg = f"confidence {reading.confidence} is not above 0 and up to 1"
            raise ValueError(msg)
    if len(readings) == 1:
        return
    if any(a.confidence < b.confidence for a, b in pairwise(readings)):
        msg = "readings do not stand best first"
        raise ValueError(msg)
    if len({reading.letters for reading in readings}) != len(readings):
        msg = "one reading is given twice"
        raise ValueError(msg)


def _place(
    source: str,
    readings: tuple[Reading, ...],
    characters: dict[str, tuple[Reading, ...]],
    classes: dict[str, Reading],
    pairs: dict[str, tuple[Reading, ...]],
) -> None:
    """Put a row where it belongs by its source; a source may stand in one row only."""
    if source in characters or source in classes or source in pairs:
        msg = f"a second row for {name(source[0])}"
        raise ValueError(msg)
    if len(source) == 1 and source > "\x7f":
        characters[source] = readings
        return
    letters = LETTERS - {"-", "."}
    if not letters.issuperset(source) or any(len(reading.letters) != 1 for reading in readings):
        msg = "an ASCII row has one or two of a-z, 0-9 and reads as one letter"
        raise ValueError(msg)
    if len(source) == 1 and len(readings) == 1:
        classes[source] = readings[0]
    elif len(source) == 2:
        pairs[source] = readings
    else:
        msg = "a class row has one reading; a pair has two letters"
        raise ValueError(msg)


def _check_flat(path: Path, classes: Mapping[str, Reading]) -> None:
    """Character readings are ASCII by format; class representatives must not be folded again."""
    for source, reading in classes.items():
        if reading.letters in classes:
            msg = f"{path}: not flat: {source!r} reads as {reading.letters!r}, itself a source"
            raise InvalidMap(msg)


def _header_value(header: Iterable[str], key: str) -> str:
    prefix = f"# {key}: "
    return next((line.removeprefix(prefix) for line in header if line.startswith(prefix)), "")


def rows_digest(rows: Iterable[str]) -> str:
    """Digest the row lines: SHA-256 in hex over the lines, each ended by a line feed."""
    return hashlib.sha256("".join(f"{row}\n" for row in rows).encode()).hexdigest()


def render_row(source: str, readings: Sequence[Reading]) -> str:
    """Write one row.

    >>> render_row("а", [Reading("a", 0.998, ("uts39",))])
    '0430 ; a 0.998 uts39 - # CYRILLIC SMALL LETTER A'
    """
    sequence = " ".join(f"{ord(char):04X}" for char in source)
    parts = " | ".join(map(str, readings))
    return f"{sequence} ; {parts} # {', '.join(name(char) for char in source)}"


def render_map(
    rows: Mapping[str, Sequence[Reading]], *, made_by: str, unicode: str, sources: Sequence[str]
) -> str:
    """Write a whole map file: the same rows give the same bytes.

    Args:
        rows: source (a character, an ASCII letter, or two of them) -> readings, best first.
        made_by: the command that makes it again.
        unicode: version of the properties used.
        sources: a header line each, e.g. ``UTS #39: 17.0.0 sha256:...``.
    """
    lines = [render_row(source, rows[source]) for source in sorted(rows)]
    header = [
        FORMAT_LINE,
        f"# Made by: {made_by}",
        f"# Unicode: {unicode}",
        *(f"# {line}" for line in sources),
        f"# Rows: {len(lines)}",
        f"# Digest: sha256:{rows_digest(lines)}",
        "# sequence ; letters confidence sources fonts [| ...] # NAME",
    ]
    return "\n".join([*header, *lines]) + "\n"
