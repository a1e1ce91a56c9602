"""A search finds what is better, proposes the same with the same seed, and goes on where it was."""

import dataclasses
import math
import sqlite3
from pathlib import Path

import pytest

from classifier.errors import InvalidModel, ModelNotWritten, TrainingFailed
from classifier.recipe import Recipe
from classifier.search import DROPOUTS, KERNELS, LEARNING_RATES, Plan, Tried, search

BASE = Recipe(seed=4, steps=10)


def hill(recipe: Recipe) -> float:
    """Best at a learning rate of 0.003, a dropout of 0.3, kernels of 5 and 3."""
    off = abs(math.log10(recipe.learning_rate / 3e-3)) + abs(recipe.dropout - 0.3)
    return 1 - off / 4 - (0.0 if recipe.kernels == (5, 3) else 0.1)


def settings(tried: tuple[Tried, ...]) -> list[tuple[int, Recipe, float]]:
    return [(each.number, each.recipe, each.score) for each in tried]


def test_it_climbs() -> None:
    best, *_ = tried = search(Plan(base=BASE, trials=24), hill)
    assert len(tried) == 24
    assert best.score == max(each.score for each in tried) > 0.9
    assert best.recipe.kernels == (5, 3)


def test_it_stays_within_its_bounds_and_leaves_the_rest_alone() -> None:
    for each in search(Plan(base=BASE, trials=12), hill):
        assert LEARNING_RATES[0] <= each.recipe.learning_rate <= LEARNING_RATES[1]
        assert DROPOUTS[0] <= each.recipe.dropout <= DROPOUTS[1]
        assert each.recipe.kernels in KERNELS.values()
        searched = {name: getattr(BASE, name) for name in ("learning_rate", "dropout", "kernels")}
        assert dataclasses.replace(each.recipe, **searched) == BASE


def test_the_seed_decides_the_proposals() -> None:
    first, again, other = (
        settings(search(Plan(base=BASE, trials=10, seed=seed), hill)) for seed in (1, 1, 2)
    )
    assert first == again != other


class Interrupted(Exception):
    pass


def test_one_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    expected = settings(search(Plan(base=BASE, trials=12), hill))
    plan = Plan(base=BASE, trials=12, path=tmp_path / "search.sqlite")
    calls = 0

    def stopping(recipe: Recipe) -> float:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise Interrupted
        return hill(recipe)

    with pytest.raises(Interrupted):
        search(plan, stopping)
    reported: list[Tried] = []
    assert settings(search(plan, hill, reported.append)) == expected
    assert [each.number for each in reported] == [10, 11, 12]
    assert settings(search(plan, hill)) == expected


def test_a_training_that_fails_is_a_bad_setting() -> None:
    def fragile(recipe: Recipe) -> float:
        if recipe.learning_rate > 3e-3:
            raise TrainingFailed
        return hill(recipe)

    tried = search(Plan(base=BASE, trials=8), fragile)
    assert len(tried) == 8
    assert tried[-1].score == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [({"seed": 1}, "seed"), ({"data": "x"}, "data"), ({"base": Recipe(steps=9)}, "base")],
)
def test_a_file_of_another_search_is_refused(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    plan = Plan(base=BASE, trials=1, path=tmp_path / "s")
    search(plan, hill)
    with pytest.raises(InvalidModel, match=f"another {said}"):
        search(dataclasses.replace(plan, **change), hill)  # type: ignore[arg-type]


def test_a_file_that_is_no_search_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(b"not a database, surely" * 100)
    with pytest.raises(InvalidModel, match="not the file of a search"):
        search(Plan(base=BASE, path=path), hill)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelNotWritten, match="unable to open"):
        search(Plan(base=BASE, path=tmp_path / "none" / "s"), hill)


def test_a_file_that_another_search_writes_is_said(tmp_path: Path) -> None:
    path = tmp_path / "s"
    plan = Plan(base=BASE, trials=2, path=path)
    search(plan, hill)
    with sqlite3.connect(path) as held:
        held.execute("BEGIN IMMEDIATE")
        with pytest.raises(ModelNotWritten, match="cannot be kept"):
            search(dataclasses.replace(plan, trials=3), hill)
