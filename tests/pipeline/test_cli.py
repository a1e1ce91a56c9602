"""The command line, as other tools and people use it: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pipeline.cli import COMMANDS
from pipeline.errors import Exit
from tests.pipeline.conftest import Run

FIELDS = [
    *("schema", "id", "name", "unicode_name", "registrable_domain", "label", "position"),
    *("target", "brand", "industry", "techniques", "score", "severity", "same_suffix", "idna"),
    *("brakes", "substitutions", "map_version", "rrtype", "rdata", "count", "time_first"),
    *("time_last", "source", "seen_in", "rrname"),
]
SUBSTITUTION = [
    *("position", "source", "codepoint", "name", "reading", "technique", "confidence", "evidence"),
]
NAMES = "example.com\npaypa1.com\nwww.paypal.com\nxn--pple-43d.com\n"


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
