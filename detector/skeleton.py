"""Skeletons: a label in, one or a few ASCII keys out, under which lookalikes meet.

Names and targets go through the same three steps, and keys meet only keys:

1. *read*: every character becomes the ASCII letters it looks like, by one flat table;
2. *fold*: an ASCII letter or digit becomes the representative of its class (``0`` -> ``o``,
   ``1`` and ``i`` -> ``l``);
3. *expand*: a letter that two others can imitate becomes those two (``m`` -> ``rn``).

Expanding, as UTS #39 does, rather than contracting makes the key a letter-wise homomorphism:
``rnn`` cannot be cut in two ways. Pairs that do not fit it (``nn`` for a second time ``m``) become
further keys of the *target*, so that a name costs one key only, however many pairs there are.

A key is never shown, and is stored only with the map's version. It retrieves; it does not decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from detector.characters import (
    IGNORABLE_CONFIDENCE,
    MARK_CONFIDENCE,
    SPACING_MARK_CONFIDENCE,
    decomposition,
    is_dropped_mark,
    is_ignorable,
    is_spacing_mark,
    mark_kind,
)
from detector.confusables import LETTERS, MAX_LETTERS, MAX_READINGS, ConfusableMap, Reading
from detector.uts46 import mapping

MAX_AMBIGUOUS = 5
"""Characters of one label that may be read in several ways; further ones take their best."""

MAX_KEYS = 128
"""Keys of one label."""

MAX_PAIR_SWAPS = 2
"""Places in a target at which a pair outside the expansion is tried at once."""

MAPPED_CONFIDENCE = 0.98
"""What UTS #46 mapping leaves of the likeness: no registry accepts such characters."""


class Keys(NamedTuple):
    """The keys of one label."""

    best_first: tuple[str, ...]
    """Distinct keys, 1 to `MAX_KEYS`; the first is made of every character's best reading."""

    truncated: bool
    """True if a bound was reached and some readings were left out."""


