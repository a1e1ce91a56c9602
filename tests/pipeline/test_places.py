"""No output is an input or another output; ``-`` is a stream, never a file of that name."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from pipeline.errors import Exit
from tests.pipeline.conftest import Run

CONFUSABLES = "0430 ;\t0061 ;\tMA\t# CYRILLIC SMALL LETTER A\n"


@pytest.fixture
def folder(tmp_path: Path, targets_file: Path) -> Path:
    (tmp_path / "names").write_text("paypa1.com\na..b\n", encoding="utf-8")
    shutil.copy(targets_file, tmp_path / "targets.csv")
    (tmp_path / "list").write_text("example.com\n", encoding="utf-8")
    (tmp_path / "link").symlink_to("names")
    os.link(tmp_path / "names", tmp_path / "hard")
    (tmp_path / "names.partial").write_text("example.org\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("names --output names", "--output names: is the same file as input names"),
        ("names --output ./names", "--output ./names: is the same file as input names"),
        ("names --output link", "--output link: is the same file as input names"),
        ("names --output hard", "--output hard: is the same file as input names"),
        ("nam*s --rejects names", "--rejects names: is the same file as input names"),
        ("names.partial --output names", "names.partial: is the same file as input names.partial"),
        ("names --store names", "--store names: is the same file as input names"),
        ("names --output targets.csv --targets targets.csv", "as --targets targets.csv"),
        ("names --rejects list --known list", "as --known list"),
        ("names --output list --allow targets.csv --allow list", "as --allow list"),
        ("names --output list --map list", "as --map list"),
        ("names --output x --rejects ./x", "--rejects ./x: is the same file as --output x"),
        ("names --output x --rejects x.partial", "--rejects x.partial: is the same file as"),
        ("names --output x --store x", "--output x: is the same file as --store x"),
        ("names --output - --rejects -", "--rejects -: is the same file as --output -"),
        ("names --store -", "--store: a store is a file"),
    ],
)
def test_scan_does_not_write_over_what_it_reads(
    arguments: str, said: str, run: Run, folder: Path
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = run("scan", *arguments.split())
    assert done.returncode == Exit.USAGE, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_devices_may_be_named_twice(run: Run, folder: Path) -> None:
    twice = "names --output /dev/null --rejects /dev/null --known /dev/null"
    assert run("scan", *twice.split()).returncode == Exit.INPUT


def test_a_dash_is_a_stream(run: Run, folder: Path) -> None:
    done = run("scan", "names", "--rejects", "-", "--output", "found")
    assert json.loads(done.stdout)["reason"] == "empty_label"
    (folder / "top").write_text("1,google.com\n", encoding="utf-8")
    done = run("targets", "import", "top", "--output", "-")
    assert (done.returncode, "google.com" in done.stdout) == (Exit.DONE, True)
    with gzip.open(folder / "confusables.gz", "wb") as file:
        file.write(CONFUSABLES.encode())
    build = ["map", "build", "--from", "uts39", "--confusables", "confusables.gz"]
    done = run(*build, "--output", "-")
    plain = run(*build)
    assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
    assert not (folder / "-").exists()
    assert run("report", "--store", "-").returncode == Exit.USAGE


def test_makers_do_not_write_over_what_they_read(run: Run, folder: Path) -> None:
    before = (folder / "names").read_bytes()
    done = run("targets", "import", "names", "--output", "link")
    assert done.returncode == Exit.USAGE
    build = ["map", "build", "--from", "uts39", "--confusables", "names", "--output", "link"]
    assert run(*build).returncode == Exit.USAGE
    assert (folder / "names").read_bytes() == before


def test_targets_check_of_a_missing_file(run: Run) -> None:
    for done in (run("targets", "check", "missing.csv"), run("targets", "check", ".")):
        assert done.returncode == Exit.USAGE
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
