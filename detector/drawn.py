"""Drawn readings: what measured fonts say, read from the file that ``glyphs.drawn`` writes.

The file is packaged, so that a map can be built where no font is. A score there is how much like
the letter one face in four draws the character, or more. Its confidence is set by looking: of
characters that UTS #39 knows nothing of, 400 pairs of character and letter were judged by eye:

================ ======= =====
score            judged  right
================ ======= =====
0.93 to 1           80   91 %
0.90 to 0.93        80   75 %
0.88 to 0.90        80   61 %, and 68 % of those that are distinct (`glyphs.drawn.DISTINCT`)
0.86 to 0.88        80   50 %, and 67 % of those
0.83 to 0.86        80   36 %: no row
================ ======= =====
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.confusables import LETTERS
from detector.errors import InvalidData
from detector.likeness import Observation

FORMAT_LINE = "# glyphwatch drawn likenesses, format 1"
DEFAULT_DRAWN = Path(__file__).parent / "data" / "drawn.txt"

LEAST_SCORE, LEAST = 0.86, 0.60
MOST = 0.90
"""Confidence at a score of 1: what looks alike at 20 pixels may still differ in a headline."""

STYLES: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "upright": (1.0, ("drawn",)),
    "capital": (0.85, ("drawn", "smallcap")),
    "italic": (0.75, ("italic", "drawn")),
}
"""Style -> what it leaves of the confidence, and the sources. A reader knows a small capital for
its letter, as `letter_names.CAPITAL` has it; few names are ever shown in italics."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The content of one data file."""

    observations: Mapping[str, tuple[Observation, ...]]
    """Character -> what it is drawn like."""

    faces: int
    """Faces that were measured."""

    digest: str
    """SHA-256 of the file, in hex."""

    @classmethod
    def load(cls, path: Path | None = None) -> Drawn:
        """Read a file; the packaged one without `path`.

        Raises:
            InvalidData: it cannot be read or has a broken row; says the line.
        """
        path = DEFAULT_DRAWN if path is None else path
        try:
            content = path.read_bytes()
            lines = content.decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{path}: cannot be read as drawn likenesses: {error}"
            raise InvalidData(msg) from error
        if not lines or lines[0] != FORMAT_LINE:
            msg = f"{path}:1: drawn likenesses begin with the line {FORMAT_LINE!r}"
            raise InvalidData(msg)
        found: dict[str, tuple[Observation, ...]] = {}
        for number, line in enumerate(lines, 1):
            body = line.partition("#")[0]
            if not body.strip():
                continue
            try:
                code, _, rest = body.partition(";")
                found[chr(int(code, 16))] = tuple(_observation(part) for part in rest.split("|"))
            except (ValueError, KeyError, OverflowError) as error:
                msg = f"{path}:{number}: not a row of drawn likenesses: {error}"
                raise InvalidData(msg) from error
        faces = sum(line.startswith("# Face: ") for line in lines)
        return cls(found, faces, hashlib.sha256(content).hexdigest())


def _observation(part: str) -> Observation:
    """Read one likeness.

    >>> _observation("w 0.930 3/4 upright")
    Observation(parts=('w',), weight=0.75, sources=('drawn',), becomes=None, fonts='3/4')
    """
    letter, score, fonts, style = part.split()
    if len(letter) != 1 or letter not in LETTERS or not LEAST_SCORE <= float(score) <= 1:
        msg = f"{part.strip()!r} is not a letter, a score and the fonts that have it"
        raise ValueError(msg)
    share, sources = STYLES[style]
    return Observation((letter,), round(share * confidence(float(score)), 4), sources, fonts=fonts)


def confidence(score: float) -> float:
    """Put a score on the map's scale.

    >>> confidence(0.86), round(confidence(0.93), 2), round(confidence(1.0), 2)
    (0.6, 0.75, 0.9)
    """
    return LEAST + (score - LEAST_SCORE) / (1 - LEAST_SCORE) * (MOST - LEAST)
