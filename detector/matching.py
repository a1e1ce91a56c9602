"""Matching: a place in a name in, every target that it reads as out.

Four ways lead to a target: the label in Unicode, an A-label's own text, a part of the label
(opt-in), and the target's own label under another suffix (opt-in). Each finds candidates by key and
keeps those that can be aligned.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from detector.alignment import Aligner, Alignment
from detector.key_index import KeyIndex
from detector.labels import Kind, Name
from detector.match import Match
from detector.position import Place, Position, spoofed_suffixes
from detector.skeleton import Skeletonizer
from detector.substitution import Substitution, Technique, substitution, techniques
from detector.suffixes import SuffixList
from detector.targets import Target, TargetList

ACE_PREFIX = "xn--"

ACE_CONFIDENCE = 0.80
"""What ``xn--`` before the target's name leaves of the likeness: everyone sees it, few know it."""

PUNYCODE_FLOOR = 4
"""Characters a target needs to be met in an A-label's text, which is letters at random."""

PART_CONFIDENCE = 0.90
"""What more text before or behind the lookalike leaves of the likeness."""

EMBEDDED_FLOOR = 5
"""Characters a target needs to be looked for in parts of labels."""

SUFFIX_CONFIDENCE = 0.60
"""What another suffix leaves of the likeness, where the label is the target's own."""


REMEMBERED = 1 << 14
"""Texts of which the readings are kept."""

_Reading = tuple[Target, tuple[Substitution, ...]]


