"""Evidence: a detection in, a picture of the name above its target out, what differs marked.

The pictures need the extra ``train`` and its fonts; what they show does not. A name is drawn as it
was judged: in Unicode, or, where its A-label's own text is what deceives, in that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from unicodedata2 import category

from detector.labels import parse_name
from detector.position import Position
from detector.substitution import Technique
from pipeline.display import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from glyphs.figure import Figure
    from glyphs.typefaces import Typeface, Typefaces

SIZE, LEAST_SIZE, WIDEST = 44.0, 16.0, 1200.0
"""Pixels an em at which names are set, if they are then not wider than that; and at least."""

FACES = 4
"""Typefaces that are shown."""

_SMALL, _CAPTION, _GAP, _SPLIT, _TICK = 13.0, 20.0, 24.0, 2.0, 4.0
_BASE = "\u25cc"
"""What a combining mark is shown on: the dotted circle, as in Unicode's charts."""

_LONGEST = 90
"""Characters of a caption that are shown."""


class Difference(NamedTuple):
    """One substitution, and where it stands in the two texts."""

    seen: tuple[int, int]
    """First and last-plus-one character in the name."""

    meant: tuple[int, int]
    """The same in the target; empty where nothing stands for it."""

    source: str
    """What stands in the name: hostile."""

    codepoint: str
    name: str
    reading: str
    confidence: float
    evidence: str
    """Who says so, joined by commas."""

    def words(self) -> tuple[str, ...]:
        """Give code point, Unicode name, reading, confidence and source, escaped."""
        reading = f"read as {self.reading}" if self.reading else "not read"
        said = (self.codepoint, self.name, reading, f"{self.confidence:.3f}", self.evidence)
        return tuple(map(escape, said))


class Comparison(NamedTuple):
    """A name and its target, as they are compared."""

    name: str
    """The whole name, in A-label form."""

    target: str
    """The target's domain, in A-label form."""

    seen: str
    """What is drawn of the name: hostile."""

    meant: str
    """What is drawn of the target."""

    differences: tuple[Difference, ...]
    """Every substitution, from left to right."""

    words: str
    """Technique, score and severity."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Comparison:
        """Compare by a detection's record, as `Detection.to_json` gives it.

        Raises:
            KeyError, TypeError, ValueError, InvalidName: it is none, or does not fit together.
        """
        seen, meant = _texts(record)
        found: list[Difference] = []
        shift = 0
        ordered = sorted(record["substitutions"], key=lambda each: each["position"])
        for each in ordered:
            begin, source, reading = each["position"], each["source"], each["reading"]
            end = begin + len(source)
            found.append(
                Difference(
                    (begin, end),
                    (begin - shift, begin - shift + len(reading)),
                    source,
                    each["codepoint"],
                    each["name"],
                    reading,
                    each["confidence"],
                    ", ".join(each["evidence"]),
                )
            )
            shift += len(source) - len(reading)
            if (seen[slice(*found[-1].seen)], meant[slice(*found[-1].meant)]) != (source, reading):
                msg = f"{record['name']}: has no {each['codepoint']} at {begin}"
                raise ValueError(msg)
        techniques = ", ".join(record["techniques"])
        return cls(
            record["name"],
            record["target"],
            seen,
            meant,
            tuple(found),
            escape(f"{techniques}; score {record['score']:.3f}; {record['severity']}"),
        )


def _texts(record: Mapping[str, Any]) -> tuple[str, str]:
    """Give what is drawn of a name and of its target: of a subdomain's name, the label alone."""
    labels = parse_name(record["name"]).labels
    by_text = Technique.PUNYCODE_TEXT in record["techniques"]
    texts = [label.text if by_text else label.unicode for label in labels]
    target = [label.unicode for label in parse_name(record["target"]).labels]
    position = record["position"]
    if position == Position.SUBDOMAIN:
        place = [label.text for label in labels].index(record["label"])
        return texts[place], target[0]
    domain = record["label"] if position == Position.SUFFIX else record["registrable_domain"]
    return ".".join(texts[-domain.count(".") - 1 :]), ".".join(target)


def draw(comparison: Comparison, typefaces: Typefaces, faces: int = FACES) -> Figure:
    """Draw the whole of the evidence: every difference with its code point and source.

    Args:
        comparison: what is compared.
        typefaces: what may draw.
        faces: in how many typefaces the two are set.
    """
    from glyphs.figure import Figure

    figure = Figure(*described(comparison))
    plain = typefaces.families[0]
    y = _GAP + _CAPTION
    figure.line(plain.line(_cut(comparison.name)), _GAP, y, _CAPTION, "ink")
    y += _CAPTION * 1.3
    words = f"looks like {comparison.target} by {comparison.words}"
    figure.line(plain.line(_cut(words)), _GAP, y, _SMALL, "faint")
    y = _draw_pairs(figure, comparison, typefaces.choose(_text(comparison), faces), y + _GAP)
    y += _GAP / 2
    for each in comparison.differences:
        y = _draw_difference(figure, each, typefaces, y)
    return figure


