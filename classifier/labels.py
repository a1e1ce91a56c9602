"""Labels: UTS #39 and the Unicode database in, which DNS letter a character is drawn like out.

================== ==================================================== ======================
kind               which characters                                     e.g.
================== ==================================================== ======================
ascii              the 37 letters of a DNS name themselves              a is a
accent             canonically a letter and marks                       ä is a
uts39              the prototype is a letter (or rn, which is m)        а is a
overlay            the prototype is a letter and marks                  ø is o
accent-of-uts39    canonically one of the last two and marks            ё is e
small-capital      the prototype's class has a Latin small capital      н is h, ᴛ is t, қ is k
capital            an ASCII capital, or the prototype is one            Ꮃ is w, А is a
accent-of-capital  the prototype or decomposition is one and marks      Ё is e, Ø is o
named              by its name a small letter with something            ʈ is t, ᶁ is d
judged             people took it for the letter: `classifier.verdicts`  ⲙ is m
none               drawn like no letter: see `classifier.negatives`     ж
================== ==================================================== ======================

The first that holds counts. Everything follows from tables: no rule lists characters. UTS #39 sends
digits to letters (𝟎 to O, 𝟏 to l); where the compatibility decomposition is a digit, that is the
label. A mark alone has no label. Letters that no one can tell apart keep classes of their own;
`merged` makes one of them for counting.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.unicode_tables import (
    ConfusablesTable,
    category,
    compatible,
    decomposable_code_points,
    decomposed,
    is_mark,
    is_pvalid,
    load_confusables,
    name,
    named,
    pvalid_code_points,
)

CLASSES = "abcdefghijklmnopqrstuvwxyz0123456789-"
NONE = len(CLASSES)
"""Class number of characters that are drawn like none of `CLASSES`."""

UNKNOWN = -1
"""In arrays: a character without label, neither to learn from nor to be scored by."""

KINDS = (
    "ascii",
    "accent",
    "uts39",
    "overlay",
    "accent-of-uts39",
    "small-capital",
    "capital",
    "accent-of-capital",
    "named",
    "judged",
    "none",
)
LETTER_KINDS = KINDS[:-1]

MERGES = ("o0", "l1i")
"""Letters that many fonts draw alike: reading one of them for another is no real mistake."""

_LETTERS = frozenset(CLASSES) - {"-"}
_DIGITS = frozenset("0123456789")
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALL_CAPITAL = "LATIN LETTER SMALL CAPITAL "
_LETTER_WITH = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH .+")
_M = "rn"
"""The lookalike of m in UTS #39, which knows no m for that."""


@dataclass(frozen=True, slots=True)
class Label:
    """What one character is drawn like."""

    code_point: int
    letter: int
    """Class number: an index of `CLASSES`, or `NONE`."""

    kind: str
    """One of `KINDS`."""

    def __str__(self) -> str:
        """Give it as ``0430 ; a ; uts39``."""
        return f"{self.code_point:04X} ; {class_name(self.letter)} ; {self.kind}"


