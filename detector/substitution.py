"""Substitutions: what stands in a name where the target has something else, and who says so.

A detection is explained by its substitutions, and by nothing else: its score is the product of
their confidences, its techniques are theirs. Nothing here knows how they were found.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from detector.characters import code_point, name


class Technique(StrEnum):
    """How a name imitates a target. A detection lists every one that took part, in this order."""

    IDN = "idn"
    """A character above ASCII reads as ASCII: ``pаypal`` with a Cyrillic а."""

    MULTI_LETTER = "multi_letter"
    """Two letters read as one, or one as two: ``rnicrosoft``."""

    ASCII = "ascii"
    """ASCII reads as other ASCII: ``paypa1``, ``googie``."""

    PUNYCODE_TEXT = "punycode_text"
    """The A-label's own text after ``xn--`` reads as the target: ``xn--g00gle``."""

    EMBEDDED = "embedded"
    """A part of the label is the lookalike: ``pаypal-login``. Opt-in."""

    SUFFIX_SWAP = "suffix_swap"
    """The label is the target's own, the suffix is not: ``paypal.co``. Opt-in."""


class Substitution(NamedTuple):
    """One difference between a name and its target that looks like none."""

    position: int
    """Where it begins: an index into the matched label in Unicode; for `Technique.PUNYCODE_TEXT`
    and what comes with it, into the label in A-label form."""

    source: str
    """What stands in the name, one character or several; hostile text, escape it to print it."""

    codepoint: str
    """The code points of `source`: ``U+0430``, or ``U+0072 U+006E``."""

    name: str
    """Their Unicode names, joined by commas."""

    reading: str
    """What it is read as; empty where it is not seen."""

    technique: Technique
    """The rule that it follows."""

    confidence: float
    """How alike the two look, above 0 and up to 1."""

    evidence: tuple[str, ...]
    """Who says so: sources of the map's rows, and how many fonts agree, e.g. ``fonts:61/65``."""

    def to_json(self) -> dict[str, Any]:
        """Give the record: a dictionary of JSON types, in the order of the fields."""
        return {
            "position": self.position,
            "source": self.source,
            "codepoint": self.codepoint,
            "name": self.name,
            "reading": self.reading,
            "technique": str(self.technique),
            "confidence": self.confidence,
            "evidence": list(self.evidence),
        }


def substitution(
    position: int,
    source: str,
    reading: str,
    technique: Technique,
    confidence: float,
    evidence: Iterable[str],
) -> Substitution:
    """Make a substitution, with code points and names looked up.

    >>> found = substitution(1, "а", "a", Technique.IDN, 0.998, ("uts39",))
    >>> found.codepoint, found.name
    ('U+0430', 'CYRILLIC SMALL LETTER A')
    """
    return Substitution(
        position,
        source,
        *_described(source),
        reading,
        technique,
        confidence,
        tuple(dict.fromkeys(evidence)),
    )


@lru_cache(maxsize=4096)
def _described(source: str) -> tuple[str, str]:
    """Give the code points and the names of a text; the same characters come often."""
    code_points = " ".join([code_point(char) for char in source])
    return code_points, ", ".join([name(char) for char in source])


def techniques(substitutions: Iterable[Substitution]) -> tuple[Technique, ...]:
    """List the techniques of some substitutions, each once, in the order of `Technique`.

    >>> marks = [
    ...     substitution(0, char, "o", Technique(kind), 0.9, ())
    ...     for char, kind in (("0", "ascii"), ("о", "idn"), ("0", "ascii"))
    ... ]
    >>> [str(technique) for technique in techniques(marks)]
    ['idn', 'ascii']
    """
    found = {each.technique for each in substitutions}
    if len(found) == 1:
        return tuple(found)
    return tuple([technique for technique in Technique if technique in found])
