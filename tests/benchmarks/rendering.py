"""How fast glyphs are drawn, and whether their place and size can still be seen.

Usage: python -m tests.benchmarks.rendering [--fonts DIR...] [--rounds R]

Speed is that of one core: processor time of drawing every character of every family, with opening
the fonts and without, and of Pillow drawing characters of the same fonts into pictures of the same
size, in the same run.

Place and size: 28 classes that differ in nothing else (o, O, 0 and °; c and C; a comma, an
apostrophe and a full stop), told apart in families that the classifier has not seen, from pictures
as `glyphs.render` makes them and from the same glyphs cropped and centred as in MNIST. The
classifier is kernel ridge regression on histograms of gradient directions; five folds, clones
together. No answer is perfect: fonts draw O and 0 alike, or ’ and '.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from glyphs.fonts import FoundFamily, find_fonts
from glyphs.manifest import load_manifest
from glyphs.render import FamilyRenderer
from glyphs.scaling import SIDE

Numbers = npt.NDArray[np.float64]
Pictures = npt.NDArray[np.uint8]

SPEED_BAR = 40_000
PLACE_BAR = 0.96
BY_PILLOW = 1_000
"""Characters of each family that Pillow draws."""

LETTERS = "oO0°pPsScCvVwWxXzZuU"
PUNCTUATION = ",’'-_ˉ.·"
CLASSES = LETTERS + PUNCTUATION
FOLDS = 5
SMOOTHNESS, STIFFNESS = 1.0, 0.03


def draw_ours(families: Sequence[FoundFamily]) -> tuple[int, float, float]:
    """Draw all there is; give the pictures, the seconds, and those of them for opening fonts."""
    count, opening = 0, 0.0
    started = time.process_time()
    for found in families:
        before = time.process_time()
        renderer = FamilyRenderer(found)
        wanted = sorted(renderer.code_points())
        opening += time.process_time() - before
        count += len(renderer.draw_all(wanted)[0])
    return count, time.process_time() - started, opening


def draw_by_pillow(families: Sequence[FoundFamily]) -> tuple[int, float, float]:
    """Draw some characters of each main file with Pillow, on one baseline, centred."""
    count, seconds = 0, 0.0
    for found in families:
        renderer = FamilyRenderer(found)
        wanted = [each for each in sorted(renderer.code_points()) if not renderer.file_of(each)]
        step = max(1, len(wanted) // BY_PILLOW)
        chars = list(map(chr, wanted[::step]))
        before = time.process_time()
        font = ImageFont.truetype(
            found.paths[0], 22, found.family.files[0].face, layout_engine=ImageFont.Layout.BASIC
        )
        for char in chars:
            image = Image.new("L", (SIDE, SIDE))
            ImageDraw.Draw(image).text((SIDE / 2, 21), char, 255, font, anchor="ms")
            np.asarray(image)
        seconds += time.process_time() - before
        count += len(chars)
    return count, seconds, 0.0


def cropped(picture: Pictures) -> Pictures:
    """Scale a glyph's ink to 20 pixels and centre it, as MNIST does."""
    rows, columns = (np.nonzero(picture.max(axis=axis))[0] for axis in (1, 0))
    ink = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(length * 20 / max(ink.shape))) for length in ink.shape)
    scaled = Image.fromarray(ink).resize((width, height), Image.Resampling.BOX)
    result = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    result[top : top + height, left : left + width] = np.asarray(scaled)
    return result


