"""How many words of real languages are reported: each would be a false alarm on an honest IDN.

Usage: python -m tests.benchmarks.word_reports [--targets N] [--words N] [--map FILE ...] DIC...

DIC are Hunspell dictionaries (Debian: hunspell-he, hunspell-th, ...; the .aff file lies beside the
.dic). Of each, N stems that may be a label and are not plain ASCII are taken, drawn by a hash,
under ``.com``, against the first N of a top-sites list. One column for each map: names reported,
and in brackets those of severity medium and more. The packaged map comes first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import idna
import xxhash

from detector.confusables import ConfusableMap
from detector.hunspell import read_words
from detector.judge import Judge
from detector.native import NativeSpelling
from detector.suffixes import SuffixList
from detector.verdict import Severity
from tests.benchmarks.false_reports import load_targets
from tests.benchmarks.traffic import TOP, read_list

SHORTEST = 4


def _long_enough(word: str) -> bool:
    return len(word) >= SHORTEST


def names_of(path: Path, count: int) -> list[str]:
    """Give words as names with an A-label, always the same ones."""
    words = {stem.lower() for stem, _ in read_words(path, _long_enough)}
    ordered = sorted(words, key=lambda word: xxhash.xxh3_64_intdigest(word.encode()))
    found: list[str] = []
    for word in ordered:
        if len(found) == count:
            break
        if word.isascii():
            continue
        try:
            found.append(f"{idna.encode(word, uts46=True).decode()}.com")
        except idna.IDNAError:
            continue
    return found


def main() -> None:
    """Count, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--targets", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=4_000)
    parser.add_argument("--map", type=Path, nargs="*", default=[])
    parser.add_argument("dictionaries", type=Path, nargs="+")
    options = parser.parse_args()
    suffixes, targets = SuffixList.load(), load_targets(read_list(TOP)[: options.targets])
    judges = [
        Judge(ConfusableMap.load(path), targets, suffixes, native=NativeSpelling.load())
        for path in (None, *options.map)
    ]
    titles = ["packaged", *(path.name for path in options.map)]
    print("| dictionary | words |", " | ".join(titles), "|")
    print("| --- | --- |", " | ".join("---" for _ in titles), "|")
    for path in options.dictionaries:
        names = names_of(path, options.words)
        cells = []
        for judge in judges:
            found = [judge.judge(name.encode()).detections for name in names]
            grave = [any(d.severity >= Severity.MEDIUM for d in each) for each in found]
            cells.append(f"{sum(map(bool, found))} ({sum(grave)})")
        print(f"| {path.stem} | {len(names):,} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
