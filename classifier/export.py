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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.ascii_likeness import Confusion, classes
from classifier.baselines import Templates, relative_distances
from classifier.combination import Candidates, Combination, Pictures, gather
from classifier.dataset import Glyphs
from classifier.digraphs import Pair
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES, NONE
from classifier.network import Network
from classifier.prediction import predict, vote
from classifier.unicode_tables import is_mark, name

FORMAT_LINE = "# glyphwatch confusable map, format 1"
COLUMNS_LINE = "# sequence ; letters confidence sources fonts [| ...] # NAME"

FLOOR = 0.4
"""Score below which a letter is no reading. From here to `detector.confusables.TIER_B`, which is
tier C, four in ten blind verdicts are right: too few for a word, enough for one odd character in a
name that is a target's in all else (`tests/detector/test_chromium_letters.py`)."""

PIXEL_FLOOR = 0.65
"""Score of a letter at the largest distance that `pixel_rows` takes."""

EYE = "eye"
"""Who is named beside the network where people saw the same."""

MOST = 0.999
MAX_READINGS = 3

POSSIBLE = 0.02
"""Chance of being any letter, by the vote, below which a character is not measured by pixels."""

PAIRS = 30
"""Pairs of letters that a map names: the likeliest ones."""

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


Asked = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float32]]
"""Rows of a store in, (k, 38) log-probabilities of their pictures out."""


def ask_networks(glyphs: Glyphs, networks: Sequence[Network], device: str = "cpu") -> Asked:
    """Ask networks; of several, the mean of their logarithms counts."""

    def ask(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        parts = []
        for start in range(0, len(rows), _BATCH):
            images = glyphs.images[rows[start : start + _BATCH]]
            said = [predict(network, images, device=device) for network in networks]
            parts.append(np.mean(said, axis=0, dtype=np.float64).astype(np.float32))
        return np.concatenate(parts)

    return ask


def measure(glyphs: Glyphs, characters: Collection[int], ask: Asked) -> Candidates:
    """Measure characters with their likeliest letters.

    Args:
        glyphs: a store of `glyphs.store`.
        characters: code points to look at; ASCII and marks are left out.
        ask: who says what pictures look like: `ask_networks`, or answers that are there already.

    Raises:
        InvalidDataset: the store has none of them, or lacks a letter of ASCII.
    """
    rows = rows_of(glyphs, characters)
    log_probs = ask(rows)
    votes = vote(log_probs, glyphs.code_points[rows])
    possible = votes.code_points[1 - votes.probabilities()[:, NONE] >= POSSIBLE]
    kept = np.isin(glyphs.code_points[rows], possible)
    voted = vote(log_probs[kept], glyphs.code_points[rows][kept])
    return gather(voted, picture(glyphs, rows[kept], templates_of(glyphs)))


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
    )


def rows_of(glyphs: Glyphs, characters: Collection[int]) -> npt.NDArray[np.int64]:
    """Give the rows of a store that are of some characters; never ASCII, never a mark alone.

    Raises:
        InvalidDataset: there is none.
    """
    wanted = sorted(c for c in characters if c >= _ASCII_END and not is_mark(c))
    rows = np.flatnonzero(np.isin(glyphs.code_points, np.asarray(wanted, dtype=np.int64)))
    if not len(rows):
        msg = "the glyphs are of none of the characters that a map may have"
        raise InvalidDataset(msg)
    return rows


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


def ascii_rows(measured: Sequence[Confusion], pairs: Sequence[Pair]) -> Rows:
    """Choose rows of ASCII: classes, and the first `PAIRS` pairs; the confidence is the chance.

    Args:
        measured: letters and digits.
        pairs: those that people took for the letter too, likeliest first.
    """
    found: dict[str, Sequence[Seen]] = {
        each.source: [Seen(each.letter, round(each.chance, 3), "cnn", each.agree, each.fonts)]
        for each in classes(measured)
    }
    for each in pairs[:PAIRS]:
        seen = Seen(each.letter, round(each.chance, 3), f"cnn+{EYE}", each.agree, each.fonts)
        if each.pair not in found:
            found[each.pair] = [seen]
    return found


def pixel_rows(pictures: Pictures, nearest: float = 0.35) -> Rows:
    """Choose readings by distance alone, as a baseline that nothing was learned for.

    Args:
        pictures: of the characters, with their distances.
        nearest: the largest distance, in the best family, at which a letter is a reading. The score
            falls from 1 at no distance to `PIXEL_FLOOR` there.
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
                round(min(1 - (1 - PIXEL_FLOOR) * float(least[letter]) / nearest, MOST), 3),
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
