"""Drawn: fonts in, the characters that are drawn like an ASCII letter out, as a data file.

Usage: python -m glyphs.drawn [--output FILE] [--fonts DIR...]

Every character that IDNA2008 lets into a label (without Han, Hangul and the like, which fill a
square) is drawn in every face that has it and compared with that face's a-z and 2-9, and with its
capitals at the height of an x, for half of all alphabets have letters of that shape. 0 and 1 need
no readings of their own: a map folds them onto o and l. The same fonts and Pillow give the same
bytes. A row is, in the shape of the confusable map::

    # sequence ; letters score agree/have style [| ...] # NAME
    0442 ; m 1.000 8/15 italic # CYRILLIC SMALL LETTER TE

``score`` is the upper quartile over the faces of one style that have the character: one face in
four draws it at least so much like the letter. ``agree`` counts the faces at or above `FAIR`.
``style`` is ``upright``, ``italic`` or ``capital`` (upright, beside a small capital).
"""

from __future__ import annotations

import argparse
import string
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import unicodedata2

from glyphs.bitmaps import Pen, Pixels
from glyphs.contours import Templates
from glyphs.faces import ITALIC, UPRIGHT, Face, MissingFonts, find_faces

FORMAT_LINE = "# glyphwatch drawn likenesses, format 1"
CAPITAL = "capital"

SMALL = string.ascii_lowercase + "23456789"
CAPITALS = "ABDEFGHKLMNQRTY"
"""Capitals that are not drawn like their small letters."""

SCALES: Mapping[float, float] = {0.8: 0.94, 0.9: 0.975, 1.0: 1.0, 1.12: 0.975, 1.25: 0.94}
"""Sizes at which a character is tried, and what of its likeness is left: scripts in one line of
text differ in size, and a reader expects that; within 10 % nobody sees it."""

ALIKE = 0.90
"""Likeness from which a character is taken for the letter; `detector.drawn` has how often a person
agreed."""

FAIR, DISTINCT = 0.86, 0.30
"""Likeness that is enough where no other letter comes near: the distance to the letter is less than
1 - `DISTINCT` of the letter's own distance to its nearest neighbour."""

CAPITAL_DISTINCT = 0.50
"""The same for small capitals, H, K and N being much alike."""

ITALIC_ALIKE = 0.95

BEHIND = 0.03
"""How far a further reading may be behind the best one of its style."""

MIRRORED = 0.02
"""How far a reading may be behind a letter seen in a mirror: what readers see in a reversed N is
that, and not an H."""

MAX_READINGS = 3
QUARTILE = 75

_SQUARE = (
    "ANATOLIAN", "BAMUM LETTER PHASE", "CJK", "CUNEIFORM", "EGYPTIAN", "HANGUL", "HIRAGANA",
    "KATAKANA", "KHITAN", "NUSHU", "SIGNWRITING", "TANGUT", "YI SYLLABLE",
)  # fmt: skip
"""Beginnings of names of characters that fill a square, or are pictures."""


@dataclass(frozen=True, slots=True, order=True)
class Likeness:
    """What one style of faces says of one character."""

    score: float
    """Upper quartile over the faces that have the character."""

    letter: str
    """The ASCII letter or digit, small."""

    agree: int
    """Faces in which the likeness is at least `FAIR`."""

    have: int
    """Faces of the style that have the character."""

    style: str
    """``upright``, ``italic`` or ``capital``."""


def characters() -> list[str]:
    """Give the characters to draw: PVALID or contextual (RFC 5892), no marks, nothing square.

    A letter with an accent is left to whoever knows the letter.
    """
    from idna.idnadata import codepoint_classes

    found: set[str] = set()
    for kind in ("PVALID", "CONTEXTO"):
        for packed in codepoint_classes[kind]:
            found.update(map(chr, range(packed >> 32, packed & 0xFFFF_FFFF)))
    return sorted(
        char
        for char in found
        if not char.isascii()
        and unicodedata2.category(char)[0] not in "MC"
        and unicodedata2.normalize("NFD", char) == char
        and not unicodedata2.name(char, "CJK").startswith(_SQUARE)
    )


def measure(face: Face) -> Iterator[tuple[str, Pixels, Pixels]]:
    """Compare every character of a face with its letters.

    Yields:
        The character; its likeness to each of `SMALL` and `CAPITALS`, then to each of them in a
        mirror; and how distinct the former is: 1 for the letter itself, 0 for what is as far from
        it as the nearest other letter.
    """
    pen = Pen(face.files)
    letters = [pen.draw(char) for char in SMALL]
    letters += [pen.draw(char, 0, pen.small_capital) for char in CAPITALS]
    pictures = np.stack([picture for picture in letters if picture is not None])
    templates = Templates(np.concatenate([pictures, pictures[:, :, ::-1]]))
    count = len(pictures)
    nearest = _nearest(templates.likeness(pictures)[:, :count])
    drawn: list[Pixels] = []
    owners: list[tuple[str, float]] = []
    for char, file in face.characters.items():
        for scale, share in SCALES.items():
            picture = pen.draw(char, file, scale)
            if picture is not None:
                drawn.append(picture)
                owners.append((char, share))
    if not drawn:
        return
    best: dict[str, Pixels] = {}
    for (char, share), row in zip(owners, templates.likeness(np.stack(drawn)), strict=True):
        best[char] = np.maximum(best.get(char, np.zeros_like(row)), row * np.float32(share))
    for char, raw in best.items():
        yield char, raw, 1 - (1 - raw[:count]) / (1 - nearest)


