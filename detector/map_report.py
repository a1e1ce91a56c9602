"""Map report: a confusable map in, how much it covers and what it finds out.

Counts say how large a map is and who made it; `recall` says what it finds of published homographs.
Whether its readings are right is for people to say (``classifier.verdicts``).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detector.characters import decomposition
from detector.confusables import ConfusableMap
from detector.errors import InvalidData
from detector.skeleton import Skeletonizer


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a map covers; characters, not readings."""

    rows: int
    characters: int
    classes: int
    pairs: int

    pvalid: int
    """Characters with a row that names may hold anywhere (PVALID, RFC 5892)."""

    tier_a: int
    """PVALID characters whose best reading is of tier A."""

    tier_a_new: int
    """Those of them that have no canonical decomposition and no `uts39` among the sources."""

    tier_b: int
    """PVALID characters whose best reading is of tier B."""

    tier_c: int
    """PVALID characters whose best reading is of tier C."""

    sources: tuple[tuple[str, int], ...]
    """PVALID characters by the sources of their best reading, the most frequent first."""


def count(confusables: ConfusableMap) -> Counts:
    """Count the rows of a map."""
    allowed = _pvalid()
    best = {char: rows[0] for char, rows in confusables.characters.items() if ord(char) in allowed}
    firm = [char for char, reading in best.items() if reading.tier == "A"]
    tiers = Counter(reading.tier for reading in best.values())
    new = [c for c in firm if decomposition(c) == c and "uts39" not in best[c].sources]
    said = Counter("+".join(reading.sources) for reading in best.values())
    classes, pairs = len(confusables.classes), len(confusables.pairs)
    return Counts(
        rows=len(confusables.characters) + classes + pairs,
        characters=len(confusables.characters),
        classes=classes,
        pairs=pairs,
        pvalid=len(best),
        tier_a=len(firm),
        tier_a_new=len(new),
        tier_b=tiers["B"],
        tier_c=tiers["C"],
        sources=tuple(sorted(said.items(), key=lambda item: (-item[1], item[0]))),
    )


def counts_lines(confusables: ConfusableMap) -> Iterator[str]:
    """Give the counts as lines of text."""
    found = count(confusables)
    rows = f"{found.characters:,} characters, {found.classes} classes, {found.pairs} pairs"
    yield f"rows              {found.rows:,}: {rows}"
    yield f"PVALID            {found.pvalid:,} characters"
    yield f"  tier A          {found.tier_a:,}"
    yield f"  of them new     {found.tier_a_new:,}: neither UTS #39 nor a decomposition has them"
    yield f"  tier B          {found.tier_b:,}"
    yield f"  tier C          {found.tier_c:,}"
    for source, number in found.sources:
        yield f"  {number:>7,}  {source}"


def _pvalid() -> frozenset[int]:
    from idna.idnadata import codepoint_classes

    packed = codepoint_classes["PVALID"]
    return frozenset(number for each in packed for number in range(each >> 32, each & 0xFFFF_FFFF))


@dataclass(frozen=True, slots=True)
class Recall:
    """What a map finds of homographs."""

    found: int
    missed: tuple[tuple[str, str], ...]
    """Homograph and target."""

    @property
    def share(self) -> float:
        """Share that is found; 1 of none."""
        total = self.found + len(self.missed)
        return self.found / total if total else 1.0


def recall(confusables: ConfusableMap, homographs: Iterable[tuple[str, str]]) -> Recall:
    """Say which homographs have a key of their target, in Unicode form.

    >>> recall(ConfusableMap.load(), [("аррӏе", "apple"), ("orange", "apple")]).missed
    (('orange', 'apple'),)
    """
    skeletonizer = Skeletonizer(confusables)
    found, missed = 0, []
    for homograph, target in homographs:
        keys = skeletonizer.keys(homograph.lower()).best_first
        if set(keys).isdisjoint(skeletonizer.target_keys(target)):
            missed.append((homograph, target))
        else:
            found += 1
    return Recall(found, tuple(missed))


def read_homographs(path: Path) -> tuple[tuple[str, str], ...]:
    """Read a CSV with the columns ``homograph`` and ``target``; others do not matter.

    Raises:
        InvalidData: it cannot be read, or lacks a column or a value.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [(row["homograph"], row["target"]) for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        msg = f"{path}: not a table with the columns homograph and target: {error}"
        raise InvalidData(msg) from error
    for number, row in enumerate(rows, 2):
        if not all(row):
            msg = f"{path}:{number}: a row has a homograph and a target"
            raise InvalidData(msg)
    return tuple(rows)