class Matcher:
    """Finds the targets that labels read as."""

    def __init__(
        self,
        skeletonizer: Skeletonizer,
        targets: TargetList,
        index: KeyIndex,
        suffixes: SuffixList,
        *,
        embedded: bool = False,
        suffix_swap: bool = False,
    ) -> None:
        self.aligner = Aligner(skeletonizer)
        self._skeletonizer = skeletonizer
        self._targets = targets
        self._index = index
        self._suffixes = suffixes
        self._embedded = embedded
        self._suffix_swap = suffix_swap
        self._top_level: frozenset[str] | None = None
        self._read: dict[str, tuple[_Reading, ...]] = {}

    def matches(self, place: Place) -> list[Match]:
        """Give every match of one label, one for each target; those of equal worth in list order.

        A label that *is* a target's label imitates none, neither that target nor a neighbour of it
        (``hotels`` and ``hoteis`` are both real): only its suffix may have been swapped.
        """
        label = place.label
        if self._targets.is_label(label.text):
            return list(self._swapped(place)) if self._suffix_swap else []
        if label.kind is Kind.ASCII and not self._embedded and not self._shares_key(label.text):
            return []  # nearly every label there is
        found: dict[str, Match] = {}
        ways = self._decoded(place)
        if label.text.startswith(ACE_PREFIX):
            ways = chain(ways, self._punycode_text(place))
        if self._embedded and label.kind is not Kind.UNDECODABLE:
            ways = chain(ways, self._parts(place))
        for match in ways:
            known = found.get(match.target.domain)
            found[match.target.domain] = _merged(known, match) if known else match
        return list(found.values())

    def spoofed(self, name: Name) -> Iterator[Match]:
        """Give the targets that a name reads as together with its suffix, if nobody runs that."""
        last = name.labels[-1]
        if last.kind in (Kind.ASCII, Kind.UNDECODABLE) or self._is_top_level(last.text):
            return
        for place in spoofed_suffixes(name):
            first = name.labels[place.index]
            for target, _ in self._candidates(first.unicode):
                if target.domain.count(".") != place.label.text.count("."):
                    continue
                goal = f"{target.unicode_label}.{target.suffix}"
                alignment = self.aligner.align(place.label.unicode, goal)
                if alignment:
                    found = alignment.substitutions
                    yield Match(place, target, found, techniques(found))

    def is_target_label(self, label: str) -> bool:
        """Say whether a label in A-label form is the label of a target."""
        return self._targets.is_label(label)

    def is_truncated(self, place: Place) -> bool:
        """Say whether a label has more readings than were tried."""
        text = place.label.unicode
        return not text.isascii() and self._skeletonizer.keys(text).truncated

    def _is_top_level(self, text: str) -> bool:
        """Say whether the suffix list has a rule at or under this top-level domain."""
        if self._top_level is None:
            found = {suffix.rpartition(".")[2] for suffix, _ in self._suffixes.rules()}
            self._top_level = frozenset(found)
        return text in self._top_level

    def _shares_key(self, text: str) -> bool:
        """Say whether an ASCII label has a key that a target has as well."""
        return bool(self._index.targets(self._skeletonizer.expand(text)))

    def _candidates(self, text: str) -> Iterator[tuple[Target, str]]:
        """Give the targets that share a key with a text, with what of them has that key."""
        seen = set()
        for key in self._skeletonizer.keys(text).best_first:
            for number in self._index.targets(key):
                target = self._targets[number]
                goal = target.domain if "." in key else target.unicode_label
                if (number, goal) not in seen:
                    seen.add((number, goal))
                    yield target, goal

    def _readings(self, text: str) -> tuple[_Reading, ...]:
        """Give the targets that a text reads as, with the differences: none if they are equal.

        Remembered for the last texts: many hosts stand below one lookalike domain.
        """
        known = self._read.get(text)
        if known is None:
            if len(self._read) >= REMEMBERED:
                self._read.clear()
            known = self._read[text] = tuple(self._align_all(text))
        return known

    def _align_all(self, text: str) -> Iterator[_Reading]:
        aligned: dict[str, Alignment | None] = {}  # many targets may have one label: google.*
        for target, goal in self._candidates(text):
            if goal not in aligned:
                aligned[goal] = self.aligner.align(text, goal)
            alignment = aligned[goal]
            if alignment:
                yield target, alignment.substitutions

    def _decoded(self, place: Place) -> Iterator[Match]:
        """Match the label as a person reads it."""
        if place.label.kind is not Kind.UNDECODABLE:
            for target, found in self._readings(place.label.unicode):
                if found and not _is_plain_spelling(found):
                    yield Match(place, target, found, techniques(found))

    def _punycode_text(self, place: Place) -> Iterator[Match]:
        """Match an A-label's text after its prefix, equal to the target or alike.

        A hyphen at its end only says that nothing was encoded: ``xn--google-`` is ``google``. Where
        parts are asked for, a whole token of the text counts as well (``xn--google-login``), unless
        it stands in the label as it is read, too.
        """
        plain = "" if place.label.kind is Kind.UNDECODABLE else place.label.unicode
        text = place.label.text.removeprefix(ACE_PREFIX).removesuffix("-")
        prefix = substitution(
            0, ACE_PREFIX, "", Technique.PUNYCODE_TEXT, ACE_CONFIDENCE, ("ace-prefix",)
        )
        for target, differences in self._readings(text) if text else ():
            if len(target.label) >= PUNYCODE_FLOOR and target.unicode_label.isascii():
                found = (prefix, *_moved(differences, len(ACE_PREFIX)))
                yield Match(place, target, found, techniques(found))
        for start, end in _tokens(text) if self._embedded else ():
            if text[start:end] in plain:
                continue
            for target, differences in self._readings(text[start:end]):
                if len(target.label) >= EMBEDDED_FLOOR and target.unicode_label.isascii():
                    parts = [*_left_over(text, start, end), *_moved(differences, start)]
                    parts.sort(key=lambda each: (each.position, len(each.source)))
                    found = (prefix, *_moved(tuple(parts), len(ACE_PREFIX)))
                    yield Match(place, target, found, techniques(found))

    def _parts(self, place: Place) -> Iterator[Match]:
        """Match parts of the label: hyphen-separated tokens, beginnings and ends."""
        text = place.label.unicode
        for start, end in _spans(text):
            part = text[start:end]
            if self._targets.is_label(part):
                continue
            for target, differences in self._readings(part):
                if differences and len(target.unicode_label) >= EMBEDDED_FLOOR:
                    found = [*_left_over(text, start, end), *_moved(differences, start)]
                    found.sort(key=lambda each: (each.position, len(each.source)))
                    yield Match(place, target, tuple(found), techniques(found))

    def _swapped(self, place: Place) -> Iterator[Match]:
        """Match the target's own label under a suffix that is not the target's.

        A domain that is itself a suffix (``github.io``) is not somebody's who swapped one.
        """
        if place.position not in (Position.REGISTRABLE, Position.PRIVATE):
            return
        labels = place.domain.split(".")
        if self._suffixes.suffix_lengths(labels)[1] == len(labels):
            return
        for target, _ in self._candidates(place.label.unicode):
            if target.label == place.label.text and target.suffix != place.suffix:
                swap = substitution(
                    len(place.label.unicode),
                    f".{place.suffix}",
                    f".{target.suffix}",
                    Technique.SUFFIX_SWAP,
                    SUFFIX_CONFIDENCE,
                    ("suffix",),
                )
                yield Match(place, target, (swap,), (Technique.SUFFIX_SWAP,))


