"""The command line, as other tools and people use it: in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import COMMANDS
from pipeline.errors import Exit

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

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, targets_file: Path) -> Run:
    """Run a command in an empty folder, with the tests' targets unless others are named."""

    def start(*arguments: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONWARNINGS": "error",
            "GLYPHWATCH_TARGETS": str(targets_file),
            **extra,
        }
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
            timeout=60,
        )

    return start


def test_the_contract_of_scan(run: Run, targets_file: Path, tmp_path: Path) -> None:
    arguments = ["scan", "-", "--format", "names", "--targets", str(targets_file), "--output", "-"]
    done = run(*arguments, stdin=NAMES)
    assert done.returncode == Exit.DONE, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in found] == ["paypa1.com", "xn--pple-43d.com"]
    for each in found:
        assert list(each) == FIELDS
        assert each["schema"] == 1
        assert [list(part) for part in each["substitutions"]] == [SUBSTITUTION]
    assert found[1]["target"] == "apple.com"
    assert found[1]["techniques"] == ["idn"]
    assert not list(tmp_path.iterdir())  # a filter leaves nothing behind
    assert run(*arguments, stdin=NAMES).stdout == done.stdout


def test_the_contract_of_check(run: Run) -> None:
    done = run("check", "-", "--format", "jsonl", stdin=NAMES)
    assert done.returncode == Exit.DONE, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in answers] == NAMES.split()
    assert [len(each["detections"]) for each in answers] == [0, 1, 0, 1]
    assert all(list(each) == ["name", "detections"] for each in answers)
    assert list(answers[1]["detections"][0]) == FIELDS


def test_check_gives_one_answer_for_each_name_whatever_it_is(run: Run) -> None:
    names = ["a..b", "", ".", "p\u0430ypal.com", "\ud800", "x" * 300, "paypal.com"]
    done = run("check", "--", *[name for name in names if name != "\ud800"])
    assert done.returncode == Exit.INPUT
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in answers] == [name for name in names if name != "\ud800"]
    assert [each.get("error", {}).get("reason") for each in answers] == [
        "empty_label",
        "empty_name",
        "root",
        None,
        "too_long",
        None,
    ]
    assert answers[3]["detections"][0]["target"] == "paypal.com"


