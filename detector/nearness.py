"""Nearness: a key in, the targets whose keys are a few letters away out.

Only a story to tell: edit distance is no reason to report a name (``space`` is no ``spaces``).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from detector.skeleton import Skeletonizer
from detector.targets import Target

NEAREST = 3
"""Targets to name."""

NEAR = 3
"""Edits up to which a target is near; and they must be less than half of the key."""

LOOKED_AT = 20_000
"""Targets to measure the distance to: the first ones of the list."""


class Near(NamedTuple):
    """A target whose key is not far from the label's."""

    domain: str
    """The target."""

    edits: int
    """Letters to insert, delete or replace in one key to get the other; 0: they share a key."""


def nearest(targets: Iterable[Target], skeletonizer: Skeletonizer, key: str) -> tuple[Near, ...]:
    """Find the targets whose label's first key is nearest, nearest first."""
    found = []
    for target in islice(targets, LOOKED_AT):
        other = skeletonizer.keys(target.unicode_label).best_first[0]
        if abs(len(other) - len(key)) <= NEAR:
            edits = edit_distance(key, other)
            if edits <= NEAR and 2 * edits < len(key):
                found.append(Near(target.domain, edits))
    return tuple(sorted(found, key=lambda near: (near.edits, near.domain))[:NEAREST])


def edit_distance(first: str, second: str) -> int:
    """Count the letters to insert, delete or replace to make one text the other (Levenshtein).

    >>> edit_distance("kindle", "kinder"), edit_distance("paypal", "paypal")
    (2, 0)
    """
    row = list(range(len(second) + 1))
    for i, mine in enumerate(first, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(second, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (mine != other))
    return row[-1]
