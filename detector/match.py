"""Matches: a label that reads as a target's, before anything is decided about it."""

from __future__ import annotations

from typing import NamedTuple

from detector.position import Place
from detector.substitution import Substitution, Technique
from detector.targets import Target
from detector.verdict import score


class Match(NamedTuple):
    """A label that reads as a target."""

    place: Place
    """The label, and where it stands."""

    target: Target
    """What it reads as."""

    substitutions: tuple[Substitution, ...]
    """Every difference, from left to right."""

    techniques: tuple[Technique, ...]
    """Those of the substitutions, and of other ways in which the label reads as the target."""

    @property
    def score(self) -> float:
        """How alike the two look, 0 to 1."""
        return score(self.substitutions)

    @property
    def same_suffix(self) -> bool:
        """Whether all that stands right of the label is the target's public suffix."""
        return self.place.suffix == self.target.suffix