@dataclass(frozen=True)
class Labels:
    """Labels by code point, ascending."""

    by_code_point: Mapping[int, Label]

    unicode: str
    """Release and date of the UTS #39 table, e.g. ``17.0.0 of 2025-07-22``."""

    composite: frozenset[int] = frozenset()
    """Characters that UTS #39 takes for a letter and something beside it (æ is ae): they have no
    label, but are no example of what looks like no letter either."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all rows, in hex: equal labels have equal digests."""
        rows = "".join(f"{label}\n" for label in self.by_code_point.values())
        return hashlib.sha256(rows.encode("ascii")).hexdigest()

    def letters(self, code_points: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Give class numbers, in the shape asked; `UNKNOWN` where there is no label."""
        return self._look_up(code_points, lambda label: label.letter)

    def kinds(self, code_points: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Give indices of `KINDS`, in the shape asked; `UNKNOWN` where there is no label."""
        return self._look_up(code_points, lambda label: KINDS.index(label.kind))

    def of_kinds(self, kinds: Collection[str]) -> Labels:
        """Keep the labels of these kinds."""
        kept = {c: label for c, label in self.by_code_point.items() if label.kind in kinds}
        return replace(self, by_code_point=kept)

    def with_none(self, code_points: Iterable[int]) -> Labels:
        """Add characters that look like no letter; those that have a label keep it."""
        none = {c: Label(c, NONE, "none") for c in code_points}
        return replace(self, by_code_point=_ascending({**none, **self.by_code_point}))

    def with_judged(self, letters: Mapping[int, str]) -> Labels:
        """Add characters that people took for a letter; those that have a label keep it."""
        judged = {c: Label(c, CLASSES.index(letter), "judged") for c, letter in letters.items()}
        return replace(self, by_code_point=_ascending({**judged, **self.by_code_point}))

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Give for every kind the number of its labels, and how many of them are PVALID."""
        everyone = Counter(label.kind for label in self.by_code_point.values())
        valid = Counter(x.kind for x in self.by_code_point.values() if is_pvalid(x.code_point))
        return {kind: (everyone[kind], valid[kind]) for kind in KINDS if everyone[kind]}

    def _look_up(
        self, code_points: npt.NDArray[np.int32], value: Callable[[Label], int]
    ) -> npt.NDArray[np.int64]:
        unique, places = np.unique(code_points, return_inverse=True)
        found = (self.by_code_point.get(int(code_point)) for code_point in unique)
        values = [UNKNOWN if label is None else value(label) for label in found]
        return np.asarray(values, dtype=np.int64)[places].reshape(code_points.shape)


def build_labels(confusables: Path | ConfusablesTable) -> Labels:
    """Derive all labels but those of ``none``.

    Args:
        confusables: Unicode's file, or what was read from it.

    Raises:
        InvalidConfusables: the file is not what it should be.
    """
    table = load_confusables(confusables) if isinstance(confusables, Path) else confusables
    texts = {c: decomposed(text) for c, text in sorted(table.prototypes.items())}
    found: dict[int, Label] = {}
    rules = (
        (Label(ord(letter), number, "ascii") for number, letter in enumerate(CLASSES)),
        _accents(found, {"ascii": "accent"}),
        _small_prototypes(texts),
        _accents(found, {"uts39": "accent-of-uts39", "overlay": "accent-of-uts39"}),
        _small_capitals(texts),
        _accents(found, {"small-capital": "small-capital"}),
        _capital_prototypes(texts),
        _accents(found, {"capital": "accent-of-capital"}),
        _named(),
    )
    for rule in rules:
        for label in rule:
            if not is_mark(label.code_point):
                found.setdefault(label.code_point, label)
    composite = (
        c for c, text in texts.items() if c not in found and not _LETTERS.isdisjoint(text.lower())
    )
    return Labels(_ascending(found), f"{table.version} of {table.date}", frozenset(composite))


def _accents(found: Mapping[int, Label], kinds: Mapping[str, str]) -> Iterator[Label]:
    """Give labels of letter and marks, by the letter's; `kinds` are the letter's and theirs."""
    for code_point in decomposable_code_points():
        base, marks = _parted(decomposed(chr(code_point)))
        label = found.get(ord(base))
        if label is not None and label.kind in kinds and marks and _are_marks(marks):
            letter = CLASSES.index(base.lower()) if base in _CAPITALS else label.letter
            yield Label(code_point, letter, kinds[label.kind])


def _small_prototypes(texts: Mapping[int, str]) -> Iterator[Label]:
    """Give labels of prototypes that are a small letter, a digit or a hyphen, and marks or none."""
    for code_point, text in texts.items():
        base, marks = _parted(text.replace(_M, "m", 1) if text.startswith(_M) else text)
        compatibly = compatible(chr(code_point))
        if chr(code_point) in _LETTERS or chr(code_point) in _CAPITALS:
            continue
        if category(code_point) == "Nd" and compatibly in _DIGITS:
            yield Label(code_point, CLASSES.index(compatibly), "uts39")
        elif base in CLASSES and not marks:
            yield Label(code_point, CLASSES.index(base), "uts39")
        elif base in _LETTERS and _are_marks(marks):
            yield Label(code_point, CLASSES.index(base), "overlay")


def _small_capitals(texts: Mapping[int, str]) -> Iterator[Label]:
    """Give labels of the small capitals, and of what has the prototype of one, with marks or not.

    They are drawn like a capital and as high as an x. UTS #39 has classes for them and no way from
    there to ASCII: н has the prototype ʜ.
    """
    letters: dict[str, int] = {}
    for capital in _CAPITALS:
        small = named(_SMALL_CAPITAL + capital)
        prototype = texts.get(ord(small), small) if small else ""
        if len(prototype) == 1 and not prototype.isascii():
            letters[prototype] = CLASSES.index(capital.lower())
    for text, letter in letters.items():
        yield Label(ord(text), letter, "small-capital")
    for code_point, text in texts.items():
        base, marks = _parted(text)
        if base in letters and _are_marks(marks):
            yield Label(code_point, letters[base], "small-capital")


def _capital_prototypes(texts: Mapping[int, str]) -> Iterator[Label]:
    """Give labels of ASCII capitals, and of prototypes that are one, with marks or not."""
    for capital in _CAPITALS:
        # Of one, I, UTS #39 says what small letter it is drawn like: l, as ӏ and its kind.
        drawn = texts.get(ord(capital), capital.lower())
        yield Label(ord(capital), CLASSES.index(drawn), "capital")
    for code_point, text in texts.items():
        base, marks = _parted(text)
        if base in _CAPITALS and _are_marks(marks):
            kind = "accent-of-capital" if marks else "capital"
            yield Label(code_point, CLASSES.index(base.lower()), kind)


def _named() -> Iterator[Label]:
    """Give labels of PVALID letters that are called a small letter with a hook, a stroke, a curl.

    UTS #39 has some of them, as letter and mark, and Unicode decomposes none.
    """
    for code_point in sorted(pvalid_code_points()):
        match = _LETTER_WITH.fullmatch(name(code_point))
        if match:
            yield Label(code_point, CLASSES.index(match[1].lower()), "named")


def _parted(text: str) -> tuple[str, str]:
    return text[0], text[1:]


def _are_marks(chars: str) -> bool:
    """Whether all are marks that take no place of their own (gc=Mn or Me)."""
    return all(category(ord(char)) in ("Mn", "Me") for char in chars)


def _ascending(labels: Mapping[int, Label]) -> Mapping[int, Label]:
    return {code_point: labels[code_point] for code_point in sorted(labels)}


def class_name(letter: int) -> str:
    """Name a class as tables and files do.

    >>> class_name(0), class_name(36), class_name(NONE)
    ('a', '-', 'none')
    """
    return "none" if letter == NONE else CLASSES[letter]


def merged(letters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Make one class, the first, of letters that no one can tell apart; any shape.

    >>> [class_name(number) for number in merged(np.array([CLASSES.index(c) for c in "0o1ilb"]))]
    ['o', 'o', 'l', 'l', 'l', 'b']
    """
    table = np.arange(NONE + 1)
    for group in MERGES:
        table[[CLASSES.index(letter) for letter in group]] = CLASSES.index(group[0])
    return np.where(letters < 0, letters, table[letters])


def counts_table(labels: Labels) -> str:
    """Give the counts of labels by kind as lines of text, all and PVALID."""
    rows = [("kind", "all", "PVALID")]
    rows += [(kind, f"{n:,}", f"{valid:,}") for kind, (n, valid) in labels.counts().items()]
    return "\n".join(f"{kind:18}{n:>9}{valid:>9}" for kind, n, valid in rows)
