"""Merging: what Unicode's data say, what a network saw and what an operator says in, one map out.

========== ======================================================================================
who        what becomes of the row
========== ======================================================================================
operator   is the row of its character or pair; nothing else is added
uts39      and the other rules of `detector.uts39` keep their readings and confidences: they know
           that an accent is seen. Where the network sees the same letters, it is named beside
           them (``uts39+cnn``), with its fonts
cnn        is added, up to `CNN_MOST`, if it is near enough to the best reading that is there, and
           no part of one: œ is oe, so it is no e. From `TIER_A` on it is of tier A, below of tier
           B or C, which only support others
========== ======================================================================================

Classes and pairs of ASCII letters are those of `detector.ascii_rows`, seconded alike. Pairs that
the network's map names besides are left out, though people take them for the letter too: in real
names each meets others by chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.ascii_rows import ascii_rows
from detector.characters import UNICODE_VERSION
from detector.confusables import MAX_READINGS, ConfusableMap, Reading, render_map
from detector.drawn import Drawn
from detector.likeness import RELATIVE_FLOOR
from detector.prototypes import Confusables
from detector.uts39 import uts39_rows

MADE_BY = "glyphwatch map build --from all --confusables FILE"

CNN_MOST = 0.94
"""Most that the network's word alone is worth: below `brakes.EXACT`, for what looks alike at 28
pixels may still differ in a headline."""

Rows = Mapping[str, tuple[Reading, ...]]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a map is merged from."""

    confusables: Path
    """Unicode's."""

    cnn: Path
    """A map that ``glyphwatch map build --from cnn`` wrote."""

    operator: Path | None = None
    """A map, or some rows of one, that someone wrote by hand."""

    drawn: Path | None = None
    """A file of ``glyphs.drawn``; the packaged one if None."""


def build_merged(files: Sources) -> str:
    """Make one map of all.

    Returns:
        The text of the map file: the same input and Unicode version give the same bytes.

    Raises:
        InvalidData, InvalidMap: a file is not what it should be.
    """
    confusables = Confusables.load(files.confusables)
    drawn = Drawn.load(files.drawn)
    cnn = ConfusableMap.load(files.cnn)
    operator = ConfusableMap.load(files.operator) if files.operator else None
    told = uts39_rows(confusables.prototypes, drawn.observations)
    rows = merge_characters(told, cnn.characters)
    merged = {**rows, **_ascii(cnn)}
    sources = [
        f"UTS #39: {confusables.version} sha256:{confusables.digest}",
        f"Drawn: {drawn.faces} faces sha256:{drawn.digest}",
        f"CNN: map {cnn.version}",
    ]
    if operator:
        merged.update(_named(_all_rows(operator)))
        sources.append(f"Operator: sha256:{_digest(files.operator)}")
    return render_map(merged, made_by=MADE_BY, unicode=UNICODE_VERSION, sources=sources)


def _digest(path: Path | None) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""


def merge_characters(rows: Rows, cnn: Rows) -> dict[str, tuple[Reading, ...]]:
    """Name the network beside what others say, and add what it alone reads.

    >>> told = {"ғ": (Reading("f", 0.85, ("name",)),)}
    >>> seen = {"ғ": (Reading("f", 0.97, ("cnn",), "40/41"), Reading("t", 0.62, ("cnn",), "1/41"))}
    >>> [str(reading) for reading in merge_characters(told, seen)["ғ"]]
    ['f 0.850 name+cnn 40/41', 't 0.620 cnn 1/41']
    >>> told = {"œ": (Reading("oe", 0.948, ("uts39",)),)}
    >>> seen = {"œ": (Reading("e", 0.7, ("cnn",), "41/93"), Reading("w", 0.69, ("cnn",), "3/93"))}
    >>> [str(reading) for reading in merge_characters(told, seen)["œ"]]
    ['oe 0.948 uts39 -', 'w 0.690 cnn 3/93']
    """
    found: dict[str, tuple[Reading, ...]] = {}
    for char in {**rows, **cnn}:
        seen = {reading.letters: reading for reading in cnn.get(char, ())}
        merged = [_seconded(each, seen.pop(each.letters, None)) for each in rows.get(char, ())]
        best = max((each.confidence for each in merged), default=0.0)
        parts = {x for each in merged if len(each.letters) > 1 for x in each.letters}
        more = [r._replace(confidence=min(r.confidence, CNN_MOST)) for r in seen.values()]
        kept = [
            each
            for each in more
            if each.confidence >= best * RELATIVE_FLOOR and each.letters not in parts
        ]
        # Python's sort is stable: of equals, who was there first stays first.
        merged = sorted((merged + kept)[:MAX_READINGS], key=lambda each: -each.confidence)
        if merged:
            found[char] = tuple(merged)
    return found


def _seconded(reading: Reading, seen: Reading | None) -> Reading:
    """Name the network and its fonts where it sees the same."""
    if seen is None or not set(seen.sources) - set(reading.sources):
        return reading
    sources = tuple(dict.fromkeys((*reading.sources, *seen.sources)))
    return reading._replace(sources=sources, fonts=seen.fonts)


def _all_rows(confusables: ConfusableMap) -> Rows:
    classes = {char: (reading,) for char, reading in confusables.classes.items()}
    return {**confusables.characters, **classes, **confusables.pairs}


def _ascii(cnn: ConfusableMap) -> dict[str, tuple[Reading, ...]]:
    """Give the ASCII rows, naming the network where it sees the same."""
    seen = {source: {r.letters: r for r in rs} for source, rs in _all_rows(cnn).items()}
    return {
        source: tuple(_seconded(each, seen.get(source, {}).get(each.letters)) for each in readings)
        for source, readings in ascii_rows().items()
    }


def _named(rows: Rows) -> dict[str, tuple[Reading, ...]]:
    """Put the operator before whom the rows name."""
    return {
        source: tuple(
            r._replace(sources=tuple(dict.fromkeys(("operator", *r.sources)))) for r in readings
        )
        for source, readings in rows.items()
    }
