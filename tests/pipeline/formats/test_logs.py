"""Every log format: told by content, read as its tool documents it, screened as it is read."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.formats import MESSAGES, make_format
from pipeline.formats.guessing import guess
from pipeline.judging import Refused, said_of
from pipeline.records import Message, Record, Rejected, Skipped
from pipeline.scan import Request
from tests.pipeline.conftest import ScanFiles
from tests.pipeline.formats import samples
from tests.pipeline.samples import accounted

EVENING = 1795366800  # 2026-11-22T17:00:00Z, by date -u +%s
PAYPAL, APPLE = "paypa1.com", "xn--pple-43d.com"


class Case(NamedTuple):
    """What a sample holds."""

    name: str
    sample: bytes
    found: list[tuple[str, str, str | None, int | None]]  # name, seen in, who points, first time
    skipped: dict[str, int]
    rejected: dict[str, int]
    records: int


def in_rdata(name: str, owner: str, time: int | None = None) -> tuple[str, str, str, int | None]:
    return name, "rdata", owner, time


def asked(name: str, time: int | None = None) -> tuple[str, str, None, int | None]:
    return name, "rrname", None, time


WWW = "www.example.com"
CASES = (
    Case(
        "zeek",
        samples.ZEEK_TSV,
        [
            in_rdata(PAYPAL, WWW, 1763786400),
            asked("xn--pypal-4ve.com", 1763786401),
            asked(PAYPAL, EVENING),
        ],
        {"comment": 17, "no_name": 1},
        {"bad_line": 1},
        23,
    ),
    Case(
        "zeek",
        samples.ZEEK_JSON,
        [in_rdata(PAYPAL, WWW, 1763786400), asked(PAYPAL, EVENING)],
        {"no_name": 1},
        {},
        3,
    ),
    Case(
        "suricata",
        samples.SURICATA,
        [
            in_rdata(PAYPAL, WWW, EVENING),
            in_rdata(PAYPAL, WWW, EVENING),
            in_rdata("mail.paypa1.com", "example.com"),
            asked(PAYPAL, EVENING),
            in_rdata("ns.paypa1.com", "example.com"),
            in_rdata(APPLE, "_sip._udp.example.com"),
            asked(PAYPAL),
            in_rdata(PAYPAL, "a.example"),
        ],
        {"other_event": 1},
        {},
        8,
    ),
    Case("route53", samples.ROUTE53, [in_rdata(PAYPAL, "www.example.com.", EVENING)], {}, {}, 1),
    Case(
        "certstream",
        samples.CERTSTREAM,
        [asked("*.paypa1.com", 1763786400), asked(PAYPAL, 1763786400), asked(APPLE)],
        {"other_event": 1},
        {},
        3,
    ),
    Case("dnscollector", samples.DNSCOLLECTOR_FLAT, [in_rdata(PAYPAL, WWW, EVENING)], {}, {}, 1),
    Case("dnscollector", samples.DNSCOLLECTOR_NESTED, [in_rdata(PAYPAL, WWW, EVENING)], {}, {}, 1),
    Case(
        "dnscollector", samples.DNSCOLLECTOR_TEXT, [asked(PAYPAL, EVENING)], {"no_name": 1}, {}, 2
    ),
    Case("passivedns", samples.PASSIVEDNS, [in_rdata(PAYPAL, f"{WWW}.", 1763786400)], {}, {}, 3),
    Case(
        "bind",
        samples.BIND,
        [asked(PAYPAL, EVENING), asked(APPLE)],
        {"other_event": 1},
        {"bad_line": 1},
        6,
    ),
    Case(
        "unbound",
        samples.UNBOUND,
        [
            asked(PAYPAL, 1763786400),
            asked(APPLE, 1763786400),
            asked(APPLE),
            asked(PAYPAL, EVENING),
        ],
        {"other_event": 2},
        {},
        7,
    ),
)
IDS = [f"{case.name}-{place}" for place, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_found_in_a_log(case: Case, scan: ScanFiles) -> None:
    result = scan(case.sample)
    counts = result.outcome.counts
    assert [
        (each["name"], each["seen_in"], each["rrname"], each["time_first"])
        for each in result.detections
    ] == case.found
    assert (counts.skipped, counts.rejected) == (case.skipped, case.rejected)
    assert counts.records == case.records
    assert accounted(result)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_format_is_told_by_content(case: Case) -> None:
    assert guess(case.sample) == case.name
    assert guess(b"\xef\xbb\xbf" + case.sample.replace(b"\n", b"\r\n")) == case.name


@pytest.mark.parametrize(
    ("name", "message", "reason"),
    [
        pytest.param("zeek", b'{"query":123}', "bad_type", id="52-zeek"),
        pytest.param("zeek", b'{"query":null}', "no_qname", id="53-zeek"),
        pytest.param("zeek", b'{"query":["a.com"]}', "bad_type", id="54-zeek"),
        pytest.param("route53", b'{"query_name":5}', "bad_type", id="52-route53"),
        pytest.param("route53", b'{"query_type":"A"}', "no_qname", id="53-route53"),
        pytest.param("suricata", b'{"dns":{"rrname":["a"]}}', "bad_type", id="54-suricata"),
        pytest.param("suricata", b'{"event_type":"dns"}', "no_qname", id="53-suricata"),
        pytest.param("dnscollector", b'{"dns.qname":{}}', "bad_type", id="52-dnscollector"),
        pytest.param("certstream", b'{"data":["a.com",5]}', "no_qname", id="54-certstream"),
        pytest.param("zeek", b'{"query":' + b"[" * 9_000, "deep_nesting", id="57-zeek"),
        pytest.param("suricata", b'{"dns":{"rrname":"\\ud800"}}', "bad_json", id="58-suricata"),
        pytest.param("route53", b'{"query_name":"a"} x', "bad_json", id="62-route53"),
    ],
)
def test_bad_messages_of_logs(name: str, message: bytes, reason: str, scan: ScanFiles) -> None:
    read = make_format(name, b"", None).parse(message, 3)
    assert isinstance(read, Rejected)
    assert (read.reason, read.offset, read.original) == (reason, 3, message)
    result = scan(message, request=Request(format=name))
    assert result.reasons == {reason: 1}
    assert accounted(result)


@pytest.mark.parametrize("name", MESSAGES)
@given(st.binary(max_size=200))
def test_no_bytes_make_a_format_raise(name: str, message: bytes) -> None:
    read: Message = make_format(name, b"", None).parse(message, 0)
    assert isinstance(read, Record | Rejected | Skipped)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("names", b"xn--pple-4\x84d.com"),  # fuzzing found these: the screen took them for clean
        ("unbound", b"unbound: [12:0] reply: 2001:db8:: a.com. x A IN OK"),
        ("passivedns", b"#1||c||s||IN||a.com.||A||192.0.2.1||60||1"),
        ("bind", b"#1 (a.com): query: a.com IN A +"),
        ("unbound", b"[1] unbound[12:0] info}: 192.0.2.10 a.com. A IN NOERROR"),
    ],
)
def test_what_fuzzing_found(name: str, line: bytes, engine: Engine, scan: ScanFiles) -> None:
    read = make_format(name, b"", None).parse(line, 0)
    counts = scan(line, request=Request(format=name)).outcome.counts
    if isinstance(read, Record):
        refused = isinstance(said_of(engine.judge, (read.name, None)), Refused)
        assert (counts.rejected.total(), counts.clean) == (refused, not refused)
    else:
        assert counts.clean == 0
