"""Map difference: two confusable maps in, what a reader of names would see change out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detector.confusables import ConfusableMap, Reading, render_row

Readings = tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not the same in both maps."""

    source: str
    """A character, an ASCII letter, or a pair of them."""

    before: Readings
    """Empty if the row is new."""

    after: Readings
    """Empty if the row is gone."""

    @property
    def kind(self) -> str:
        """One of `KINDS`: ``letters`` reads otherwise, ``details`` the same, but not as surely."""
        if not self.before:
            return "added"
        if not self.after:
            return "removed"
        return "letters" if _letters(self.before) != _letters(self.after) else "details"

    def lines(self) -> Iterator[str]:
        """Give the rows, the old one marked ``-`` and the new one ``+``.

        >>> change = Change("а", (), (Reading("a", 0.998, ("uts39",)),))
        >>> print(*change.lines())
        + 0430 ; a 0.998 uts39 - # CYRILLIC SMALL LETTER A
        """
        if self.before:
            yield f"- {render_row(self.source, self.before)}"
        if self.after:
            yield f"+ {render_row(self.source, self.after)}"


KINDS = ("removed", "letters", "added", "details")
"""Kinds of changes, those that lose something first."""


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, in the order of the sources."""

    changes: tuple[Change, ...]
    same: int
    """Rows that are equal in both."""

    def of_kind(self, kind: str) -> tuple[Change, ...]:
        """Give the changes of one of `KINDS`."""
        return tuple(change for change in self.changes if change.kind == kind)

    def summary(self) -> str:
        """Count the changes in one line.

        >>> Difference((), 3).summary()
        '0 removed, 0 read otherwise, 0 added, 0 with other details, 3 the same'
        """
        words = ("removed", "read otherwise", "added", "with other details")
        counts = [
            f"{len(self.of_kind(kind)):,} {word}" for kind, word in zip(KINDS, words, strict=True)
        ]
        return f"{', '.join(counts)}, {self.same:,} the same"


def difference(old: ConfusableMap, new: ConfusableMap) -> Difference:
    """Compare the rows of two maps; headers and order do not count."""
    before, after = all_rows(old), all_rows(new)
    changes = []
    for source in sorted({*before, *after}):
        left, right = before.get(source, ()), after.get(source, ())
        if left != right:
            changes.append(Change(source, left, right))
    return Difference(tuple(changes), len({*before, *after}) - len(changes))


def all_rows(confusables: ConfusableMap) -> Mapping[str, Readings]:
    """Give the rows of all three kinds."""
    classes = {char: (reading,) for char, reading in confusables.classes.items()}
    return {**confusables.characters, **classes, **confusables.pairs}


def _letters(readings: Readings) -> tuple[str, ...]:
    return tuple(reading.letters for reading in readings)
