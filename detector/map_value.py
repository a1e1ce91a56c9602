"""Map value: several confusable maps in, what each finds and what it costs out, side by side.

What a map is worth more than Unicode's data alone is what it finds besides, of homographs that were
published; what it costs are honest names that it takes for a brand's. Words of real languages stand
for those: the packaged ones (`detector.native`), which all read as some label that people visit,
each under ``.com``, where no suffix says that it is a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from detector.confusables import ConfusableMap
from detector.judge import Judge
from detector.map_report import Counts, Recall, count, recall
from detector.native import NativeSpelling
from detector.suffixes import SuffixList
from detector.targets import TargetList

SUFFIX = "com"


class Value(NamedTuple):
    """What one map finds, and what it costs."""

    counts: Counts
    homographs: Recall
    words: int
    """Words that are reported."""


def value(
    confusables: ConfusableMap,
    homographs: Iterable[tuple[str, str]],
    words: Iterable[str],
    targets: TargetList,
    suffixes: SuffixList,
) -> Value:
    """Measure a map.

    Args:
        confusables: the map.
        homographs: with their targets.
        words: in Unicode form; each is judged as a name under `SUFFIX`.
        targets: what is protected.
        suffixes: the public suffix list.

    Raises:
        InvalidName: a word cannot stand in a name.
    """
    judge = Judge(confusables, targets, suffixes)
    reported = sum(bool(judge.judge(f"{word}.{SUFFIX}").detections) for word in words)
    return Value(count(confusables), recall(confusables, homographs), reported)


def beside(
    maps: Mapping[str, ConfusableMap], homographs: Iterable[tuple[str, str]] = ()
) -> Iterator[str]:
    """Give a table in Markdown with a column for each map, against the packaged targets.

    Args:
        maps: by the names that the table has for them.
        homographs: with their targets; without any, the table says nothing of them.
    """
    words = NativeSpelling.load().words()
    known, targets, suffixes = tuple(homographs), TargetList.load(), SuffixList.load()
    found = {name: value(each, known, words, targets, suffixes) for name, each in maps.items()}
    counts = [each.counts for each in found.values()]
    rows: dict[str, list[str]] = {
        "PVALID characters": [f"{each.pvalid:,}" for each in counts],
        "of tier A": [f"{each.tier_a:,}" for each in counts],
        "of tiers B and C": [f"{each.tier_b + each.tier_c:,}" for each in counts],
    }
    if known:
        rows[f"homographs found, of {len(known):,}"] = [
            f"{each.homographs.share:.3f}" for each in found.values()
        ]
    rows[f"words reported, of {len(words):,}"] = [f"{each.words:,}" for each in found.values()]
    yield f"| | {' | '.join(found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for title, cells in rows.items():
        yield f"| {title} | {' | '.join(cells)} |"