def collect(
    families: Sequence[FoundFamily],
) -> tuple[Pictures, Pictures, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Draw the classes: as we do, cropped; the class and the clone group of each."""
    ours, theirs, classes, groups = [], [], [], []
    for found in families:
        small, large = FamilyRenderer(found), FamilyRenderer(found, times=4)
        for number, char in enumerate(CLASSES):
            picture, fine = small.draw(ord(char)), large.draw(ord(char))
            if picture is not None and fine is not None:
                ours.append(picture)
                theirs.append(cropped(fine))
                classes.append(number)
                groups.append(found.family.clone_group)
    return np.stack(ours), np.stack(theirs), np.array(classes), np.array(groups)


def blurred(values: Numbers, radius: float) -> Numbers:
    reach = int(np.ceil(3 * radius))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    for axis in (-2, -1):
        padding = [(0, 0)] * values.ndim
        padding[axis] = (reach, reach)
        padded, length = np.pad(values, padding), values.shape[axis]
        values = sum(
            weight * padded.take(range(start, start + length), axis)
            for start, weight in enumerate(kernel / kernel.sum())
        )
    return values


def describe(pictures: Pictures) -> Numbers:
    """Give histograms of gradient directions (Dalal and Triggs 2005), each of length 1."""
    along, across = np.gradient(blurred(pictures / 255, 0.6), axis=(-2, -1))
    strength = np.hypot(across, along)
    turn = np.arctan2(along, across) / np.pi * 4
    edges = np.stack(
        [
            strength * np.maximum(0, 1 - abs((turn - direction + 4) % 8 - 4))
            for direction in range(8)
        ],
        axis=1,
    )
    rows = np.sqrt(np.maximum(blurred(edges, 0.9)[..., ::2, ::2], 0)).reshape(len(pictures), -1)
    result: Numbers = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result


def recognize(
    pictures: Pictures, classes: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Say which class each picture is, by a classifier that saw no family of its clone group."""
    rows = describe(pictures)
    lengths = (rows**2).sum(axis=1)
    distances = np.maximum(lengths[:, None] + lengths - 2 * rows @ rows.T, 0)
    kernel = np.exp(-SMOOTHNESS * distances / np.median(distances))
    wanted = 2 * np.eye(len(CLASSES))[classes] - 1
    order = np.random.default_rng(0).permutation(groups.max() + 1)
    said = np.zeros_like(classes)
    for fold in range(FOLDS):
        held = order[groups] % FOLDS == fold
        seen = np.flatnonzero(~held)
        ridge = kernel[np.ix_(seen, seen)] + STIFFNESS * np.eye(len(seen))
        weights = np.linalg.solve(ridge, wanted[seen])
        said[held] = (kernel[np.ix_(held, seen)] @ weights).argmax(axis=1)
    return said


def report_speed(families: Sequence[FoundFamily], rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(draw_ours(families))
        theirs.append(draw_by_pillow(families))
    count, seconds, opening = min(ours, key=lambda each: each[1])
    others, other_seconds, _ = min(theirs, key=lambda each: each[1])
    whole, drawing = count / seconds, count / (seconds - opening)
    print(f"pictures                                  {count:>9,}")
    print(f"a second and core, fonts opened           {whole:>9,.0f}")
    print(f"a second and core, drawing alone          {drawing:>9,.0f}  bar {SPEED_BAR:,}")
    print(f"Pillow, {others:,} of the characters      {others / other_seconds:>9,.0f}")


def report_place(families: Sequence[FoundFamily]) -> None:
    ours, theirs, classes, groups = collect(families)
    punctuation = classes >= len(LETTERS)
    print(f"\n{len(classes):,} pictures of {len(CLASSES)} classes     all  letters  punctuation")
    for name, pictures in (("place and size kept", ours), ("cropped and centred", theirs)):
        right = recognize(pictures, classes, groups) == classes
        parts = (right, right[~punctuation], right[punctuation])
        print(f"{name:<28}", *(f"{part.mean():8.3f}" for part in parts))
    print(f"{'bar':<28} {PLACE_BAR:8.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fonts", type=Path, nargs="+", help="folders; the system's if not given")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    families = find_fonts(load_manifest(), options.fonts)
    print(f"{len(families)} families")
    report_speed(families, options.rounds)
    report_place(families)


if __name__ == "__main__":
    main()
