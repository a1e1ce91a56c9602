"""``glyphwatch map``: build the confusable map, look into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.characters import read_characters
from pipeline.commands.text_output import write_text
from pipeline.display import escape
from pipeline.errors import Exit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from detector.confusables import ConfusableMap, Reading

_EPILOG = """\
examples:
  glyphwatch map build --from uts39 --confusables confusables.txt --output mine.txt
  glyphwatch map show
  glyphwatch map show U+0430 rn 0
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="build a map; the same input gives the same bytes")
    build.add_argument(
        "--from", dest="builder", choices=["uts39"], required=True, help="who says what looks alike"
    )
    build.add_argument(
        "--confusables",
        metavar="FILE",
        type=Path,
        required=True,
        help="Unicode's confusables.txt, plain or compressed by gzip",
    )
    build.add_argument("--output", metavar="FILE", help="standard output if - or not given")
    show = actions.add_parser("show", help="show a map's header, or the rows of some characters")
    show.add_argument(
        "sources", nargs="*", metavar="CHAR", help="a character, U+0430, or a pair such as rn"
    )
    show.add_argument("--map", metavar="FILE", type=Path, help="the packaged map if not given")


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with a map."""
    return _build(options) if options.action == "build" else _show(options)


def _build(options: argparse.Namespace) -> Exit:
    from detector.uts39 import build_uts39
    from pipeline.places import hold_apart

    if options.output is not None:
        hold_apart([("--output", options.output)], [("input", str(options.confusables))])
    write_text(options.output, build_uts39(options.confusables))
    return Exit.DONE


def _show(options: argparse.Namespace) -> Exit:
    from detector.confusables import ConfusableMap

    confusables = ConfusableMap.load(options.map)
    if not options.sources:
        for line in confusables.header:
            print(escape(line))
        return Exit.DONE
    for source in options.sources:
        for line in _rows(confusables, _source(source)):
            print(line)
    return Exit.DONE


def _source(text: str) -> str:
    source = read_characters(text)
    return source.lower() if text.isascii() and source == text else source


def _rows(confusables: ConfusableMap, source: str) -> Iterator[str]:
    """Give the rows of a source; what the skeleton makes of it where the map has none."""
    from detector.confusables import render_row
    from detector.skeleton import Skeletonizer

    found: tuple[Reading, ...] = ()
    if source in confusables.classes:
        found = (confusables.classes[source],)
    elif source in confusables.pairs:
        found = confusables.pairs[source]
    elif source in confusables.characters:
        found = confusables.characters[source]
    if found:
        yield render_row(source, found)
        return
    skeletonizer = Skeletonizer(confusables)
    for char in source:
        readings = ", ".join(
            f"{escape(reading.letters) or '(nothing)'} {reading.confidence:.3f} "
            f"{'+'.join(reading.sources)}"
            for reading in skeletonizer.readings(char)
        )
        yield f"{ord(char):04X} has no row; it is read as {readings}"
