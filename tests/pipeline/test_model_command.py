"""``glyphwatch model``: from pictures to a model and a recipe, and what is said if that fails."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from classifier.checkpoint import load_checkpoint
from classifier.labels import CLASSES
from classifier.recipe import Recipe
from classifier.splits import fold_of
from glyphs.store import render_store
from pipeline.cli import main
from pipeline.errors import Exit
from tests.classifier.confusables_files import write_confusables
from tests.glyphs.small_fonts import Box, family, write_font

SEEN_AS = {"а": "a", "е": "e", "ο": "o", "ä": "a", "ñ": "n"}
NOTHING = "жйцшщю"
ROOT = Path(__file__).resolve().parents[2]
FOLD = str(fold_of(ord("а")))


def boxes(seed: int) -> tuple[Box, ...]:
    """Make a letter like no other: boxes at places of their own."""
    rng = np.random.default_rng(seed)
    lefts, feet = rng.integers(0, 6, 5) * 45, rng.integers(0, 8, 5) * 45
    return tuple(
        (int(x), int(y), int(x) + 90, int(y) + 90) for x, y in zip(lefts, feet, strict=True)
    )


def write_fonts(folder: Path) -> list[Path]:
    drawn = {char: boxes(ord(char)) for char in CLASSES + NOTHING}
    drawn |= dict.fromkeys("bdhkl", ((0, 0, 90, 720),)) | dict.fromkeys(
        "gpqy", ((0, -180, 90, 450),)
    )
    drawn |= {char: drawn[letter] for char, letter in SEEN_AS.items()}
    wider = {char: tuple((x, y, r + 45, t) for x, y, r, t in each) for char, each in drawn.items()}
    return [write_font(folder / "one.ttf", drawn), write_font(folder / "two.ttf", wider)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """What every action is told: pictures in two families, and labels."""
    folder = tmp_path_factory.mktemp("data")
    fonts = [
        family(path, name=path.stem, group=group) for group, path in enumerate(write_fonts(folder))
    ]
    render_store(fonts, folder / "glyphs", jobs=1)
    confusables = write_confusables(folder)
    return ("--glyphs", str(folder / "glyphs"), "--confusables", str(confusables))


def test_a_model_is_trained_scored_and_written(
    data: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.safetensors"
    words = ["model", "train", *data, "--output", str(path), "--hold-out", FOLD]
    assert main([*words, "--steps", "30", "--batch", "32", "--seed", "5"]) == Exit.DONE
    out, err = capsys.readouterr()
    result = json.loads(out)
    found = load_checkpoint(path)
    assert (found.recipe.seed, found.recipe.steps, found.step) == (5, 30, 30)
    assert found.data == result["data"]
    assert result["held_out"]["fold"] == int(FOLD)
    assert 0 <= result["held_out"]["score"] <= 1
    assert "step 30 of 30, loss" in err.splitlines()[-1]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]  # and no journal


def test_the_same_training_gives_the_same_bytes(data: tuple[str, ...], tmp_path: Path) -> None:
    for name in "ab":
        words = ["model", "train", *data, "--output", str(tmp_path / name), "--quiet"]
        assert main([*words, "--steps", "3", "--batch", "16"]) == Exit.DONE
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_recipe_is_searched_for_and_trained_by(
    data: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, kept = tmp_path / "recipe.json", tmp_path / "search.sqlite"
    words = ["model", "tune", *data, "--output", str(recipe), "--search", str(kept)]
    words += ["--hold-out", FOLD, "--steps", "3", "--batch", "16"]
    assert main([*words, "--trials", "2"]) == Exit.DONE
    said = capsys.readouterr().err.splitlines()
    assert [line[:21] for line in said] == ["glyphwatch: setting 1", "glyphwatch: setting 2"]
    assert main([*words, "--trials", "3"]) == Exit.DONE  # goes on
    assert capsys.readouterr().err.startswith("glyphwatch: setting 3")
    best = Recipe.from_json(recipe.read_text(encoding="utf-8"))
    assert best.batch == 16

    output = tmp_path / "model"
    words = ["model", "train", *data, "--output", str(output), "--recipe", str(recipe)]
    assert main([*words, "--dropout", "0.25", "--kernels", "3+3", "--quiet"]) == Exit.DONE
    found = load_checkpoint(output).recipe
    assert (found.learning_rate, found.batch) == (best.learning_rate, 16)
    assert (found.dropout, found.kernels) == (0.25, (3, 3))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--steps", "0"], Exit.USAGE, "recipe: steps is 0"),
        (["--learning-rate", "nan"], Exit.USAGE, "recipe: learning_rate is nan"),
        (["--hold-out", "5"], Exit.USAGE, "--hold-out 5: folds are 0 to 4"),
        (["--device", "cuda:99"], Exit.USAGE, "'cuda:99'"),
        (["--recipe", "gone"], Exit.USAGE, "gone: cannot be read: No such file"),
        (["--glyphs", "gone"], Exit.INPUT, "gone: is no glyph store"),
        (["--confusables", "gone"], Exit.INPUT, "gone"),
        (["--verdicts", "gone"], Exit.INPUT, "gone: cannot be read"),
        (["--output", "gone/model"], Exit.SINK, "no folder gone"),
        (["--learning-rate", "999", "--steps", "25"], Exit.USAGE, "loss is"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    data: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: Exit,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    start = ["model", "train", *data, "--output", "model", "--batch", "16", "--steps", "2"]
    assert main([*start, *words]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_pickle_is_no_journal(
    data: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "model"
    journal = tmp_path / "model.journal"
    journal.write_bytes(pickle.dumps({"weights": 1}))
    words = ["model", "train", *data, "--output", str(output), "--steps", "2", "--batch", "16"]
    assert main(words) == Exit.USAGE
    assert f"{journal}: a pickle" in capsys.readouterr().err
    assert not output.exists()
    assert main([*words, "--fresh", "--quiet"]) == Exit.DONE
    assert output.exists()


def test_an_output_may_not_be_an_input(
    data: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(data[3]).read_bytes()
    assert main(["model", "train", *data, "--output", data[3]]) == Exit.USAGE
    assert "is the same file as" in capsys.readouterr().err
    assert Path(data[3]).read_bytes() == before


def test_a_missing_extra_is_named_with_the_line_that_installs_it(data: tuple[str, ...]) -> None:
    words = ["model", "train", *data, "--output", "model"]
    code = f"""
import sys
sys.modules["torch"] = None
from pipeline.cli import main
sys.exit(main({words!r}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == Exit.USAGE
    assert done.stderr == (
        "glyphwatch: this needs torch, which is not installed: pip install 'glyphwatch[train]'\n"
    )
