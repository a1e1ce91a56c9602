"""Ask people which letter a character looks like more: a later UTS #39's, or the networks' other.

Usage:
  python -m tests.benchmarks.foresight_review draw --glyphs DIR --networks DIR --before FILE
      --confusables FILE FOLDER
  python -m tests.benchmarks.foresight_review judge FOLDER ANSWERS [ANSWERS ...] --output FILE

The first draws every character that the newer table gave a letter and the older had none for, above
two letters: the table's, and what networks that learned the older table alone say first, or second
if that is the table's; which of the two comes first is by a hash. ANSWERS has a line for each
sheet: its number, and 1 or 2 for each of its places in turn; each file is another judge's. In the
table of verdicts a character is right if the judge chose the letter of the newer table; the stratum
says whether the networks had said so (`foreseen`) or not (`missed`).
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from classifier.answers import by_character
from classifier.cross_validation import MEMBERS, label_all
from classifier.labels import CLASSES, build_labels
from classifier.protocol import kept
from classifier.splits import hashed
from classifier.temporal import foresee
from classifier.verdicts import Verdict, render_verdicts
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.sheet import Entry, SheetMaker, save_sheet
from glyphs.store import GlyphStore

FONTS, GRID, PER_SHEET = 6, 4, 17


def draw(options: argparse.Namespace) -> None:
    """Draw sheets, and write the key."""
    store = GlyphStore.open(options.glyphs)
    before, after = build_labels(options.before), label_all(store, options.confusables)
    found = by_character(foresee(store, before, after, kept(MEMBERS, options.networks)).answers)
    rows = []
    for code_point, letter, chances in zip(
        found.votes.code_points.tolist(), found.letters.tolist(), found.votes.log_probs, strict=True
    ):
        first, second = np.argsort(-chances, kind="stable")[:2]
        other = second if first == letter else first
        pair = CLASSES[letter], CLASSES[other]
        shown = pair[::-1] if hashed(b"swap", 3, code_point) % 2 else pair
        rows.append((code_point, *pair, *shown, "foreseen" if first == letter else "missed"))
    rows.sort(key=lambda row: hashed(b"time", 5, row[0]))
    options.folder.mkdir(parents=True, exist_ok=True)
    with (options.folder / "key.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    maker = SheetMaker(find_fonts(load_manifest()), times=2)
    for start in range(0, len(rows), PER_SHEET):
        entries = [
            Entry(chr(code_point), (upper, lower), str(start + place))
            for place, (code_point, _, _, upper, lower, _) in enumerate(
                rows[start : start + PER_SHEET], 1
            )
        ]
        sheet = maker.draw(entries, fonts=FONTS, columns=GRID)
        save_sheet(sheet, options.folder / f"sheet-{1 + start // PER_SHEET}.png")


def judge(options: argparse.Namespace) -> None:
    """Write the judges' verdicts."""
    with (options.folder / "key.csv").open(encoding="utf-8", newline="") as file:
        key = list(csv.reader(file))
    verdicts = []
    for number, path in enumerate(options.answers):
        lines = path.read_text(encoding="ascii").splitlines()
        said = "".join(line.split()[1] for line in sorted(lines) if line.strip())
        for place, (row, choice) in enumerate(zip(key, said, strict=True)):
            code_point, letter, _, *shown, stratum = row
            answer = "right" if shown[int(choice) - 1] == letter else "wrong"
            where = 100 * number + 1 + place // PER_SHEET, str(1 + place)
            verdicts.append(Verdict(int(code_point), letter, answer, stratum, *where))
    options.output.write_text(render_verdicts(verdicts), encoding="utf-8", newline="\n")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = parser.add_subparsers(required=True)
    one = actions.add_parser("draw")
    for flag in ("--glyphs", "--networks", "--before", "--confusables"):
        one.add_argument(flag, type=Path, required=True)
    one.add_argument("folder", type=Path)
    one.set_defaults(action=draw)
    two = actions.add_parser("judge")
    two.add_argument("folder", type=Path)
    two.add_argument("answers", type=Path, nargs="+")
    two.add_argument("--output", type=Path, required=True)
    two.set_defaults(action=judge)
    options = parser.parse_args()
    options.action(options)


if __name__ == "__main__":
    main()
