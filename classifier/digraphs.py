"""Digraphs: font families and networks in, the pairs of letters that are seen as one letter out.

A pair is drawn as a page has it, kerned and without ligatures, as it is and squeezed to 1 / 1.2 of
its width, and shown to networks that have learned single characters; the way that they like better
counts, as the mean over families. Four things keep pairs out that are merely wide, or merely near:

- two *gates*: the pair may be at most `WIDEST` times as wide as the letter, and may have no stroke
  above or below the height of an x where the letter has none (`classifier.pair_shape`);
- *contrast*: to a network any wide shape with a v is something of a w. What a letter brings to all
  pairs that it begins or ends is taken off by half: only what the two are together counts fully;
- *fit*: how well the pair's strokes lie on the letter's when both are equally wide. Its square, the
  share of ink in common, is a factor.

Without them, ten of the first thirty pairs are a v with something. With them 13 of the first twenty
are right by eye, and no other weight of chance, contrast and fit, nor networks that have learned
that pairs of letters are none, does better: what is left, as ui for w or ra for m, is nearer to the
letter by every measure here than ol to d, and no one takes it for it. So a map names the pairs that
people have taken for the letter (`classifier.digraph_verdicts`), in this order.
"""

from __future__ import annotations

import string
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from classifier.baselines import Templates
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES
from classifier.network import SIDE, Network
from classifier.pair_shape import BEYOND, fits, strokes_beyond
from classifier.prediction import predict
from glyphs.render import FamilyRenderer

if TYPE_CHECKING:
    from glyphs.fonts import FoundFamily

LETTERS = string.ascii_lowercase
PAIRS = tuple(a + b for a in LETTERS for b in LETTERS)
SQUEEZES = (1.0, 1.2)
WIDEST = 1.6
CONTRAST = 0.5
NEAREST = 0.1
"""Share of the best pair's chance below which a pair would not come near the first ones."""

SURE = 0.5
"""Chance from which a family is said to agree."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters seen as one."""

    pair: str
    letter: str

    score: float
    """What is left of `chance` by contrast and fit; what pairs are ranked by."""

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
    """Rank pairs by how much they are seen as a letter that they do not contain, best first.

    Of several networks the mean of their logarithms counts: networks of other trainings, and of
    other labels, agree on the first pairs and differ on what comes behind them.
    """
    asked = _asked(drawn, networks, device)
    there = drawn.pairs.max(axis=(1, 3, 4)) > 0  # (families, 676)
    fonts = there.sum(axis=0)
    mean = (asked * there[:, :, None]).sum(axis=0) / np.maximum(fonts, 1)[:, None]
    agree = ((asked >= SURE) & there[:, :, None]).sum(axis=0)
    left = _contrasted(mean)
    allowed = (_ratios(drawn) <= WIDEST) & (fonts > 0)[:, None] & _strangers()
    allowed &= ~_protruding(drawn, there)
    found = []
    for place, letter in np.argwhere(allowed & (left > 0) & (mean >= mean.max() * NEAREST)):
        score = left[place, letter] * _fit(drawn, int(place), int(letter)) ** 2
        numbers = float(score), float(mean[place, letter])
        counts = int(agree[place, letter]), int(fonts[place])
        found.append(Pair(PAIRS[place], LETTERS[letter], *numbers, *counts))
    return tuple(sorted(found, key=lambda each: (-each.score, each.pair, each.letter)))


def likeliest(
    drawn: Drawn, networks: Sequence[Network], least: float, device: str = "cpu"
) -> tuple[tuple[str, str], ...]:
    """Give pairs and letters by the networks' word alone, likeliest first: what is to be judged.

    Args:
        drawn: the pairs.
        networks: the mean of their logarithms counts.
        least: chance, as a mean over families, below which pairs are left out.
        device: ``cpu`` or ``cuda``.
    """
    found = chances(drawn, networks, device)
    return tuple(sorted((key for key in found if found[key] >= least), key=lambda key: -found[key]))


def chances(
    drawn: Drawn, networks: Sequence[Network], device: str = "cpu"
) -> dict[tuple[str, str], float]:
    """Give the chance of each pair to be each letter that it does not contain."""
    there = drawn.pairs.max(axis=(1, 3, 4)) > 0
    asked = _asked(drawn, networks, device) * there[:, :, None]
    mean = asked.sum(axis=0) / np.maximum(there.sum(axis=0), 1)[:, None]
    return {
        (PAIRS[place], LETTERS[letter]): float(mean[place, letter])
        for place, letter in np.argwhere(_strangers())
    }


def _asked(drawn: Drawn, networks: Sequence[Network], device: str) -> Floats:
    """Give the networks' chances of letters, in the way they like better; (families, 676, 26)."""
    flat = drawn.pairs.reshape(-1, SIDE, SIDE)
    logs = np.mean([predict(each, flat, device=device) for each in networks], axis=0)
    found = np.exp(logs.reshape(*drawn.pairs.shape[:3], -1)[..., : len(LETTERS)])
    return np.asarray(found.max(axis=1), np.float64)


def _ratios(drawn: Drawn) -> Floats:
    """Give how many times as wide as letters pairs are, as a median over families; (676, 26)."""
    ratios = drawn.widths[:, :, None] / drawn.letter_widths[:, None, :]
    return np.asarray(np.nanmedian(ratios, axis=0))


def _protruding(drawn: Drawn, there: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Say which pairs have a stroke beyond the band of x where the letter has none; (676, 26)."""
    letters = drawn.letters.images[:, : len(LETTERS)]
    strokes, letter_strokes = [], []
    for pairs, alone, has in zip(drawn.pairs[:, 0], letters, there, strict=True):
        x, stem = alone[LETTERS.index("x")], alone[LETTERS.index("l")]
        counted = strokes_beyond(pairs, x, stem)
        counted[~has] = np.nan
        strokes.append(counted)
        letter_strokes.append(strokes_beyond(alone, x, stem))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of pairs that no family draws
        more = np.nanmedian(strokes, axis=0)[:, None] - np.median(letter_strokes, axis=0)
    return np.asarray((more >= BEYOND).any(axis=2))


def _fit(drawn: Drawn, place: int, letter: int) -> float:
    """Give the median over families of how well a pair fits a letter."""
    there = drawn.pairs[:, 0, place].max(axis=(1, 2)) > 0
    ratios = drawn.widths[there, place] / drawn.letter_widths[there, letter]
    alone = drawn.letters.images[there, letter]
    return float(np.median(fits(drawn.pairs[there, 0, place], alone, ratios)))


def _strangers() -> npt.NDArray[np.bool_]:
    """Shape (676, 26): whether the letter is not one of the pair's own."""
    return np.array([[letter not in pair for letter in LETTERS] for pair in PAIRS])


def _contrasted(mean: Floats) -> Floats:
    """Take off what the first letter brings to all its pairs, and the second one; (676, 26)."""
    count = len(LETTERS)
    square = mean.reshape(count, count, count)
    brought = (square.mean(axis=0)[None] + square.mean(axis=1)[:, None]) / 2
    return np.asarray((square - CONTRAST * brought).reshape(mean.shape))