class Skeletonizer:
    """Turns labels into keys by one confusable map."""

    def __init__(self, confusables: ConfusableMap) -> None:
        self.confusables = confusables
        self._readings: dict[str, tuple[Reading, ...]] = dict(confusables.characters)
        self._options: dict[str, tuple[str, ...]] = {}
        self._last_keys = "", Keys(("",), truncated=False)
        self.folds = {source: reading.letters for source, reading in confusables.classes.items()}
        self.expansions = _expansions(confusables, self.folds)
        self._table = str.maketrans(
            {char: self.expansions.get(fold, fold) for char, fold in self._ascii_folds()}
        )
        self.swaps = self._swaps()

    def _ascii_folds(self) -> Iterator[tuple[str, str]]:
        for number in range(0x80):
            yield chr(number), self.folds.get(chr(number), chr(number))

    def _swaps(self) -> tuple[tuple[str, str], ...]:
        """Pairs that the expansion does not express, folded: (two letters, one letter)."""
        found = set()
        for pair, readings in self.confusables.pairs.items():
            for reading in readings:
                if self.expand(pair) != self.expand(reading.letters):
                    found.add((self.fold(pair), self.fold(reading.letters)))
        return tuple(sorted(found))

    def fold(self, text: str) -> str:
        """Replace every ASCII letter and digit by the representative of its class."""
        return "".join(self.folds.get(char, char) for char in text)

    def expand(self, text: str) -> str:
        """Fold and expand a text: the key of an ASCII label. Applying it twice changes nothing."""
        return text.translate(self._table)

    def readings(self, char: str) -> tuple[Reading, ...]:
        """Read one character: the map's row, else what Unicode says, else itself.

        Returns:
            1 to 3 readings, best first. One with no letters where the character is not drawn, or is
            a mark on a letter or beside it; one with the character itself if it is ASCII or nobody
            can read it.
        """
        known = self._readings.get(char)
        if known is None:
            known = self._readings[char] = self._read(char)
        return known

    def _read(self, char: str) -> tuple[Reading, ...]:
        if char.isascii():
            return (Reading(char.lower(), 1.0, ("ascii",)),)
        if is_ignorable(char):
            return (Reading("", IGNORABLE_CONFIDENCE, ("ignorable",)),)
        if is_dropped_mark(char):
            kind = mark_kind(char)
            return (Reading("", MARK_CONFIDENCE[kind], (f"mark:{kind}",)),)
        mapped = mapping(char)
        if mapped and mapped != char:
            return self._read_sequence(mapped, MAPPED_CONFIDENCE, "uts46") or _itself(char)
        parts = decomposition(char)
        if parts != char:
            return self._read_sequence(parts, 1.0, "decomposition") or _itself(char)
        if is_spacing_mark(char):
            return (Reading("", SPACING_MARK_CONFIDENCE, ("modifier",)),)
        return _itself(char)

    def _read_sequence(self, text: str, factor: float, source: str) -> tuple[Reading, ...]:
        """Read a mapping or decomposition character by character; nothing if one stays unread."""
        best: dict[str, Reading] = {}
        per_char = [self.readings(part) for part in text[: MAX_LETTERS * 2]]
        if len(text) > MAX_LETTERS * 2:
            return ()
        for chosen in product(*per_char):
            letters = "".join(reading.letters for reading in chosen)
            if not LETTERS.issuperset(letters) or not 1 <= len(letters) <= MAX_LETTERS:
                continue
            confidence = factor
            for reading in chosen:
                confidence *= reading.confidence
            if letters not in best or best[letters].confidence < confidence:
                said = (source, *(s for r in chosen for s in r.sources if s != "ascii"))
                best[letters] = Reading(letters, confidence, tuple(dict.fromkeys(said)))
        return tuple(sorted(best.values(), key=lambda r: (-r.confidence, r.letters))[:MAX_READINGS])

    def options(self, char: str) -> tuple[str, ...]:
        """The distinct key parts that one character can give, best first."""
        known = self._options.get(char)
        if known is None:
            parts = (self.expand(reading.letters) for reading in self.readings(char))
            known = self._options[char] = tuple(dict.fromkeys(parts))
        return known

    def keys(self, label: str) -> Keys:
        """Give the keys of a name's label (Unicode form, at most 63 octets as an A-label).

        Bounded: ambiguous characters are taken from left to right; one that would be the sixth, or
        would bring the count over 128, takes its best reading.
        """
        if label.isascii():
            return Keys((self.expand(label.lower()),), truncated=False)
        last, known = self._last_keys  # a label's targets are asked for, then if it was truncated
        if last == label:
            return known
        chosen: list[tuple[str, ...]] = []
        count, ambiguous, truncated = 1, 0, False
        for char in label:
            options = self.options(char)
            if len(options) > 1:
                if ambiguous == MAX_AMBIGUOUS or count * len(options) > MAX_KEYS:
                    options, truncated = options[:1], True
                else:
                    ambiguous, count = ambiguous + 1, count * len(options)
            chosen.append(options)
        keys = dict.fromkeys(map("".join, product(*chosen)))
        made = Keys(tuple(keys), truncated)
        self._last_keys = label, made
        return made

    def target_keys(self, label: str) -> tuple[str, ...]:
        """Give the keys of a target's label: a name's, and those of pairs outside the expansion."""
        readings = self.keys(label).best_first
        if not label.isascii():
            return readings
        folded = self.fold(label.lower())
        found = dict.fromkeys(readings)
        found.update((self.expand(text), None) for text in self._swapped(folded, MAX_PAIR_SWAPS))
        return tuple(found)

    def _swapped(self, text: str, budget: int, start: int = 0) -> Iterator[str]:
        """Give `text` with up to `budget` places rewritten by a pair, in either direction."""
        yield text
        if not budget:
            return
        for place in range(start, len(text)):
            for pair, letter in self.swaps:
                for source, replacement in ((pair, letter), (letter, pair)):
                    if text.startswith(source, place):
                        changed = text[:place] + replacement + text[place + len(source) :]
                        yield from self._swapped(changed, budget - 1, place + len(replacement))


def _itself(char: str) -> tuple[Reading, ...]:
    return (Reading(char, 1.0, ("unread",)),)


def _expansions(confusables: ConfusableMap, folds: dict[str, str]) -> dict[str, str]:
    """Choose, pair by pair from the surest, one expansion a letter, without cycles; then close it.

    The result maps a folded letter to letters that are not expanded themselves.
    """
    chosen: dict[str, str] = {}
    ranked = sorted(
        ((reading, pair) for pair, rs in confusables.pairs.items() for reading in rs),
        key=lambda item: (-item[0].confidence, item[1], item[0].letters),
    )
    for reading, pair in ranked:
        letter = folds.get(reading.letters, reading.letters)
        parts = "".join(folds.get(char, char) for char in pair)
        if letter not in chosen and letter not in _close(parts, chosen):
            chosen[letter] = parts
    return {letter: _close(parts, chosen) for letter, parts in chosen.items()}


def _close(text: str, chosen: dict[str, str]) -> str:
    """Expand until nothing is left to expand; `chosen` has no cycle."""
    while any(char in chosen for char in text):
        text = "".join(chosen.get(char, char) for char in text)
    return text
