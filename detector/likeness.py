"""Likeness: what a character looks like, worked out from single observations.

An observation says "this character looks like those parts, so alike": a part is an ASCII letter, or
another character whose own likeness is an observation too. `solve` multiplies along and keeps, for
every character, the best likeness to each run of ASCII letters.

Likeness is not transitive: three fair observations in a row are no likeness any more. Four things
bound it: the product itself with a floor, the number of rounds, the distance to the best reading,
and that what a character means does not pass to those that merely look like it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from detector.confusables import LETTERS, MAX_LETTERS, MAX_READINGS, Reading

FLOOR = 0.5
"""Below this, a reading costs more in false reports than it finds."""

RELATIVE_FLOOR = 0.72
"""The share of the best reading's confidence below which nobody takes another one."""

ROUNDS = 4
"""Observations that may follow upon each other."""

MEANINGS = frozenset({"digit", "folding", "italic", "kin"})
"""Sources about which letter it is. They pass on to the letter with an accent or a hook..."""

LOOKS = frozenset({"class", "uts39"})
"""...but not through sources about mere looks: what looks like a Bengali 4 is not a 4."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a source says about one character."""

    parts: tuple[str, ...]
    """What it looks like, left to right: ASCII letters, or one other character each."""

    weight: float
    """How alike, above 0 and up to 1."""

    sources: tuple[str, ...]
    """Who says so, as the map's column of sources names them."""

    becomes: Mapping[str, str] | None = None
    """If given, it is what these letters become that is seen, and others do not count."""

    fonts: str = "-"
    """Fonts that agree, of those that have the character, from one who has drawn it."""


def solve(observations: Mapping[str, Iterable[Observation]]) -> dict[str, tuple[Reading, ...]]:
    """Turn observations into readings, best first, at most three a character.

    >>> prototype = Observation(("ᴛ",), 0.998, ("uts39",))
    >>> small_capital = Observation(("t",), 0.88, ("smallcap",))
    >>> solve({"т": [prototype], "ᴛ": [small_capital]})["т"]
    (Reading(letters='t', confidence=0.8782, sources=('uts39', 'smallcap'), fonts='-'),)
    """
    users: dict[str, set[str]] = defaultdict(set)
    for char, seen in observations.items():
        for observation in seen:
            for part in observation.parts:
                users[part].add(char)
    known: dict[str, tuple[Reading, ...]] = {}
    waiting = set(observations)
    for _ in range(ROUNDS):
        fresh = {char: _best(observations[char], known) for char in waiting}
        moved = {char for char, readings in fresh.items() if readings != known.get(char, ())}
        known.update((char, fresh[char]) for char in moved)
        waiting = {user for char in moved for user in users[char]}
    return {char: _chosen(readings) for char, readings in known.items() if readings}


def _best(
    seen: Iterable[Observation], known: Mapping[str, tuple[Reading, ...]]
) -> tuple[Reading, ...]:
    """Give the best reading for each run of letters, best first."""
    best: dict[str, Reading] = {}
    for observation in seen:
        for reading in _readings(observation, known):
            held = best.get(reading.letters)
            if held is None or _rank(reading) < _rank(held):
                best[reading.letters] = reading
    return tuple(sorted(best.values(), key=_rank))


def _chosen(ranked: tuple[Reading, ...]) -> tuple[Reading, ...]:
    least = ranked[0].confidence * RELATIVE_FLOOR
    return tuple(reading for reading in ranked if reading.confidence >= least)[:MAX_READINGS]


def _rank(reading: Reading) -> tuple[float, int, str, tuple[str, ...]]:
    """Order readings so that the same observations give the same map."""
    return (-reading.confidence, len(reading.sources), reading.letters, reading.sources)


def _readings(
    observation: Observation, known: Mapping[str, tuple[Reading, ...]]
) -> Iterator[Reading]:
    mere_look = observation.sources[0] in LOOKS
    choices = [_part_readings(part, known, mere_look) for part in observation.parts]
    for chosen in product(*choices):
        letters = "".join(reading.letters for reading in chosen)
        if observation.becomes is not None:
            letters = observation.becomes.get(letters, "")
        confidence = observation.weight
        for reading in chosen:
            confidence *= reading.confidence
        confidence = round(confidence, 4)
        if confidence >= FLOOR and 1 <= len(letters) <= MAX_LETTERS and LETTERS.issuperset(letters):
            said = (*observation.sources, *(s for reading in chosen for s in reading.sources))
            fonts = (observation.fonts, *(reading.fonts for reading in chosen))
            told = next((each for each in fonts if each != "-"), "-")
            yield Reading(letters, confidence, tuple(dict.fromkeys(said)), told)


def _part_readings(
    part: str, known: Mapping[str, tuple[Reading, ...]], mere_look: bool
) -> tuple[Reading, ...]:
    if part.isascii():
        return (Reading(part, 1.0, ()),)
    readings = known.get(part, ())
    if mere_look:
        readings = tuple(r for r in readings if MEANINGS.isdisjoint(r.sources))
    return _chosen(readings) if readings else ()
