"""Bad glyphs: fonts in, the characters that they have but do not draw out; and the table of them.

``blank``   nothing is drawn, though another family draws something
``tofu``    the drawing is the font's own empty box, .notdef
``accent``  a letter is drawn without what it is a letter with (`glyphs.reuse`)
``box``     one drawing stands for many characters of a script
``alike``   the drawing is another character's

Fonts are not to blame for what they leave out; but a model would learn that К is Қ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glyphs.errors import BadManifest
from glyphs.tables import Row, read_table, write_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily

BLANK, TOFU = "blank", "tofu"
KINDS = (BLANK, TOFU, "accent", "box", "alike")
COLUMNS = ("family", "character", "kind", "like", "name")
TABLE = Path(__file__).parent / "data" / "bad_glyphs.csv"

_NOTHING = "-"
_BOXES = frozenset({"BOX", "RECTANGLE", "REPLACEMENT", "SQUARE"})
"""Words in the names of characters that may look like an empty box."""

_WHITE = frozenset({"ANNOTATION", "BLANK", "NULL"})
"""Words in the names of characters that may be white."""


@dataclass(frozen=True, slots=True, order=True)
class BadGlyph:
    """A character that a family has but does not draw."""

    family: str
    code_point: int
    kind: str
    """One of `KINDS`."""

    like: int | None
    """The character that it is drawn exactly like, if there is one."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """What one family draws of all that it has."""

    code_points: npt.NDArray[np.int32]
    """(n,) what it draws, ascending."""

    pictures: npt.NDArray[np.uint8]
    """(n, rows, columns), parallel to it."""

    blank: frozenset[int]
    """What it has but leaves white."""

    tofu: frozenset[bytes]
    """The octets of its files' pictures of .notdef, unless they are white."""


def load_bad_glyphs(path: Path = TABLE) -> Mapping[str, frozenset[int]]:
    """Read the table: for each family the characters that it is not to be asked for.

    Raises:
        BadManifest: it cannot be read, or a line of it is none of ours.
    """
    found: dict[str, set[int]] = defaultdict(set)
    for row in read_table(path, COLUMNS):
        glyph = _parse(row)
        found[glyph.family].add(glyph.code_point)
    return {family: frozenset(code_points) for family, code_points in found.items()}


def read_bad_glyphs(path: Path = TABLE) -> tuple[BadGlyph, ...]:
    """Read the table with all that it says; raises as `load_bad_glyphs`."""
    return tuple(_parse(row) for row in read_table(path, COLUMNS))


def _parse(row: Row) -> BadGlyph:
    family, character, kind, like, _ = row.fields
    if kind not in KINDS:
        msg = f"{row.place}: kind {kind!a} is none of {', '.join(KINDS)}"
        raise BadManifest(msg)
    other = None if like == _NOTHING else _code_point(like, row)
    return BadGlyph(family, _code_point(character, row), kind, other)


def _code_point(text: str, row: Row) -> int:
    try:
        code_point = int(text.removeprefix("U+"), 16)
    except ValueError:
        code_point = -1
    if not text.startswith("U+") or not 0 <= code_point < 0x11_0000:
        msg = f"{row.place}: {text!a} is no code point as in U+0041"
        raise BadManifest(msg)
    return code_point


def render_bad_glyphs(found: Iterable[BadGlyph]) -> str:
    """Write the table; the same gives the same bytes."""
    import unicodedata2

    return write_table(
        COLUMNS,
        (
            (
                each.family,
                f"U+{each.code_point:04X}",
                each.kind,
                _NOTHING if each.like is None else f"U+{each.like:04X}",
                unicodedata2.name(chr(each.code_point), _NOTHING),
            )
            for each in found
        ),
    )


def draw_everything(found: FoundFamily) -> Drawings:
    """Draw all that a family has, bad or not.

    Raises:
        BrokenFont: a file cannot be drawn from.
    """
    from glyphs.render import FamilyRenderer

    renderer = FamilyRenderer(found, bad=frozenset())
    wanted = sorted(renderer.code_points())
    code_points, pictures = renderer.draw_all(wanted)
    blank = frozenset(wanted).difference(code_points.tolist())
    return Drawings(code_points, pictures, blank, _draw_tofu(found))


def _draw_tofu(found: FoundFamily) -> frozenset[bytes]:
    """Draw .notdef, glyph 0, of each of a family's files, at the family's scale."""
    import numpy as np

    from glyphs.outlines import Face
    from glyphs.scaling import Frame, pixels_per_em

    frame = Frame.of()
    size = 0.0
    pictures = np.zeros((len(found.paths), frame.side, frame.side), np.uint8)
    for number, (path, file) in enumerate(zip(found.paths, found.family.files, strict=True)):
        face = Face(path, file.face)
        size = size or pixels_per_em(face, 1)
        face.scale_to(size)
        face.paint([0], frame, pictures[number : number + 1])
    return frozenset(each.tobytes() for each in pictures if each.any())


def find_bad_glyphs(names: Sequence[str], drawn: Sequence[Drawings]) -> tuple[BadGlyph, ...]:
    """Find what families draw badly; each is measured by the others, so the more the better.

    Args:
        names: the families, in the manifest's order.
        drawn: what each of them draws.

    Returns:
        The findings, in the order of families, then of code points.
    """
    from glyphs.reuse import Votes, find_faults

    votes = Votes([each.code_points for each in drawn], [each.pictures for each in drawn])
    somewhere = frozenset().union(*(each.code_points.tolist() for each in drawn))
    found: list[BadGlyph] = []
    for family, (name, each) in enumerate(zip(names, drawn, strict=True)):
        blank = [one for one in each.blank & somewhere if _has_none(one, _WHITE)]
        bad: dict[int, tuple[str, int | None]] = dict.fromkeys(blank, (BLANK, None))
        for picture, group in _groups(each):
            if picture in each.tofu:
                bad |= dict.fromkeys((one for one in group if _has_none(one, _BOXES)), (TOFU, None))
            elif len(group) > 1:
                for fault in find_faults(group, family, votes):
                    bad[fault.code_point] = (fault.kind, fault.like)
        found += (BadGlyph(name, code_point, *bad[code_point]) for code_point in sorted(bad))
    return tuple(found)


def _groups(drawn: Drawings) -> Iterator[tuple[bytes, list[int]]]:
    """Give the characters of a family by the picture that they share."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for code_point, picture in zip(drawn.code_points.tolist(), drawn.pictures, strict=True):
        groups[picture.tobytes()].append(code_point)
    yield from groups.items()


def _has_none(code_point: int, words: frozenset[str]) -> bool:
    """Tell whether a character's name has none of some words."""
    import unicodedata2

    return words.isdisjoint(unicodedata2.name(chr(code_point), "").split())
