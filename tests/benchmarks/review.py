"""Draw the sheets of a review of what networks alone take for letters, and read judges' answers.

Usage:
  python -m tests.benchmarks.review draw --glyphs DIR --networks DIR --confusables FILE FOLDER
  python -m tests.benchmarks.review sample --map cnn.txt --confusables FILE FOLDER
  python -m tests.benchmarks.review judge FOLDER ANSWERS [ANSWERS ...] --output review.csv
  python -m tests.benchmarks.review redraw VERDICTS FOLDER

The first draws every PVALID character that neither UTS #39 nor decomposition knows, that scores
`LEAST` or more and that nobody has judged, and among them, as unknown to the judge as the scores,
some that score less. With ``--again`` it draws what was judged as well, if it scores ``--least`` or
all have found it right: for a second look at what a map's tier A may hold.

The second draws a sample of tier A of a finished map, to measure it by: `SAMPLE` of recommended
scripts and as many others, among decoys that all judges of the review found wrong.

ANSWERS has a line for each sheet: its number, a colon, and r (right), w (wrong) or u (unsure) for
each of its places in turn; each file is another judge's, whose sheets are numbered from 101, 201
... in the table, or with ``--number 600`` from 701, 801 .... The last draws the sheets of a table
again.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from classifier.adjudication import ANSWERS, PER_SHEET, Asked, scripts_of, unknown
from classifier.combination import Combination
from classifier.cross_validation import MEMBERS, cross_validate, label_all
from classifier.export import measure
from classifier.labels import CLASSES
from classifier.metrics import wilson
from classifier.review import load_review
from classifier.splits import hashed
from classifier.unicode_tables import load_confusables
from classifier.verdicts import Verdict, load_verdicts, render_verdicts
from detector.confusables import TIER_A, ConfusableMap
from glyphs.characters import pvalid
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.sheet import Entry, SheetMaker, save_sheet
from glyphs.store import GlyphStore

LEAST = 0.85
DECOYS = ((0.75, LEAST, 60), (0.2, 0.6, 50))
"""Lowest and highest score, and how many."""

SAMPLE, WRONG = 75, 42
"""Characters of recommended scripts, as many others; and decoys."""

FONTS, GRID = 6, 4
EDGES = (0.0, 0.6, 0.75, LEAST, 0.9, 0.95, 1.01)


Question = tuple[int, str, float, str]
"""Code point, letter, score and stratum."""


def chosen(options: argparse.Namespace) -> list[Question]:
    """Choose what is asked about, in blind order."""
    store = GlyphStore.open(options.glyphs)
    labels = label_all(store, options.confusables)
    answers = cross_validate(store, labels, options.networks, members=MEMBERS)
    candidates = measure(store, pvalid(), lambda rows: answers.log_probs[rows])
    best: dict[int, tuple[float, str]] = {}
    scores = Combination.load().score(candidates).tolist()
    pairs = zip(candidates.code_points.tolist(), candidates.letters.tolist(), strict=True)
    for (code_point, letter), score in zip(pairs, scores, strict=True):
        if score > best.get(code_point, (0.0, ""))[0]:
            best[code_point] = score, CLASSES[letter]
    table = load_confusables(options.confusables)
    answers_of: dict[int, set[str]] = defaultdict(set)
    for verdict in load_review():
        answers_of[verdict.code_point].add(verdict.answer)
    pool = [
        (code_point, letter, score)
        for code_point, (score, letter) in best.items()
        if (options.again or code_point not in answers_of) and unknown(code_point, table)
    ]
    found = [each for each in pool if each[2] >= options.least or answers_of[each[0]] == {"right"}]
    for low, high, count in DECOYS:
        some = [
            each
            for each in pool
            if low <= each[2] < min(high, options.least) and answers_of[each[0]] != {"right"}
        ]
        some.sort(key=lambda each: hashed(b"decoys", 7, each[0]))
        found += some[:count]
    found.sort(key=lambda each: hashed(b"review order", 7, each[0]))
    return [(*each, _stratum(each[2])) for each in found]


def sampled(options: argparse.Namespace) -> list[Question]:
    """Choose from a map's tier A by a hash, and decoys; in blind order."""
    table = load_confusables(options.confusables)
    pools: dict[str, list[Question]] = defaultdict(list)
    for source, readings in ConfusableMap.load(options.map).characters.items():
        if unknown(ord(source), table) and readings[0].confidence >= TIER_A:
            stratum = f"measure {scripts_of(ord(source))}"
            first = readings[0]
            pools[stratum].append((ord(source), first.letters, first.confidence, stratum))
    answers: dict[tuple[int, str], set[str]] = defaultdict(set)
    for each in load_review():
        answers[each.code_point, each.letter].add(each.answer)
    pools["decoy"] = [(*pair, 0.0, "decoy") for pair, all_ in answers.items() if all_ == {"wrong"}]
    found = []
    for stratum, pool in pools.items():
        pool.sort(key=lambda each: hashed(b"measured", options.seed, each[0]))
        found += pool[: WRONG if stratum == "decoy" else SAMPLE]
    return sorted(found, key=lambda each: hashed(b"measured order", options.seed, each[0]))


