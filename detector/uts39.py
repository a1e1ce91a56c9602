"""UTS #39: the first confusable map, made of Unicode's own data.

UTS #39 alone misses much of what a person takes for a brand's name: it keeps accents and strokes,
it sends small letters to capitals, and it stops at prototypes that are not ASCII (к, т, м, в).
Every rule here derives more from Unicode data; `sources` in the map names the rules of a reading:

============== =========================================================== =================
source         what it says                                                confidence
============== =========================================================== =================
uts39          the prototype is ASCII; each step on the way to it costs    `SAME_SHAPE`
mark:...       the prototype or decomposition has a mark besides           `MARK_CONFIDENCE`
punctuation    the prototype has an apostrophe or dot besides (ơ, ъ)       `PUNCTUATION`
capital        the prototype is an ASCII capital, read as the small letter `CAPITAL`
decomposition  canonical decomposition: the base letter's readings (ё, ά)  the marks'
stem           a stem without a dot is i and l (ı, ӏ): no one can tell     `STEM`
class          what another character of the same prototype reads as       `CLASS`
case           what the capital reads as: Latin, Greek, Cyrillic, Coptic   `CASE`
mapped         what UTS #46 maps a character of the same prototype to      `MAPPED`
drawn          measured: many faces draw it like the letter (þ as b)       `drawn`
drawn+smallcap ... like the small capital (ʌ as a)                         `drawn`
italic+drawn   ... in italics alone (т as m)                               `drawn`
joined         an o closed by the next letter is a c (œ as ce)             `JOINED`
digit          a decimal digit of another script reads as its value        `DIGIT`
folding        IDNA2003 made two letters of it (ß as ss)                   `FOLDING`
name, smallcap, struck, enclosed, sister, kin                              `letter_names`
============== =========================================================== =================

Confidences multiply along the way; `likeness` does that and bounds it. They order readings and
levels of evidence. No rule lists characters: what neither Unicode's data nor measured fonts say is
not in the map.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import unicodedata2

from detector.ascii_rows import ascii_rows
from detector.characters import (
    MARK_CONFIDENCE,
    UNICODE_VERSION,
    decomposition,
    is_dropped_mark,
    is_ignorable,
    mark_kind,
    name,
)
from detector.confusables import LETTERS, MAX_READINGS, Reading, render_map
from detector.drawn import Drawn
from detector.label_characters import capitals, deviation_foldings, label_characters
from detector.letter_names import CAPITAL, SISTER_SCRIPTS, name_observations
from detector.likeness import Observation, solve
from detector.prototypes import Confusables, Prototype
from detector.uts46 import mapping

MADE_BY = "glyphwatch map build --from uts39 --confusables FILE"

SAME_SHAPE = 0.998
STEP = 0.01
SEVERAL_LETTERS = 0.95
PUNCTUATION = 0.75
CAPITAL_OF_SAME_SHAPE = 0.95
"""Capitals that differ from the small letter by size alone: C O S V W Z (see `same_shape`)."""
STEM = 0.75
CLASS = 0.95
CASE = 0.75
MAPPED = 0.80
JOINED = 0.70
DIGIT = 0.60
FOLDING = 0.75

CASED_ALIKE = (*SISTER_SCRIPTS, "COPTIC")
"""Scripts in which a small letter is mostly drawn like its capital; Armenian and Osage are not."""

_ALPHABET = frozenset(string.ascii_lowercase)
_LETTERS_AND_DIGITS = _ALPHABET | frozenset(string.digits)


def build_uts39(confusables_path: Path, drawn_path: Path | None = None) -> str:
    """Make the map from Unicode's ``confusables.txt``, plain or compressed with gzip.

    Args:
        confusables_path: Unicode's file.
        drawn_path: a file of ``glyphs.drawn``; the packaged one if not given.

    Returns:
        The text of the map file: the same input and Unicode version give the same bytes.

    Raises:
        InvalidData: a file is not what it should be, is cut short or has a broken row.
    """
    confusables = Confusables.load(confusables_path)
    drawn = Drawn.load(drawn_path)
    return render_map(
        {**uts39_rows(confusables.prototypes, drawn.observations), **ascii_rows()},
        made_by=MADE_BY,
        unicode=UNICODE_VERSION,
        sources=[
            f"UTS #39: {confusables.version} sha256:{confusables.digest}",
            f"Drawn: {drawn.faces} faces sha256:{drawn.digest}",
        ],
    )


def uts39_rows(
    prototypes: Mapping[str, Prototype], measured: Mapping[str, tuple[Observation, ...]]
) -> dict[str, tuple[Reading, ...]]:
    """Give the rows of characters.

    Args:
        prototypes: Unicode's.
        measured: what characters are drawn like; rules lead on from there as from prototypes.
    """
    return dict(_Evidence(prototypes, measured).rows())


@dataclass(frozen=True)
class _Evidence:
    """All that the rules know of all characters that a rule may lead to."""

    prototypes: Mapping[str, Prototype]
    drawn: Mapping[str, tuple[Observation, ...]]

    @cached_property
    def allowed(self) -> tuple[str, ...]:
        """Characters that can have a row: a mark alone and what is not drawn cannot."""
        return tuple(
            char
            for char in label_characters()
            if not unicodedata2.category(char).startswith("M") and not is_ignorable(char)
        )

    @cached_property
    def capitals(self) -> Mapping[str, Sequence[str]]:
        return capitals()

    @cached_property
    def foldings(self) -> Mapping[str, str]:
        return deviation_foldings()

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Characters that can have a row, and those through which a likeness may lead."""
        found = {*self.allowed, *self.prototypes}
        found.update(prototype.text for prototype in self.prototypes.values())
        found.update(char for chars in self.capitals.values() for char in chars)
        return tuple(sorted(text for text in found if len(text) == 1 and not text.isascii()))

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        return {name(char): char for char in (*self.nodes, *sorted(_ALPHABET))}

    @cached_property
    def members(self) -> Mapping[str, Sequence[str]]:
        """Prototype that is one non-ASCII character -> characters that look like it."""
        found: dict[str, list[str]] = defaultdict(list)
        for char in sorted(self.prototypes):
            prototype = self.prototypes[char].text
            if len(prototype) == 1 and not prototype.isascii():
                found[prototype].append(char)
        return found

    @cached_property
    def same_shape(self) -> frozenset[str]:
        """Letters drawn alike small and large: UTS #39 says so of their small capital."""
        found = set()
        for letter in _ALPHABET:
            char = self.by_name.get(f"LATIN LETTER SMALL CAPITAL {letter.upper()}", "")
            if char in self.prototypes and self.prototypes[char].text == letter:
                found.add(letter)
        return frozenset(found)

    def rows(self) -> Iterator[tuple[str, tuple[Reading, ...]]]:
        """Give the rows of characters in no order: those of labels, and those of `disputed`."""
        solved = solve({char: tuple(self.observations(char)) for char in self.nodes})
        for char in self.allowed:
            if char in solved:
                yield char, solved[char]
        yield from self._disputed(solved)

    def _disputed(
        self, solved: Mapping[str, tuple[Reading, ...]]
    ) -> Iterator[tuple[str, tuple[Reading, ...]]]:
        """Give rows where UTS #46 maps to one letter and UTS #39 sees another (ϲ, ſ).

        Such a character stands in no valid label, but a Punycode one can hide it; then it is drawn
        as it is, and not as what it would be mapped to.
        """
        for char in self.prototypes:
            mapped, seen = mapping(char), solved.get(char, ())
            if unicodedata2.category(char) != "Ll" or mapped == char or not seen:
                continue
            meant = solved.get(mapped, ()) or _plain(mapped)
            if meant and not _folded(seen) & _folded(meant):
                also = (
                    Reading(r.letters, round(r.confidence * MAPPED, 4), ("mapped", *r.sources))
                    for r in meant
                )
                both = sorted((*seen, *also), key=lambda r: (-r.confidence, r.letters))
                yield char, tuple(both[:MAX_READINGS])

    def observations(self, char: str) -> Iterator[Observation]:
        """Give what every rule says of one character."""
        if char in self.prototypes:
            yield from self._prototype(self.prototypes[char])
        parts = decomposition(char)
        if parts != char:
            yield from self._sequence(parts, 1.0, "decomposition")
        for member in self.members.get(char, ()):
            yield Observation((member,), CLASS, ("class",))
            mapped = mapping(member)
            if len(mapped) == 1 and mapped in LETTERS:
                yield Observation((mapped,), MAPPED, ("mapped",))
        if name(char).startswith(CASED_ALIKE):
            for capital in self.capitals.get(char, ()):
                yield Observation((capital,), CASE, ("case",))
        yield from self.drawn.get(char, ())
        yield from self._meaning(char)
        yield from name_observations(char, self.by_name)

    def _meaning(self, char: str) -> Iterator[Observation]:
        """Say which digit or letters it stands for."""
        digit = unicodedata2.digit(char, None)
        if digit is not None:
            yield Observation((str(digit),), DIGIT, ("digit",))
        folded = self.foldings.get(char, "")
        if folded and _ALPHABET.issuperset(folded):
            yield Observation(tuple(folded), FOLDING, ("folding",))

    def _prototype(self, prototype: Prototype) -> Iterator[Observation]:
        text = prototype.text
        weight = SAME_SHAPE - STEP * prototype.steps
        if not LETTERS.issuperset(text):
            yield from self._sequence(text, weight, "uts39")
            return
        yield Observation(tuple(text), weight * SEVERAL_LETTERS ** (len(text) > 1), ("uts39",))
        if text == "rn":  # UTS #39's way to write m
            yield Observation(("m",), weight, ("uts39",))
        if len(text) == 2 and text.startswith("o"):
            yield Observation(("c", text[1]), JOINED, ("joined",))
        if text in ("i", "l"):
            yield Observation(("l" if text == "i" else "i",), weight * STEM, ("uts39", "stem"))

    def _sequence(self, text: str, weight: float, source: str) -> Iterator[Observation]:
        """Read a prototype or decomposition: letters with marks and, at most once, punctuation."""
        parts: list[str] = []
        sources = [source]
        for char in decomposition(text):
            if is_dropped_mark(char):
                weight *= MARK_CONFIDENCE[mark_kind(char)]
                sources.append(f"mark:{mark_kind(char)}")
            elif char in _LETTERS_AND_DIGITS:
                parts.append(char)
            elif char.lower() in _ALPHABET:
                same = char.lower() in self.same_shape
                weight *= CAPITAL_OF_SAME_SHAPE if same else CAPITAL
                sources.append("capital")
                parts.append(char.lower())
            elif unicodedata2.category(char)[0] in "PS" or unicodedata2.category(char) == "Lm":
                if "punctuation" in sources:
                    return
                weight *= PUNCTUATION
                sources.append("punctuation")
            else:
                parts.append(char)
        if "".join(parts) == "rn":  # a letter m with a mark
            parts = ["m"]
        if parts:
            yield Observation(tuple(parts), round(weight, 4), tuple(dict.fromkeys(sources)))


def _plain(text: str) -> tuple[Reading, ...]:
    return (Reading(text, 1.0, ()),) if _ALPHABET.issuperset(text) and len(text) == 1 else ()


def _folded(readings: Sequence[Reading]) -> frozenset[str]:
    """Give what is read, l and i being one: they are no dispute."""
    return frozenset(reading.letters.replace("i", "l") for reading in readings)
