"""Draw the contact sheets of an adjudication, and make verdicts of what was seen on them.

Usage:
  python -m tests.benchmarks.adjudication draw --glyphs DIR --networks DIR --confusables FILE DIR
  python -m tests.benchmarks.adjudication judge DIR ANSWERS --output verdicts.csv

The first writes ``sheet-01.png`` ... and ``key.csv`` into a folder. ANSWERS has a line for each
sheet: its number, and r (right), w (wrong) or u (unsure) for each of its places in turn.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from classifier.adjudication import PER_SHEET, SEED, Asked, choose, judged, precisions
from classifier.combination import Combination
from classifier.cross_validation import MEMBERS, cross_validate, label_all
from classifier.export import measure
from classifier.unicode_tables import load_confusables
from classifier.verdicts import COLUMNS, render_verdicts
from glyphs.characters import pvalid
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.sheet import Entry, SheetMaker, save_sheet
from glyphs.store import GlyphStore

FONTS, GRID = 6, 4


def draw(options: argparse.Namespace) -> None:
    """Choose the sample and draw it."""
    store = GlyphStore.open(options.glyphs)
    nothing = options.folder / "none.csv"
    options.folder.mkdir(parents=True, exist_ok=True)
    # The networks learned nothing from the verdicts that are to judge them.
    nothing.write_text(",".join(COLUMNS) + "\n", encoding="ascii")
    labels = label_all(store, options.confusables, nothing)
    answers = cross_validate(store, labels, options.networks, members=MEMBERS)
    candidates = measure(store, pvalid(), lambda rows: answers.log_probs[rows])
    table = load_confusables(options.confusables)
    asked = choose(candidates, Combination.load(), table, options.seed)
    with (options.folder / "key.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for each in asked:
            code = f"{each.code_point:04X}"
            rows.writerow((code, each.letter, each.score, each.stratum, each.sheet, each.place))
    maker = SheetMaker(find_fonts(load_manifest()), times=2)
    for start in range(0, len(asked), PER_SHEET):
        part = asked[start : start + PER_SHEET]
        entries = [Entry(chr(each.code_point), (each.letter,), str(each.place)) for each in part]
        sheet = maker.draw(entries, fonts=FONTS, columns=GRID)
        save_sheet(sheet, options.folder / f"sheet-{part[0].sheet:02}.png")
    print(f"{len(asked)} entries on {asked[-1].sheet} sheets")


def judge(options: argparse.Namespace) -> None:
    """Write verdicts, and print what they come to."""
    with (options.folder / "key.csv").open(encoding="utf-8", newline="") as file:
        asked = [
            Asked(int(code, 16), letter, float(score), stratum, int(sheet), int(place))
            for code, letter, score, stratum, sheet, place in csv.reader(file)
        ]
    lines = options.answers.read_text(encoding="ascii").splitlines()
    answers = {int(line.split()[0]): "".join(line.split()[1:]) for line in lines if line.strip()}
    verdicts = judged(asked, answers)
    options.output.write_text(render_verdicts(verdicts), encoding="utf-8", newline="\n")
    for stratum, (right, count, low, high) in precisions(verdicts).items():
        print(f"{stratum:24} {right:4}/{count:<4} {right / count:.3f} [{low:.3f}, {high:.3f}]")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = parser.add_subparsers(required=True)
    drawing = actions.add_parser("draw")
    drawing.add_argument("--glyphs", type=Path, required=True)
    drawing.add_argument("--networks", type=Path, required=True)
    drawing.add_argument("--confusables", type=Path, required=True)
    drawing.add_argument("--seed", type=int, default=SEED)
    drawing.add_argument("folder", type=Path)
    drawing.set_defaults(work=draw)
    judging = actions.add_parser("judge")
    judging.add_argument("folder", type=Path)
    judging.add_argument("answers", type=Path)
    judging.add_argument("--output", type=Path, required=True)
    judging.set_defaults(work=judge)
    options = parser.parse_args()
    options.work(options)


if __name__ == "__main__":
    main()
