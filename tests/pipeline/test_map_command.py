"""``glyphwatch map``: what it makes, and what it says when it cannot."""

import json
from pathlib import Path

import pytest

from detector.confusables import ConfusableMap, Reading, render_map
from pipeline.cli import main
from pipeline.errors import Exit
from tests.detector.test_uts39 import SMALL


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "cnn.txt"
    rows = {"щ": (Reading("w", 0.97, ("cnn",), "50/52"),)}
    path.write_text(render_map(rows, made_by="t", unicode="18.0.0", sources=[]), encoding="utf-8")
    return path


@pytest.fixture
def confusables(tmp_path: Path) -> Path:
    path = tmp_path / "confusables.txt"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_all_is_merged_of_unicode_and_a_network(
    small: Path, confusables: Path, tmp_path: Path
) -> None:
    output = tmp_path / "map.txt"
    told = ["map", "build", "--from", "all", "--confusables", str(confusables)]
    assert main([*told, "--cnn", str(small), "--output", str(output)]) == Exit.DONE
    found = ConfusableMap.load(output).characters
    assert (found["щ"][0].letters, found["а"][0].letters) == ("w", "a")


def test_a_difference_is_shown(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "diff", str(small), str(small)]) == Exit.DONE
    assert capsys.readouterr().out.startswith("0 removed, 0 read otherwise, 0 added")


def test_a_map_is_exported(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "export", "--format", "json", "--map", str(small)]) == Exit.DONE
    assert list(json.loads(capsys.readouterr().out)["rows"]) == ["щ"]


def test_a_map_is_evaluated(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homographs, verdicts = tmp_path / "homographs.csv", tmp_path / "verdicts.csv"
    homographs.write_text("homograph,target\nщalmart,walmart\nаpple,apple\n", encoding="utf-8")
    verdicts.write_text(
        "code_point,name,letter,verdict,stratum,sheet,place\n"
        "0449,CYRILLIC SMALL LETTER SHCHA,w,right,all,1,A1\n",
        encoding="utf-8",
    )
    told = ["--map", str(small), "--homographs", str(homographs), "--verdicts", str(verdicts)]
    assert main(["map", "evaluate", *told]) == Exit.DONE
    said = capsys.readouterr().out
    assert "homographs found  0.5000, 1 missed" in said
    assert "1.000 of 1 readings of tier A" in said


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "--from", "cnn"], Exit.USAGE, "--from cnn needs --glyphs"),
        (["build", "--from", "uts39"], Exit.USAGE, "--from uts39 needs --confusables"),
        (["build", "--from", "pixels", "--glyphs", "none"], Exit.INPUT, "none"),
        (
            ["release", "--unicode", "17", "--confusables", "c", "--output", "o"],
            Exit.USAGE,
            "this installation knows Unicode 18.0.0",
        ),
    ],
)
def test_what_cannot_be_made_is_said(
    arguments: list[str], code: Exit, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", *arguments]) == code
    assert message in capsys.readouterr().err
