"""Letter names: what a Unicode name says about the look of a letter.

Names are data: they never change (Unicode's stability policy), and whoever named the letters of the
Latin, Greek and Cyrillic scripts described their shape in a small vocabulary:

- *addition*: ``L WITH STROKE``, ``SHHA WITH DESCENDER``: the letter before ``WITH``, and more ink;
- *adjective*: ``OPEN E``, ``SCRIPT G``, ``BARRED B``, ``SMALL CAPITAL T``, ``REVERSED R``;
- *struck*: ``L WITH STROKE``: an ASCII letter with a bar that makes it another one, a t;
- *digraph* and *ligature*: ``DB DIGRAPH``, ``LIGATURE EN GHE``, two letters in one;
- *enclosed*: ``NEGATIVE SQUARED LATIN CAPITAL LETTER A``, ``REGIONAL INDICATOR SYMBOL LETTER A``;
- *sister*: ``CYRILLIC SMALL LETTER OMEGA``, named after, and drawn like, the Greek one;
- *kin*: ``BASHKIR KA``, a letter of the same name in the alphabet of another language.
"""

from __future__ import annotations

import re
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
    "STROKE": 0.79,
    "BAR": 0.79,
    "TILDE": 0.79,
}
"""What an addition leaves of the likeness: ink below the line is noticed least."""

OTHER_ADDITION = 0.78

ADJECTIVES: dict[str, float] = {
    "CAPITAL": 0.88,  # SMALL CAPITAL: as high as a small letter
    "DOTLESS": 0.95,
    "SCRIPT": 0.95,
    "STRAIGHT": 0.95,
    "BROAD": 0.88,
    "ROUND": 0.88,
    "BLACKLETTER": 0.85,
    "LENIS": 0.85,
    "OPEN": 0.78,
    "BARRED": 0.79,
    "CROSSED": 0.79,
    "STIRRUP": 0.80,
    "CLOSED": 0.80,
    "STRETCHED": 0.80,
    "INSULAR": 0.75,
    "LONG": 0.70,
    "MONOCULAR": 0.70,
    "REVERSED": 0.60,
    "TURNED": 0.55,
    "INVERTED": 0.55,
    "SIDEWAYS": 0.55,
    "HALF": 0.55,
    "SHARP": 0.0,  # the sound: SHARP S
}
"""What an adjective leaves of the likeness; 0 if it does not speak of the shape."""

OTHER_ADJECTIVE = 0.65

STRUCK: dict[str, str] = {"l": "t", "r": "f", "c": "e"}
"""The ASCII letters that are another one with a bar, all three: so a bar through that other one is
also read as them. Like `ascii_rows.CLASSES`, this tells of ASCII, not of the characters read."""

STRUCK_WEIGHT = 0.65
DIGRAPH = 0.85
ENCLOSED = 0.70

