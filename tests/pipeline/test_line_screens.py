"""The screen hands over every line of a text log that is not clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.screen import COMPILED
from pipeline.blocks import Block, Gap
from pipeline.formats import make_format
from pipeline.formats.lines import LineFormat
from pipeline.judging import Refused, questions_of, said_of
from pipeline.records import Message, Record

if TYPE_CHECKING:
    from pipeline.engine import Engine

NAMES = st.sampled_from(
    ["example.com", "www.paypal.com.", "paypa1.com", "xn--pple-43d.com.", "192.0.2.1", "a..b", ".",
     "", "-", "2001:db8::1", "pаypal.com", "p\\208\\176ypal.com", "p\\xd0\\xb0ypal.com", "x" * 64,
     "paypa1\\.com", "\\\\", "(empty)", "*.paypa1.com", "10 paypa1.com", "#paypa1.com",
     "\udcff.com", "paypa1.com,192.0.2.1", "a,paypa1.com", "192.0.2.1,example.com",
     ",", "TXT 3 paypa1.com"]
)  # fmt: skip
TYPES = st.sampled_from(["A", "CNAME", "NS", "MX", "cname", "TYPE5", "5", "TXT", "", "-", "A "])
CLASSES = st.sampled_from(["IN", "CH", "in", "IN ", "", "CLASS5", "IN:", "paypa1.com"])
WORDS = st.sampled_from(
    ["", " ", "query:", "reply:", "info:", "query: ", "IN", "A", "-", "paypa1.com", "example.com",
     "\t", "||", ":", "[12:0]", "client 192.0.2.1#5 (a.com):", "NOERROR", "x", "\\", "#", "5", "\r"]
)  # fmt: skip
JUMBLE = st.lists(WORDS | NAMES, max_size=14)


def line(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    made = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*made).map("".join)


ZEEK = line("1763786400\tC1\t", NAMES, "\t", TYPES, "\t", NAMES)
LINES = {
    "zeek": ZEEK | line(ZEEK, "\t", NAMES) | JUMBLE.map("\t".join),
    "bind": line(
        "22-Nov-2026 17:00:00.123 client @0x7 192.0.2.1#5 (",
        NAMES,
        "): ",
        WORDS,
        "query: ",
        NAMES,
        " ",
        CLASSES,
        " ",
        TYPES,
        " +",
    )
    | line("client 192.0.2.1#5: query: ", NAMES, " ", CLASSES),
    "unbound": line(
        "[1763786400] unbound[12:0] info: ", WORDS, "192.0.2.10 ", NAMES, " ", TYPES, " ", CLASSES
    )
    | line("Nov 22 17:00:00 ns1 unbound: [12:0] query: ", WORDS, " ", NAMES, " A IN"),
    "passivedns": line(
        "1763786400.4||10.1.1.1||8.8.8.8||IN||",
        NAMES,
        "||",
        TYPES,
        "||",
        NAMES,
        "||43200",
        st.sampled_from(["||8", "||", "||x", "", "||-1", "||8||9", "||1.0"]),
    ),
    "dnscollector": line(
        "2026-11-22T17:00:00Z ns CLIENT_QUERY NOERROR ::1 39 IPv6 UDP 50b ",
        NAMES,
        " ",
        TYPES,
        " 0.0",
    ),
}
HEADS = {
    "zeek": b"#separator \\x09\n#set_separator\t,\n#fields\tts\tuid\tquery\tqtype_name\tanswers\n",
    "dnscollector": b"2026-11-22T17:00:00Z ns CLIENT_QUERY NOERROR ::1 39 IPv6 UDP 50b a. A 0.0\n",
}


def is_clean(engine: Engine, read: Message) -> bool:
    if not isinstance(read, Record):
        return False
    answers = [said_of(engine.judge, each) for each in questions_of(read)]
    return not any(isinstance(each, Refused) or each.detections for each in answers)


@pytest.mark.parametrize("name", LINES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_is_not_clean_is_handed_over(engine: Engine, name: str, data: st.DataObject) -> None:
    assert COMPILED
    made = data.draw(st.lists(LINES[name] | JUMBLE.map(" ".join), min_size=1, max_size=8))
    head = HEADS.get(name, b"")
    lines = [each.replace("\n", "").encode("utf-8", "surrogateescape") for each in made]
    text = head + b"\n".join(lines)
    log = make_format(name, text, None)
    assert isinstance(log, LineFormat)
    spans, records = [], 0
    start = 0
    for batch in log.batches([Block(text, 0)]):
        assert not isinstance(batch, Gap)
        hits = batch.screen(engine.screen)
        spans += [(start + begin, start + end) for begin, end in hits.spans]
        records += hits.records
        start = batch.end
    assert spans == sorted(set(spans))  # one each, in order
    place, kept_back, reader = 0, [], make_format(name, text, None)
    for each in text.split(b"\n"):
        span = place, place + len(each)
        clean = not each.removesuffix(b"\r") or is_clean(engine, reader.parse(each, place))
        if not clean and span not in spans:
            kept_back.append(each)
        place += len(each) + 1
    assert kept_back == []
    assert records == sum(1 for each in text.split(b"\n") if each.removesuffix(b"\r"))
