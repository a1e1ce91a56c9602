"""The stack's command, as a developer types it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.stack.postgres import programs

ROOT = Path(__file__).resolve().parent.parent.parent


def stack(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.stack", *words],
        cwd=ROOT,
        env={**os.environ, "GLYPHWATCH_STACK_JARS": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(autouse=True)
def _postgres_is_installed() -> None:
    programs()


def test_run_gives_a_command_the_servers_and_its_exit_code(tmp_path: Path) -> None:
    question = 'test "$(psql -XAtc "SELECT 42" "$GLYPHWATCH_POSTGRES")" = 42 && exit 7'
    done = stack("run", "postgres", "--", "sh", "-c", question, folder=tmp_path)
    assert done.returncode == 7, done.stderr
    assert re.search(r"^stack: up after [0-9.]+ s: postgres [0-9.]+$", done.stderr, re.MULTILINE)


def test_up_stays_until_down(tmp_path: Path) -> None:
    up = stack("up", "--detach", "postgres", folder=tmp_path)
    try:
        assert up.stdout.startswith("export GLYPHWATCH_POSTGRES="), up.stderr
        assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600
        assert stack("env", folder=tmp_path).stdout == up.stdout
        assert stack("up", "postgres", folder=tmp_path).returncode == 1
        asked = subprocess.run(
            ["sh", "-c", f'{up.stdout}psql -XAtc "SELECT 42" "$GLYPHWATCH_POSTGRES"'],
            capture_output=True,
            check=False,
        )
        assert asked.stdout == b"42\n"
    finally:
        assert stack("down", folder=tmp_path).returncode == 0
    assert stack("env", folder=tmp_path).returncode == 1
    assert not (tmp_path / "running.json").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "postgres"], "takes a command"),
        (["up", "--", "true"], "takes a command"),
        (["up", "oracle"], "no such server: oracle"),
    ],
    ids=["run nothing", "up a command", "unknown"],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, words: list[str], reason: str) -> None:
    done = stack(*words, folder=tmp_path)
    assert (done.returncode, reason in done.stderr) == (2, True)
