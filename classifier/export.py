"""Export: glyphs and networks in, the confusable map that they make out, as text.

Every character that can stand in a label, alone and with ink enough, is measured with the letters
that it is likeliest to be (`classifier.combination`); those with a score of `FLOOR` or more are its
readings. Marks have no row: they are read on their letter.

The text is in the format of the detector's map, which is all that the two sides share::

    # sequence ; letters confidence sources fonts [| ...] # NAME
    0430 ; a 0.994 cnn 61/65 # CYRILLIC SMALL LETTER A

The confidence is the score; ``61/65`` says that 61 of the 65 families that draw the character
agree. The same glyphs and networks give the same bytes on a CPU.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.baselines import Templates, relative_distances
from classifier.boxes import overlaps
from classifier.combination import Candidates, Combination, Pictures, gather
from classifier.dataset import Glyphs
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES, NONE
from classifier.network import Network
from classifier.prediction import predict, vote
from classifier.unicode_tables import is_mark, name

FORMAT_LINE = "# glyphwatch confusable map, format 1"
COLUMNS_LINE = "# sequence ; letters confidence sources fonts [| ...] # NAME"

FLOOR = 0.5
"""Score below which a letter is no reading: it is more likely not to be one."""

MOST = 0.999
MAX_READINGS = 3

POSSIBLE = 0.02
"""Chance of being any letter, by the vote, below which a character is not measured by pixels."""

_ASCII_END = 0x80
_BATCH = 65536


@dataclass(frozen=True, slots=True)
class Seen:
    """What a character, or a few letters side by side, are seen as."""

    letters: str
    score: float
    source: str
    agree: int
    fonts: int

    def __str__(self) -> str:
        """Give it as a row of a map does.

        >>> str(Seen("a", 0.9941, "cnn", 61, 65))
        'a 0.994 cnn 61/65'
        """
        return f"{self.letters} {self.score:.3f} {self.source} {self.agree}/{self.fonts}"


Rows = Mapping[str, Sequence[Seen]]
"""A character above ASCII, a letter, or two letters -> what it is seen as, best first."""


def measure(
    glyphs: Glyphs, networks: Sequence[Network], characters: Collection[int], device: str = "cpu"
) -> Candidates:
    """Measure characters with their likeliest letters.

    Args:
        glyphs: a store of `glyphs.store`.
        networks: if several, the mean of their logarithms counts.
        characters: code points to look at; ASCII and marks are left out.
        device: ``cpu`` or ``cuda``.

    Raises:
        InvalidDataset: the store has none of them, or lacks a letter of ASCII.
    """
    rows = _rows(glyphs.code_points, characters)
    if not len(rows):
        msg = "the glyphs are of none of the characters that a map may have"
        raise InvalidDataset(msg)
    templates = templates_of(glyphs)
    log_probs = np.concatenate(
        [
            _mean_log_probs(networks, glyphs.images[rows[start : start + _BATCH]], device)
            for start in range(0, len(rows), _BATCH)
        ]
    )
    votes = vote(log_probs, glyphs.code_points[rows])
    possible = votes.code_points[1 - votes.probabilities()[:, NONE] >= POSSIBLE]
    kept = np.isin(glyphs.code_points[rows], possible)
    code_points = glyphs.code_points[rows][kept]
    return gather(vote(log_probs[kept], code_points), picture(glyphs, rows[kept], templates))


def templates_of(glyphs: Glyphs) -> Templates:
    """Take every family's letters.

    Raises:
        InvalidDataset: a family lacks one.
    """
    count = len(glyphs.family_names)
    templates = Templates.of(glyphs.images, glyphs.code_points, glyphs.families, count)
    if not templates.present.all():
        number = int(np.flatnonzero(~templates.present.all(axis=1))[0])
        msg = f"{glyphs.family_names[number]} lacks a letter of ASCII, to which others are compared"
        raise InvalidDataset(msg)
    return templates


def picture(glyphs: Glyphs, rows: npt.NDArray[np.int64], templates: Templates) -> Pictures:
    """Compare the pictures of some rows of a store with their families' letters."""
    images, families = glyphs.images[rows], glyphs.families[rows]
    return Pictures(
        glyphs.code_points[rows],
        relative_distances(images, families, templates),
        overlaps(images, families, templates),
    )