def test_check_answers_line_by_line(targets_file: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "check", "-", "--targets", str(targets_file)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in ("paypa1.com", "example.com"):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["name"] == name
        process.stdin.close()


def test_exit_codes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(NAMES, encoding="ascii")
    (tmp_path / "bad").write_text("a..b\npaypa1.com\n", encoding="ascii")
    (tmp_path / "x.toml").write_text("tagets = 'x'\n", encoding="ascii")
    cases: list[tuple[Exit, list[str]]] = [
        (Exit.DONE, ["scan", "names"]),
        (Exit.MATCH, ["scan", "names", "--fail-on", "match"]),
        (Exit.MATCH, ["scan", "names", "bad", "--fail-on", "match"]),
        (Exit.INPUT, ["scan", "names", "bad"]),
        (Exit.INPUT, ["scan", "names", "missing"]),
        (Exit.USAGE, ["scan", "names", "*.nothing"]),
        (Exit.USAGE, ["scan", "names", "--format", "csv"]),
        (Exit.USAGE, ["scan", "names", "--config", "x.toml"]),
        (Exit.USAGE, ["scan", "names", "--targets", "missing.csv"]),
        (Exit.USAGE, ["scan", "names", "--store", "names"]),
        (Exit.USAGE, ["scan", "names", "--jobs", "x"]),
        (Exit.USAGE, ["scan"]),
        (Exit.USAGE, ["nothing"]),
        (Exit.SINK, ["scan", "names", "--store", "missing/x.sqlite"]),
        (Exit.SINK, ["scan", "names", "--output", "/dev/full"]),
        (Exit.SINK, ["scan", "names", "--rejects", "missing/x"]),
        (Exit.DONE, ["check", "paypa1.com"]),
        (Exit.MATCH, ["check", "paypa1.com", "--fail-on", "match"]),
        (Exit.DONE, ["check", "paypal.com", "--fail-on", "match"]),
        (Exit.INPUT, ["explain", "a..b"]),
        (Exit.USAGE, ["report", "--store", "missing.sqlite"]),
        (Exit.USAGE, ["map", "show", "--map", "names"]),
        (Exit.USAGE, ["map", "show", "U+zz"]),
        (Exit.DONE, ["--help"]),
        (Exit.DONE, ["--version"]),
    ]
    for code, arguments in cases:
        done = run(*arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
        if code > Exit.MATCH:
            assert done.stderr.startswith(("glyphwatch: ", "usage: "))


def test_every_command_has_help_with_an_example(run: Run) -> None:
    for command in COMMANDS:
        done = run(command, "--help")
        assert done.returncode == Exit.DONE
        assert "glyphwatch" in done.stdout
        if command not in ("demo", "version"):
            assert "examples:" in done.stdout


def test_store_and_report(run: Run, tmp_path: Path) -> None:
    records = [
        {"rrname": "paypa1.com", "rrtype": "A", "count": 5, "time_first": 86400},
        {"rrname": "www.paypa1.com", "rrtype": "A", "count": 2, "time_last": 172800},
        {"rrname": "xn--pple-43d.com", "rrtype": "A", "count": 1},
        {"rrname": "example.com", "rrtype": "A", "count": 9},
    ]
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    (tmp_path / "pdns").write_text(text, encoding="ascii")
    for _ in range(2):
        done = run("scan", "pdns")
        assert done.returncode == Exit.DONE, done.stderr
        report = json.loads(run("report").stdout)
        assert (report["sources"], report["records"]) == (1, 4)
        assert (report["resolutions"], report["lookalikes"], report["brands"]) == (8, 2, 2)
        assert (report["first_seen"], report["last_seen"]) == (86400, 172800)
        assert [(each["name"], each["share"]) for each in report["industries"]] == [
            ("payments", 0.5),
            ("consumer-electronics", 0.5),
        ]
        assert [each["name"] for each in report["techniques"]] == ["ascii", "idn"]
        assert report["top"][0]["lookalike"] == "paypa1.com"
        assert report["top"][0]["resolutions"] == 7
    shown = run("report", "--format", "table").stdout
    assert "unique lookalikes          2" in shown
    assert "1970-01-02" in shown
    assert "scanned before" in run("scan", "pdns").stderr
    assert "scanned before" not in run("scan", "pdns", "--fresh").stderr


def test_output_and_rejects_are_complete_also_when_the_store_knows_the_source(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "names").write_text(NAMES + "a..b\n", encoding="ascii")
    run("scan", "names")
    done = run("scan", "names", "--store", "glyphwatch.sqlite", "--output", "o", "--rejects", "r")
    assert done.returncode == Exit.INPUT
    assert len((tmp_path / "o").read_text(encoding="ascii").splitlines()) == 2
    (reject,) = (tmp_path / "r").read_text(encoding="ascii").splitlines()
    assert json.loads(reject)["reason"] == "empty_label"
    assert json.loads(run("report").stdout)["resolutions"] == 2


def test_the_summary_says_what_became_of_the_records(run: Run) -> None:
    text = NAMES + "# comment\na..b\n"
    done = run("scan", "-", "--output", "-", stdin=text)
    assert "6 records: 2 clean, 2 matched with 2 detections" in done.stderr
    assert "1 rejected (empty_label 1), 1 skipped (comment 1)" in done.stderr
    assert not run("scan", "-", "--output", "-", "--quiet", stdin=NAMES).stderr


def test_options_reach_the_detector(run: Run, tmp_path: Path) -> None:
    def found(text: str, *arguments: str) -> list[str]:
        done = run("scan", "-", "--output", "-", "--format", "names", *arguments, stdin=text)
        return [json.loads(line)["name"] for line in done.stdout.splitlines()]

    names = "paypa1.com\npaypa1-login.com\npaypal.shop\npaypa1.example.com\n"
    assert found(names) == ["paypa1.com"]
    assert found(names, "--embedded") == ["paypa1.com", "paypa1-login.com"]
    assert found(names, "--suffix-swap") == ["paypa1.com", "paypal.shop"]
    assert found(names, "--scope", "all") == ["paypa1.com", "paypa1.example.com"]
    assert found(names, "--min-score", "0.99") == []
    assert found(names, "--min-severity", "critical") == []
    (tmp_path / "list").write_text("# mine\n1,PAYPA1.com.\n", encoding="ascii")
    assert found(names, "--allow", "list") == []
    assert found(names, "--known", "list") == []
    (tmp_path / "t.csv").write_text("domain,brand,industry\nexample.net,E,x\n", encoding="ascii")
    assert found(names, "--targets", "t.csv") == []


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_quietly_and_soon(
    number: signal.Signals, targets_file: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "scan", "-", "--targets", str(targets_file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
    ) as process:
        deadline = time.monotonic() + 20
        while not (tmp_path / "glyphwatch.sqlite").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(number)
        began = time.monotonic()
        assert process.wait(10) == Exit.INTERRUPTED
        assert time.monotonic() - began < 2
        assert process.stderr is not None
        assert process.stderr.read() == b"glyphwatch: interrupted\n"


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
