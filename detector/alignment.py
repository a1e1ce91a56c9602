"""Alignment: a name's label beside a target's, letter by letter, every difference with its row.

Keys retrieve; an alignment decides. It walks both labels from left to right and takes, of all ways
in which the name can be read as the target, the one with the highest product of confidences:

- a letter is the target's letter, or of its ASCII class (``1`` for ``l``);
- a character above ASCII is read as up to four letters, in up to three ways, or is not seen;
- two letters are one of the target's (``rn`` for ``m``), or one is two of them, by a pair row. The
  letters may be readings themselves: ``ŕn`` is read ``rn`` and then ``m``;
- a target's own character above ASCII (``citroën``) is itself, or what it reads as.

Every difference needs a row of the map. Where one has none (a plain misspelling, or two labels that
merely share a key) there is no alignment.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from detector.confusables import Reading
from detector.letter_rows import Fold, LetterRows, Merge
from detector.lettering import Edge, Event, Lettering, index_of, node_of
from detector.skeleton import Skeletonizer
from detector.substitution import Substitution, Technique, substitution, techniques

MAX_FORMS = 8
"""Ways to read a target that has characters above ASCII itself; its best ones are tried."""


class Alignment(NamedTuple):
    """How a name's label reads as a target's."""

    substitutions: tuple[Substitution, ...]
    """Every difference, from left to right; none where the labels are equal."""

    @property
    def techniques(self) -> tuple[Technique, ...]:
        """The techniques that took part."""
        return techniques(self.substitutions)


class _Form(NamedTuple):
    """A target's label as letters."""

    letters: str
    weights: tuple[float, ...]
    """Confidence of the target's own reading, at the first letter of each character."""
    characters: dict[int, tuple[str, int]]
    """Where a character above ASCII begins among the letters: it, and how many letters it is."""


Chain = tuple["Chain", Event] | None  # events of a walk, last one first
_State = tuple[float, Chain]


class Aligner:
    """Aligns labels by one confusable map."""

    def __init__(self, skeletonizer: Skeletonizer) -> None:
        self.skeletonizer = skeletonizer
        self.rows = LetterRows(skeletonizer.confusables)
        self._forms = lru_cache(maxsize=1024)(self._read_target)

    def align(self, name: str, target: str) -> Alignment | None:
        """Align a name's label with a target's, both in Unicode and lower case.

        Returns:
            The best alignment, or None if some difference has no row.
        """
        best: _State | None = None
        for form in self._forms(target):
            found = _Walk(self, name, form).best()
            if found and (best is None or found[0] > best[0]):
                best = found
        return Alignment(_explain(name, best[1])) if best else None

    def _read_target(self, target: str) -> tuple[_Form, ...]:
        """Read a target's label in its best ways; an ASCII one in the one way there is."""
        if target.isascii():
            return (_Form(target, (1.0,) * len(target), {}),)
        ranked = sorted(
            product(*[self.skeletonizer.readings(char)[:2] for char in target[:16]]),
            key=lambda readings: -_product(readings),
        )
        rest = tuple(self.skeletonizer.readings(char)[0] for char in target[16:])
        return tuple(_form(target, (*readings, *rest)) for readings in ranked[:MAX_FORMS])


def _product(readings: tuple[Reading, ...]) -> float:
    result = 1.0
    for reading in readings:
        result *= reading.confidence
    return result


def _form(target: str, readings: tuple[Reading, ...]) -> _Form:
    letters = ""
    weights: list[float] = []
    characters: dict[int, tuple[str, int]] = {}
    for char, reading in zip(target, readings, strict=True):
        if not char.isascii() and reading.letters:
            characters[len(letters)] = (char, len(reading.letters))
        weights += [reading.confidence, 1.0, 1.0, 1.0][: len(reading.letters)]
        letters += reading.letters
    return _Form(letters, tuple(weights), characters)


