"""A recipe survives JSON, and one that cannot be carried out is refused by name."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.errors import InvalidRecipe
from classifier.recipe import Recipe

RECIPES = st.builds(
    Recipe,
    seed=st.integers(0, 2**31 - 1),
    steps=st.integers(1, 10**7),
    batch=st.integers(1, 1000).map(lambda half: 2 * half),
    optimizer=st.sampled_from(["adamw", "sgd"]),
    learning_rate=st.floats(1e-9, 1e3),
    dropout=st.floats(0, 0.9),
    kernels=st.tuples(st.sampled_from([1, 3, 5, 7]), st.sampled_from([1, 3, 5, 7])),
    bf16=st.booleans(),
)


@given(RECIPES)
def test_json_and_back(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("steps", 0),
        ("steps", 1.5),
        ("batch", True),
        ("learning_rate", float("nan")),
        ("learning_rate", "0.1"),
        ("learning_rate", 0.0),
        ("dropout", 1.0),
        ("smoothing", -0.1),
        ("kernels", (5, 4)),
        ("kernels", (5,)),
        ("kernels", (5.0, 3.0)),
        ("kernels", [5, 3]),
        ("channels", (32, 10**6)),
        ("hidden", 0),
        ("optimizer", "adam"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: object) -> None:
    with pytest.raises(InvalidRecipe, match=name):
        dataclasses.replace(Recipe(), **{name: value})  # type: ignore[arg-type]


def test_a_batch_is_cut_into_equal_shards() -> None:
    with pytest.raises(InvalidRecipe, match="3 equal shards"):
        Recipe(batch=256, shards=3)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "[" * 100_000, '{"seed": 0}', "\x00", '"x"']
)
def test_other_text_is_no_recipe(text: str) -> None:
    with pytest.raises(InvalidRecipe):
        Recipe.from_json(text)


def test_an_unknown_key_is_named() -> None:
    read: dict[str, Any] = json.loads(Recipe().to_json()) | {"momentun": 0.9}
    with pytest.raises(InvalidRecipe, match="momentun"):
        Recipe.from_json(json.dumps(read))