def draw_pair(comparison: Comparison, typefaces: Typefaces, faces: int) -> Figure:
    """Draw the name above its target alone, for a page that says the rest in words."""
    from glyphs.figure import Figure

    figure = Figure(*described(comparison))
    _draw_pairs(figure, comparison, typefaces.choose(_text(comparison), faces), 0, left=0)
    return figure


def described(comparison: Comparison) -> tuple[str, str]:
    """Give title and description of a picture, in printable ASCII."""
    parts = ["{} {}, {}".format(*each.words()[:3]) for each in comparison.differences]
    return escape(f"{comparison.name} above {comparison.target}"), "; ".join(parts)


def _text(comparison: Comparison) -> str:
    return comparison.seen + comparison.meant


def _draw_pairs(
    figure: Figure,
    comparison: Comparison,
    typefaces: Sequence[Typeface],
    y: float,
    left: float = _GAP,
) -> float:
    """Draw the two texts in each typeface; gives where the last one ends."""
    sides = (
        (comparison.seen, [each.seen for each in comparison.differences], "mark"),
        (comparison.meant, [each.meant for each in comparison.differences], "ink"),
    )
    for typeface in typefaces:
        lines = [typeface.line(text) for text, _, _ in sides]
        size = min(SIZE, max(LEAST_SIZE, WIDEST / max(line.width for line in lines)))
        borrowed = {char: owner for line in lines for char, owner in line.borrowed.items()}
        caption = ", ".join([typeface.name, *map(_borrowed, borrowed.items())])
        y += _SMALL * 1.2
        figure.line(typefaces[0].line(_cut(caption)), left, y, _SMALL, "faint")
        for line, (_, spans, colour) in zip(lines, sides, strict=True):
            y += size * 1.25
            figure.line(line, left, y, size, _marking(spans, colour))
            for begin, end in spans:
                if begin == end:
                    continue
                start = line.places[begin] * size
                # What has no width, as marks and controls have none, is marked all the same.
                width = max(_TICK, line.places[end] * size - start - _SPLIT)
                high = max(2.0, size / 18)
                figure.bar(left + start + _SPLIT / 2, y + size * 0.29, width, high, colour)
        y += size * 0.75
    return y


def _borrowed(item: tuple[str, str]) -> str:
    """Say who drew a character that a typeface does not have."""
    char, owner = item
    return f"U+{ord(char):04X} from {owner}" if owner else f"U+{ord(char):04X} in no font"


def _marking(spans: Sequence[tuple[int, int]], colour: str) -> Callable[[int], str]:
    marked = {place for begin, end in spans for place in range(begin, end)}
    return lambda place: colour if place in marked else "ink"


def _draw_difference(
    figure: Figure, difference: Difference, typefaces: Typefaces, y: float
) -> float:
    """Draw one row: what stands there, what it is, what it is read as, how surely, who says so."""
    size = 26.0
    y += size * 1.6
    source = _cut(difference.source, 8)
    if category(source[:1] or " ").startswith("M"):
        source = _BASE + source
    (typeface,) = typefaces.choose(source, 1)
    plain = typefaces.families[0]
    end = figure.line(typeface.line(source), _GAP, y, size, "mark")
    if difference.reading:
        letters = plain.line(_cut(difference.reading, 8))
        figure.line(letters, max(end + 12, _GAP + 48), y, size, "ink")
    codepoint, name, *rest = difference.words()
    first = f"{_cut(codepoint, 60)} {_cut(name)}"
    column = _GAP + 110 + max(0.0, end - _GAP - 30)
    figure.line(plain.line(first), column, y - _SMALL * 0.75, _SMALL, "ink")
    figure.line(plain.line(", ".join(rest)), column, y + _SMALL * 0.6, _SMALL, "faint")
    return y


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def save(comparison: Comparison, path: Path) -> Path:
    """Draw evidence into a file, as SVG or PNG by its name.

    Raises:
        GlyphError: no font is installed, or the file cannot be written.
    """
    from glyphs.typefaces import Typefaces

    figure = draw(comparison, Typefaces.find())
    if path.suffix.lower() == ".svg":
        figure.save_svg(path, _GAP)
    else:
        figure.save_png(path, _GAP)
    return path
