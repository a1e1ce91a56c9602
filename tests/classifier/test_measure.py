"""How much of what only networks take for a letter is right: by judges who had judged none before.

``classifier/data/measure.csv`` is a sample of the map's tier A that neither UTS #39 nor canonical
decomposition knows, drawn by a hash, among decoys that others had found wrong. Nothing was fitted
to it. `python -m tests.benchmarks.review redraw classifier/data/measure.csv DIR` draws its sheets.
"""

from collections import Counter
from pathlib import Path

import classifier
from classifier.metrics import wilson
from classifier.review import load_review
from classifier.verdicts import Verdict, load_verdicts
from detector.confusables import TIER_A, ConfusableMap

DATA = Path(classifier.__file__).parent / "data"
MEASURE = load_verdicts(DATA / "measure.csv")
CNN = ConfusableMap.load(DATA / "cnn.txt")


def in_tier_a(verdict: Verdict) -> bool:
    readings = CNN.characters.get(chr(verdict.code_point), ())
    return any(each.letters == verdict.letter and each.confidence >= TIER_A for each in readings)


def answers(*strata: str) -> Counter[str]:
    return Counter(v.answer for v in MEASURE if v.stratum in strata and in_tier_a(v))


def test_what_was_decided_is_right() -> None:
    found = answers("measure recommended", "measure other")
    right, decided = found["right"], found["right"] + found["wrong"]
    least, most = wilson(right, found.total())
    print(f"{dict(found)}: {right / decided:.3f} of decided, {least:.3f} to {most:.3f} of all")
    assert found.total() > 120
    assert right / decided >= 0.95
    assert right / found.total() >= 0.85
    recommended = answers("measure recommended")
    assert recommended["right"] / (recommended["right"] + recommended["wrong"]) >= 0.95


def test_judges_do_not_call_everything_right() -> None:
    decoys = Counter(v.answer for v in MEASURE if v.stratum == "decoy")
    assert decoys["right"] == 0
    assert decoys["wrong"] > decoys["unsure"]


def test_what_judges_of_the_review_found_wrong_is_no_row() -> None:
    given: dict[tuple[int, str], set[str]] = {}
    for each in load_review():
        given.setdefault((each.code_point, each.letter), set()).add(each.answer)
    for (code_point, letter), found in given.items():
        if found == {"wrong"}:
            readings = CNN.characters.get(chr(code_point), ())
            assert letter not in {each.letters for each in readings}
