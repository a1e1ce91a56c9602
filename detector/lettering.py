"""Lettering: a label in, the letters that it can be read as out, one at a time.

A label with several readings is a net of letters: at every *node* one or more letters can come
next. A node is a number that rises along the label: the character's index, and within it the place
in one of its readings. Between two characters there is one node, however they were read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from detector.confusables import Reading
from detector.skeleton import Skeletonizer

_BITS = 6  # of the place within a character: four of the letter in a reading, two of the reading
_LETTER_BITS = 4
_INSIDE = (1 << _BITS) - 1


class Event(NamedTuple):
    """Something that a reader takes for something else, on the way through a label."""

    kind: str
    """``read``, ``fold``, ``accent`` or ``pair``."""

    start: int
    """Index of the first character."""

    end: int
    """Index after the last one."""

    offset: int
    """Of the letter within the character's reading."""

    reading: str
    """What it is taken for."""

    confidence: float
    """How alike the two look."""

    sources: tuple[str, ...]
    """Who says so."""


class Edge(NamedTuple):
    """One letter that can come next."""

    letter: str
    """The letter: ASCII, or a character that nobody can read."""

    node: int
    """Where the label goes on."""

    confidence: float
    """Of the reading that begins with this letter; 1 within a reading."""

    events: tuple[Event, ...]
    """What was read on the way."""

    char: int
    """Index of the character that the letter is of."""

    offset: int
    """Of the letter within that character's reading."""


def node_of(index: int) -> int:
    """Give the node before a character."""
    return index << _BITS


def index_of(node: int) -> int:
    """Give the index of the character at, or within which, a node is."""
    return node >> _BITS


class Lettering:
    """The letters of one label."""

    def __init__(self, skeletonizer: Skeletonizer, label: str) -> None:
        self._readings = skeletonizer.readings
        self._label = label
        self._known: dict[int, list[Edge]] = {}
        self.end = node_of(len(label))

    def char_at(self, node: int) -> str:
        """Give the character above ASCII that begins at a node, or an empty text."""
        if node == self.end or node & _INSIDE:
            return ""
        char = self._label[node >> _BITS]
        return "" if char.isascii() else char

    def letters(self, node: int) -> list[Edge]:
        """Give the letters that can come next."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = list(self._read(node))
        return known

    def following(self, node: int) -> Iterator[Edge]:
        """Give the letters that can come next, also behind characters that are not seen."""
        yield from self.letters(node)
        for event, after in self.unseen(node):
            for edge in self.following(after):
                confidence = edge.confidence * event.confidence
                yield edge._replace(confidence=confidence, events=(event, *edge.events))

    def unseen(self, node: int) -> Iterator[tuple[Event, int]]:
        """Give a node's character if it can be overlooked, with the node behind it."""
        char = self.char_at(node)
        for reading in self._readings(char) if char else ():
            if not reading.letters:
                yield _read(node >> _BITS, reading), node_of((node >> _BITS) + 1)

    def _read(self, node: int) -> Iterator[Edge]:
        if node == self.end:
            return
        index, inside = node >> _BITS, node & _INSIDE
        after = node_of(index + 1)
        readings = self._readings(self._label[index])
        if inside:
            number, offset = inside >> _LETTER_BITS, inside & ((1 << _LETTER_BITS) - 1)
            letters = readings[number].letters
            onward = after if offset + 1 == len(letters) else node + 1
            yield Edge(letters[offset], onward, 1.0, (), index, offset)
            return
        for number, reading in enumerate(readings):
            if reading.letters:
                more = len(reading.letters) > 1
                onward = node + (number << _LETTER_BITS) + 1 if more else after
                same = reading.letters == self._label[index]
                events = () if same else (_read(index, reading),)
                yield Edge(reading.letters[0], onward, reading.confidence, events, index, 0)


def _read(index: int, reading: Reading) -> Event:
    fonts = () if reading.fonts == "-" else (f"fonts:{reading.fonts}",)
    sources = (*reading.sources, *fonts)
    return Event("read", index, index + 1, 0, reading.letters, reading.confidence, sources)
