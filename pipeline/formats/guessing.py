"""Guessing: the beginning of a stream in, the name of its format out."""

from __future__ import annotations

import re
from typing import Final

from pipeline.formats.lines import BOM

LOOKED_AT: Final = 200
"""Lines at the beginning that are looked at: logs have lines about other things as well."""

_CONTROL: Final = 520  # octets of the largest control frame of a Frame Stream, with its lengths

_CAPTURED: Final = 32  # characters of base64 that the shortest DNS message in dnstap takes

_JSON_MARKS: Final = (
    ("ndjson", rb'"(?:rrname|cond|obj)"\s*:', rb'"(?:rrname|cond|obj)"\s*:'),
    ("route53", rb'"query_name"\s*:', rb'"(?:query_timestamp|vpc_id|srcids)"\s*:'),
    ("dnscollector", rb'"(?:dns\.)?qname"\s*:', rb'"dns(?:tap\.|\.|tap"|")'),
    ("certstream", rb'"message_type"\s*:', rb'"(?:certificate_update|heartbeat|dns_entries)"'),
    ("zeek", rb'"(?:ts|_path)"\s*:', rb'"(?:uid|id\.orig_h|qtype_name|_path)"\s*:'),
)
_EVE: Final = re.compile(rb'"event_type"\s*:')
_MARKS: Final = tuple((name, re.compile(one), re.compile(two)) for name, one, two in _JSON_MARKS)

_LINES: Final = (
    ("bind", re.compile(rb"client (?:@\S+ )?\S+#\d+.*: query: \S+ \S+ \S+")),
    ("unbound", re.compile(rb"unbound\[\d+:[0-9a-f]+\] \w+: |info: \S+ \S+ \S+ IN\b")),
    ("passivedns", re.compile(rb"^[^|]*(?:\|\|[^|]*){7,}$")),
    ("dnscollector", re.compile(rb"^\d{4}-\d\d-\d\dT\S+ \S+ [A-Z]+_(?:QUERY|RESPONSE) \S+ ")),
)


_ZONE: Final = re.compile(
    rb"^(?:\$(?:ORIGIN|TTL)\s|(?:\S+\s+)?(?:\d+[smhdw]?\s+)?IN\s+(?:\d+[smhdw]?\s+)?"
    rb"(?:SOA|NS|A|AAAA|CNAME|MX|TXT|DS|RRSIG|NSEC3?|DNSKEY|PTR|SRV|CAA)\s)",
    re.IGNORECASE,
)


def guess(head: bytes) -> str:
    """Tell a format from the beginning of the decompressed stream.

    >>> guess(b"paypal.com"), guess(b'{"rrname":"paypal.com"}'), guess(b"rank,domain")
    ('names', 'ndjson', 'csv')
    >>> guess(b"[1763786400] unbound[12:0] info: 192.0.2.10 paypal.com. A IN")
    'unbound'
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\0\0\0\0") and b"protobuf:dnstap.Dnstap" in head[:_CONTROL]:
        return "dnstap"
    lines = [line.strip() for line in head.removeprefix(BOM).split(b"\n", LOOKED_AT)[:LOOKED_AT]]
    if any(line.startswith((b"#separator", b"#fields")) for line in lines):
        return "zeek"
    lines = [line for line in lines if line and not line.startswith(b"#")]
    first = lines[0] if lines else b""
    if first.startswith(b"{"):
        return _guess_json(lines)
    for name, mark in _LINES:
        if any(mark.search(line) for line in lines):
            return name
    if first.startswith(b"["):
        return "ndjson"
    if _ZONE.match(next((line for line in lines if not line.startswith(b";")), b"")):
        return "zone"
    return _guess_fields(first)


def _guess_fields(line: bytes) -> str:
    divided = any(divider in line for divider in (b",", b";", b"\t"))
    if divided and _is_text(line):
        return "csv"
    return "dnstap" if _is_dnstap(line) else "names"


def _is_dnstap(line: bytes) -> bool:
    """Tell a captured message in base64 from a name, which has a full stop or is shorter."""
    if len(line) < _CAPTURED or b"." in line:
        return False
    from pipeline.formats.dnstap_lines import is_base64_of_dnstap

    return is_base64_of_dnstap(line)


def _guess_json(lines: list[bytes]) -> str:
    for line in lines:
        if _EVE.search(line):  # before all: its names are called as COF's are
            return "suricata"
        for name, one, two in _MARKS:
            if one.search(line) and two.search(line):
                return name
    return "ndjson"


def _is_text(line: bytes) -> bool:
    """Tell text from what a second layer of compression, say, looks like."""
    try:
        return all(char.isprintable() or char == "\t" for char in line.decode())
    except UnicodeDecodeError:
        return False
