"""The key index: a key in, the targets that have it out.

The judge asks one of these. The default is a dictionary; a compiled one that serves the screen can
be put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from detector.skeleton import Skeletonizer
from detector.targets import TargetList

_NONE: tuple[int, ...] = ()


class KeyIndex(Protocol):
    """Finds the targets of a key."""

    def targets(self, key: str) -> Sequence[int]:
        """Give positions in the target list whose label or whole domain has this key.

        Labels are found by `Skeletonizer.target_keys`, ASCII domains by `Skeletonizer.expand` of
        the whole domain, which has a full stop in it. May name targets that do not have the key
        (a hash collision): whoever asks aligns. Never leaves one out. Called for every key of
        every judged label, so it must answer in about a microsecond.
        """


class DictIndex:
    """A key index in a dictionary: quick to ask, slow to make for more than 100,000 targets."""

    def __init__(self, targets: TargetList, skeletonizer: Skeletonizer) -> None:
        found: dict[str, list[int]] = {}
        idn_labels = dict(targets.idn_labels())
        for number, (label, domain) in enumerate(zip(targets.labels, targets.domains, strict=True)):
            for key in skeletonizer.target_keys(idn_labels.get(number, label)):
                found.setdefault(key, []).append(number)
            if number not in idn_labels:
                found.setdefault(skeletonizer.expand(domain), []).append(number)
        self._found = {key: tuple(numbers) for key, numbers in found.items()}

    def targets(self, key: str) -> Sequence[int]:
        """Give positions in the target list whose label or whole domain has this key."""
        return self._found.get(key, _NONE)
