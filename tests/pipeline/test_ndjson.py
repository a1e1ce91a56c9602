"""NDJSON: the message cases of RELIABILITY 4.2, and the samples of real servers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.fields import epoch
from pipeline.formats.ndjson import Ndjson
from pipeline.records import Message, Record, Rejected, Skipped, SkipReason


def parse(message: bytes | str) -> Message:
    return Ndjson().parse(message.encode() if isinstance(message, str) else message, 7)


def record(**fields: object) -> Record:
    parsed = parse(json.dumps({"rrname": "a.com", **fields}))
    assert isinstance(parsed, Record)
    return parsed


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(b'\xff\xfe{\x00"\x00', "not_utf8", id="48-utf16"),
        pytest.param(b'{"rrname":"\xe9.com"}', "not_utf8", id="48-latin1"),
        pytest.param("[1,2]", "not_object", id="50-array"),
        pytest.param('"str"', "not_object", id="51-string"),
        pytest.param("12", "not_object", id="51-number"),
        pytest.param('{"rrname":123}', "bad_type", id="52-number"),
        pytest.param('{"rrname":true}', "bad_type", id="52-true"),
        pytest.param('{"rrname":null}', "no_qname", id="53-null"),
        pytest.param('{"query":"a.com"}', "no_qname", id="53-missing"),
        pytest.param('{"obj":{"count":1}}', "no_qname", id="53-missing-in-obj"),
        pytest.param('{"rrname":["a.com"]}', "bad_type", id="54-list"),
        pytest.param('{"rrname":"a.com","count":NaN}', "bad_json", id="56-nan"),
        pytest.param('{"rrname":"a.com","ttl":Infinity}', "bad_json", id="56-infinity"),
        pytest.param('{"rrname":' + "[" * 100_000, "deep_nesting", id="57-arrays"),
        pytest.param('{"rrname":"a.com","x":' + '{"x":' * 100_000, "deep_nesting", id="57-objects"),
        pytest.param('{"rrname":"\\ud800.com"}', "bad_json", id="58-name"),
        pytest.param('{"rrname":"a.com","note":"\\udfff"}', "bad_json", id="58-elsewhere"),
        pytest.param('{"rrname":"a.com","\\ud800":1}', "bad_json", id="58-key"),
        pytest.param(
            '{"rrname":"a.com","time_first":1' + "0" * 4000 + "}", "bad_type", id="59-time"
        ),
        pytest.param('{"rrname":"a.com","count":1' + "0" * 9000 + "}", "bad_type", id="59-count"),
        pytest.param('{"rrname":"a.com","time_first":[1]}', "bad_type", id="60-list"),
        pytest.param('{"rrname":"a.com","time_last":true}', "bad_type", id="60-true"),
        pytest.param('{"rrname":"a.com","time_last":"soon"}', "bad_type", id="60-text"),
        pytest.param('{"rrname":"a.com","count":-1}', "bad_type", id="60-count"),
        pytest.param('{"rrname":"a.com"}x', "bad_json", id="62-garbage"),
        pytest.param('{"rrname":"a.com"}{"rrname":"b.com"}', "bad_json", id="62-two"),
        pytest.param('{"rrname":"a.com"', "bad_json", id="62-cut"),
        pytest.param("{'rrname':'a.com'}", "bad_json", id="62-quotes"),
        pytest.param('{"rrname":"a\nb.com"}', "bad_json", id="62-control"),
    ],
)
def test_bad_messages_have_their_reason(message: bytes | str, reason: str) -> None:
    rejected = parse(message)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == reason
    assert rejected.offset == 7
    assert rejected.original == (message.encode() if isinstance(message, str) else message)
    assert rejected.detail.isascii()
    assert rejected.detail.isprintable()


@pytest.mark.parametrize("message", [b"", b" \t\r", b"null", b"\xef\xbb\xbf"])
def test_case_47_tombstones_are_skipped(message: bytes) -> None:
    assert parse(message) == Skipped(SkipReason.TOMBSTONE, 7)


def test_case_49_a_byte_order_mark_is_accepted() -> None:
    parsed = parse(b'\xef\xbb\xbf{"rrname":"a.com"}')
    assert isinstance(parsed, Record)
    assert parsed.name == "a.com"


def test_case_55_of_duplicate_keys_the_last_wins() -> None:
    parsed = parse('{"rrname":"a.com","rrname":"b.com"}')
    assert isinstance(parsed, Record)
    assert parsed.name == "b.com"


def test_case_59_huge_numbers_in_other_fields_are_ignored() -> None:
    assert isinstance(parse('{"rrname":"a.com","serial":1' + "0" * 9000 + "}"), Record)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1763700000, 1763700000),
        (1763700000.9, 1763700000),
        ("1763700000", 1763700000),
        (1763700000123, 1763700000),
        (1763700000123456, 1763700000),
        (1763700000123456789, 1763700000),
        ("2025-11-21T04:40:00Z", 1763700000),
        ("2025-11-21 04:40:00+00:00", 1763700000),
        (0, 0),
        (-1, None),
        (253402300799, 253402300),  # the last second of 9999, were it not milliseconds of 1978
        (99_999_999_999, 99_999_999_999),
        ("9999-12-31T23:59:59Z", 253402300799),
        ("", None),
        (None, None),
    ],
)
def test_case_60_times_are_normalised(value: object, seconds: int | None) -> None:
    assert epoch(value) == seconds


def test_times_have_stand_ins() -> None:
    assert record(zone_time_first=5, zone_time_last=6).time_first == 5
    assert record(time_first=7, zone_time_first=5).time_first == 7
    assert record(time_last_ms=6000).time_last == 6


def test_case_63_unknown_fields_are_ignored() -> None:
    assert record(bailiwick="com.", meta={"a": [1]}, origin="x").name == "a.com"


def test_fields_arrive() -> None:
    full = record(rrtype="NS", rdata=["ns1.a.com.", "ns2.a.com."], count=3, time_last=9)
    assert (full.rrtype, full.rdata) == ("NS", ("ns1.a.com.", "ns2.a.com."))
    assert (full.count, full.time_first, full.time_last) == (3, None, 9)
    assert record(rrtype=65).rrtype == "65"
    assert record().count is None


def test_a_framed_stream_must_say_that_it_ended() -> None:
    lines = [b'{"cond":"begin"}', b'{"obj":{"rrname":"a.com."}}', b'{"cond":"succeeded"}']
    stream = Ndjson(b"\n".join(lines))
    parsed = [stream.parse(line, 0) for line in lines]
    assert [type(each) for each in parsed] == [Skipped, Record, Skipped]
    assert stream.finish(0) is None
    for end in (lines[:2], lines[1:2], [*lines[:2], b'{"cond":"failed","msg":"x"}']):
        stream = Ndjson(b"\n".join(end))
        for line in end:
            stream.parse(line, 0)
        fault = stream.finish(99)
        assert fault is not None
        assert (fault.reason, fault.offset) == ("truncated_stream", 99)


def test_a_flat_stream_may_end_anywhere() -> None:
    assert Ndjson(b'{"rrname":"a.com"}\n').finish(0) is None
    assert Ndjson(b"").finish(0) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(message: bytes) -> None:
    parse(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
FIELDS = ("rrname", "rrtype", "rdata", "count", "time_first", "time_last", "time_first_ms", "cond")


@given(st.dictionaries(st.sampled_from(FIELDS) | st.just("obj"), JSON))
def test_no_json_makes_it_raise(value: dict[str, Any]) -> None:
    parsed = parse(json.dumps(value))
    if isinstance(parsed, Record):
        assert isinstance(parsed.name, str)
        for time in (parsed.time_first, parsed.time_last):
            assert time is None or 0 <= time < 1 << 40
