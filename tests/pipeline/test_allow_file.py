"""Allow files: rows and plain names in, what holds today out; a wrong row is an error."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.allow_list import Rule, Verb
from pipeline.allow_editing import remove_rules
from pipeline.allow_file import NEVER, AllowFiles, Row, parse_row, written
from pipeline.counts import Counts
from pipeline.errors import Exit, UsageError
from pipeline.store import Store
from tests.pipeline.conftest import Run

LIST = """\
# What is not reported, and why; and here ; are ; semicolons
1,Allowed.Example.
allow ; xn--mnchen-3ya.de
silence;*.DE;uber.com;2026-11-01;2026-11-23;a word; really, it is one
allow ; citroën.fr ; * ; 2026-11-02 ; - ; their own spelling
silence ; * ; ebay.com ; - ; 2026-12-31
"""


def test_rows_and_names_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(gzip.compress(LIST.encode()))
    found = AllowFiles.read([path], "2026-11-23")
    assert found.names == {"allowed.example"}
    assert [(*row.rule, *row[1:4]) for row in found.rows] == [
        ("allow", "xn--mnchen-3ya.de", "*", NEVER, NEVER, ""),
        ("silence", "*.de", "uber.com", "2026-11-01", "2026-11-23", "a word; really, it is one"),
        ("allow", "xn--citron-tva.fr", "*", "2026-11-02", NEVER, "their own spelling"),
        ("silence", "*", "ebay.com", NEVER, "2026-12-31", ""),
    ]
    assert [row.place for row in found.rows] == [f"{path}:{line}" for line in (3, 4, 5, 6)]
    assert found.ends == "2026-11-23"


def test_a_row_holds_through_its_last_day(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text(LIST, encoding="utf-8")
    digests = []
    for day, held, ends in (
        ("2026-11-23", True, "2026-11-23"),
        ("2026-11-24", False, "2026-12-31"),
        ("2027-01-01", False, NEVER),
    ):
        found = AllowFiles.read([path], day)
        assert bool(found.rules.rule_for("xn--ber-goa.de", "xn--ber-goa.de", "uber.com")) == held
        assert found.ends == ends
        digests.append(found.digest)
    assert len(set(digests)) == 3
    assert AllowFiles.read([path], "2027-06-01").digest == digests[2]  # a day alone changes nothing


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("allows ; a.com", "a row begins with allow or silence, not 'allows'"),
        ("; a.com", "a row begins with allow or silence, not ''"),
        ("allow ; ", "'' is no name: '' is empty"),
        ("allow ; a..b", "'a..b' is no name"),
        ("allow ; *", "would keep everything back"),
        ("silence ; * ; *", "would keep everything back"),
        ("silence ; *.* ; a.com", "'*' is no name that a row can hold"),
        ("allow ; a b.com", "'a b.com' is no name that a row can hold"),
        ("allow ; a.com ; b..com", "'b..com' is no name"),
        ("allow ; a.com ; * ; yesterday", "'yesterday' is no day as in 2026-11-23"),
        ("allow ; a.com ; * ; - ; 2026-02-30", "'2026-02-30' is no day"),
        ("allow ; \x1b]52;c.com", "is no name that a row can hold"),
    ],
)
def test_a_wrong_row_is_an_error_with_its_place(
    row: str, said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(f"a.com\n{row}\n", encoding="utf-8")
    done = run("check", "paypa1.com", "--allow", "list")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert done.stderr.startswith("glyphwatch: list:2: ")
    assert said in done.stderr
    assert "\x1b" not in done.stderr


WORDS = st.text(st.characters(exclude_characters="\n\r", codec="utf-8")).map(lambda w: w.strip())
RULES = st.builds(
    Rule,
    st.sampled_from(Verb),
    st.sampled_from(["a.com", "*.co.uk", "xn--mnchen-3ya.de", "_x.a-b.org"]),
    st.sampled_from(["*", "paypal.com"]),
)
DAYS = st.one_of(st.just(NEVER), st.dates().map(lambda day: day.isoformat()))


@given(RULES, DAYS, DAYS, WORDS)
def test_what_is_written_is_read_again(rule: Rule, added: str, until: str, why: str) -> None:
    row = Row(rule, added, until, why, "")
    assert parse_row(written(row)) == row


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=7).map(" ; ".join))
def test_whatever_a_row_says_it_is_read_or_refused(line: str) -> None:
    try:
        row = parse_row(line)
    except UsageError:
        return
    assert parse_row(written(row)).rule == row.rule
    assert row.rule.key.isascii()


@pytest.mark.parametrize("jobs", ["1", "4"])  # with 4, processes beside this one judge
def test_a_scan_counts_what_a_rule_keeps_back(run: Run, tmp_path: Path, jobs: str) -> None:
    (tmp_path / "list").write_text("paypa1.com\nsilence ; *.example ; * ; - ; - ; ours\n")
    names = "www.paypa1.com\npaypa1.com\npaypa1.example\nrnicrosoft.com\nexample.com\n" * 40
    (tmp_path / "names").write_text(names)
    done = run("scan", "names", "--allow", "list", "--jobs", jobs)
    assert "200 records: 160 clean, 40 matched with 40 detections; " in done.stderr
    assert "; kept back by the allow list: 120 in " in done.stderr
    store = Store(tmp_path / "glyphwatch.sqlite", read_only=True)
    (scan,) = store.scans()
    store.close()
    assert scan.counts.held == {"allow paypa1.com": 80, "silence *.example": 40}


def test_the_default_file_is_read_where_none_is_named(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("check", "paypa1.com").stdout)["detections"]
    (tmp_path / "glyphwatch-allow.txt").write_text("allow ; paypa1.com ; paypal.com\n")
    assert not json.loads(run("check", "paypa1.com").stdout)["detections"]
    (tmp_path / "other").write_text("")
    assert json.loads(run("check", "paypa1.com", "--allow", "other").stdout)["detections"]
    done = run("scan", "-", "--output", "glyphwatch-allow.txt", stdin="paypa1.com\n")
    assert done.returncode == Exit.USAGE
    assert "is the same file as --allow glyphwatch-allow.txt" in done.stderr


def test_a_list_as_windows_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"\xef\xbb\xbfallow ; a.com ; * ; - ; - ; x\r\nb.com\r\n")
    found = AllowFiles.read([path])
    assert [(row.rule.key, row.why) for row in found.rows] == [("allow a.com", "x")]
    assert found.names == {"b.com"}
    assert remove_rules(path, ["a.com"]) == ["allow ; a.com ; * ; - ; - ; x"]


def test_counts_of_an_older_release_are_read() -> None:
    older = json.loads(Counts(records=3, clean=3).to_json())
    del older["held"]
    assert Counts.from_json(json.dumps(older)) == Counts(records=3, clean=3)


def test_a_list_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"allow ; caf\xe9.com\n")
    with pytest.raises(UsageError, match="line 1 is not UTF-8"):
        AllowFiles.read([path])
