"""Findings: what is blocked, what counts once, and lines that somebody else wrote."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.detection import Detection
from pipeline.export.findings import MAX_LINE, Findings, add_all
from pipeline.store import Store


def read(*lines: bytes) -> Findings:
    findings = Findings()
    findings.add_lines(io.BytesIO(b"\n".join(lines)), "x.jsonl")
    return findings


def test_the_label_and_what_is_right_of_it_is_blocked(record: dict[str, Any]) -> None:
    (found,) = read(json.dumps(record).encode()).summaries()
    assert found.lookalike == "xn--pple-43d.com.evil.example"
    assert (found.resolutions, found.first_seen, found.last_seen) == (7, 100, 200)


@pytest.mark.parametrize("position", ["registrable", "private", "suffix"])
def test_else_the_domain_is_blocked(record: dict[str, Any], position: str) -> None:
    record |= {"position": position, "name": "a.evil.example", "label": "evil"}
    (found,) = read(json.dumps(record).encode()).summaries()
    assert found.lookalike == "evil.example"


def test_a_record_counts_once_in_lines(record: dict[str, Any]) -> None:
    other = record | {"source": "x.ndjson:90", "count": None, "id": "11" * 16}
    lines = [json.dumps(each).encode() for each in (record, other, record)]
    (found,) = read(*lines).summaries()
    assert (found.resolutions, found.records) == (8, 2)


def test_a_store_and_its_lines_give_the_same(store: Store, found: list[Detection]) -> None:
    from pipeline.sinks import Batch

    store.write(Batch(found, None))
    of_store, of_lines = Findings(), Findings()
    add_all(of_store, store.detections())
    lines = b"\n".join(json.dumps(each.to_json()).encode() for each in found)
    of_lines.add_lines(io.BytesIO(lines), "x")
    assert of_store.summaries() == of_lines.summaries() != []


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"registrable_domain": ""},
        {"registrable_domain": 5},
        {"registrable_domain": "\ud800.com"},
        {"target": "apple\udc00.com"},
        {"score": "0.9"},
        {"score": 1.5},
        {"score": True},
        {"severity": "dreadful"},
        {"techniques": "idn"},
        {"techniques": ["magic"]},
        {"techniques": [[]]},
        {"count": -1},
        {"count": 1 << 70},
        {"time_last": 10**15},
        {"brand": None},
    ],
    ids=str,
)
def test_what_is_no_detection_is_rejected(record: dict[str, Any], change: dict[str, Any]) -> None:
    good = json.dumps(record).encode()
    findings = read(json.dumps(record | change).encode(), good)
    assert findings.rejected == 1
    assert findings.first_fault.startswith("x.jsonl:1: ")
    assert len(findings.summaries()) == 1


def test_an_overlong_line_is_rejected_and_the_next_is_read(record: dict[str, Any]) -> None:
    findings = read(b"[" * (3 * MAX_LINE), json.dumps(record).encode())
    assert (findings.rejected, len(findings.summaries())) == (1, 1)
    assert findings.first_fault == f"x.jsonl:1: is longer than {MAX_LINE:,} octets"


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"schema": 1e999}'])
def test_what_is_no_json_object_is_rejected(line: bytes) -> None:
    assert read(line).rejected == 1


def test_what_is_nested_too_deep_is_said_in_our_words() -> None:
    assert read(b"[" * 100_000).first_fault == "x.jsonl:1: is not JSON that can be read"


def test_half_a_pair_in_a_brand_is_replaced(record: dict[str, Any]) -> None:
    (found,) = read(json.dumps(record | {"brand": "a\ud800"}).encode()).summaries()
    assert found.brand == "a?"


@given(st.binary(max_size=200))
def test_whatever_is_in_a_file_nothing_but_rejects_come_of_it(data: bytes) -> None:
    assert read(data).summaries() == []
