"""Reuse: characters that one font draws exactly alike in, those of them that are drawn wrongly out.

Most reuse is right: Latin A is Greek Alpha, and one stroke is a letter of many scripts. It is a
fault where a font has no drawing of its own: an accent is lost (К for Қ), a box stands for a whole
script, a letter is drawn as its neighbour. Two things tell them apart, and both are at hand. What
Unicode calls a letter *with* something (by canonical decomposition, or by its name) must not be the
bare letter. And other fonts vote: where nine in ten of those that have two characters of one script
draw them differently, a font that draws them alike is wrong, and its drawing belongs to the one to
whose drawings elsewhere it leans. Across scripts nobody votes: a cursive Cyrillic п that is a Latin
n to the pixel is a find, and no fault. A family's ASCII letters and digits are right by definition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import unicodedata2

if TYPE_CHECKING:
    import numpy.typing as npt

ACCENT, BOX, ALIKE = "accent", "box", "alike"
"""Kinds of faults: a letter without what it is a letter with; one drawing for `MANY` characters or
more; the drawing of another character."""

MANY = 4

DIFFERENT = 2.0
"""Drawings that are so many pixels of ink apart are not alike."""

SHARE, VOTERS = 0.9, 3
"""Share, and number, of other families that must draw two characters differently."""

LEANING = 0.25
"""From here on a drawing is one character's and not the other's: see `Votes.leaning`."""

_SAME = frozenset(
    {"<compat>", "<final>", "<font>", "<initial>", "<isolated>", "<medial>", "<narrow>"}
    | {"<noBreak>", "<small>", "<wide>"}
)
"""Compatibility decompositions that may look like what they decompose to, unlike <super>."""

_SQUARE = frozenset({"CJK", "HANGUL", "IDEOGRAPHIC", "TANGUT"})
"""First words of names of characters that differ too little, or by position only."""


class Fault(NamedTuple):
    """A character that a font draws wrongly."""

    code_point: int
    kind: str
    """`ACCENT`, `BOX` or `ALIKE`."""

    like: int
    """Another character that it is drawn exactly like."""


class Votes:
    """How all families draw all characters."""

    def __init__(
        self,
        code_points: Sequence[npt.NDArray[np.int32]],
        pictures: Sequence[npt.NDArray[np.uint8]],
    ) -> None:
        """Take what families draw: for each, the characters and their pictures."""
        self._pictures = [each.reshape(len(each), -1) for each in pictures]
        self._places: dict[int, dict[int, int]] = defaultdict(dict)
        for family, each in enumerate(code_points):
            for row, code_point in enumerate(each.tolist()):
                self._places[code_point][family] = row

    def share_apart(self, first: int, second: int, family: int) -> tuple[float, int]:
        """Give the share of other families that draw two characters differently, of how many."""
        voters = [
            self._distance(self._pictures[each][one], each, two) >= DIFFERENT
            for each, one, two in self._voters(first, second, family)
        ]
        return (sum(voters) / len(voters) if voters else 0.0), len(voters)

    def leaning(self, first: int, second: int, family: int) -> float:
        """Give to which of two characters a family's one drawing of both belongs.

        Returns:
            The median, over the other families, of how much nearer it is to their first than to
            their second, as a share of the distance between the two: 1 for the first character
            itself, -1 for the second, 0 for what is neither.
        """
        own = self._pictures[family][self._places[first][family]]
        shares = []
        for each, one, two in self._voters(first, second, family):
            apart = self._distance(self._pictures[each][one], each, two)
            if apart >= DIFFERENT:
                nearer = self._distance(own, each, two) - self._distance(own, each, one)
                shares.append(nearer / apart)
        return float(np.median(shares)) if shares else 0.0

    def _voters(self, first: int, second: int, family: int) -> Iterator[tuple[int, int, int]]:
        """Give the other families that have two characters, with the places of their pictures."""
        one, two = self._places.get(first, {}), self._places.get(second, {})
        for each in one.keys() & two.keys():
            if each != family:
                yield each, one[each], two[each]

    def _distance(self, own: npt.NDArray[np.uint8], family: int, row: int) -> float:
        other = self._pictures[family][row]
        return float(np.abs(own.astype(np.int16) - other).sum()) / 255


def find_faults(group: Collection[int], family: int, votes: Votes) -> list[Fault]:
    """Find the faults among characters that one family draws exactly alike.

    Args:
        group: the characters.
        family: the family's place among those that vote.
        votes: what all families draw.
    """
    faults = [fault for code_point in group if (fault := _lost_accent(code_point, group))]
    lost = {fault.code_point for fault in faults}
    scripts: dict[str, list[int]] = defaultdict(list)
    for code_point in sorted(group):
        script = script_of(code_point)
        if code_point not in lost and script not in _SQUARE and _has_shape(code_point):
            scripts[script].append(code_point)
    for script in sorted(scripts):
        faults += _strangers(scripts[script], family, votes)
    return sorted(faults)


def _lost_accent(code_point: int, group: Collection[int]) -> Fault | None:
    bare = [each for each in group if is_with(code_point, each)]
    return Fault(code_point, ACCENT, min(bare)) if bare else None


def _strangers(members: Sequence[int], family: int, votes: Votes) -> list[Fault]:
    """Find those to which the one drawing of all does not belong."""
    rivals: dict[int, set[int]] = defaultdict(set)
    beaten: dict[int, set[int]] = defaultdict(set)
    for first, second in combinations(members, 2):
        if must_differ(first, second, family, votes):
            rivals[first].add(second)
            rivals[second].add(first)
            leaning = votes.leaning(first, second, family)
            if leaning >= LEANING:
                beaten[second].add(first)
            elif leaning <= -LEANING:
                beaten[first].add(second)
    owned = any(
        2 * len(rivals[one]) >= len(rivals)
        and all(one in beaten.get(other, ()) for other in rivals[one])
        for one in rivals
    )
    wrong = set(beaten) if owned or len(rivals) < MANY else set(members)
    kind = BOX if len(wrong) >= MANY else ALIKE
    return [
        Fault(each, kind, min(rivals[each] or set(members) - {each}))
        for each in wrong
        if not _is_ascii_letter(each)
    ]


def must_differ(first: int, second: int, family: int, votes: Votes) -> bool:
    """Tell whether other fonts agree that two characters of one script are drawn differently."""
    one, two = identity(chr(first)), identity(chr(second))
    if one == two or _class(first) != _class(second):
        return False
    if (one == chr(first)) != (two == chr(second)):  # 𝖼 stands for c in any shape, and ᴄ does not
        return False
    if _have_the_same_marks(one, two):  # where I is drawn like l, so are Í and ĺ
        return False
    share, voters = votes.share_apart(first, second, family)
    return voters >= VOTERS and share >= SHARE


def is_with(code_point: int, bare: int) -> bool:
    """Tell whether a character is another one with something added.

    >>> [is_with(ord(one), ord(two)) for one, two in ("ēe", "ệê", "қк", "øo", "ée", "eé")]
    [True, True, True, True, True, False]
    """
    whole, part = (unicodedata2.normalize("NFD", chr(each)) for each in (code_point, bare))
    if whole[0] == part[0] and set(part[1:]) < set(whole[1:]):
        return True
    name, other = _name(code_point), _name(bare)
    return bool(other) and name.startswith((f"{other} WITH ", f"{other} AND "))


def identity(char: str) -> str:
    """Give what a character may be drawn like: canonical forms, widths and positional forms undone.

    >>> identity("K"), identity("ﬄ"), identity("²")
    ('K', 'ffl', '²')
    """
    first, *rest = unicodedata2.decomposition(char).split() or [""]
    if not first or (first.startswith("<") and first not in _SAME):
        return char
    codes = rest if first.startswith("<") else [first, *rest]
    return "".join(identity(chr(int(code, 16))) for code in codes)


@cache
def script_of(code_point: int) -> str:
    """Give the first word of a letter's name, which is its script; nothing for punctuation.

    >>> script_of(ord("ж")), script_of(ord("Ｚ")), script_of(ord("("))
    ('CYRILLIC', 'LATIN', '')
    """
    plain = identity(chr(code_point))
    name = _name(ord(plain) if len(plain) == 1 else code_point)
    return "" if _class(code_point) == "P" else name.partition(" ")[0]


def _name(code_point: int) -> str:
    name: str = unicodedata2.name(chr(code_point), "")
    return name


def _class(code_point: int) -> str:
    category: str = unicodedata2.category(chr(code_point))
    return category[0]


def _has_shape(code_point: int) -> bool:
    """Leave out marks, dots, dashes, quotes and symbols, of which many are honestly alike."""
    category: str = unicodedata2.category(chr(code_point))
    return category[0] == "L" or category in {"Nd", "Nl", "Ps", "Pe"}


def _have_the_same_marks(one: str, two: str) -> bool:
    """Tell whether two characters are ASCII letters with the same marks on them."""
    first, *marks = unicodedata2.normalize("NFD", one)
    second, *others = unicodedata2.normalize("NFD", two)
    return bool(marks) and marks == others and (first + second).isascii()


def _is_ascii_letter(code_point: int) -> bool:
    return chr(code_point).isascii() and chr(code_point).isalnum()