def _nearest(likeness: Pixels) -> Pixels:
    """Give every letter's likeness to the nearest other one; i and l do not count as others."""
    names = SMALL + CAPITALS.lower()
    small = len(SMALL)
    result = np.zeros(len(names), np.float32)
    for place, letter in enumerate(names):
        for other, rival in enumerate(names):
            same = letter == rival or {letter, rival} == {"i", "l"}
            if not same and (place >= small) == (other >= small):
                result[place] = max(result[place], likeness[other, place])
    return result


def summarize(style: str, raw: Pixels, distinct: Pixels) -> list[Likeness]:
    """Sum up what the faces of one style say of one character.

    Args:
        style: ``upright`` or ``italic``.
        raw: likeness, (faces, letters and then mirrored letters).
        distinct: how distinct, (faces, letters).

    Returns:
        What counts as alike, best first.
    """
    names = SMALL + CAPITALS.lower()
    score = np.percentile(raw, QUARTILE, axis=0)
    clear = np.percentile(distinct, QUARTILE, axis=0)
    least = score[len(names) :].max() - MIRRORED
    found = []
    for place, letter in enumerate(names):
        is_capital = place >= len(SMALL)
        if score[place] < least or not _is_alike(
            CAPITAL if is_capital else style, float(score[place]), float(clear[place])
        ):
            continue
        kind = CAPITAL if is_capital else style
        if not is_capital or style == UPRIGHT:
            agree = int((raw[:, place] >= FAIR).sum())
            found.append(Likeness(float(score[place]), letter, agree, len(raw), kind))
    found.sort(key=lambda each: (-each.score, each.letter, each.style))
    return [each for each in found if each.score >= found[0].score - BEHIND]


def _is_alike(style: str, score: float, clear: float) -> bool:
    if style == CAPITAL:
        return score >= ALIKE and clear >= CAPITAL_DISTINCT
    if style == ITALIC:
        return score >= ITALIC_ALIKE
    return score >= ALIKE or (score >= FAIR and clear >= DISTINCT)


def likenesses(faces: Sequence[Face]) -> dict[str, tuple[Likeness, ...]]:
    """Measure all faces; of one letter in two styles, keep the better."""
    seen: dict[tuple[str, str], list[tuple[Pixels, Pixels]]] = defaultdict(list)
    for face in faces:
        print(f"{face.design.name}: {len(face.characters):,} characters", file=sys.stderr)
        for char, raw, distinct in measure(face):
            seen[char, face.design.style].append((raw, distinct))
    found: dict[str, tuple[Likeness, ...]] = {}
    for char in sorted({char for char, _ in seen}):
        best: dict[str, Likeness] = {}
        for style in (UPRIGHT, ITALIC):
            rows = seen.get((char, style))
            if rows:
                raw, distinct = (np.stack(each) for each in zip(*rows, strict=True))
                for each in summarize(style, raw, distinct):
                    best.setdefault(each.letter, each)
        ranked = sorted(best.values(), key=lambda each: (-each.score, each.letter))
        if ranked:
            found[char] = tuple(ranked[:MAX_READINGS])
    return found


def render(found: Mapping[str, Sequence[Likeness]], faces: Sequence[Face]) -> str:
    """Write the data file: the same likenesses and faces give the same bytes."""
    lines = [
        FORMAT_LINE,
        "# Made by: python -m glyphs.drawn --output FILE",
        f"# Characters: {len(characters())} of idna {version('idna')}",
        f"# Drawn by: Pillow {version('pillow')}",
        *(f"# Face: {face.design.name} (fonts-{face.design.package}): {face.design.main} "
          f"{face.versions}" for face in faces),
        f"# Rows: {len(found)}",
        "# sequence ; letters score agree/have style [| ...] # NAME",
    ]  # fmt: skip
    for char in sorted(found):
        parts = " | ".join(
            f"{each.letter} {each.score:.3f} {each.agree}/{each.have} {each.style}"
            for each in found[char]
        )
        lines.append(f"{ord(char):04X} ; {parts} # {unicodedata2.name(char)}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure the fonts and write the file."""
    parser = argparse.ArgumentParser(prog="python -m glyphs.drawn", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("detector/data/drawn.txt"))
    parser.add_argument("--fonts", type=Path, nargs="*", default=[Path("/usr/share/fonts")])
    options = parser.parse_args()
    try:
        faces = find_faces(options.fonts, characters())
    except MissingFonts as error:
        print(f"glyphs.drawn: {error}", file=sys.stderr)
        return 2
    text = render(likenesses(faces), faces)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
