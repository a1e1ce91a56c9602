"""ASCII likeness: glyphs and networks in, the ASCII characters that are taken for others out.

A network has learned every ASCII character as itself. What it still takes for another one in many
families is what no one can tell apart: on 96 families, I for l (0.89), 0 for o (0.51) and 1 for l
(0.35) stand out; then come 6 for o (0.11) and O for 0 (0.08). Distances of pixels do not tell this:
by them h and n, E and F, v and y are all nearer to each other than 0 and o.

Names are not case-sensitive, so a letter is seen in both its cases: i passes for l as I.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.dataset import Glyphs
from classifier.labels import CLASSES
from classifier.network import Network
from classifier.prediction import predict

LEAST = 0.15
"""Chance from which two are one class. Measured are 0.88 (I as l), 0.21 (0 as o) and 0.18 (1 as l);
then comes nothing before 0.09."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """An ASCII letter or digit that is taken for another one."""

    source: str
    """Small letter or digit."""

    seen: str
    """How it is written to be taken for the other: itself, or its capital."""

    letter: str
    """What it is taken for."""

    chance: float
    """Mean over families of the networks' chance."""

    agree: int
    """Families in which the other is the likeliest."""

    fonts: int


def confusions(
    glyphs: Glyphs, networks: Sequence[Network], device: str = "cpu"
) -> tuple[Confusion, ...]:
    """Measure all ASCII letters and digits, most alike first; each with its likeliest other."""
    found: dict[tuple[str, str], Confusion] = {}
    for seen in string.digits + string.ascii_letters:
        images = glyphs.images[np.flatnonzero(glyphs.code_points == ord(seen))]
        if not len(images):
            continue
        source = seen.lower()
        logs = np.mean([predict(each, images, device=device) for each in networks], axis=0)
        chances = np.exp(logs[:, : len(CLASSES) - 1])
        chances[:, CLASSES.index(source)] = 0
        other = int(chances.mean(axis=0).argmax())
        agree = int((logs.argmax(axis=1) == other).sum())
        chance = float(chances[:, other].mean())
        made = Confusion(source, seen, CLASSES[other], chance, agree, len(images))
        known = found.get((source, made.letter))
        if known is None or known.chance < chance:
            found[source, made.letter] = made
    return tuple(sorted(found.values(), key=lambda each: (-each.chance, each.source)))


def classes(measured: Sequence[Confusion]) -> tuple[Confusion, ...]:
    """Choose those that are one class with what they are taken for: `LEAST` or more.

    None leads on to another: what is taken for something is nothing that others are taken for.
    """
    chosen: dict[str, Confusion] = {}
    for each in measured:
        heads = {other.letter for other in chosen.values()}
        placed = each.source in chosen or each.source in heads or each.letter in chosen
        if each.chance >= LEAST and not placed:
            chosen[each.source] = each
    return tuple(chosen.values())
