"""Certstream: certificates from Certificate Transparency logs as they appear, as JSON.

``certificate_update`` has a certificate with all its domains, ``dns_entries`` the domains alone;
a ``heartbeat`` says that the server lives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.shapes import JsonShape
from pipeline.formats.fields import BadField, moment
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record, SeenIn, Skipped, SkipReason

if TYPE_CHECKING:
    from pipeline.records import Message

_KINDS = ("certificate_update", "dns_entries")


class Certstream(JsonObjects):
    """A certificate is one record, whose names are its domains."""

    name = "certstream"
    shape = JsonShape.of(["data.leaf_cert.all_domains[]", "data[]"], several=True)

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`."""
        data = value.get("data")
        seen = None
        if isinstance(data, dict):
            seen = moment(data.get("seen"))
            leaf = data.get("leaf_cert")
            data = leaf.get("all_domains") if isinstance(leaf, dict) else None
        if data is None and value.get("message_type") not in _KINDS:
            return Skipped(SkipReason.OTHER_EVENT, offset)
        if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
            raise BadField(Reason.NO_QNAME, "no list of domains")
        if not data:
            return Skipped(SkipReason.NO_NAME, offset)
        more = Sightings(data[0])
        for domain in data[1:]:
            more.add(domain, SeenIn.RRNAME)
        return Record(data[0], offset, time_first=seen, time_last=seen, more=more.all())
