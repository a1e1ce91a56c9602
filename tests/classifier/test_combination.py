from pathlib import Path

import numpy as np
import pytest

from classifier.combination import FEATURES, Candidates, Combination, Pictures, fit, gather
from classifier.errors import InvalidModel
from classifier.labels import CLASSES, NONE
from classifier.prediction import vote


def said(**chances: float) -> np.ndarray:
    """One picture's log-probabilities; what is left goes to all classes evenly."""
    row = np.full(NONE + 1, (1 - sum(chances.values())) / (NONE + 1))
    for letter, chance in chances.items():
        row[NONE if letter == "none" else CLASSES.index(letter.removeprefix("_"))] += chance
    return np.asarray(np.log(row), dtype=np.float32)


def candidates(*rows: np.ndarray, distance: float = 0.3) -> Candidates:
    code_points = np.arange(0x430, 0x430 + len(rows), dtype=np.int32)
    distances = np.full((len(rows), NONE), distance, np.float32)
    return gather(vote(np.stack(rows), code_points), Pictures(code_points, distances))


def named(found: Candidates) -> list[str]:
    return [CLASSES[letter] for letter in found.letters]


def test_each_character_has_its_likeliest_letters() -> None:
    found = candidates(said(a=0.8, e=0.1, o=0.05), said(t=0.6, m=0.3))
    assert named(found)[:3] == ["a", "e", "o"]
    assert named(found)[3:5] == ["t", "m"]
    assert found.code_points.tolist() == [0x430] * 3 + [0x431] * 3
    assert found.part[0] == found.part[3] == 1
    assert found.part[4] == pytest.approx((0.3 / 0.6) ** 0.5, abs=0.02)


def test_zero_and_one_are_read_as_letters() -> None:
    found = candidates(said(_0=0.9, o=0.05), said(_1=0.9))
    assert named(found)[0] == "o"
    assert named(found)[3] == "l"


def test_l_and_i_share_what_no_one_can_tell_apart() -> None:
    both, alone = candidates(said(l=0.45, i=0.45), said(l=0.95)), candidates(said(l=0.9))
    assert both.features[0, 1] == pytest.approx(alone.features[0, 1], abs=0.1)
    assert both.part[1] == 1  # i is as good a reading as l
    assert candidates(said(l=0.95)).part[1] < 0.2


def test_a_score_falls_with_distance_and_with_doubt() -> None:
    combination = Combination.load()
    near = combination.score(candidates(said(a=0.95), distance=0.1))[0]
    far = combination.score(candidates(said(a=0.95), distance=0.6))[0]
    doubted = combination.score(candidates(said(a=0.3, none=0.65), distance=0.1))[0]
    assert 1 > near > far > 0
    assert near > doubted


def test_a_fit_finds_what_it_was_made_with() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20_000, 2))
    usable = rng.random(20_000) < 1 / (1 + np.exp(-(features @ [2.0, -1.0] + 0.5)))
    found = fit(features, usable, np.ones(20_000))
    assert found == pytest.approx([2.0, -1.0, 0.5], abs=0.1)
    doubled = fit(features, usable, np.full(20_000, 2.0))
    assert doubled == pytest.approx(found, abs=1e-2)  # but for the ridge, weights are counts


def test_a_fit_needs_both_answers() -> None:
    with pytest.raises(ValueError, match="both needed"):
        fit(np.zeros((3, 1)), np.ones(3, dtype=np.bool_), np.ones(3))


def test_coefficients_are_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "combination.json"
    made = Combination(0.5, (1.0, 2.0, -3.0, 0.25), {"labels": 7})
    path.write_text(made.to_json(), encoding="utf-8")
    assert Combination.load(path) == made
    assert len(made.weights) == len(FEATURES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("combination 1", "combination 2"),
        ('"nearest": -3.0', '"nearest": -4.0'),  # changed by hand
        ('"nearest"', '"pixels"'),
        ("{", "["),
    ],
)
def test_broken_coefficients_are_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "combination.json"
    text = Combination(0.5, (1.0, 2.0, -3.0, 0.25), {"labels": 7}).to_json()
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidModel, match=r"combination\.json"):
        Combination.load(path)


def test_missing_coefficients_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="cannot be read"):
        Combination.load(tmp_path / "none.json")
