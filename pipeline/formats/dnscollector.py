"""DNS-collector's JSON, flat (``dns.qname`` is one key) or nested, one object a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detector.shapes import JsonShape
from pipeline.formats.fields import BadField, moment, text_of
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.records import Message

_SECTIONS = ("an", "ns", "ar")
_FLAT = re.compile(r"dns\.resource-records\.(.+)\.rdata", re.DOTALL)


class DnsCollector(JsonObjects):
    """Queries and responses that were captured."""

    name = "dnscollector"
    shape = JsonShape.of(
        ["`dns.qname`", "dns.qname"],
        [
            "`dns.resource-records.*.rdata`",
            *(f"dns.resource-records.{section}[].rdata" for section in _SECTIONS),
        ],
        texts=["`dns.qtype`", "dns.qtype"],
    )

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`."""
        nested = value.get("dns")
        if isinstance(nested, dict) and "qname" in nested:
            dns, answers = nested, list(_nested(nested))
            tap = value.get("dnstap")
            time = tap.get("timestamp-rfc3339ns") if isinstance(tap, dict) else None
        else:
            dns = {"qname": value.get("dns.qname"), "qtype": value.get("dns.qtype")}
            answers = list(_flat(value))
            time = value.get("dnstap.timestamp-rfc3339ns")
        name = text_of(dns.get("qname"), "a name")
        if name is None:
            raise BadField(Reason.NO_QNAME, "no dns.qname")
        more = Sightings(name)
        for owner, kind, rdata in answers:
            more.add_rdata(kind, [rdata], owner)
        seen = moment(time)
        values = tuple(rdata for _, _, rdata in answers) or None
        rrtype = text_of(dns.get("qtype"), "an rrtype")
        return Record(name, offset, rrtype, values, None, seen, seen, more.all())


_Answer = tuple[str | None, str | None, str]


def _flat(value: dict[str, Any]) -> Iterator[_Answer]:
    for key, rdata in value.items():
        if (found := _FLAT.fullmatch(key)) and isinstance(rdata, str):
            place = f"dns.resource-records.{found[1]}"
            yield _text(value.get(f"{place}.name")), _text(value.get(f"{place}.rdatatype")), rdata


def _nested(dns: dict[str, Any]) -> Iterator[_Answer]:
    sections = dns.get("resource-records")
    if not isinstance(sections, dict):
        return
    for name in _SECTIONS:
        section = sections.get(name)
        for each in section if isinstance(section, list) else ():
            if isinstance(each, dict) and isinstance(each.get("rdata"), str):
                yield _text(each.get("name")), _text(each.get("rdatatype")), each["rdata"]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
