"""``glyphwatch map release``: all that a release of Unicode takes, and gates before it is out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.map_building import translated
from pipeline.errors import Exit, InputError, SinkUnavailable, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from detector.confusables import ConfusableMap
    from detector.map_gates import Gate
    from glyphs.store import GlyphStore

CNN, CANDIDATE, PUBLISHED, REPORT = "cnn.txt", "candidate.txt", "confusables.txt", "report.md"
PLAIN, UTS39 = "uts39.txt", "--from uts39"

_EPILOG = """\
It draws all characters, trains ten networks, each without a fifth of the characters, asks them
about that fifth, builds the map, and compares it with the last one. The folder then holds glyphs/,
folds/, cnn.txt, uts39.txt, candidate.txt and report.md, which says what the map adds and costs
beside Unicode's data alone; confusables.txt only if every gate is passed. What is there from an
interrupted run is used. The exit code is 1 if a gate fails.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("--unicode", metavar="N", required=True, help="release, as 18 or 18.0.0")
    parser.add_argument(
        "--confusables", metavar="FILE", type=Path, required=True, help="Unicode's confusables.txt"
    )
    parser.add_argument("--output", metavar="DIR", type=Path, required=True)
    parser.add_argument(
        "--glyphs", metavar="DIR", type=Path, help="glyph store; drawn if not given"
    )
    parser.add_argument("--fonts", metavar="DIR", type=Path, nargs="+", help="folders of fonts")
    parser.add_argument("--jobs", metavar="N", type=int, default=2, help="processes that draw (2)")
    parser.add_argument("--steps", metavar="N", type=int, help="of training, fewer for a trial")
    parser.add_argument("--operator", metavar="FILE", type=Path, help="map with rows of one's own")
    parser.add_argument("--last", metavar="FILE", type=Path, help="last map, or the packaged one")
    parser.add_argument("--homographs", metavar="FILE", type=Path, help="to be found as before")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")


def run(options: argparse.Namespace) -> Exit:
    """Make a release.

    Raises:
        UsageError: this installation is of another release of Unicode, or lacks an extra.
        InputError: fonts, glyphs or tables cannot be used.
        SinkUnavailable: the folder cannot be written.
    """
    from detector.characters import UNICODE_VERSION

    asked = options.unicode.split(".")
    if asked != UNICODE_VERSION.split(".")[: len(asked)]:
        msg = f"--unicode {options.unicode}: this installation knows Unicode {UNICODE_VERSION}"
        raise UsageError(msg)
    with needs("train"):
        from classifier.errors import ClassifierError, ModelNotWritten
        from glyphs.errors import GlyphError, NotWritten

        try:
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / PUBLISHED).unlink(missing_ok=True)  # not to be taken for this one
            return _release(options)
        except (ModelNotWritten, NotWritten) as error:
            raise SinkUnavailable(str(error)) from error
        except ClassifierError as error:
            raise translated(error) from error
        except GlyphError as error:
            raise InputError(str(error)) from error
        except OSError as error:
            msg = f"{options.output}: cannot be written: {error.strerror or error}"
            raise SinkUnavailable(msg) from error


def _release(options: argparse.Namespace) -> Exit:
    from detector.confusables import ConfusableMap
    from detector.map_gates import map_gates
    from detector.map_report import read_homographs
    from detector.map_value import beside
    from detector.merging import Sources, build_merged
    from detector.uts39 import build_uts39

    last = ConfusableMap.load(options.last)
    homographs = read_homographs(options.homographs) if options.homographs else ()
    gates = list(_measured(options, options.output / CNN))
    candidate = options.output / CANDIDATE
    sources = Sources(options.confusables, options.output / CNN, options.operator)
    text = build_merged(sources)
    candidate.write_text(text, encoding="utf-8", newline="\n")
    new = ConfusableMap.load(candidate)
    gates += map_gates(new, last, homographs)
    plain = options.output / PLAIN
    plain.write_text(build_uts39(options.confusables), encoding="utf-8", newline="\n")
    value = list(beside({"this map": new, UTS39: ConfusableMap.load(plain)}, homographs))
    report = _report(new, last, gates, value)
    (options.output / REPORT).write_text(report, encoding="utf-8", newline="\n")
    for gate in gates:
        print(gate)
    failed = [gate.name for gate in gates if not gate.passed]
    if failed:
        print(f"not published, for a gate failed: {'; '.join(failed)}")
        return Exit.MATCH
    candidate.replace(options.output / PUBLISHED)
    print(f"published: {options.output / PUBLISHED}, map {new.version}")
    return Exit.DONE


def _measured(options: argparse.Namespace, path: Path) -> Iterable[Gate]:
    """Draw, train and ask; write the networks' map."""
    from dataclasses import replace

    from classifier.cross_validation import MEMBERS, label_all
    from classifier.map_building import build_from_networks, trained_witnesses
    from classifier.release import ACCURACY, AUC, figures
    from detector.map_gates import Gate
    from glyphs.characters import pvalid
    from glyphs.fonts import find_fonts
    from glyphs.manifest import load_manifest

    store = _glyphs(options)
    members = [
        replace(each, recipe=replace(each.recipe, steps=options.steps or each.recipe.steps))
        for each in MEMBERS
    ]
    _tell(f"training {5 * len(members)} networks, each without a fifth of the characters")
    witnesses = trained_witnesses(
        store, options.confusables, options.output / "folds", options.device, members=members
    )
    _tell("building the map")
    drawing = [each for each in load_manifest() if each.name in set(store.family_names)]
    text = build_from_networks(
        store,
        store.unicode,
        pvalid(),
        witnesses,
        families=find_fonts(drawing, options.fonts),
        device=options.device,
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    if witnesses.answers is not None:
        labels = label_all(store, options.confusables)
        found = figures(store, labels, witnesses.answers)
        yield Gate("PVALID lookalikes never seen that are read right", found.accuracy, ACCURACY)
        yield Gate("area under the curve, lookalikes and no letters", found.auc, AUC)


def _glyphs(options: argparse.Namespace) -> GlyphStore:
    from glyphs.fonts import find_fonts
    from glyphs.manifest import load_manifest
    from glyphs.store import GlyphStore, render_store

    if options.glyphs:
        return GlyphStore.open(options.glyphs)
    folder = options.output / "glyphs"
    if folder.exists():
        return GlyphStore.open(folder)
    _tell("drawing all characters in all families")
    return render_store(find_fonts(load_manifest(), options.fonts), folder, jobs=options.jobs)


def _report(
    new: ConfusableMap, last: ConfusableMap, gates: Sequence[Gate], value: Sequence[str]
) -> str:
    """Write what is to be read before a release goes out, as Markdown."""
    from detector.map_difference import KINDS, difference
    from detector.map_report import counts_lines

    found = difference(last, new)
    lines = [f"# Map {new.version}, after {last.version}", "", "## Gates", ""]
    lines += [f"- {gate}" for gate in gates]
    lines += ["", f"## What it adds and costs beside `{UTS39}`", "", *value]
    lines += ["", "## Rows", "", "```", *counts_lines(new), "```", "", "## Changes", ""]
    lines += [found.summary(), ""]
    for kind in KINDS:
        if kind != "details":
            rows = [line for change in found.of_kind(kind) for line in change.lines()]
            lines += [f"### {kind}: {len(found.of_kind(kind)):,}", "", "```", *rows, "```", ""]
    return "\n".join(lines)


def _tell(what: str) -> None:
    sys.stderr.write(f"glyphwatch: {what}\n")
    sys.stderr.flush()