class _Walk:
    """One search for the best way through a name's readings and a target's letters.

    States are kept per node, and nodes visited in rising order, which is an order of the text; so
    every state is final when it is left. Work is bounded by characters x readings x letters.
    """

    def __init__(self, aligner: Aligner, name: str, form: _Form) -> None:
        self._rows = aligner.rows
        self._lettering = Lettering(aligner.skeletonizer, name)
        self._name = name
        self._form = form
        self._states: dict[int, dict[int, _State]] = {}
        self._waiting: list[int] = []

    def best(self) -> _State | None:
        """Give confidence and events of the best way, or None if there is none."""
        same = _common_start(self._name, self._form)
        ends = _common_end(self._name, self._form, same) if self._rows.keeps_ends else 0
        end, goal = node_of(len(self._name) - ends), len(self._form.letters) - ends
        self._push(node_of(same), same, (1.0, None))
        while self._waiting and self._waiting[0] < end:
            node = heapq.heappop(self._waiting)
            for place, state in self._states.pop(node).items():
                self._unseen(node, place, state)
                for edge in self._lettering.letters(node):
                    self._step(edge, place, state)
        return self._states.get(end, {}).get(goal)

    def _push(self, node: int, place: int, state: _State) -> None:
        states = self._states.get(node)
        if states is None:
            states = self._states[node] = {}
            heapq.heappush(self._waiting, node)
        known = states.get(place)
        if known is None or known[0] < state[0]:
            states[place] = state

    def _unseen(self, node: int, place: int, state: _State) -> None:
        """Pass by a character that is not seen, or that the target has itself."""
        for event, after in self._lettering.unseen(node):
            self._push(after, place, _add(state, event.confidence, event))
        char = self._lettering.char_at(node)
        own, length = self._form.characters.get(place, ("", 0))
        if char and own == char:
            self._push(node_of(index_of(node) + 1), place + length, state)

    def _step(self, edge: Edge, place: int, state: _State) -> None:
        """Match one letter of the name, alone and in pairs, with the target from `place` on."""
        letters = self._form.letters
        if place == len(letters):
            return
        read = _add(state, edge.confidence, *edge.events)
        wanted = letters[place]
        if edge.letter == wanted:
            self._push(edge.node, place + 1, self._weighed(read, edge, place))
        else:
            fold = self._rows.folds.get((edge.letter, wanted))
            if fold:
                folded = _add(read, fold.confidence, _folded(edge, fold))
                self._push(edge.node, place + 1, self._weighed(folded, edge, place))
        two = letters[place : place + 2]
        split = self._rows.splits.get((edge.letter, two))
        if split:
            event = Event("pair", edge.char, edge.char + 1, 0, two, split.confidence, split.sources)
            after = self._weighed(_add(read, split.confidence, event), edge, place)
            self._push(edge.node, place + 2, self._weighed(after, edge, place + 1))
        if edge.letter in self._rows.merge_starts:
            self._merge(edge, place, read)

    def _merge(self, edge: Edge, place: int, read: _State) -> None:
        """Match this letter and the next one with one letter of the target."""
        wanted = self._form.letters[place]
        for following in self._lettering.following(edge.node):
            merge = self._rows.merges.get((edge.letter + following.letter, wanted))
            if merge:
                both = _add(read, following.confidence, *following.events)
                merged = _add(both, merge.confidence, *_merged(edge, following, merge))
                self._push(following.node, place + 1, self._weighed(merged, following, place))

    def _weighed(self, state: _State, edge: Edge, place: int) -> _State:
        """Count what the target's own character loses when it is read as this letter."""
        if place not in self._form.characters:
            return state
        char, _ = self._form.characters[place]
        if not self._form.letters[place].isascii():
            return state  # nobody can read it, so it stands for itself
        weight = self._form.weights[place]
        event = Event("accent", edge.char, edge.char + 1, edge.offset, char, weight, ("target",))
        return _add(state, weight, event)


def _common_start(name: str, form: _Form) -> int:
    """Count the ASCII characters in which both begin alike; no better way leads through them."""
    count = 0
    for mine, wanted in zip(name, form.letters, strict=False):
        if mine != wanted or not mine.isascii() or count in form.characters:
            break
        count += 1
    return count


def _common_end(name: str, form: _Form, start: int) -> int:
    """Count the same from the end, behind a common start; none if a reading may reach into it."""
    if form.characters:
        return 0
    letters = form.letters
    most = min(len(name), len(letters)) - start
    count = 0
    while count < most and name[-1 - count] == letters[-1 - count] and name[-1 - count].isascii():
        count += 1
    return count


def _add(state: _State, confidence: float, *events: Event) -> _State:
    chain = state[1]
    for event in events:
        chain = (chain, event)
    return state[0] * confidence, chain


def _folded(edge: Edge, fold: Fold) -> Event:
    place = (edge.char, edge.char + 1, edge.offset)
    return Event("fold", *place, fold.reading, fold.confidence, fold.sources)


def _merged(first: Edge, second: Edge, merge: Merge) -> Iterator[Event]:
    for edge, fold in zip((first, second), merge.folds, strict=True):
        if fold:
            yield _folded(edge, fold)
    place = (first.char, second.char + 1, 0)
    yield Event("pair", *place, merge.reading, merge.pair_confidence, merge.sources)


def _explain(name: str, chain: Chain) -> tuple[Substitution, ...]:
    """Turn the events of a walk into substitutions: one a character, and one a pair."""
    events: list[Event] = []
    while chain:
        chain, event = chain
        events.append(event)
    events.reverse()
    characters: dict[int, list[Event]] = {}
    pairs = []
    for event in events:
        if event.kind == "pair":
            source = name[event.start : event.end]
            kind, evidence = Technique.MULTI_LETTER, event.sources
            place = event.start
            pairs.append(
                substitution(place, source, event.reading, kind, event.confidence, evidence)
            )
        else:
            characters.setdefault(event.start, []).append(event)
    singles = [_character(name, index, events) for index, events in characters.items()]
    return tuple(sorted(singles + pairs, key=lambda each: (each.position, len(each.source))))


def _character(name: str, index: int, events: list[Event]) -> Substitution:
    """Put together what was read, folded and accented of one character."""
    char = name[index]
    letters = [char]
    confidence = 1.0
    evidence: list[str] = []
    above_ascii = not char.isascii()
    for event in events:
        confidence *= event.confidence
        evidence += event.sources
        if event.kind == "read":
            letters = list(event.reading)
        else:
            letters[event.offset] = event.reading
            above_ascii |= event.kind == "accent"
    technique = Technique.IDN if above_ascii else Technique.ASCII
    return substitution(index, char, "".join(letters), technique, confidence, evidence)
