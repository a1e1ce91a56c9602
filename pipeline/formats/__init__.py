"""Formats: how records are written down. One registry, for the scan and the stream."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from pipeline.formats.lines import BOM
from pipeline.formats.names import Names

if TYPE_CHECKING:
    from pipeline.formats.contract import Format

FORMATS: Final = {
    "names": "one name a line, # comments",
    "csv": "CSV with a named column",
    "ndjson": "COF, CIRCL or DNSDB, one JSON object a line",
    "parquet": "Parquet with a named column",
    "zeek": "Zeek's dns.log, fields or JSON",
    "suricata": "Suricata's EVE log, versions 1 to 3",
    "route53": "Route 53 Resolver's query log",
    "certstream": "certificates from certstream",
    "dnscollector": "DNS-collector's JSON or text",
    "passivedns": "the log of passivedns (gamelinux)",
    "bind": "BIND's query log",
    "unbound": "Unbound's log of queries and replies",
    "dnstap": "dnstap in Frame Streams, or in base64, one message a line",
    "zone": "zone files",
}
"""What ``--format`` takes, with a word on each."""

ALIASES: Final = {"cof": "ndjson", "dnsdb": "ndjson", "circl": "ndjson"}
"""Other names for formats."""

MESSAGES: Final = (
    *("names", "ndjson", "zeek", "suricata", "route53", "certstream", "dnscollector"),
    *("passivedns", "bind", "unbound"),
)
"""Formats of which a broker's message can be one record; where there are two ways, the JSON."""

_PLAIN: Final = {
    "suricata": ("suricata", "Suricata"),
    "route53": ("route53", "Route53"),
    "certstream": ("certstream", "Certstream"),
    "passivedns": ("passivedns", "PassiveDns"),
    "bind": ("querylog", "Bind"),
    "unbound": ("querylog", "Unbound"),
    "zone": ("zone", "Zone"),
}
"""Module and class of formats that need to know nothing of their stream."""

_TWO_WAYS: Final = {
    "zeek": (("zeek", "ZeekJson"), ("zeek_tsv", "ZeekTsv")),
    "dnscollector": (("dnscollector", "DnsCollector"), ("dnscollector_text", "DnsCollectorText")),
}
"""The same of formats that are JSON, or text."""


def make_format(name: str, head: bytes, column: str | None) -> Format:
    """Make the reader for one stream.

    Args:
        name: a key of `FORMATS` or `ALIASES`.
        head: the beginning of the decompressed stream; empty for messages, each alone.
        column: which column holds the names, for formats with columns; None to guess.

    Raises:
        UsageError: the column is not there, or cannot be guessed.
    """
    name = ALIASES.get(name, name)
    if name == "csv":
        from pipeline.formats.delimited import Delimited

        return Delimited(head, column)
    if name == "parquet":
        from pipeline.formats.parquet import Parquet

        return Parquet(column)
    if name == "ndjson":
        from pipeline.formats.ndjson import Ndjson

        return Ndjson(head)
    if name == "names":
        return Names()
    if name == "dnstap":
        return _dnstap(head)
    if name in _TWO_WAYS:
        is_json = not head or head.removeprefix(BOM).lstrip().startswith(b"{")
        module, kind = _TWO_WAYS[name][0 if is_json else 1]
    else:
        module, kind = _PLAIN[name]
    made = getattr(import_module(f"pipeline.formats.{module}"), kind)()
    return cast("Format", made)


def _dnstap(head: bytes) -> Format:
    if head[:1] < b"\t":  # the length of a frame; what is printed begins with none of these
        from pipeline.formats.dnstap import Dnstap

        return Dnstap()
    from pipeline.formats.dnstap_lines import DnstapLines

    return DnstapLines()
