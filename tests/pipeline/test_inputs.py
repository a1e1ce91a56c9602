"""Inputs: folders and patterns become files, in an order that stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import Exit, UsageError
from pipeline.inputs import expand
from tests.pipeline.conftest import Run


def test_a_folder_stands_for_the_files_below_it(tmp_path: Path) -> None:
    for path in ("b.gz", "a/2.txt", "a/1.txt", ".hidden", ".git/config", "a/.swp"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    found = [str(tmp_path / path) for path in ("a/1.txt", "a/2.txt", "b.gz")]
    assert expand([str(tmp_path)]) == found
    assert expand([str(tmp_path / "b.gz"), "-", str(tmp_path / "a")]) == [
        found[2],
        "-",
        *found[:2],
    ]


def test_a_link_to_a_folder_is_not_followed_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    (tmp_path / "round").symlink_to(tmp_path)
    assert expand([str(tmp_path)]) == [str(tmp_path / "log")]
    assert expand([str(tmp_path / "round")]) == [str(tmp_path / "round" / "log")]


def test_folders_that_a_pattern_matches_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "day1").mkdir()
    (tmp_path / "day1" / "dns.log").touch()
    assert expand([str(tmp_path / "day*")]) == [str(tmp_path / "day1" / "dns.log")]
    (tmp_path / "day2").mkdir()  # empty, which does not matter beside others
    every = expand([str(tmp_path / "**")])
    assert every == [str(tmp_path / "day1" / "dns.log")]  # once, though its folder matches too


def test_case_76_pipes_in_a_folder_are_left_out_and_broken_links_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert expand([str(tmp_path)]) == [str(tmp_path / "gone"), str(tmp_path / "loop")]


def test_case_78_nothing_found_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "*.gz"):
        with pytest.raises(UsageError, match="no file"):
            expand([str(path)])


def test_a_folder_is_scanned_again_beside_what_was_written_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("paypa1.com\n", encoding="ascii")
    arguments = ("--output", "found.jsonl", "--store", "s.sqlite", "--rejects", "rejects.jsonl")
    first = run("scan", ".", *arguments)
    assert first.returncode == Exit.DONE, first.stderr
    second = run("scan", ".", *arguments)
    assert second.returncode == Exit.DONE, second.stderr
    assert len((tmp_path / "found.jsonl").read_text().splitlines()) == 1
    assert "1 records: 0 clean, 1 matched" in second.stderr
