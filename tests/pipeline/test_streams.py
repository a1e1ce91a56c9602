"""Standard output and error that are closed or full: what is asked for is done, or said not to be.

Run as the console script is run: what Python does with a closed stream happens at start and end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import Exit
from pipeline.store import Store

SCRIPT = "import sys; from pipeline.cli import main; sys.exit(main())"


def shell(line: str, folder: Path, targets: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which $G is the program."""
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONWARNINGS": "error",
            "GLYPHWATCH_TARGETS": str(targets),
            "G": str(folder / "glyphwatch"),
        },
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path, targets_file: Path) -> Path:
    """A folder with the program, some names, and a store of them."""
    program = tmp_path / "glyphwatch"
    program.write_text(f"#!{sys.executable}\n{SCRIPT}\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "names").write_text("paypa1.com\nexample.com\n", encoding="utf-8")
    (tmp_path / "odd").write_text("a..b\n", encoding="utf-8")
    assert shell("$G scan names --quiet", tmp_path, targets_file).returncode == Exit.DONE
    return tmp_path


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full", "2>&- </dev/null", "2>&- <&-"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("names", Exit.DONE),
        ("names --fail-on match", Exit.MATCH),
        ("names odd", Exit.INPUT),
        ("missing", Exit.INPUT),
        ("names --targets missing", Exit.USAGE),
        ("--no-such-flag", Exit.USAGE),
    ],
)
def test_a_scan_that_cannot_speak_does_its_work(
    where: str, arguments: str, code: Exit, folder: Path, targets_file: Path
) -> None:
    done = shell(f"$G scan {arguments} --store new.sqlite {where}", folder, targets_file)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
    if code is not Exit.USAGE and "names" in arguments:
        store = Store(folder / "new.sqlite", read_only=True)
        assert [each.lookalike for each in store.summaries()] == ["paypa1.com"]
        store.close()


@pytest.mark.parametrize("where", [">&-", ">&- <&-", ">/dev/full"])
@pytest.mark.parametrize(
    "arguments",
    [
        "scan names --output -",
        "check paypa1.com example.com",
        "check paypa1.com --format table",
        "report",
        "explain paypa1.com",
        "targets stats",
        "map show",
        "version",
    ],
)
def test_output_that_cannot_be_written_is_said(
    arguments: str, where: str, folder: Path, targets_file: Path
) -> None:
    done = shell(f"$G {arguments} {where}", folder, targets_file)
    assert done.returncode == Exit.SINK, done.stderr
    assert done.stdout == ""
    said = done.stderr.splitlines()
    assert len(said) == 1
    assert said[0].startswith("glyphwatch: standard output: cannot be written: ")


def test_neither_output_nor_error(folder: Path, targets_file: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = shell("$G check paypa1.com >&- 2>&- <&-", folder, targets_file)
    assert (done.returncode, done.stdout, done.stderr) == (Exit.SINK, "", "")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
