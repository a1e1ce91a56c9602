"""Single letters that Chromium's check of IDNs lists by hand, beyond what UTS #39 has.

``chromium_letters.csv`` has the single letters and digits that ``skeleton_generator.cc`` names
(Chromium at 1749a822; of thorn, which it reads as b and as p, the p). Each character stands in for
its letter in a name that is the target's in all else, as an attacker would have it.
"""

import csv
from pathlib import Path

from tests.detector.judging import make_judge

LETTERS = Path(__file__).with_name("chromium_letters.csv")


def test_most_are_found_and_all_that_are_not_are_printed() -> None:
    with LETTERS.open(encoding="utf-8", newline="") as file:
        rows = [(chr(int(row["code_point"], 16)), row["letter"]) for row in csv.DictReader(file)]
    missed = []
    for char, letter in rows:
        judge = make_judge([f"mybrand{letter}shop.com"])
        if not judge.judge(f"mybrand{char}shop.com").detections:
            missed.append(f"{char!a} for {letter}")
    found = len(rows) - len(missed)
    print(f"\n{found} of {len(rows)} are found; missed: {', '.join(missed)}")
    assert len(rows) > 100
    assert found / len(rows) >= 0.78
