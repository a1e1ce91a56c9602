"""``glyphwatch export``, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import Exit

Run = Callable[..., "subprocess.CompletedProcess[str]"]

NAMES = """\
{"rrname": "www.paypa1.com", "count": 5000, "time_first": 1763700000, "time_last": 1763800000}
{"rrname": "xn--80ak6aa92e.com", "count": 5, "time_first": 1663700000, "time_last": 1663800000}
{"rrname": "xn--pple-43d.com.evil.example", "count": 2}
{"rrname": "rnicrosoft.com", "count": 1, "time_first": 1763700000, "time_last": 1763700000}
"""


@pytest.fixture
def scanned(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "in.ndjson").write_text(NAMES)
    done = run("scan", "in.ndjson", "--quiet", "--output", "found.jsonl", "--store", "s.sqlite")
    assert done.returncode == Exit.DONE, done.stderr
    return tmp_path


@pytest.fixture
def export(run: Run, scanned: Path) -> Run:
    return lambda *arguments: run("export", "--store", "s.sqlite", *arguments)


def test_a_list_of_what_is_severe(export: Run) -> None:
    done = export("--to", "names")
    assert done.stdout.splitlines() == ["paypa1.com", "rnicrosoft.com", "xn--80ak6aa92e.com"]
    assert done.stderr == "glyphwatch: 3 names exported; left out: 1 below high\n"


def test_the_store_and_its_lines_give_the_same(run: Run, export: Run) -> None:
    for format_ in ("rpz", "names", "stix", "csv", "zeek", "suricata"):
        serial = ("--serial", "1") if format_ == "rpz" else ()
        of_store = export("--to", format_, *serial)
        of_lines = run("export", "--from", "found.jsonl", "--to", format_, *serial)
        assert of_store.stdout == of_lines.stdout != ""


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--since", "2025-01-01"], ["paypa1.com", "rnicrosoft.com"]),
        (["--severity", "critical"], ["paypa1.com", "xn--80ak6aa92e.com"]),
        (["--industry", "payments", "--industry", "software"], ["paypa1.com", "rnicrosoft.com"]),
        (["--severity", "low", "--industry", "search"], []),
    ],
    ids=str,
)
def test_filters(export: Run, flags: list[str], expected: list[str]) -> None:
    assert export("--to", "names", *flags).stdout.split() == expected


def test_only_what_is_new(export: Run, scanned: Path) -> None:
    only_new = ("--to", "names", "--only-new", "sent.txt")
    assert len(export(*only_new).stdout.split()) == 3
    assert export(*only_new).stdout == ""
    assert export(*only_new, "--severity", "low").stdout == "xn--pple-43d.com.evil.example\n"
    assert len((scanned / "sent.txt").read_text().split()) == 4


def test_nothing_that_is_allowed_is_named(export: Run, scanned: Path) -> None:
    (scanned / "allow.txt").write_text("paypa1.com\nallow ; evil.example ; * ; 2026-11-23\n")
    done = export("--to", "names", "--allow", "allow.txt", "--severity", "low")
    assert done.stdout.split() == ["rnicrosoft.com", "xn--80ak6aa92e.com"]
    assert "refused: 2 on the allow list" in done.stderr
    zone = export("--to", "rpz", "--allow", "allow.txt").stdout
    assert "\npaypa1.com CNAME rpz-passthru.\n*.paypa1.com CNAME rpz-passthru.\n" in zone


def test_nothing_of_the_target_list_is_named(run: Run, scanned: Path) -> None:
    (scanned / "t.csv").write_text("domain,brand,industry,owned\npaypal.com,P,x,paypa1.com\n")
    done = run("export", "--from", "found.jsonl", "--to", "names", "--targets", "t.csv")
    assert done.stdout.split() == ["rnicrosoft.com", "xn--80ak6aa92e.com"]
    assert "refused: 1 in the target list" in done.stderr


def test_a_zone_that_bind_reads_and_whose_serial_grows(export: Run, scanned: Path) -> None:
    checker = shutil.which("named-checkzone")
    if checker is None:
        pytest.skip("needs named-checkzone")
    serials = []
    for severity in ("high", "high", "critical", "low"):
        done = export("--to", "rpz", "--output", "rpz.zone", "--severity", severity)
        assert done.returncode == Exit.DONE, done.stderr
        read = subprocess.run(
            [checker, "rpz", "rpz.zone"], cwd=scanned, capture_output=True, text=True, check=True
        )
        serials.append(int(read.stdout.partition("loaded serial ")[2].split()[0]))
    assert serials[0] == serials[1] < serials[2] < serials[3]


def test_policies(export: Run) -> None:
    policies = ("--policy", "critical=drop", "--policy", "high=nodata")
    zone = export("--to", "rpz", *policies).stdout
    assert "paypa1.com CNAME rpz-drop.\n" in zone
    assert "rnicrosoft.com CNAME *.\n" in zone


def test_lines_that_are_no_detections_are_said(run: Run, scanned: Path) -> None:
    text = (scanned / "found.jsonl").read_text()
    hostile = '{"schema": 1, "registrable_domain": "a.com\\n{}", "severity": "\\u001b]52;c;x"}\n'
    (scanned / "mixed.jsonl").write_text(hostile + text + "no json\n")
    done = run("export", "--from", "mixed.jsonl", "--to", "names")
    assert done.returncode == Exit.INPUT
    assert len(done.stdout.split()) == 3
    assert "2 lines rejected, first: mixed.jsonl:1: " in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(("format_", "lines"), [("rpz", "mixed"), ("names", "bad"), ("csv", "bad")])
def test_what_was_exported_stays_if_lines_cannot_be_read(
    run: Run, scanned: Path, format_: str, lines: str
) -> None:
    (scanned / "bad").write_bytes(b"\x1f\x8b no JSON\n")
    (scanned / "mixed").write_text((scanned / "found.jsonl").read_text() + '{"schema": 1, "na')
    export = ("export", "--to", format_, "--output", "out")
    assert run(*export, "--from", "found.jsonl").returncode == Exit.DONE
    before = (scanned / "out").read_bytes()
    done = run(*export, "--from", lines)
    assert done.returncode == Exit.INPUT
    assert "1 line rejected" in done.stderr
    assert "nothing is written" in done.stderr
    assert (scanned / "out").read_bytes() == before


def test_hostile_names_are_in_tables_and_in_no_list(run: Run, scanned: Path) -> None:
    hostile = [
        "=cmd|' /C calc'!A0",
        "<img src=x onerror=alert(1)>.com",
        'a b;"@.com',
        "$ORIGIN.com",
    ]
    hostile += [
        "'; DROP TABLE detections; --.com",
        "%s%n{}.com",
        "[red]x[/red].com",
        "\x1b]52;c;.com",
    ]
    record = json.loads((scanned / "found.jsonl").read_text().splitlines()[0])
    with (scanned / "h.jsonl").open("w") as file:
        for number, name in enumerate(hostile):
            changed = {"registrable_domain": name, "source": f"h:{number}", "severity": "high"}
            file.write(json.dumps(record | changed) + "\n")
    for format_ in ("rpz", "names", "stix", "misp", "zeek", "suricata"):
        done = run("export", "--from", "h.jsonl", "--to", format_)
        assert done.stderr.startswith("glyphwatch: 0 names exported")
        assert done.returncode == Exit.DONE
    for _ in range(2):  # a list of such names can be read again
        done = run("export", "--from", "h.jsonl", "--to", "csv", "--only-new", "sent.txt")
        assert done.returncode == Exit.DONE, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert len(rows) == len(hostile) - 1  # the first is one label, so a suffix
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--to", "names", "--since", "yesterday"], "--since: 'yesterday' is no day"),
        (["--to", "rpz", "--policy", "high=kill"], "--policy high=kill: is not"),
        (["--to", "rpz", "--only-new", "x.txt"], "--only-new: a zone is whole"),
        (["--to", "rpz", "--ttl", "-1"], "--ttl: is not"),
        (["--to", "rpz", "--serial", "0"], "--serial: is not"),
        (["--to", "names", "--from", "found.jsonl"], "--from and --store: one of them"),
        (["--to", "names", "--output", "s.sqlite"], "is the same file as --store"),
        (["--to", "rpz", "--output", "found.jsonl"], "is no zone of ours"),
        (["--to", "names", "--allow", "none.txt"], "none.txt: cannot be read"),
        (["--to", "excel"], "invalid choice"),
        ([], "--to"),
    ],
    ids=str,
)
def test_wrong_usage(export: Run, scanned: Path, flags: list[str], said: str) -> None:
    before = {path.name: path.read_bytes() for path in scanned.iterdir()}
    done = export(*flags)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert said in done.stderr
    assert {path.name: path.read_bytes() for path in scanned.iterdir()} == before


def test_what_is_not_there(run: Run, scanned: Path) -> None:
    assert run("export", "--to", "names", "--store", "none").returncode == Exit.USAGE
    assert run("export", "--to", "names", "--from", "none").returncode == Exit.INPUT
    done = run("export", "--to", "csv", "--from", "found.jsonl", "--output", "no/such/file")
    assert done.returncode == Exit.SINK


def test_a_full_disk_is_said(export: Run) -> None:
    done = export("--to", "names", "--output", "/dev/full")
    assert done.returncode == Exit.SINK
    assert "No space left" in done.stderr
