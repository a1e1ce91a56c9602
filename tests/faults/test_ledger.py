"""The checks of the fault matrix notice what they are there for, and the answers are right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.engine import load_engine
from pipeline.formats.ndjson import Ndjson
from pipeline.records import Record
from pipeline.settings import Settings
from tests.faults.ledger import Found, Ledger, Letter, Pair, violations
from tests.faults.messages import ODD_BUT_CLEAN, PLANTED, POISON, TARGETS, messages
from tests.faults.sampling import Seen, early_commits


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger()
    for number, sent in enumerate(messages(7, 2000)):
        made.add((number % 4, number // 4), sent)
    return made


def everything(ledger: Ledger) -> Found:
    """What sinks hold that lost nothing."""
    resolutions: Counter[Pair] = Counter()
    records: Counter[Pair] = Counter()
    details = []
    for place, sent in ledger.of("planted").items():
        pair = sent.lookalike, sent.target
        details.append((place, f"id{place}", pair))
        resolutions[pair] += sent.resolutions
        records[pair] += 1
    letters = [
        Letter(place, sent.reason, sent.value or b"", len(sent.value or b""), "", complete=True)
        for place, sent in ledger.of("poison").items()
    ]
    return Found(details, dict(resolutions), dict(records), letters)


def test_nothing_is_wrong_with_what_is_right(ledger: Ledger) -> None:
    assert violations(ledger, everything(ledger)) == []


def test_a_lost_detection_is_noticed(ledger: Ledger) -> None:
    found = everything(ledger)
    assert violations(ledger, found._replace(details=found.details[1:]))[0].startswith("I1: 1 of")


def test_a_second_row_is_noticed(ledger: Ledger) -> None:
    found = everything(ledger)
    place, _, pair = found.details[0]
    again = [*found.details, (place, "another id", pair)]
    assert violations(ledger, found._replace(details=again))[0].startswith("I2: ")


def test_a_record_counted_twice_is_noticed(ledger: Ledger) -> None:
    found = everything(ledger)
    pair = next(iter(found.records))
    twice = found._replace(records={**found.records, pair: found.records[pair] + 1})
    assert violations(ledger, twice)[0].startswith("I2: ")


def test_a_lost_dead_letter_and_a_changed_one_are_noticed(ledger: Ledger) -> None:
    found = everything(ledger)
    assert violations(ledger, found._replace(letters=found.letters[1:]))[0].startswith("I4: 1 of")
    changed = [found.letters[0]._replace(value=b"something else"), *found.letters[1:]]
    assert "not faithful" in violations(ledger, found._replace(letters=changed))[0]
    twice = [*found.letters, found.letters[0]]
    assert violations(ledger, found._replace(letters=twice)) == []


def test_a_commit_before_its_detail_is_noticed() -> None:
    seen = Seen(9, 0, {0: [(2, 10), (5, 20)]}, {(0, 9): 2, (0, 15): 6}, [], 0)
    assert early_commits(seen, [(0, 9)]) == []
    assert len(early_commits(seen, [(0, 15)])) == 1
    assert len(early_commits(seen, [(0, 16)])) == 1
    assert early_commits(seen, [(0, 25)]) == []


def test_the_judge_agrees_with_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text(TARGETS, encoding="utf-8")
    judge = load_engine(Settings(targets=path)).judge
    for name, lookalike, target in PLANTED:
        found = [(each.registrable_domain, each.target) for each in judge(name).detections]
        assert found == [(lookalike, target)]
    assert [name for name in ODD_BUT_CLEAN if judge(name).detections] == []


def test_the_format_agrees_with_the_tables() -> None:
    for value, reason in POISON:
        read = Ndjson().parse(value, 0)
        if isinstance(read, Record):  # readable, and its name is none
            assert reason in {"empty_name", "empty_label", "label_too_long", "too_long"}
        else:
            assert getattr(read, "reason", None) == reason
