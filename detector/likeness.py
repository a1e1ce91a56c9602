"""Likeness: what a character looks like, worked out from single observations.

An observation says "this character looks like those parts, so alike": a part is an ASCII letter, or
another character whose own likeness is an observation too. `solve` multiplies along and keeps, for
every character, the best likeness to each run of ASCII letters. Products only fall, so the answer
does not depend on the order of the observations.

Likeness is not transitive: three observations in a row, each fair, are no likeness any more. Two
things bound it: the product itself, with a floor, and the number of rounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from detector.confusables import LETTERS, MAX_LETTERS, MAX_READINGS, Reading

FLOOR = 0.5
"""Below this, a reading costs more in false reports than it finds."""

ROUNDS = 4
"""Observations that may follow upon each other."""

CERTAIN = 0.9
"""A shape this sure leaves no room for readings by case alone (`WEAK_SOURCES`)."""

WEAK_SOURCES = frozenset({"case", "sister", "digit"})
"""Sources that speak of a letter's kin and not of its own shape."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a source says about one character."""

    parts: tuple[str, ...]
    """What it looks like, left to right: ASCII letters, or one other character each."""

    weight: float
    """How alike, above 0 and up to 1."""

    sources: tuple[str, ...]
    """Who says so, as the map's `sources` column names them."""


def solve(observations: Mapping[str, Iterable[Observation]]) -> dict[str, tuple[Reading, ...]]:
    """Turn observations into readings, best first, at most three a character.

    >>> small_capital = Observation(("t",), 0.85, ("smallcap",))
    >>> prototype = Observation(("ᴛ",), 0.998, ("uts39",))
    >>> solve({"т": [prototype], "ᴛ": [small_capital]})["т"]
    (Reading(letters='t', confidence=0.8483, sources=('uts39', 'smallcap'), fonts='-'),)
    """
    known: dict[str, tuple[Reading, ...]] = {}
    waiting: dict[str, list[Observation]] = {char: list(seen) for char, seen in observations.items()}
    users: dict[str, set[str]] = defaultdict(set)
    for char, seen in waiting.items():
        for observation in seen:
            for part in observation.parts:
                if not part.isascii():
                    users[part].add(char)
    changed = set(waiting)
    for _ in range(ROUNDS):
        fresh = {char: _read(waiting[char], known) for char in changed}
        moved = {char for char, readings in fresh.items() if readings != known.get(char, ())}
        known.update((char, fresh[char]) for char in moved)
        changed = {user for char in moved for user in users[char]}
        if not changed:
            break
    return {char: readings for char, readings in known.items() if readings}


def _read(seen: Iterable[Observation], known: Mapping[str, tuple[Reading, ...]]) -> tuple[Reading, ...]:
    best: dict[str, Reading] = {}
    for observation in seen:
        for reading in _readings(observation, known):
            held = best.get(reading.letters)
            if held is None or _rank(reading) < _rank(held):
                best[reading.letters] = reading
    ranked = sorted(best.values(), key=_rank)
    if ranked and ranked[0].confidence >= CERTAIN:
        ranked = ranked[:1] + [r for r in ranked[1:] if WEAK_SOURCES.isdisjoint(r.sources)]
    return tuple(ranked[:MAX_READINGS])


def _rank(reading: Reading) -> tuple[float, int, str, tuple[str, ...]]:
    return (-reading.confidence, len(reading.sources), reading.letters, reading.sources)


def _readings(
    observation: Observation, known: Mapping[str, tuple[Reading, ...]]
) -> Iterable[Reading]:
    choices = [
        (Reading(part, 1.0, ()),) if part.isascii() else known.get(part, ())
        for part in observation.parts
    ]
    for chosen in product(*choices):
        letters = "".join(reading.letters for reading in chosen)
        confidence = observation.weight
        for reading in chosen:
            confidence *= reading.confidence
        confidence = round(confidence, 4)
        if confidence >= FLOOR and 1 <= len(letters) <= MAX_LETTERS and LETTERS.issuperset(letters):
            said = (*observation.sources, *(s for reading in chosen for s in reading.sources))
            yield Reading(letters, confidence, tuple(dict.fromkeys(said)))