def draw(options: argparse.Namespace) -> None:
    """Draw sheets, and write the key."""
    asked = [
        Asked(code_point, letter, score, stratum, 1 + place // PER_SHEET)
        for place, (code_point, letter, score, stratum) in enumerate(options.choose(options))
    ]
    options.folder.mkdir(parents=True, exist_ok=True)
    with (options.folder / "key.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for place, each in enumerate(asked):
            code = f"{each.code_point:04X}"
            where = each.sheet, 1 + place % PER_SHEET
            rows.writerow((code, each.letter, each.score, *where, each.stratum))
    sheets: dict[int, list[Entry]] = defaultdict(list)
    for place, each in enumerate(asked):
        place_name = str(1 + place % PER_SHEET)
        sheets[each.sheet].append(Entry(chr(each.code_point), (each.letter,), place_name))
    _draw(sheets, options.folder)
    print(f"{len(asked)} entries on {len(sheets)} sheets")


def redraw(options: argparse.Namespace) -> None:
    """Draw the sheets of a table of verdicts."""
    sheets: dict[int, list[Entry]] = defaultdict(list)
    for each in load_verdicts(options.verdicts):
        sheets[each.sheet].append(Entry(chr(each.code_point), (each.letter,), each.place))
    options.folder.mkdir(parents=True, exist_ok=True)
    _draw(sheets, options.folder)


def _draw(sheets: dict[int, list[Entry]], folder: Path) -> None:
    maker = SheetMaker(find_fonts(load_manifest()), times=2)
    for number, entries in sheets.items():
        sheet = maker.draw(entries, fonts=FONTS, columns=GRID)
        save_sheet(sheet, folder / f"sheet-{number:02}.png")


def judge(options: argparse.Namespace) -> None:
    """Write verdicts of all judges; print what they come to."""
    with (options.folder / "key.csv").open(encoding="utf-8", newline="") as file:
        key = [(int(c, 16), x, float(s), int(n), p, t) for c, x, s, n, p, t in csv.reader(file)]
    verdicts: list[Verdict] = []
    by_judge: list[list[str]] = []
    for number, path in enumerate(options.answers, 1):
        said = _answers(path)
        given = [ANSWERS[said[sheet][int(place) - 1]] for _, _, _, sheet, place, _ in key]
        by_judge.append(given)
        first = options.number + 100 * number
        verdicts += [
            Verdict(code_point, letter, answer, stratum, first + sheet, place)
            for (code_point, letter, _, sheet, place, stratum), answer in zip(
                key, given, strict=True
            )
        ]
    options.output.write_text(render_verdicts(verdicts), encoding="utf-8", newline="\n")
    _report([stratum for *_, stratum in key], by_judge)


def _answers(path: Path) -> dict[int, str]:
    lines = path.read_text(encoding="ascii").splitlines()
    parts = [line.split(":") for line in lines if line.strip()]
    return {int(number): answers.strip() for number, answers in parts}


def _stratum(score: float) -> str:
    low, high = next((a, b) for a, b in pairwise(EDGES) if a <= score < b)
    return f"review {low}-{min(high, 1.0)}"


def _report(strata: Sequence[str], by_judge: Sequence[Sequence[str]]) -> None:
    """Print shares of right answers by stratum, and how far judges agree."""
    for stratum in sorted(set(strata)):
        rows = [place for place, each in enumerate(strata) if each == stratum]
        line = f"{stratum}: {len(rows):4}"
        for given in by_judge:
            right = sum(given[place] == "right" for place in rows)
            wrong = sum(given[place] == "wrong" for place in rows)
            least, most = wilson(right, len(rows))
            line += f"  right {right} wrong {wrong} ({least:.3f} - {most:.3f})"
        print(line)
    if len(by_judge) > 1:
        first, second = by_judge[:2]
        same = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
        opposed = sum({a, b} == {"right", "wrong"} for a, b in zip(first, second, strict=True))
        print(f"the first two judges say the same of {same:.3f}, and the opposite of {opposed}")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = parser.add_subparsers(required=True)
    one = actions.add_parser("draw")
    for flag in ("--glyphs", "--networks", "--confusables"):
        one.add_argument(flag, type=Path, required=True)
    one.add_argument("--least", type=float, default=LEAST)
    one.add_argument("--again", action="store_true")
    one.add_argument("folder", type=Path)
    one.set_defaults(action=draw, choose=chosen)
    other = actions.add_parser("sample")
    other.add_argument("--map", type=Path, required=True)
    other.add_argument("--confusables", type=Path, required=True)
    other.add_argument("--seed", type=int, default=1)
    other.add_argument("folder", type=Path)
    other.set_defaults(action=draw, choose=sampled)
    two = actions.add_parser("judge")
    two.add_argument("folder", type=Path)
    two.add_argument("answers", type=Path, nargs="+")
    two.add_argument("--number", type=int, default=0)
    two.add_argument("--output", type=Path, required=True)
    two.set_defaults(action=judge)
    three = actions.add_parser("redraw")
    three.add_argument("verdicts", type=Path)
    three.add_argument("folder", type=Path)
    three.set_defaults(action=redraw)
    options = parser.parse_args()
    options.action(options)


if __name__ == "__main__":
    main()
