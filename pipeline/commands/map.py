"""``glyphwatch map``: build the confusable map, look into it, compare it, release it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import map_building, map_release
from pipeline.commands.characters import read_characters
from pipeline.commands.text_output import write_text
from pipeline.display import escape
from pipeline.errors import Exit, InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from detector.confusables import ConfusableMap, Reading

FORMATS = ("uts39", "json", "csv")

_EPILOG = """\
examples:
  glyphwatch map show
  glyphwatch map show U+0430 rn 0
  glyphwatch map build --from uts39 --confusables confusables.txt --output mine.txt
  glyphwatch map build --from cnn --glyphs glyphs --output cnn.txt
  glyphwatch map build --from all --confusables confusables.txt --cnn cnn.txt --output mine.txt
  glyphwatch map diff old.txt mine.txt
  glyphwatch map evaluate --map mine.txt --homographs homographs.csv
  glyphwatch map export --format json --output map.json
  glyphwatch map release --unicode 18 --confusables confusables.txt --output release
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    map_building.configure(
        actions.add_parser("build", help="build a map; the same input gives the same bytes")
    )
    show = actions.add_parser("show", help="show a map's header, or the rows of some characters")
    show.add_argument(
        "sources", nargs="*", metavar="CHAR", help="a character, U+0430, or a pair such as rn"
    )
    diff = actions.add_parser("diff", help="say which rows of two maps are not the same")
    diff.add_argument("old", metavar="OLD", type=Path)
    diff.add_argument("new", metavar="NEW", type=Path)
    diff.add_argument("--details", action="store_true", help="also rows that read as before")
    evaluate = actions.add_parser("evaluate", help="count what a map covers and finds")
    evaluate.add_argument(
        "--homographs", metavar="FILE", type=Path, help="CSV with columns homograph and target"
    )
    evaluate.add_argument(
        "--verdicts", metavar="FILE", type=Path, help="verdicts by eye, for the map's precision"
    )
    export = actions.add_parser("export", help="write a map for other programs")
    export.add_argument("--format", choices=FORMATS, required=True)
    export.add_argument("--output", metavar="FILE", help="standard output if - or not given")
    for action in (show, evaluate, export):
        action.add_argument("--map", metavar="FILE", type=Path, help="packaged map if not given")
    map_release.configure(
        actions.add_parser("release", help="draw, train, judge, build and compare; then publish")
    )


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with a map.

    Raises:
        InputError: a map or table cannot be used.
        UsageError: what it takes is not installed, or options do not fit together.
        SinkUnavailable: what was made cannot be written.
    """
    actions: dict[str, Callable[[argparse.Namespace], Exit]] = {
        "build": map_building.run,
        "show": _show,
        "diff": _diff,
        "evaluate": _evaluate,
        "export": _export,
        "release": map_release.run,
    }
    return actions[options.action](options)


def _diff(options: argparse.Namespace) -> Exit:
    from detector.confusables import ConfusableMap
    from detector.map_difference import KINDS, difference

    found = difference(ConfusableMap.load(options.old), ConfusableMap.load(options.new))
    for kind in KINDS:
        if kind != "details" or options.details:
            for change in found.of_kind(kind):
                for line in change.lines():
                    print(line)
    print(found.summary())
    return Exit.DONE


def _evaluate(options: argparse.Namespace) -> Exit:
    from detector.confusables import ConfusableMap
    from detector.map_report import counts_lines, read_homographs, recall

    confusables = ConfusableMap.load(options.map)
    print(f"map {confusables.version}, Unicode {escape(confusables.unicode)}")
    for line in counts_lines(confusables):
        print(line)
    if options.homographs:
        found = recall(confusables, read_homographs(options.homographs))
        print(f"homographs found  {found.share:.4f}, {len(found.missed)} missed:")
        for homograph, target in found.missed:
            print(f"  {escape(homograph)} for {escape(target)}")
    if options.verdicts:
        for line in _precision_lines(confusables, options.verdicts):
            print(line)
    return Exit.DONE


def _precision_lines(confusables: ConfusableMap, path: Path) -> Iterator[str]:
    """Compare readings with verdicts by eye on the same character and letter."""
    from pipeline.commands.extras import needs

    with needs("train"):
        from classifier.errors import InvalidVerdicts
        from classifier.verdicts import load_verdicts

        try:
            verdicts = load_verdicts(path)
        except InvalidVerdicts as error:
            raise InputError(str(error)) from error
    for tier in "ABC":
        asked = [
            verdict.answer == "right"
            for verdict in verdicts
            for reading in confusables.characters.get(chr(verdict.code_point), ())
            if verdict.answer != "unsure"
            and (reading.letters, reading.tier) == (verdict.letter, tier)
        ]
        share = f"{sum(asked) / len(asked):.3f}" if asked else "-"
        yield f"right by eye      {share} of {len(asked)} readings of tier {tier} that were judged"


def _export(options: argparse.Namespace) -> Exit:
    from detector.confusables import ConfusableMap
    from detector.map_formats import export_map

    confusables = ConfusableMap.load(options.map)
    write_text(options.output, export_map(confusables, options.format))
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
