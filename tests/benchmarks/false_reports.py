"""What is reported among real, benign names: every report is printed, to be looked at.

Usage: python -m tests.benchmarks.false_reports [--targets N] [--known N] [--list FILE...]
                                                [--map FILE]

Targets are the first N of a top-sites list; names are two other lists of real hosts and sites. With
--known, the first K of the top-sites list count as well known, as `glyphwatch scan --known` has it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from detector.confusables import ConfusableMap
from detector.detection import Detection
from detector.judge import Judge
from detector.native import NativeSpelling
from detector.screen import Screen
from detector.suffixes import SuffixList
from detector.targets import TargetList
from tests.benchmarks.traffic import HOSTS, TOP, TOP_2016, read_list


def load_targets(domains: list[str]) -> TargetList:
    """Load a bare list of domains as targets."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "targets.csv"
        rows = "".join(f"{domain},{domain.split('.')[0]},unknown\n" for domain in domains)
        path.write_text("domain,brand,industry\n" + rows, encoding="utf-8")
        return TargetList.load(path)


def judged(judge: Judge, screen: Screen, names: list[str]) -> tuple[list[Detection], Counter[str]]:
    """Give all detections of names, and how often each brake fired."""
    block = "".join(f"{name}\n" for name in names).encode()
    found: list[Detection] = []
    brakes: Counter[str] = Counter()
    for start, stop in screen.lines(block).spans:
        judgement = judge.judge(block[start:stop])
        found += judgement.detections
        brakes.update(judgement.brakes)
    return found, brakes


def report(
    title: str, names: list[str], judge: Judge, screen: Screen, suffixes: SuffixList
) -> None:
    """Print every report of one list, and the rates."""
    found, brakes = judged(judge, screen, names)
    domains = set()
    for name in names:
        labels = name.split(".")
        domains.add(".".join(labels[-suffixes.suffix_lengths(labels)[1] - 1 :]))
    hit_names = {each.name for each in found}
    hit_domains = {each.registrable_domain for each in found}
    print(f"## {title}: {len(names):,} names, {len(domains):,} registrable domains\n")
    print(
        f"reported: {len(hit_names)} names ({len(hit_names) / len(names) * 1e6:.0f} per million), "
        f"{len(hit_domains)} domains ({len(hit_domains) / len(domains) * 1e6:.0f} per million)"
    )
    print(f"brakes: {dict(brakes)}\n")
    kinds = Counter("+".join(each.techniques) for each in found)
    print(f"by technique: {dict(kinds)}")
    print(f"by severity: {dict(Counter(str(each.severity) for each in found))}\n")
    print("| severity | score | domain | target | techniques | substitutions |")
    print("| --- | --- | --- | --- | --- | --- |")
    seen = set()
    for each in sorted(found, key=lambda d: (-d.severity, -d.score, d.name)):
        key = (each.registrable_domain, each.target)
        if key not in seen:
            seen.add(key)
            swaps = " ".join(f"{s.source!a}>{s.reading!a}" for s in each.substitutions)
            print(
                f"| {each.severity} | {each.score:.2f} | {each.registrable_domain} | "
                f"{each.target} | {'+'.join(each.techniques)} | {swaps} |"
            )
    print()


def main() -> None:
    """Run both lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=10_000)
    parser.add_argument("--known", type=int, default=0)
    parser.add_argument("--list", type=Path, nargs="*", default=[HOSTS, TOP_2016])
    parser.add_argument("--map", type=Path, help="the packaged one if not given")
    options = parser.parse_args()
    top = read_list(TOP)
    suffixes = SuffixList.load()
    targets = load_targets(top[: options.targets])
    confusables = ConfusableMap.load(options.map)
    judge = Judge(
        confusables,
        targets,
        suffixes,
        known=frozenset(top[: options.known]),
        native=NativeSpelling.load(),
    )
    screen = Screen(judge.skeletonizer, suffixes, targets)
    print(f"targets: {len(targets):,} of {TOP.name}; known: {options.known:,}\n")
    for path in options.list:
        report(path.name, read_list(path), judge, screen, suffixes)


if __name__ == "__main__":
    main()
