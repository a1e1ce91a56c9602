"""Letter names: what a Unicode name says about the look of a letter.

Names are data: they are stable (Unicode's stability policy), and whoever named the letters of the
Latin, Greek and Cyrillic scripts described their shape, in a small vocabulary:

- ``... WITH STROKE``, ``HOOK``, ``TAIL``, ``DESCENDER``: the letter before ``WITH`` and more ink;
- ``LATIN LETTER SMALL CAPITAL T``: a capital at the height of a small letter;
- ``LATIN SMALL LETTER OPEN E``, ``SCRIPT G``, ``BARRED B``, ``DOTLESS I``: an adjective on a letter;
- ``TURNED M``: a letter rotated by half a circle, which may make it another one;
- ``CYRILLIC SMALL LETTER OMEGA``: named after, and drawn like, its sister in another script.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping

from detector.characters import name
from detector.likeness import Observation

ADDITIONS: dict[str, float] = {
    "DESCENDER": 0.88,
    "TICK": 0.88,
    "DOT": 0.88,
    "CEDILLA": 0.88,
    "COMMA": 0.88,
    "HOOK": 0.85,
    "TAIL": 0.85,
    "CURL": 0.80,
    "STROKE": 0.80,
    "BAR": 0.80,
    "TILDE": 0.80,
}
"""What an addition after ``WITH`` leaves of the likeness: below the line least is noticed."""

OTHER_ADDITION = 0.78

ADJECTIVES: dict[str, float] = {
    "SMALL CAPITAL": 0.88,
    "DOTLESS": 0.95,
    "SCRIPT": 0.95,
    "BLACKLETTER": 0.85,
    "LENIS": 0.85,
    "STIRRUP": 0.80,
    "BROAD": 0.85,
    "OPEN": 0.75,
    "BARRED": 0.80,
    "INSULAR": 0.70,
    "LONG": 0.70,
    "REVERSED": 0.60,
    "TURNED": 0.55,
    "INVERTED": 0.55,
    "SIDEWAYS": 0.55,
    "HALF": 0.55,
}
"""What an adjective before the letter leaves of the likeness."""

OTHER_ADJECTIVE = 0.65

HALF_TURN = str.maketrans("bdmnopqsuwxz", "qpwuodbsnmxz")
"""Small letters that are a small letter again after half a turn."""

HALF_TURN_WEIGHT = 0.80

SISTER = 0.75
"""A letter's namesake in a sister script: ``OMEGA``, ``CHI``, ``IOTA``."""

SISTER_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "COPTIC")
SHORTEST_SISTER_NAME = 3
"""Shorter names are sounds: Cyrillic ``I`` and ``E`` are not drawn like the Latin ones."""


def name_observations(char: str, by_name: Mapping[str, str]) -> Iterator[Observation]:
    """Read the name of a character.

    Args:
        char: any character.
        by_name: Unicode name -> character, for all characters a name may point to.

    >>> by_name = {"CYRILLIC SMALL LETTER KA": "к"}
    >>> list(name_observations("қ", by_name))
    [Observation(parts=('к',), weight=0.88, sources=('name',))]
    >>> list(name_observations("ʞ", by_name))
    [Observation(parts=('k',), weight=0.55, sources=('name',))]
    """
    full = name(char)
    head, joined, additions = full.partition(" WITH ")
    weight = _addition_weight(additions) if joined else 1.0
    if joined:
        base = _named(head, by_name)
        if base:
            yield Observation((base,), weight, ("name",))
            return
    for letters, likeness, source in _latin(head):
        yield Observation((letters,), round(weight * likeness, 4), (source,))
    if not joined:
        for sister in _sisters(full, by_name):
            yield Observation((sister,), SISTER, ("sister",))


def _addition_weight(additions: str) -> float:
    weight = 1.0
    for addition in additions.split(" AND "):
        last = addition.removesuffix(" BELOW").removesuffix(" SYMBOL").rpartition(" ")[2]
        weight *= ADDITIONS.get(last, OTHER_ADDITION)
    return round(weight, 4)


def _named(head: str, by_name: Mapping[str, str]) -> str:
    """Find the character that a name before ``WITH`` means, if there is one."""
    script, _, rest = head.partition(" ")
    for candidate in (head, f"{script} SMALL LETTER {rest}", f"{script} LETTER {rest}"):
        char = by_name.get(candidate)
        if char:
            return char.lower() if char.isascii() else char
    return ""


def _latin(head: str) -> Iterator[tuple[str, float, str]]:
    """Read ``LATIN ... [ADJECTIVE] X``: the letter X, how alike, and the source."""
    words = head.split()
    if words[0] != "LATIN" or len(words) < 4:
        return
    letter = words[-1].lower()
    kind, adjectives = words[1:-2], words[-2]
    if words[-1] == "BAR" and len(words[-2]) == 1:  # U BAR: an older way to say WITH BAR
        letter, adjectives = words[-2].lower(), "BARRED"
    if len(letter) > 1 or letter not in string.ascii_lowercase:
        return
    if "SMALL CAPITAL" in head:
        adjectives = "SMALL CAPITAL" if words[-2] == "CAPITAL" else adjectives
    if adjectives == "LETTER":
        return
    if kind and adjectives == "TURNED" and "CAPITAL" not in head:
        turned = letter.translate(HALF_TURN)
        if turned != letter:
            yield turned, HALF_TURN_WEIGHT, "turned"
    source = "smallcap" if adjectives == "SMALL CAPITAL" else "name"
    yield letter, ADJECTIVES.get(adjectives, OTHER_ADJECTIVE), source


def _sisters(full: str, by_name: Mapping[str, str]) -> Iterator[str]:
    script, letter, rest = full.partition(" SMALL LETTER ")
    if script not in SISTER_SCRIPTS or not letter or len(rest) < SHORTEST_SISTER_NAME:
        return
    for sister in SISTER_SCRIPTS:
        char = by_name.get(f"{sister} SMALL LETTER {rest}")
        if sister != script and char:
            yield char
