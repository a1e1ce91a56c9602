"""A small real set of letters: drawn with the font that Pillow brings, so every machine has it."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from classifier.examples import Examples

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"


def draw(letter: str, size: float, shift: tuple[int, int] = (0, 0)) -> np.ndarray:
    """One picture, (28, 28) uint8, white ink on black."""
    picture = Image.new("L", (28, 28))
    font = ImageFont.load_default(size)
    place = (14 + shift[0], 20 + shift[1])
    ImageDraw.Draw(picture).text(place, letter, fill=255, font=font, anchor="ms")
    return np.asarray(picture, dtype=np.uint8)


def letters(sizes: tuple[float, ...] = (17, 19, 21)) -> Examples:
    """Each letter in some sizes and places, all equally often."""
    shifts = [(0, 0), (1, 0), (0, 1), (-1, -1)]
    images = [draw(char, size, shift) for char in LETTERS for size in sizes for shift in shifts]
    numbers = np.repeat(np.arange(len(LETTERS)), len(sizes) * len(shifts)).astype(np.int64)
    return Examples(np.stack(images), numbers, np.ones(len(images), np.float32))
