"""Digraphs: font families and networks in, the pairs of letters that are seen as one letter out.

A pair is drawn as a page has it, kerned and without ligatures, as it is and squeezed to 1 / 1.2 of
its width, and shown to networks that have learned single characters; the way that they like better
counts, as the mean over families. Three things keep pairs out that are merely wide:

- a *gate*: the pair may be at most `WIDEST` times as wide as the letter;
- *contrast*: to a network any wide shape with a v is something of a w. What a letter brings to all
  pairs that it begins or ends is taken off by half: only what the two are together counts fully;
- *pixels*: the distance from the letter (`classifier.baselines`), as ``exp(-distance)``.

Without the last two, ten of the first thirty pairs are a v with something.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from classifier.baselines import Templates, relative_distances
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES
from classifier.network import SIDE, Network
from classifier.prediction import predict
from glyphs.render import FamilyRenderer

if TYPE_CHECKING:
    from glyphs.fonts import FoundFamily

LETTERS = string.ascii_lowercase
PAIRS = tuple(a + b for a in LETTERS for b in LETTERS)
SQUEEZES = (1.0, 1.2)
WIDEST = 1.5
CONTRAST = 0.5
SURE = 0.5
"""Chance from which a family is said to agree."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters seen as one."""

    pair: str
    letter: str

    score: float
    """What is left of `chance` by contrast and pixels; what pairs are ranked by."""

    chance: float
    """The networks' chance of the letter, as a mean over families."""

    agree: int
    """Families in which that is `SURE` or more."""

    fonts: int
    """Families that draw the pair."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """All pairs and letters of some families; the first axis is always the family's."""

    pairs: npt.NDArray[np.uint8]
    """Shape (families, squeezes, 676, 28, 28); blank where a family cannot draw a pair."""

    widths: Floats
    """Of the pairs' ink, in pixels, unsqueezed; shape (families, 676)."""

    letters: Templates
    letter_widths: Floats
    """Shape (families, 26)."""


def draw(families: Sequence[FoundFamily]) -> Drawn:
    """Draw all pairs of a-z, and the letters to compare them with.

    Raises:
        InvalidDataset: there is no family, or one lacks a letter.
        BrokenFont: a font cannot be drawn from.
    """
    count = len(families)
    pairs = np.zeros((count, len(SQUEEZES), len(PAIRS), SIDE, SIDE), np.uint8)
    widths = np.full((count, len(PAIRS)), np.nan)
    letters = np.zeros((count, len(CLASSES), SIDE, SIDE), np.uint8)
    letter_widths = np.full((count, len(LETTERS)), np.nan)
    for number, family in enumerate(families):
        renderer = FamilyRenderer(family)
        _, pictures = renderer.draw_all([ord(letter) for letter in CLASSES])
        if len(pictures) != len(CLASSES):
            msg = f"{renderer.name} lacks a letter of ASCII, to which pairs are compared"
            raise InvalidDataset(msg)
        letters[number] = pictures
        letter_widths[number] = [renderer.text_width(letter) or np.nan for letter in LETTERS]
        for place, pair in enumerate(PAIRS):
            widths[number, place] = renderer.text_width(pair) or np.nan
            for way, squeeze in enumerate(SQUEEZES):
                picture = renderer.draw_text(pair, squeeze)
                if picture is not None:
                    pairs[number, way, place] = picture
    if not count:
        msg = "no font family to draw pairs with"
        raise InvalidDataset(msg)
    present = np.ones(letters.shape[:2], dtype=np.bool_)
    return Drawn(pairs, widths, Templates(letters, present), letter_widths)


def rank(drawn: Drawn, networks: Sequence[Network], device: str = "cpu") -> tuple[Pair, ...]:
    """Rank pairs by how much they are seen as a letter that they do not contain, best first."""
    flat = drawn.pairs.reshape(-1, SIDE, SIDE)
    logs = np.mean([predict(each, flat, device=device) for each in networks], axis=0)
    chances = np.exp(logs.reshape(*drawn.pairs.shape[:3], -1)[..., : len(LETTERS)]).max(axis=1)
    there = drawn.pairs.max(axis=(1, 3, 4)) > 0  # (families, 676)
    fonts = there.sum(axis=0)
    weights = there[:, :, None]
    mean = (chances * weights).sum(axis=0) / np.maximum(fonts, 1)[:, None]
    agree = ((chances >= SURE) & weights).sum(axis=0)
    ratio = np.nanmedian(drawn.widths[:, :, None] / drawn.letter_widths[:, None, :], axis=0)
    allowed = (ratio <= WIDEST) & (fonts > 0)[:, None] & _strangers()
    left = _contrasted(mean)
    hopeful = np.argwhere(allowed & (left > 0))
    found = []
    for place, letter in hopeful:
        if mean[place, letter] < mean.max() / 4:
            continue  # it would not come near the first ones, however few pixels differ
        score = left[place, letter] * np.exp(-_distance(drawn, int(place), int(letter)))
        numbers = float(score), float(mean[place, letter])
        counts = int(agree[place, letter]), int(fonts[place])
        found.append(Pair(PAIRS[place], LETTERS[letter], *numbers, *counts))
    return tuple(sorted(found, key=lambda each: (-each.score, each.pair, each.letter)))


def _strangers() -> npt.NDArray[np.bool_]:
    """Shape (676, 26): whether the letter is not one of the pair's own."""
    return np.array([[letter not in pair for letter in LETTERS] for pair in PAIRS])


def _contrasted(mean: Floats) -> Floats:
    """Take off what the first letter brings to all its pairs, and the second one; (676, 26)."""
    count = len(LETTERS)
    square = mean.reshape(count, count, count)
    brought = (square.mean(axis=0)[None] + square.mean(axis=1)[:, None]) / 2
    return np.asarray((square - CONTRAST * brought).reshape(mean.shape))


def _distance(drawn: Drawn, place: int, letter: int) -> float:
    """Give the median over families of the distance, in the nearer of the ways to draw a pair."""
    families = np.arange(len(drawn.pairs)).astype(np.int16)
    ways = [
        relative_distances(drawn.pairs[:, way, place], families, drawn.letters)[:, letter]
        for way in range(len(SQUEEZES))
    ]
    return float(np.median(np.min(ways, axis=0)))
