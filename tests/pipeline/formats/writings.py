"""The same records, written down in every format: what each writer is given are rows."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
from collections.abc import Callable, Iterable
from functools import cache

import pyarrow as pa
from pyarrow import parquet

from tests.pipeline.formats.samples import ZEEK_HEADER
from tests.pipeline.formats.test_dnstap import START, STOP, tap, text

LOOKALIKES = (
    *("paypa1.com", "xn--pple-43d.com", "www.rnicrosoft.com", "g00gle.com", "xn--pypal-4ve.com"),
    *("mail.paypa1.com.evil.example", "arnazon.de"),
)
Row = tuple[str, str]
"""A name, and what its CNAME points at."""


@cache
def rows() -> list[Row]:
    """Names of real length, two in a hundred lookalikes, two in a hundred pointing at one."""
    dice = random.Random(20261123)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"

    def plain() -> str:
        label = "".join(dice.choices(letters, k=dice.randrange(3, 16))).strip("-") or "x"
        return f"{dice.choice(['www', 'mail', 'a.b', 'cdn'])}.{label}.{dice.choice(['com', 'de'])}"

    def name() -> str:
        return dice.choice(LOOKALIKES) if dice.random() < 0.02 else plain()

    return [(name(), name()) for _ in range(10_000)]


def lines(made: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in made).encode("ascii")


def wire(name: str) -> bytes:
    return b"".join(bytes([len(each)]) + each.encode() for each in name.split(".")) + b"\0"


def frame(row: Row) -> bytes:
    rdata = wire(row[1])
    head = b"\0\1\x81\x80\0\1\0\1\0\0\0\0" + wire(row[0]) + b"\0\1\0\1"
    answer = b"\xc0\x0c\0\5\0\1\0\0\0\x3c" + struct.pack(">H", len(rdata)) + rdata
    return tap(text(14, head + answer))


def base64_line(framed: bytes) -> bytes:
    return base64.b64encode(framed[4:]) + b"\n"


def table(made: list[Row]) -> bytes:
    columns = {
        "rrname": [name for name, _ in made],
        "rrtype": ["CNAME"] * len(made),
        "rdata": [target for _, target in made],
    }
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def each_json(written: Callable[[str, str], object]) -> Callable[[list[Row]], bytes]:
    return lambda made: lines(json.dumps(written(*row)) for row in made)


def each_line(pattern: str, before: bytes = b"") -> Callable[[list[Row]], bytes]:
    return lambda made: before + lines(pattern.format(*row) for row in made)


def eve(dns: Callable[[str, str], dict[str, object]]) -> Callable[[list[Row]], bytes]:
    return each_json(lambda a, b: {"event_type": "dns", "dns": dns(a, b)})


def answers(a: str, b: str) -> list[dict[str, str]]:
    return [{"rrname": a, "rrtype": "CNAME", "rdata": b}]


WITH_ANSWERS: dict[str, tuple[str, Callable[[list[Row]], bytes]]] = {
    "cof": ("ndjson", each_json(lambda a, b: {"rrname": a, "rrtype": "CNAME", "rdata": b})),
    "circl": ("ndjson", each_json(lambda a, b: {"rrname": a, "rrtype": "CNAME", "rdata": [b]})),
    "dnsdb": (
        "ndjson",
        lambda made: (
            b'{"cond":"begin"}\n'
            + each_json(lambda a, b: {"obj": {"rrname": a, "rrtype": "CNAME", "rdata": [b]}})(made)
            + b'{"cond":"succeeded"}\n'
        ),
    ),
    "csv": ("csv", each_line("{0},CNAME,{1}", b"rrname,rrtype,rdata\n")),
    "tsv": ("csv", each_line('"{0}"\tCNAME\t"{1}"', b"rrname\trrtype\trdata\n")),
    "parquet": ("parquet", table),
    "zeek": (
        "zeek",
        each_line(
            "1.5\tC\t{0}\tA\t{1},192.0.2.1",
            ZEEK_HEADER + (b"#fields\tts\tuid\tquery\tqtype_name\tanswers\n"),
        ),
    ),
    "zeek-json": (
        "zeek",
        each_json(lambda a, b: {"ts": 1.5, "uid": "C", "query": a, "answers": [b, "192.0.2.1"]}),
    ),
    "eve-1": ("suricata", eve(lambda a, b: {**answers(a, b)[0], "type": "answer"})),
    "eve-2": ("suricata", eve(lambda a, b: {"rrname": a, "answers": answers(a, b)})),
    "eve-2-grouped": ("suricata", eve(lambda a, b: {"rrname": a, "grouped": {"CNAME": [b]}})),
    "eve-3": (
        "suricata",
        eve(lambda a, b: {"queries": [{"rrname": a, "rrtype": "A"}], "answers": answers(a, b)}),
    ),
    "route53": (
        "route53",
        each_json(
            lambda a, b: {
                "query_name": f"{a}.",
                "query_timestamp": "2026-11-22T17:00:00Z",
                "answers": [{"Rdata": f"{b}.", "Type": "CNAME", "Class": "IN"}],
            }
        ),
    ),
    "dnscollector": (
        "dnscollector",
        each_json(
            lambda a, b: {
                "dns.qname": a,
                "dns.resource-records.an.0.rdata": b,
                "dns.resource-records.an.0.rdatatype": "CNAME",
            }
        ),
    ),
    "dnscollector-nested": (
        "dnscollector",
        each_json(
            lambda a, b: {
                "dns": {
                    "qname": a,
                    "resource-records": {"an": [{"rdata": b, "rdatatype": "CNAME"}]},
                }
            }
        ),
    ),
    "passivedns": ("passivedns", each_line("1.5||c||s||IN||{0}.||CNAME||{1}.||60||1")),
    "dnstap": ("dnstap", lambda made: b"".join([START, *(frame(row) for row in made), STOP])),
    "dnstap-lines": ("dnstap", lambda made: b"".join(base64_line(frame(row)) for row in made)),
    "zone": ("zone", each_line("{0}.\t300\tIN\tCNAME\t{1}.")),
}
ALONE: dict[str, tuple[str, Callable[[list[Row]], bytes]]] = {
    "names": ("names", each_line("{0}")),
    "bind": ("bind", each_line("client @0x7 192.0.2.1#5 ({0}): query: {0} IN A +E(0) (192.0.2.2)")),
    "unbound": ("unbound", each_line("[1763786400] unbound[1:0] info: 192.0.2.1 {0}. A IN")),
    "dnscollector-text": (
        "dnscollector",
        each_line("2026-11-22T17:00:00Z ns CLIENT_QUERY NOERROR ::1 5 IPv6 UDP 50b {0} A 0.0"),
    ),
    "certstream": (
        "certstream",
        each_json(lambda a, _: {"message_type": "dns_entries", "data": [a]}),
    ),
}