SISTER = 0.75
SISTER_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts of one descent, whose letters of one name are drawn alike."""

SHORTEST_SISTER_NAME = 3
"""Shorter names are sounds: Cyrillic ``I`` and ``E`` are not drawn like the Latin ones."""

KIN = 0.62
CAPITAL = 0.85
"""A capital of that shape, at the height of a capital (no row, but lookalikes of it have one)."""

_ENCLOSED = re.compile(
    r"(?:(?:CIRCLED|SQUARED) LATIN CAPITAL|REGIONAL INDICATOR SYMBOL) LETTER ([A-Z])$"
)
_STROKE = re.compile(r"^(?:[A-Z]+ )?(?:STROKE|BAR)(?: AND |$)")
_LETTER = re.compile(r"(?:SMALL |EPIGRAPHIC |SMALL (?P<capital>CAPITAL) )?LETTER (?P<words>.+)$")


def name_observations(char: str, by_name: Mapping[str, str]) -> Iterator[Observation]:
    """Read the name of a character.

    Args:
        char: any character.
        by_name: Unicode name -> character, for all characters that a name may point to.

    >>> by_name = {"CYRILLIC SMALL LETTER KA": "к", "LATIN SMALL LETTER W": "w"}
    >>> [(seen.parts, seen.weight, seen.sources) for seen in name_observations("қ", by_name)]
    [(('к',), 0.88, ('name',))]
    >>> [(seen.parts, seen.weight, seen.sources) for seen in name_observations("ʍ", by_name)]
    [(('w',), 0.55, ('name',))]
    """
    full = name(char)
    enclosed = _ENCLOSED.search(full)
    if enclosed:
        yield Observation((enclosed[1].lower(),), ENCLOSED, ("enclosed",))
        return
    head, _, additions = full.partition(" WITH ")
    weight = _addition_weight(additions) if additions else 1.0
    is_capital = " CAPITAL LETTER " in head and " SMALL CAPITAL " not in head
    if is_capital:
        head, weight = head.replace(" CAPITAL ", " SMALL "), weight * CAPITAL
    script, _, rest = head.partition(" ")
    base = _base(script, head, rest, by_name) if additions else ""
    if base:
        yield Observation((base,), round(weight, 4), ("name",))
        if _STROKE.search(additions):
            share = _addition_weight(_STROKE.sub("", additions))
            yield Observation((base,), round(STRUCK_WEIGHT * share, 4), ("struck",), STRUCK)
    else:
        yield from _adjectives(script, rest, weight, by_name)
    if not additions and not is_capital:
        yield from _sisters(script, rest, by_name)


def _addition_weight(additions: str) -> float:
    """Weigh ``STROKE AND HOOK``: every addition takes its share."""
    weight = 1.0
    for addition in filter(None, additions.split(" AND ")):
        noun = re.sub(r" (BELOW|SYMBOL|THROUGH DESCENDER)$", "", addition).rpartition(" ")[2]
        weight *= ADDITIONS.get(noun, OTHER_ADDITION)
    return round(weight, 4)


def _base(script: str, head: str, rest: str, by_name: Mapping[str, str]) -> str:
    """Find the character that the name before ``WITH`` means, if there is one."""
    for candidate in (head, f"{script} SMALL LETTER {rest}", f"{script} LETTER {rest}"):
        if candidate in by_name:
            return by_name[candidate]
    return ""


def _adjectives(
    script: str, rest: str, weight: float, by_name: Mapping[str, str]
) -> Iterator[Observation]:
    """Read ``[SMALL] LETTER [ADJECTIVE...] X`` and its variants, the script taken off."""
    if rest.startswith("SMALL LIGATURE "):
        yield from _ligature(script, rest.split()[2:], by_name)
        return
    found = _LETTER.match(rest)
    *adjectives, letter = _words(found) if found else [""]
    if not adjectives:
        return
    if letter == "DIGRAPH" and script == "LATIN" and len(adjectives[0]) == 2:
        yield Observation(tuple(adjectives[0].lower()), round(weight * DIGRAPH, 4), ("name",))
        return
    if letter.endswith("JE"):
        yield from _palatal(script, adjectives, letter, by_name)
        return
    base = by_name.get(f"{script} SMALL LETTER {letter}", "")
    likeness, source = _likeness(script, adjectives)
    if likeness and base:
        yield Observation((base,), round(weight * likeness, 4), (source,))


def _words(found: re.Match[str]) -> list[str]:
    words = found["words"].replace("SMALL CAPITAL", "CAPITAL").split()
    if found["capital"]:
        words.insert(0, "CAPITAL")
    if words[1:] == ["BAR"]:  # U BAR: an older way to say BARRED U
        words = ["BARRED", words[0]]
    return words


def _likeness(script: str, adjectives: list[str]) -> tuple[float, str]:
    """Weigh the adjectives of a letter, and name the source; 0 if they do not tell its shape."""
    likeness = 1.0
    for word in adjectives:
        likeness *= ADJECTIVES.get(word, OTHER_ADJECTIVE)
    if script == "LATIN":
        return likeness, "smallcap" if adjectives == ["CAPITAL"] else "name"
    if "CAPITAL" in adjectives:  # a small capital gamma is not drawn like a small gamma
        return 0.0, ""
    if all(word in ADJECTIVES for word in adjectives):
        return likeness, "name"
    return (KIN, "kin") if script == "CYRILLIC" else (0.0, "")


def _palatal(
    script: str, adjectives: list[str], letter: str, by_name: Mapping[str, str]
) -> Iterator[Observation]:
    """Read ``KOMI DJE``: ``KOMI DE``, or at least ``DE``, with the hook of a soft letter."""
    hard = letter.removesuffix("JE") + "E"
    for candidate in (" ".join([*adjectives, hard]), hard):
        base = by_name.get(f"{script} SMALL LETTER {candidate}")
        if base:
            yield Observation((base,), KIN, ("kin",))
            return


def _ligature(script: str, words: list[str], by_name: Mapping[str, str]) -> Iterator[Observation]:
    """Read ``LIGATURE EN GHE``: both letters, or the first with the second as an addition."""
    letters = tuple(by_name.get(f"{script} SMALL LETTER {word}", "") for word in words)
    if len(letters) == 2 and all(letters):
        yield Observation(letters, DIGRAPH, ("name",))
    if letters[0]:
        yield Observation(letters[:1], OTHER_ADDITION, ("name",))


def _sisters(script: str, rest: str, by_name: Mapping[str, str]) -> Iterator[Observation]:
    letter = rest.removeprefix("SMALL LETTER ")
    if script in SISTER_SCRIPTS and letter != rest and len(letter) >= SHORTEST_SISTER_NAME:
        for sister in SISTER_SCRIPTS:
            char = by_name.get(f"{sister} SMALL LETTER {letter}")
            if sister != script and char:
                yield Observation((char,), SISTER, ("sister",))
