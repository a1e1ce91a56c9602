"""Map gates: a new confusable map and the last one in, what the new one must not fail out.

A gate is a number with a bar. A map is published if it passes all of them.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from detector.confusables import ConfusableMap
from detector.map_difference import difference
from detector.map_report import count, recall
from detector.skeleton import Skeletonizer

TIER_A = 1000
TIER_A_NEW = 400
LOST = 0.01
"""Share of the last map's characters of tier A that may have no row any more."""

INTENDED = frozenset(frozenset(pair) for pair in ("0o", "1i", "1l", "il"))
"""Pairs of letters and digits that share a key."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that is asked of a release."""

    name: str
    value: float
    bar: float

    most: bool = False
    """Whether the bar is the most that is allowed, and not the least."""

    @property
    def passed(self) -> bool:
        """Whether it is; a value that is no number never is.

        >>> Gate("rows", 3, 5).passed, Gate("lost", 3, 5, most=True).passed
        (False, True)
        """
        return self.value <= self.bar if self.most else self.value >= self.bar

    def __str__(self) -> str:
        """Give it in one line."""
        word, sign = ("passed" if self.passed else "FAILED"), "<=" if self.most else ">="
        return f"{word}  {self.name}: {self.value:.10g} {sign} {self.bar:.10g}"


def map_gates(
    new: ConfusableMap, old: ConfusableMap, homographs: Iterable[tuple[str, str]] = ()
) -> Iterator[Gate]:
    """Ask a map.

    Args:
        new: what is to be published.
        old: what was published last.
        homographs: with their targets; what the old map finds of them, the new one must.
    """
    counts = count(new)
    yield Gate("PVALID characters of tier A", counts.tier_a, TIER_A)
    yield Gate("of them new", counts.tier_a_new, TIER_A_NEW)
    firm = {char for char, rows in old.characters.items() if rows[0].tier == "A"}
    removed = {change.source for change in difference(old, new).of_kind("removed")}
    lost = len(firm & removed) / len(firm) if firm else 0.0
    yield Gate("share of the last map's tier A that is lost", lost, LOST, most=True)
    yield Gate("letters that share a key and must not", len(_merged(new)), 0, most=True)
    known = tuple(homographs)
    if known:
        least = recall(old, known).share
        yield Gate("share of homographs found", recall(new, known).share, least)


def _merged(confusables: ConfusableMap) -> set[frozenset[str]]:
    """Give the pairs of letters that the map makes one, but those intended."""
    expand = Skeletonizer(confusables).expand
    alphabet = string.ascii_lowercase + string.digits + "-"
    shared = {frozenset((a, b)) for a, b in combinations(alphabet, 2) if expand(a) == expand(b)}
    return shared - INTENDED
