"""``allow`` and ``silence``: a false report goes into a file, and never comes back."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from detector.allow_list import Rule, Verb
from pipeline.allow_editing import add_rows, remove_rules
from pipeline.allow_file import NEVER, AllowFiles, Row
from pipeline.errors import Exit
from tests.pipeline.conftest import Run

FILE = "glyphwatch-allow.txt"
NAMES = "paypa1.com\nrnicrosoft.com\nxn--pple-43d.com\nexample.com\n"


def today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def rows_of(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_false_report_that_is_fed_back_never_returns(run: Run, tmp_path: Path) -> None:
    found = run("scan", "-", "--output", "-", stdin=NAMES).stdout
    assert len(found.splitlines()) == 3
    fed = run("allow", "add", "-", "--why", "looked at", stdin=found.splitlines()[0])
    assert fed.returncode == Exit.DONE, fed.stderr
    assert rows_of(tmp_path / FILE) == [
        f"allow ; paypa1.com ; paypal.com ; {today()} ; - ; looked at"
    ]
    for _ in range(2):
        again = run("scan", "-", "--output", "-", stdin=NAMES)
        names = [json.loads(line)["name"] for line in again.stdout.splitlines()]
        assert names == ["rnicrosoft.com", "xn--pple-43d.com"]
        assert "kept back by the allow list: 1 in " in again.stderr
    (answer,) = map(json.loads, run("check", "www.paypa1.com").stdout.splitlines())
    assert answer["held"] == ["allow paypa1.com=paypal.com"]
    assert "rule     allow paypa1.com=paypal.com" in run("explain", "paypa1.com").stdout


def test_the_report_leaves_out_what_is_allowed_and_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "names").write_text("paypa1.com\nwww.paypa1.com\nrnicrosoft.com\n")
    run("scan", "names")
    before = json.loads(run("report").stdout)
    assert (before["lookalikes"], before["held"]) == (2, [])
    run("allow", "add", "paypa1.com=paypal.com", "--why", "<b>ours</b>")
    run("scan", "names")  # anew, since the list is another
    after = json.loads(run("report").stdout)
    assert [each["lookalike"] for each in after["top"]] == ["rnicrosoft.com"]
    assert (after["lookalikes"], after["resolutions"], after["brands"]) == (1, 1, 1)
    assert after["held"] == [
        {
            "rule": "allow paypa1.com=paypal.com",
            "why": "<b>ours</b>",
            "detections": 2,
            "lookalikes": 1,
            "resolutions": 2,
        }
    ]
    shown = run("report", "--format", "table").stdout
    assert "allow paypa1.com=paypal.com           2" in shown
    (tmp_path / FILE).unlink()
    assert json.loads(run("report").stdout)["lookalikes"] == 2


def test_what_check_says_can_be_fed_back_too(run: Run, tmp_path: Path) -> None:
    said = run("check", "xn--pple-43d.com.evil.example", "--format", "jsonl").stdout
    run("allow", "add", "-", "--why", "ours", stdin=said + "# a comment\nrnicrosoft.com\n")
    assert [row.partition(" ; 2")[0] for row in rows_of(tmp_path / FILE)] == [
        "allow ; evil.example ; apple.com",
        "allow ; rnicrosoft.com ; *",
    ]
    assert "has no such rule" not in run("allow", "remove", "rnicrosoft.com").stderr


def test_the_scopes_of_silence(run: Run, tmp_path: Path) -> None:
    run("silence", "--target", "paypal.com", "--until", "2999-01-31", "--why", "not ours")
    run("silence", "--suffix", ".de", "--target", "google.com", "--why", "a word")
    run("silence", "--suffix", "example", "--why", "tests")
    run("silence", "аpple.com", "--why", "a ticket; 4711\x1b[2J\nand more")
    assert rows_of(tmp_path / FILE) == [
        f"silence ; * ; paypal.com ; {today()} ; 2999-01-31 ; not ours",
        f"silence ; *.de ; google.com ; {today()} ; - ; a word",
        f"silence ; *.example ; * ; {today()} ; - ; tests",
        f"silence ; xn--pple-43d.com ; * ; {today()} ; - ; a ticket; 4711\\u{{1b}}[2J and more",
    ]
    names = ["paypa1.com", "paypa1.org", "rnicrosoft.example", "xn--pple-43d.com", "rnicrosoft.com"]
    answers = map(json.loads, run("check", *names).stdout.splitlines())
    assert [bool(each["detections"]) for each in answers] == [False, False, False, False, True]
    listed = [json.loads(line) for line in run("allow", "list").stdout.splitlines()]
    assert [each["why"][:4] for each in listed] == ["not ", "a wo", "test", "a ti"]
    assert run("allow", "remove", "*=paypal.com", "*.de=google.com").returncode == Exit.DONE
    assert len(rows_of(tmp_path / FILE)) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["allow", "add", "paypa1.com=paypl.com", "--why", "x"], "did you mean paypal.com?"),
        (["allow", "add", "a..b", "--why", "x"], "'a..b' is no name"),
        (["allow", "add", "a.com", "--why", " \n"], "--why: says nothing"),
        (["allow", "add", "a.com", "--why", "x", "--until", "2001-01-01"], "is over"),
        (["allow", "add", "a.com", "--why", "x", "--until", "soon"], "is no day"),
        (["allow", "add", "*", "--why", "x"], "would keep everything back"),
        (["allow", "add", "-", "--why", "x"], "no name was given"),
        (["silence", "--why", "x"], "say what to silence"),
        (["silence", "a.com", "--target", "paypal.com", "--why", "x"], "stand alone"),
        (["silence", "--suffix", "", "--why", "x"], "is no name"),
        (["allow", "remove", "a.com"], "there is no allow list"),
        (["allow", "add", "a.com", "--why", "x", "--allow", "1", "--allow", "2"], "which one"),
        (["allow", "add", "a.com", "--why", "x", "--allow", "no/folder"], "cannot be written"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], said: str, run: Run, tmp_path: Path) -> None:
    done = run(*arguments, stdin="")
    assert done.returncode in (Exit.USAGE, Exit.INPUT, Exit.SINK)
    assert done.stderr.startswith("glyphwatch: ")
    assert said in done.stderr
    assert not list(tmp_path.iterdir())  # nothing is begun


def test_input_that_is_no_detection_adds_nothing(run: Run, tmp_path: Path) -> None:
    done = run("allow", "add", "-", "--why", "x", stdin='a.com\n{"name": "b.com"}\n')
    assert done.returncode == Exit.USAGE
    assert "standard input, line 2: is no detection" in done.stderr
    assert not (tmp_path / FILE).exists()


def row(name: str, until: str = NEVER) -> Row:
    return Row(Rule(Verb.ALLOW, name), "2026-11-23", until, "why", "")


def test_editing_leaves_what_people_wrote(tmp_path: Path) -> None:
    path = tmp_path / "list"
    mine = "# mine\n1,a.com\n\nallow;B.com;*;-;2001-01-01;over\nsilence ; c.com ; * ; - ; - ; x"
    path.write_text(mine, encoding="utf-8")
    path.chmod(0o640)
    new = [row("b.com"), row("c.com"), row("c.com")]
    assert add_rows(path, new) == [row("b.com"), row("c.com")]  # the old b.com holds no more
    added = "".join(f"allow ; {name} ; * ; 2026-11-23 ; - ; why\n" for name in ("b.com", "c.com"))
    assert path.read_text(encoding="utf-8") == f"{mine}\n{added}"
    assert add_rows(path, new) == []
    assert remove_rules(path, ["a.com", "c.com"]) == [
        "1,a.com",
        "silence ; c.com ; * ; - ; - ; x",
        "allow ; c.com ; * ; 2026-11-23 ; - ; why",
    ]
    rest = "# mine\n\nallow;B.com;*;-;2001-01-01;over\nallow ; b.com ; * ; 2026-11-23 ; - ; why\n"
    assert path.read_text(encoding="utf-8") == rest
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["list"]


def test_several_may_edit_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("", encoding="utf-8")

    def edit(worker: int) -> None:
        for number in range(20):
            add_rows(path, [row(f"{number}.{worker}.com"), row(f"gone-{worker}.com")])
            remove_rules(path, [f"gone-{worker}.com"])

    threads = [threading.Thread(target=edit, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [each.rule.name for each in AllowFiles.read([path]).rows]
    assert sorted(found) == sorted(f"{n}.{w}.com" for n in range(20) for w in range(4))