def _merged(known: Match, other: Match) -> Match:
    """Keep the better of two ways to read one label as one target, and both their techniques.

    A part of a label adds nothing to what the whole label, or a better part, already is.
    """
    better = other if other.score > known.score else known
    if Technique.EMBEDDED in known.techniques + other.techniques:
        return better
    kinds = set(known.techniques + other.techniques)
    ordered = tuple([technique for technique in Technique if technique in kinds])
    return Match(better.place, better.target, better.substitutions, ordered)


def _left_over(text: str, start: int, end: int) -> Iterator[Substitution]:
    """Give what stands before and behind a part of a label, each as something not to be seen."""
    kind, evidence = Technique.EMBEDDED, ("embedded",)
    if start:
        yield substitution(0, text[:start], "", kind, PART_CONFIDENCE, evidence)
    if end < len(text):
        yield substitution(end, text[end:], "", kind, PART_CONFIDENCE, evidence)


def _moved(substitutions: tuple[Substitution, ...], by: int) -> Iterator[Substitution]:
    """Give substitutions of a part with their places in the whole."""
    for each in substitutions:
        yield substitution(
            each.position + by,
            each.source,
            each.reading,
            each.technique,
            each.confidence,
            each.evidence,
        )


def _is_plain_spelling(found: tuple[Substitution, ...]) -> bool:
    """Say whether the name is only the target without its accents: nestle.com for nestlé.com."""
    return all(each.source.isascii() and each.technique is Technique.IDN for each in found)


def _tokens(text: str) -> list[tuple[int, int]]:
    """Give what stands between hyphens, one token or several; never all of the text.

    >>> text = "a-bc-d"
    >>> [text[start:end] for start, end in _tokens(text)]
    ['a', 'a-bc', 'bc', 'bc-d', 'd']
    """
    starts = [0, *(place + 1 for place, char in enumerate(text) if char == "-")]
    ends = [*(place for place, char in enumerate(text) if char == "-"), len(text)]
    tokens = [(start, end) for start in starts for end in ends if start < end]
    return [token for token in tokens if token != (0, len(text))]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Give the parts of a label worth a look: its tokens, its beginnings, its ends; never all.

    >>> text = "a-bc-d"
    >>> [text[start:end] for start, end in _spans(text)]
    ['a', 'a-bc', 'bc', 'bc-d', 'd', 'a-', 'a-b', 'a-bc-', '-bc-d', 'c-d', '-d']
    """
    beginnings = [(0, end) for end in range(1, len(text))]
    endings = [(start, len(text)) for start in range(1, len(text))]
    yield from dict.fromkeys([*_tokens(text), *beginnings, *endings])
