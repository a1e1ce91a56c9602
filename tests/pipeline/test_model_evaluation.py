"""``glyphwatch model evaluate``: a report, and what is said if there can be none."""

import json
from pathlib import Path

import pytest

from glyphs.store import render_store
from pipeline.cli import main
from pipeline.errors import Exit
from tests.classifier.confusables_files import PROTOTYPES, write_confusables
from tests.glyphs.small_fonts import family
from tests.pipeline.test_model_command import write_fonts

TINY = ("--steps", "3", "--batch", "16", "--kernels", "3+3", "--quiet")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    folder = tmp_path_factory.mktemp("data")
    fonts = [
        family(path, name=path.stem, group=group) for group, path in enumerate(write_fonts(folder))
    ]
    render_store(fonts, folder / "glyphs", jobs=1)
    confusables = write_confusables(folder)
    (folder / "old").mkdir()
    write_confusables(folder / "old", {c: t for c, t in PROTOTYPES.items() if c not in "ае"})
    return ("--glyphs", str(folder / "glyphs"), "--confusables", str(confusables))


def test_a_whole_report_is_written(data: tuple[str, ...], tmp_path: Path) -> None:
    old = Path(data[3]).parent / "old" / "confusables.txt"
    words = ["model", "evaluate", *data, "--output", str(tmp_path / "report"), *TINY]
    words += ["--whole", "--before", str(old), "--members", "wide0,narrow1"]
    assert main(words) == Exit.DONE
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    text = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    for title in ("Held out: characters never seen", "Confusions", "Foreseen", "Calibration"):
        assert title in page
        assert title in text
    assert "<script" not in page
    assert "characters, PVALID" in text.replace("\\", "")
    told = json.loads((tmp_path / "report" / "figures.json").read_text(encoding="utf-8"))
    assert set(told["splits"]) == {"code_point", "image", "family", "both"}
    assert set(told["networks"]) == {"wide0", "narrow1", "wide0+narrow1"}
    assert 0 <= told["splits"]["code_point"]["network"]["characters pvalid"]["value"] <= 1
    networks = list((tmp_path / "report" / "networks").iterdir())
    # Five folds of each member, three splits, the test of time; bare ones for folds and splits.
    assert len([each for each in networks if each.suffix == ".safetensors"]) == 10 + 8 + 8


def test_the_mean_over_seeds_is_of_whole_committees(data: tuple[str, ...], tmp_path: Path) -> None:
    words = ["model", "evaluate", *data, "--output", str(tmp_path), *TINY]
    words += ["--members", "wide0,narrow1", "--seeds", "wide2+narrow3"]
    words += ["--before", str(Path(data[3]).parent / "old" / "confusables.txt")]
    assert main(words) == Exit.DONE
    lines = (tmp_path / "report.md").read_text(encoding="utf-8").splitlines()
    (header,) = (line for line in lines if "narrow1 | wide0+narrow1" in line)
    names = [cell.strip() for cell in header.strip("|").split("|")]
    assert names[-2:] == ["mean of 2 seeds", "standard deviation"]
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["networks"]
    committees = [told[name]["characters"]["value"] for name in ("wide0+narrow1", "wide2+narrow3")]
    row = next(
        line for line in lines[lines.index(header) :] if line.startswith("| characters, all |")
    )
    mean = float(row.strip("| ").split("|")[-2])
    assert mean == pytest.approx(sum(committees) / 2, abs=1e-3)
    start = lines.index("## Foreseen: rows that a later UTS #39 added")
    foreseen = {line.split("|")[1].strip(): line for line in lines[start:] if line[:1] == "|"}
    for committee in ("wide0+narrow1", "wide2+narrow3"):
        _, _, first, _, missed, _ = foreseen[committee].split("|")
        share, _, _, drawn = first.split()
        wrong = (1 - float(share)) * int(drawn.strip("()"))
        assert missed.count("U+") == round(wrong)


@pytest.mark.parametrize("members", ["", "wide", "broad0", "wide0,,narrow", "wide00000000000"])
def test_members_that_are_none_are_refused(
    data: tuple[str, ...], tmp_path: Path, members: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["model", "evaluate", *data, "--output", str(tmp_path), "--members", members]
    assert main(words) == Exit.USAGE
    assert "members" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_said_first(
    data: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    words = ["model", "evaluate", *data, "--output", str(tmp_path / "file" / "more")]
    assert main(words) == Exit.SINK
    assert "cannot be made" in capsys.readouterr().err
