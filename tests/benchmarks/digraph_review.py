"""Draw the sheets on which pairs of letters are judged by eye, and make verdicts of the answers.

Usage:
  python -m tests.benchmarks.digraph_review rank MODEL...
  python -m tests.benchmarks.digraph_review ask MODEL... --output questions.csv [--seed S]
  python -m tests.benchmarks.digraph_review draw TABLE FOLDER
  python -m tests.benchmarks.digraph_review judge QUESTIONS ANSWERS... --output verdicts.csv

The first ranks pairs by the mean of some networks, with their verdicts, and says how far the
networks vary on the pairs of the default map: `detector.ascii_rows` has their mean.

The second takes the likeliest pairs by some networks, whatever else a ranking makes of them, and
some from far behind, and shuffles them. The third draws ``sheet-01.png`` ... of a table of
questions or of verdicts; `classifier/data/digraph_verdicts.csv` gives the sheets that were judged.
Each block is a pair above the letter, in families of several kinds, at about twice the size of
text; and below, at the size of text, two well-known names that have the letter, each under what it
becomes with the pair. The question is whether that would be read as the name. ANSWERS has a line
for each sheet: its number, and r (right), w (wrong) or u (unsure) for each of its places in turn;
each file is another judge's, and the second one's sheets are numbered from 101 in the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from classifier.checkpoint import load_checkpoint
from classifier.digraph_verdicts import (
    DECIDED,
    SHEETS_OF_A_JUDGE,
    PairVerdict,
    load_pair_review,
    load_pair_verdicts,
    precision,
    render_pair_verdicts,
    upheld,
)
from classifier.digraphs import chances, draw, likeliest, rank
from classifier.splits import hashed
from detector.ascii_rows import PAIRS
from detector.targets import TargetList
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.sheet import Entry, SheetMaker, save_sheet

FAMILIES = (
    "DejaVu Sans", "Inter", "Lato", "Noto Sans",
    "Tinos", "DejaVu Serif", "Gentium Plus", "Liberation Mono",
)  # fmt: skip
WORD_FAMILIES = ("DejaVu Sans", "Inter", "Noto Sans", "Tinos")
FEATURES = ["-liga", "-clig", "-calt"]
TEXT, LINE, WORDS = 16, 22, 2
"""Size of text in pixels, and from line to line; names in a block."""

PER_SHEET = 12
LIKELIEST, OTHERS, LEAST = 84, 36, 0.08
SHOWN, FIRST = 40, 20
SEED = 3
ANSWERS = {"r": "right", "w": "wrong", "u": "unsure"}


def ask(options: argparse.Namespace) -> None:
    """Choose pairs, in an order that says nothing of their rank."""
    networks = [load_checkpoint(path).network for path in options.models]
    ranked = likeliest(draw(find_fonts(load_manifest())), networks, LEAST)
    rest = sorted(ranked[LIKELIEST:], key=lambda each: order(options.seed, each))
    chosen = sorted([*ranked[:LIKELIEST], *rest[:OTHERS]], key=lambda e: order(options.seed, e))
    questions = [
        PairVerdict(pair, letter, "unsure", 1 + number // PER_SHEET, 1 + number % PER_SHEET)
        for number, (pair, letter) in enumerate(chosen)
    ]
    write(options.output, questions)


def rank_pairs(options: argparse.Namespace) -> None:
    """Print a ranking, its precision, and the chance of known pairs by each of the networks."""
    networks = [load_checkpoint(path).network for path in options.models]
    drawn, verdicts = draw(find_fonts(load_manifest())), load_pair_verdicts()
    decided = load_pair_verdicts(DECIDED)
    answers = {(each.pair, each.letter): each.answer for each in verdicts}
    ranked = rank(drawn, networks)
    for place, each in enumerate(ranked[:SHOWN], 1):
        numbers = f"{each.score:.3f} {each.chance:.3f} {each.agree}/{each.fonts}"
        answer = answers.get((each.pair, each.letter), "not judged")
        print(f"{place:3} {each.pair} {each.letter} {numbers} {answer}")
    found = precision([(each.pair, each.letter) for each in ranked[:FIRST]], verdicts)
    bounds = f"[{found.low:.3f}, {found.high:.3f}]"
    print(f"first {FIRST}: {found.right} right of {found.judged} judged {bounds}")
    found = precision([(each.pair, each.letter) for each in ranked[:FIRST]], decided)
    bounds = f"[{found.low:.3f}, {found.high:.3f}]"
    print(f"to most of those who must decide: {found.right} of {found.judged} judged {bounds}")
    named = [each for each in ranked if (each.pair, each.letter) in upheld(load_pair_review())]
    print(f"a map names: {' '.join(f'{each.pair}>{each.letter}' for each in named[:SHOWN])}\n")
    single = [chances(drawn, [network]) for network in networks]
    for pair, known in PAIRS.items():
        said = [each[pair, known.letter] for each in single]
        print(f"{pair} {known.letter} {np.mean(said):.3f}, sd {np.std(said):.3f}")


def order(seed: int, each: tuple[str, str]) -> int:
    """Give a place that says nothing of a pair and its letter."""
    return hashed(b"judged pairs", seed, *map(ord, "".join(each)))


def sheets(options: argparse.Namespace) -> None:
    """Draw the sheets of a table."""
    found = {each.family.name: each for each in find_fonts(load_manifest())}
    maker = SheetMaker([found[name] for name in FAMILIES], times=2)
    fonts = [
        ImageFont.truetype(found[name].paths[0], TEXT, found[name].family.files[0].face)
        for name in WORD_FAMILIES
    ]
    names = well_known()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number, group in groupby(load_pair_verdicts(options.table), key=lambda each: each.sheet):
        blocks = [block(maker, fonts, names, each) for each in group]
        width, height = blocks[0].size
        sheet = Image.new("L", (2 * width, (len(blocks) + 1) // 2 * height), 255)
        for place, part in enumerate(blocks):
            sheet.paste(part, (place % 2 * width, place // 2 * height))
        save_sheet(sheet, options.folder / f"sheet-{number:02}.png")


def block(
    maker: SheetMaker,
    fonts: Sequence[ImageFont.FreeTypeFont],
    names: Sequence[str],
    asked: PairVerdict,
) -> Image.Image:
    """Draw one question."""
    glyphs = maker.draw([Entry(asked.pair, (asked.letter,), str(asked.place))])
    having = [name for name in names if asked.letter in name]
    having.sort(key=lambda name: hashed(b"judged names", SEED, *map(ord, asked.pair + name)))
    lines = [
        text
        for name in having[:WORDS]
        for text in (name.replace(asked.letter, asked.pair, 1), name)
    ]
    whole = Image.new("L", (glyphs.width, glyphs.height + LINE * len(lines)), 255)
    whole.paste(glyphs, (0, 0))
    pen = ImageDraw.Draw(whole)
    for row, text in enumerate(lines):
        for column, font in enumerate(fonts):
            place = column * glyphs.width // len(fonts), glyphs.height + row * LINE
            pen.text(place, text, 0, font, features=FEATURES)
    return whole


def well_known() -> list[str]:
    """Give the first labels of the packaged targets that are words of five to ten letters."""
    labels = {target.domain.split(".")[0] for target in TargetList.load()}
    return sorted(label for label in labels if label.isalpha() and 5 <= len(label) <= 10)


def judge(options: argparse.Namespace) -> None:
    """Put answers into a table of questions, once for each judge."""
    found = []
    for number, path in enumerate(options.answers):
        lines = path.read_text(encoding="ascii").splitlines()
        answers = {
            int(line.split()[0]): "".join(line.split()[1:]) for line in lines if line.strip()
        }
        for sheet, group in groupby(load_pair_verdicts(options.table), key=lambda e: e.sheet):
            for each, letter in zip(group, answers[sheet], strict=True):
                own = sheet + number * SHEETS_OF_A_JUDGE
                found.append(replace(each, answer=ANSWERS[letter], sheet=own))
    write(options.output, found)


def write(path: Path, verdicts: Sequence[PairVerdict]) -> None:
    """Write a table."""
    path.write_text(render_pair_verdicts(verdicts), encoding="ascii", newline="\n")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    actions = parser.add_subparsers(required=True)
    ranking = actions.add_parser("rank")
    ranking.add_argument("models", type=Path, nargs="+")
    ranking.set_defaults(work=rank_pairs)
    asking = actions.add_parser("ask")
    asking.add_argument("models", type=Path, nargs="+")
    asking.add_argument("--output", type=Path, required=True)
    asking.add_argument("--seed", type=int, default=SEED)
    asking.set_defaults(work=ask)
    drawing = actions.add_parser("draw")
    drawing.add_argument("table", type=Path)
    drawing.add_argument("folder", type=Path)
    drawing.set_defaults(work=sheets)
    judging = actions.add_parser("judge")
    judging.add_argument("table", type=Path)
    judging.add_argument("answers", type=Path, nargs="+")
    judging.add_argument("--output", type=Path, required=True)
    judging.set_defaults(work=judge)
    options = parser.parse_args()
    options.work(options)


if __name__ == "__main__":
    main()
