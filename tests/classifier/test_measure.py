"""How much of what only networks take for a letter is right: by judges who had judged none before.

``classifier/data/measure.csv`` is a sample of the map's tier A that neither UTS #39 nor canonical
decomposition knows, drawn by a hash, among decoys that others had found wrong. Nothing was fitted
to it. `python -m tests.benchmarks.review redraw classifier/data/measure.csv DIR` draws its sheets.

``measure_decided.csv`` has the same sheets judged again by three more, who knew none of the answers
and were given no third one: whether an attacker could use the character for that very letter. Two
of them had judged nothing before; sheets of the second and third are numbered from 101 and 201.

``measure_fresh.csv`` is a sample of the map as it is now, after all of its tier A that no table
knows was looked at again, by who had judged nothing before, and could doubt. `python -m
tests.benchmarks.review sample --map classifier/data/cnn.txt` draws its sheets.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import classifier
from classifier.metrics import wilson
from classifier.review import load_review
from classifier.verdicts import Verdict, load_verdicts
from detector.confusables import TIER_A, ConfusableMap

MEASURED = ("measure recommended", "measure other")
DATA = Path(classifier.__file__).parent / "data"
MEASURE = load_verdicts(DATA / "measure.csv")
DECIDED = load_verdicts(DATA / "measure_decided.csv")
FRESH = load_verdicts(DATA / "measure_fresh.csv")
CNN = ConfusableMap.load(DATA / "cnn.txt")


def in_tier_a(verdict: Verdict) -> bool:
    readings = CNN.characters.get(chr(verdict.code_point), ())
    return any(each.letters == verdict.letter and each.confidence >= TIER_A for each in readings)


def answers(*strata: str) -> Counter[str]:
    return Counter(v.answer for v in MEASURE if v.stratum in strata and in_tier_a(v))


def test_what_was_decided_is_right() -> None:
    found = answers(*MEASURED)
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


@pytest.mark.parametrize("judge", [0, 1, 2])
def test_a_judge_who_must_decide_finds_it_right(judge: int) -> None:
    said = [v for v in DECIDED if v.sheet // 100 == judge]
    asked = [replace(v, answer="", sheet=v.sheet % 100) for v in said]
    assert asked == [replace(v, answer="") for v in MEASURE]
    for strata, bar in ((MEASURED[:1], 0.95), (MEASURED, 0.92)):
        found = Counter(v.answer for v in said if v.stratum in strata and in_tier_a(v))
        least, most = wilson(found["right"], found.total())
        print(f"{strata}: {dict(found)}, {least:.3f} to {most:.3f}")
        assert set(found) <= {"right", "wrong"}
        assert found["right"] / found.total() >= bar
    decoys = Counter(v.answer for v in said if v.stratum == "decoy")
    print(f"decoys: {dict(decoys)}")
    assert decoys["wrong"] / decoys.total() > 0.65  # nor is everything right to them


@pytest.mark.parametrize("judge", sorted({each.sheet // 100 for each in FRESH}))
def test_what_is_of_tier_a_now_is_right_doubts_counted_as_wrong(judge: int) -> None:
    said = [v for v in FRESH if v.sheet // 100 == judge]
    for strata, bar in ((MEASURED[:1], 0.95), (MEASURED, 0.92)):
        found = Counter(v.answer for v in said if v.stratum in strata and in_tier_a(v))
        least, most = wilson(found["right"], found.total())
        print(f"{strata}: {dict(found)}, {least:.3f} to {most:.3f}")
        assert found.total() == 75 * len(strata)
        assert found["right"] / found.total() >= bar
    decoys = Counter(v.answer for v in said if v.stratum == "decoy")
    print(f"decoys: {dict(decoys)}")
    assert decoys["wrong"] / decoys.total() > 0.65


def test_what_judges_of_the_review_found_wrong_is_no_row() -> None:
    given: dict[tuple[int, str], set[str]] = {}
    for each in load_review():
        given.setdefault((each.code_point, each.letter), set()).add(each.answer)
    for (code_point, letter), found in given.items():
        if found == {"wrong"}:
            readings = CNN.characters.get(chr(code_point), ())
            assert letter not in {each.letters for each in readings}
