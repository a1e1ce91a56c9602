"""The screen hands over every JSON record that is not clean, whatever its format's shape is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.screen import COMPILED
from pipeline.formats.certstream import Certstream
from pipeline.formats.dnscollector import DnsCollector
from pipeline.formats.ndjson import Ndjson
from pipeline.formats.route53 import Route53
from pipeline.formats.suricata import Suricata
from pipeline.formats.zeek import ZeekJson
from pipeline.judging import Refused, questions_of, said_of
from pipeline.records import Record

if TYPE_CHECKING:
    from pipeline.engine import Engine
    from pipeline.formats.json_objects import JsonObjects

FORMATS = (Ndjson, ZeekJson, Suricata, Route53, DnsCollector, Certstream)

NAMES = st.sampled_from(
    ["example.com", "www.paypal.com.", "paypa1.com", "10 paypa1.com.", "0 0 443 rnicrosoft.com",
     "xn--pple-43d.com", "192.0.2.1", "2001:db8::1", "a..b", ".", "", "10 .", "b" * 64,
     '"v=spf1 paypa1.com"', "p\\097ypa1.com", "p\\xd0\\xb0ypal.com", "pаypal.com", "a.b paypa1.com",
     "paypa1.com\n", " paypa1.com ", "*.paypa1.com", "-", "\udc80.com", "paypa1.com. "]
)  # fmt: skip
TYPES = st.sampled_from(["A", "CNAME", "cname", "NS", "MX", "SRV", "PTR", "TYPE5", "5", "TXT", ""])
KEYS = st.sampled_from(
    ["rrname", "rdata", "obj", "cond", "count", "rrtype", "query", "answers", "qtype_name", "ts",
     "dns", "queries", "answer", "authorities", "additionals", "grouped", "CNAME", "SRV", "name",
     "srv", "event_type", "type", "query_name", "query_type", "Rdata", "Type", "num_results",
     "message_type", "data", "leaf_cert", "all_domains", "seen", "qname", "qtype", "dns.qname",
     "dns.qtype", "resource-records", "an", "ns", "ar", "dns.resource-records.an.0.rdata",
     "dns.resource-records.an.0.rdatatype", "dns.resource-records.an.0.name", "rdatatype"]
)  # fmt: skip
ODD = st.sampled_from([None, True, 5, -1, 1.5, "dns", "alert", "certificate_update", "heartbeat"])
ANY = st.recursive(
    NAMES | TYPES | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def answer(name: str, kind: str, rdata: str) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries({}, optional={name: NAMES | ODD, kind: TYPES | ODD, rdata: ANY})


EVE = answer("rrname", "rrtype", "rdata")
DNS = st.fixed_dictionaries(
    {},
    optional={
        "rrname": NAMES | ODD,
        "rrtype": TYPES,
        "rdata": NAMES | ODD,
        "queries": st.lists(EVE, max_size=2),
        "query": st.lists(EVE, max_size=2),
        "answers": st.lists(EVE | st.fixed_dictionaries({"srv": EVE}), max_size=2) | ANY,
        "authorities": st.lists(EVE, max_size=2),
        "answer": EVE,
        "grouped": st.dictionaries(TYPES, st.lists(NAMES, max_size=2) | ANY, max_size=3),
    },
)
TIMES: st.SearchStrategy[object] = st.sampled_from(
    [0, 1763700000, 1763700000.5, -5, 10**19, 10**21, 1e30, "", "1763700000", "soon", True, None,
     "2026-11-22T17:00:00Z", "2026-11-22 17:00:00", "2026-02-30T17:00:00Z", "2026-11-22T24:00:00Z",
     "2026-11-22T17:00:60", "2026-13-01T00:00:00", "2026-11-22T17:00:00.5+00:00", "2026-11-22",
     "2026-11-22T17:00:00.", "0000-01-01T00:00:00", [1], {}]
)  # fmt: skip
COUNTS = st.sampled_from([0, 7, -1, 2**53 - 1, 2**53, 10**15, 1.0, 1.5, "7", "-7", "", "x", True])
COF = st.fixed_dictionaries(
    {},
    optional={
        "rrname": NAMES,
        "rrtype": TYPES | ODD,
        "rdata": NAMES | st.lists(NAMES) | ANY,
        "count": COUNTS,
        "time_first": TIMES,
        "zone_time_last": TIMES,
        "time_last_ms": TIMES,
        "time_first_rfc3339": TIMES,
    },
)
FLAT = st.dictionaries(
    st.sampled_from([f"dns.resource-records.{at}.{end}" for at in ("an.0", "ns.1", "ar.0", "")
                     for end in ("rdata", "rdatatype", "name")]),
    NAMES | TYPES | ODD,
)  # fmt: skip
OBJECTS = st.one_of(
    COF,
    st.builds(lambda inner, more: {"obj": inner, **more}, COF, COF),
    st.builds(lambda dns: {"event_type": "dns", "dns": dns}, DNS),
    st.builds(lambda dns: {"event_type": "alert", "dns": dns}, DNS),
    st.fixed_dictionaries(
        {}, optional={"query": NAMES | ODD, "answers": st.lists(NAMES) | ANY, "qtype_name": TYPES}
    ),
    st.fixed_dictionaries(
        {"query_name": NAMES},
        optional={"answers": st.lists(answer("Class", "Type", "Rdata"), max_size=3) | ANY},
    ),
    st.builds(lambda name, flat: {"dns.qname": name, **flat}, NAMES | ODD, FLAT),
    st.builds(
        lambda name, part: {"dns": {"qname": name, "resource-records": part}},
        NAMES | ODD,
        st.dictionaries(
            st.sampled_from(["an", "ns", "ar", "x"]),
            st.lists(answer("name", "rdatatype", "rdata"), max_size=2) | ANY,
        ),
    ),
    st.builds(
        lambda kind, data: {"message_type": kind, "data": data},
        st.sampled_from(["certificate_update", "dns_entries", "heartbeat", None]),
        st.lists(NAMES | ODD, max_size=3)
        | st.builds(
            lambda all_domains: {"leaf_cert": {"all_domains": all_domains}},
            st.lists(NAMES, max_size=3) | ANY,
        )
        | ANY,
    ),
    st.dictionaries(KEYS, ANY, max_size=5),
)


def is_clean(engine: Engine, made: JsonObjects, line: bytes) -> bool:
    read = made.parse(line, 0)
    if not isinstance(read, Record):
        return False
    answers = [said_of(engine.judge, each) for each in questions_of(read)]
    return not any(isinstance(each, Refused) or each.detections for each in answers)


@pytest.mark.parametrize("kind", FORMATS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(OBJECTS, min_size=1, max_size=8), escaped=st.booleans())
def test_what_is_not_clean_is_handed_over(
    engine: Engine, kind: type[JsonObjects], values: list[object], escaped: bool
) -> None:
    assert COMPILED
    made = kind()
    lines = [
        json.dumps(each, ensure_ascii=escaped).encode("utf-8", "surrogatepass") for each in values
    ]
    hits = made.screen(engine.screen, b"\n".join(lines))
    assert hits.records == len(lines)
    place, odd = 0, []
    for line in lines:
        if not is_clean(engine, made, line):
            odd.append((place, place + len(line)))
        place += len(line) + 1
    kept_back = [span for span in odd if span not in hits.spans]
    assert [b"\n".join(lines)[start:end] for start, end in kept_back] == []
    assert hits.spans == sorted(set(hits.spans))  # one each, in order
