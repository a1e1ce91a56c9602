"""Every log format: told by content, read as its tool documents it, screened as it is read."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pipeline.formats.guessing import guess
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
        [asked(PAYPAL, 1763786400), asked(APPLE, 1763786400), asked(APPLE)],
        {"other_event": 2},
        {},
        6,
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