def _rows(code_points: npt.NDArray[np.int32], characters: Collection[int]) -> npt.NDArray[np.int64]:
    wanted = sorted(c for c in characters if c >= _ASCII_END and not is_mark(c))
    return np.flatnonzero(np.isin(code_points, np.asarray(wanted, dtype=np.int64)))


def _mean_log_probs(
    networks: Sequence[Network], images: npt.NDArray[np.uint8], device: str
) -> npt.NDArray[np.float32]:
    total = sum(predict(network, images, device=device).astype(np.float64) for network in networks)
    return np.asarray(total / len(networks), dtype=np.float32)


def character_rows(candidates: Candidates, combination: Combination) -> Rows:
    """Choose the readings of each character: those with a score of `FLOOR` or more."""
    scores = combination.score(candidates)
    found: dict[str, list[Seen]] = {}
    for row in np.flatnonzero(scores >= FLOOR):
        seen = Seen(
            CLASSES[candidates.letters[row]],
            round(min(float(scores[row]), MOST), 3),
            "cnn",
            int(candidates.agree[row]),
            int(candidates.fonts[row]),
        )
        found.setdefault(chr(candidates.code_points[row]), []).append(seen)
    return {char: _ranked(seen) for char, seen in found.items()}


def pixel_rows(pictures: Pictures, nearest: float = 0.35) -> Rows:
    """Choose readings by distance alone, as a baseline that nothing was learned for.

    Args:
        pictures: of the characters, with their distances.
        nearest: the largest distance, in the best family, at which a letter is a reading. The score
            falls from 1 at no distance to `FLOOR` there.
    """
    order = np.argsort(pictures.code_points, kind="stable")
    unique, starts = np.unique(pictures.code_points[order], return_index=True)
    found: dict[str, Sequence[Seen]] = {}
    for code_point, distances in zip(
        unique, np.split(pictures.distances[order], starts[1:]), strict=True
    ):
        least = distances.min(axis=0)
        seen = [
            Seen(
                CLASSES[letter],
                round(min(1 - (1 - FLOOR) * float(least[letter]) / nearest, MOST), 3),
                "pixels",
                int((distances[:, letter] <= nearest).sum()),
                len(distances),
            )
            for letter in np.argsort(least, kind="stable")[:MAX_READINGS]
            if least[letter] <= nearest and CLASSES[letter] not in "01"
        ]
        if seen:
            found[chr(code_point)] = _ranked(seen)
    return found


def _ranked(seen: Sequence[Seen]) -> list[Seen]:
    return sorted(seen, key=lambda each: -each.score)[:MAX_READINGS]


def render(rows: Rows, *, made_by: str, unicode: str, sources: Sequence[str]) -> str:
    """Write a map file: the same rows give the same bytes.

    Args:
        rows: what is seen as what.
        made_by: the command that makes it again.
        unicode: version of the properties used.
        sources: a header line each.
    """
    lines = []
    for source in sorted(rows):
        sequence = " ".join(f"{ord(char):04X}" for char in source)
        names = ", ".join(name(ord(char)) or "<unnamed>" for char in source)
        lines.append(f"{sequence} ; {' | '.join(map(str, rows[source]))} # {names}")
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    header = [
        FORMAT_LINE,
        f"# Made by: {made_by}",
        f"# Unicode: {unicode}",
        *(f"# {line}" for line in sources),
        f"# Rows: {len(lines)}",
        f"# Digest: sha256:{digest}",
        COLUMNS_LINE,
    ]
    return "\n".join([*header, *lines]) + "\n"
