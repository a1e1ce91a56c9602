"""Bitmaps: a face's glyphs in, grey pictures of 28x28 out, all on one baseline and at one scale.

The scale is the face's own: from the top of b, d, h, k, l to the foot of g, p, q, y is 20 pixels,
the baseline stands in a fixed row, and only the horizontal place is centred. So a comma stays lower
and smaller than an l; cropping and centring each glyph would make them one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Pixels = npt.NDArray[np.float32]

SIDE = 28
SPAN = 20
"""Pixels from the ascender line to the descender line."""

TOP = 4
"""The row of the ascender line."""

FINE = 4
"""Glyphs are drawn so many times as large, then averaged: places are good to a quarter pixel."""

_PROBE = 1000
"""Font size at which a face is measured."""


class Pen:
    """Draws the glyphs of one face."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Measure the face by the ASCII letters of its first file."""
        self._files = tuple(files)
        probe = ImageFont.truetype(self._files[0], _PROBE, layout_engine=ImageFont.Layout.BASIC)
        tops = [-probe.getbbox(char, anchor="ls")[1] for char in "bdhkl"]
        feet = [probe.getbbox(char, anchor="ls")[3] for char in "gpqy"]
        ascender, descender = float(np.median(tops)), float(np.median(feet))
        self._size = FINE * SPAN * _PROBE / (ascender + descender)
        self._baseline = FINE * (TOP + SPAN * ascender / (ascender + descender))
        self.small_capital: float = (
            probe.getbbox("x", anchor="ls")[1] / probe.getbbox("H", anchor="ls")[1]
        )
        """The scale at which a capital is as high as an x."""
        self._fonts: dict[tuple[int, float], ImageFont.FreeTypeFont] = {}

    def _font(self, file: int, scale: float) -> ImageFont.FreeTypeFont:
        key = (file, scale)
        if key not in self._fonts:
            self._fonts[key] = ImageFont.truetype(
                self._files[file], self._size * scale, layout_engine=ImageFont.Layout.BASIC
            )
        return self._fonts[key]

    def draw(self, text: str, file: int = 0, scale: float = 1.0) -> Pixels | None:
        """Draw one character, or a few.

        Args:
            text: characters that the file has.
            file: which of the face's files.
            scale: 1.1 draws it a tenth larger than the face has it.

        Returns:
            `SIDE` rows of `SIDE` columns, 0 (paper) to 1 (ink); None if nothing is drawn or it is
            larger than the picture, as no letter is.
        """
        font = self._font(file, scale)
        left, top, right, foot = font.getbbox(text, anchor="ls")
        side = SIDE * FINE
        base = round(self._baseline)
        if right <= left or foot <= top or right - left > side:
            return None
        if base + top < 0 or base + foot > side:
            return None
        image = Image.new("L", (side, side))
        place = ((side - (right - left)) / 2 - left, base)
        ImageDraw.Draw(image).text((round(place[0]), place[1]), text, 255, font, anchor="ls")
        fine = np.asarray(image, dtype=np.float32) / 255
        pixels: Pixels = fine.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3), dtype=np.float32)
        return pixels if pixels.max() > 0.2 else None


def blur(pixels: Pixels, radius: float) -> Pixels:
    """Blur pictures (any number of leading axes) by a Gaussian of `radius` pixels."""
    reach = int(np.ceil(3 * radius))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    kernel /= kernel.sum()
    for axis in (-2, -1):
        padded = np.zeros_like(pixels)
        for shift, weight in zip(range(-reach, reach + 1), kernel, strict=True):
            padded += np.float32(weight) * shifted(pixels, shift, axis)
        pixels = padded
    return pixels


def shifted(pixels: Pixels, shift: int, axis: int) -> Pixels:
    """Shift pictures along one axis; what leaves is lost, what comes in is paper."""
    if not shift:
        return pixels
    result = np.zeros_like(pixels)
    source = [slice(None)] * pixels.ndim
    target = [slice(None)] * pixels.ndim
    source[axis] = slice(max(0, -shift), pixels.shape[axis] - max(0, shift))
    target[axis] = slice(max(0, shift), pixels.shape[axis] - max(0, -shift))
    result[tuple(target)] = pixels[tuple(source)]
    return result
