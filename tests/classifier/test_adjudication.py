"""Adjudication: a sample is the same every time and blind, and the packaged verdicts add up."""

from pathlib import Path

import numpy as np
import pytest

from classifier.adjudication import PER_SHEET, STRATA, Asked, choose, judged, precisions, unknown
from classifier.combination import FEATURES, Candidates, Combination
from classifier.metrics import wilson
from classifier.unicode_tables import load_confusables
from classifier.verdicts import load_verdicts
from tests.classifier.confusables_files import unicodes_own, write_confusables

LOGIT = Combination(0.0, (1.0, *[0.0] * (len(FEATURES) - 1)), {})
"""The score is the logistic function of the first feature."""

CHARS = range(0x1400, 0x1600)
"""Syllabics: of other scripts, and PVALID nearly all."""


def candidates(order: list[int]) -> Candidates:
    count = len(order)
    heights = np.zeros((count, len(FEATURES)))
    heights[:, 0] = [(code % 97) / 12 - 4 for code in order]
    ones = np.ones(count, np.int64)
    code_points = np.array(order, np.int32)
    return Candidates(code_points, ones * 14, ones, ones, np.ones(count), heights)


def test_a_sample_depends_on_scores_and_seed_only(tmp_path: Path) -> None:
    table = load_confusables(write_confusables(tmp_path))
    asked = choose(candidates(list(CHARS)), LOGIT, table)
    assert asked == choose(candidates(list(reversed(CHARS))), LOGIT, table)
    assert asked != choose(candidates(list(CHARS)), LOGIT, table, seed=1)
    assert [each.code_point for each in asked] != sorted(each.code_point for each in asked)
    for low, high, count in STRATA:
        found = [each for each in asked if each.stratum == f"other {low}-{high}"]
        assert 0 < len(found) <= count
        assert all(low <= each.score < high for each in found)
    assert {(each.sheet - 1) * PER_SHEET + each.place for each in asked} == set(
        range(1, len(asked) + 1)
    )


def test_what_a_table_or_decomposition_knows_is_not_asked(tmp_path: Path) -> None:
    table = load_confusables(write_confusables(tmp_path))
    assert unknown(ord("ш"), table)
    assert not any(unknown(ord(char), table) for char in "aаäѐн\u0301Ш!")


def test_answers_go_to_their_places() -> None:
    asked = [Asked(0x448, "w", 0.9, "s", 1, 1), Asked(0x447, "u", 0.9, "s", 1, 2)]
    assert [each.answer for each in judged(asked, {1: "ru"})] == ["right", "unsure"]
    assert precisions(judged(asked, {1: "ru"})) == {"s": (1, 2, *wilson(1, 2))}
    with pytest.raises(ValueError, match="argument 2 is"):
        judged(asked, {1: "ruw"})


def test_the_packaged_verdicts_are_enough_and_each_stratum_has_a_precision() -> None:
    verdicts = load_verdicts()
    assert len(verdicts) >= 400
    assert len({each.code_point for each in verdicts}) == len(verdicts)
    found = precisions(verdicts)
    assert set(found) == {
        f"{scripts} {low}-{high}" for scripts in ("recommended", "other") for low, high, _ in STRATA
    }
    assert sum(n for stratum, (_, n, _, _) in found.items() if stratum.endswith("0.9-1.0")) >= 200
    for stratum, (right, count, low, high) in found.items():
        print(f"{stratum:24} {right:4}/{count:<4} {right / count:.3f} [{low:.3f}, {high:.3f}]")
        assert 0 <= low <= right / count <= high <= 1
    # A score that says nothing would be as good below as above.
    for scripts in ("recommended", "other"):
        assert found[f"{scripts} 0.9-1.0"][2] > found[f"{scripts} 0.4-0.6"][3]


def test_no_packaged_verdict_is_on_what_unicode_knows() -> None:
    table = load_confusables(unicodes_own())
    assert [
        f"{v.code_point:04X}" for v in load_verdicts() if not unknown(v.code_point, table)
    ] == []
