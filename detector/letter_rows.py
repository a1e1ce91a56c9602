"""Letter rows: the map's rows about ASCII letters, turned round so that an alignment can ask them.

The map says ``1 -> l`` and ``i -> l`` and ``rn -> m``. An alignment asks: may this letter stand for
that one, may these two stand for that one, may this one stand for those two?
"""

from __future__ import annotations

from typing import NamedTuple

from detector.confusables import ConfusableMap, Reading


class Fold(NamedTuple):
    """A letter or digit that stands for another of its class."""

    reading: str
    confidence: float
    sources: tuple[str, ...]


class Merge(NamedTuple):
    """Two letters that stand for one."""

    reading: str
    pair_confidence: float
    sources: tuple[str, ...]
    folds: tuple[Fold | None, Fold | None]
    """How a digit came to be one of the two letters: ``c1`` is ``cl`` is ``d``."""

    @property
    def confidence(self) -> float:
        """Confidence of the pair and of its folds together."""
        result = self.pair_confidence
        for fold in self.folds:
            result *= fold.confidence if fold else 1.0
        return result


class LetterRows:
    """Class and pair rows of one map, by what is asked of them."""

    def __init__(self, confusables: ConfusableMap) -> None:
        self.folds = _folds(confusables)
        """(letter in the name, letter of the target) -> how it stands for it."""
        self.merges: dict[tuple[str, str], Merge] = {}
        """(two letters in the name, letter of the target) -> how they stand for it."""
        self.splits: dict[tuple[str, str], Reading] = {}
        """(letter in the name, two letters of the target) -> the pair row, read backwards."""
        for pair, readings in confusables.pairs.items():
            for reading in readings:
                self.splits[reading.letters, pair] = reading
                self._add_merges(pair, reading)
        self.merge_starts = frozenset(two[0] for two, _ in self.merges)
        """The letters with which a merge can begin."""
        self.keeps_ends = not any(one in two for two, one in self.merges)
        """Whether no pair reads as one of its own letters. Then a letter that two labels both end
        with can be taken to stand for itself: no better way leads elsewhere."""

    def _add_merges(self, pair: str, reading: Reading) -> None:
        """Add a pair, and the same with digits in it; letters of a class are not interchanged.

        Likeness is not transitive: ``ll`` does not look like ``h`` because ``li`` does.
        """
        for first, first_fold in self._spellings(pair[0]):
            for second, second_fold in self._spellings(pair[1]):
                folds = (first_fold, second_fold)
                made = Merge(reading.letters, reading.confidence, reading.sources, folds)
                known = self.merges.get((first + second, reading.letters))
                if known is None or known.confidence < made.confidence:
                    self.merges[first + second, reading.letters] = made

    def _spellings(self, letter: str) -> list[tuple[str, Fold | None]]:
        """Give a letter and the digits that stand for it."""
        digits = [(a, fold) for (a, b), fold in self.folds.items() if b == letter and a.isdigit()]
        return [(letter, None), *digits]


def _folds(confusables: ConfusableMap) -> dict[tuple[str, str], Fold]:
    """Relate every two members of a class, through its representative."""
    members: dict[str, dict[str, Reading]] = {}
    for source, reading in confusables.classes.items():
        own = Reading(reading.letters, 1.0, ())
        members.setdefault(reading.letters, {reading.letters: own})[source] = reading
    found = {}
    for readings in members.values():
        for a, of_a in readings.items():
            for b, of_b in readings.items():
                if a != b:
                    confidence = of_a.confidence * of_b.confidence
                    sources = tuple(dict.fromkeys(of_a.sources + of_b.sources))
                    found[a, b] = Fold(b, confidence, sources)
    return found
