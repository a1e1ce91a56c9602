"""The command line beside people: signals, broken pipes, terminals, and the smaller commands."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Exit
from tests.pipeline.conftest import Run

FIELDS = [
    *("schema", "id", "name", "unicode_name", "registrable_domain", "label", "position"),
    *("target", "brand", "industry", "techniques", "score", "severity", "same_suffix", "idna"),
    *("brakes", "substitutions", "map_version", "rrtype", "rdata", "count", "time_first"),
    *("time_last", "source"),
]
SUBSTITUTION = [
    *("position", "source", "codepoint", "name", "reading", "technique", "confidence", "evidence"),
]
NAMES = "example.com\npaypa1.com\nwww.paypal.com\nxn--pple-43d.com\n"


def test_a_broken_pipe_is_quiet(run: Run, targets_file: Path) -> None:
    scan = f"{sys.executable} -m pipeline.cli scan - --output - --targets {targets_file}"
    text = "".join(f"x{number}.paypa1.com\n" for number in range(30_000))
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{scan} | head -n 1"],
        input=text,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
    assert done.returncode == Exit.DONE


@contextmanager
def scan_of_a_pipe(
    targets_file: Path, folder: Path, *, on_interrupt: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A scan that waits for its input, and what an interrupt is to it when it starts.

    Said rather than inherited: what a script starts in its background ignores interrupts, and so
    do its children (POSIX, "Signals and Error Handling" of the shell).
    """
    code = (
        f"import signal, sys; signal.signal(signal.SIGINT, signal.{on_interrupt}); "
        "from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "scan", "-", "--targets", str(targets_file)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        deadline = time.monotonic() + 20
        while not (folder / "glyphwatch.sqlite").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_quietly_and_soon(
    number: signal.Signals, targets_file: Path, tmp_path: Path
) -> None:
    with scan_of_a_pipe(targets_file, tmp_path, on_interrupt="default_int_handler") as process:
        process.send_signal(number)
        began = time.monotonic()
        assert process.wait(10) == Exit.INTERRUPTED
        assert time.monotonic() - began < 2
        assert process.stderr is not None
        assert process.stderr.read() == b"glyphwatch: interrupted\n"


def test_an_interrupt_that_is_ignored_from_the_start_stays_so(
    targets_file: Path, tmp_path: Path
) -> None:
    with scan_of_a_pipe(targets_file, tmp_path, on_interrupt="SIG_IGN") as process:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(b"paypa1.com\n", timeout=20)
        assert process.returncode == Exit.DONE
        assert b"interrupted" not in complaints


def on_a_terminal(arguments: list[str], folder: Path) -> str:
    """Run a command whose output and error are a terminal; give what appears there."""
    code = f"import sys; from pipeline.cli import main; sys.exit(main({arguments!r}))"
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=slave, stderr=slave, cwd=folder, env=environment
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:  # how a terminal ends on Linux
                break
            if not part:
                break
            shown += part
        process.wait()
    os.close(master)
    return shown.decode()


def test_on_a_terminal_there_is_a_table_and_nothing_hostile(
    targets_file: Path, tmp_path: Path
) -> None:
    names = ["xn--pple-43d.com", "\x1b]52;c;x\x07.com", "a..b", "[red]x.com"]
    shown = on_a_terminal(["check", "--targets", str(targets_file), *names], tmp_path)
    assert "looks like" in shown
    assert "apple.com" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert r"\u{1b}]52;c;x\u{7}.com" in shown
    assert "[red]x.com" in shown


def test_on_a_terminal_there_is_progress(targets_file: Path, tmp_path: Path) -> None:
    lines = b"".join(b"host%06d.example.com\n" % number for number in range(100_000))
    (tmp_path / "names").write_bytes(lines * 40)
    arguments = ["scan", "names", "--targets", str(targets_file), "--jobs", "1"]
    shown = on_a_terminal(arguments, tmp_path)
    assert "% of 92.0 MB" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" s")
    quiet = on_a_terminal([*arguments, "--quiet", "--fresh"], tmp_path)
    assert quiet == ""


def test_targets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "top.csv").write_text("1,google.com\n2,www.google.com\n3,co.uk\n4,bbc.co.uk\n")
    done = run("targets", "import", "top.csv", "--output", "mine.csv")
    assert done.returncode == Exit.DONE, done.stderr
    assert "2 targets of 4 names; 1 duplicate, 1 problem" in done.stderr
    assert run("targets", "check", "mine.csv").returncode == Exit.DONE
    assert "bbc.co.uk" in (tmp_path / "mine.csv").read_text(encoding="utf-8")
    (tmp_path / "bad.csv").write_text("domain,brand,industry\nco.uk,X,y\ngoogle.com,G,s\n")
    done = run("targets", "check", "bad.csv")
    assert done.returncode == Exit.INPUT
    assert "bad.csv: line 2: " in done.stdout
    assert "targets check bad.csv" in run("check", "a.com", "--targets", "bad.csv").stderr
    assert "targets               2" in run("targets", "stats", "mine.csv").stdout


def test_map(run: Run) -> None:
    assert run("map", "show").stdout.startswith("# glyphwatch confusable map")
    rows = run("map", "show", "U+0430", "а", "0").stdout.splitlines()
    assert rows[0] == rows[1]
    assert rows[0].startswith("0430 ; a ")
    assert rows[2].startswith("0030 ; o ")


def test_version(run: Run) -> None:
    versions: dict[str, Any] = json.loads(run("version", "--json").stdout)
    assert versions["unicode"].startswith("18.")
    assert versions["glyphwatch"] in run("--version").stdout


def test_the_demo_checks_itself(run: Run, tmp_path: Path) -> None:
    done = run("demo", GLYPHWATCH_TARGETS="missing.csv")  # it goes by the bundled list
    assert done.returncode == Exit.DONE, done.stdout
    assert done.stdout.endswith("\nexactly what was planted\n")
    assert "false reports              0" in done.stdout
    assert not list(tmp_path.iterdir())


def test_closed_streams_and_narrow_terminals(run: Run, targets_file: Path) -> None:
    command = f"{sys.executable} -m pipeline.cli"
    for line in (f"{command} scan - --output - <&-", f"{command} check - <&-"):
        done = subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert done.returncode == Exit.INPUT
        assert done.stderr.startswith("glyphwatch: standard input is closed\n")
    shown = run("check", "xn--pple-43d.com", "--format", "table", PYTHONIOENCODING="latin-1").stdout
    assert r"\u0430pple.com" in shown


def test_explain(run: Run) -> None:
    done = run("explain", "xn--pple-43d.com")
    assert done.returncode == Exit.DONE
    assert done.stdout.isascii()
    assert "apple.com" in done.stdout
