"""Amazon Route 53 Resolver's query log, one JSON object a line, as it lies in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.shapes import JsonShape
from pipeline.formats.fields import BadField, moment, text_of
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record

if TYPE_CHECKING:
    from pipeline.records import Message


class Route53(JsonObjects):
    """Queries with their answers."""

    name = "route53"
    shape = JsonShape.of(["query_name"], ["answers[].Rdata"], texts=["query_type"])

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`."""
        name = text_of(value.get("query_name"), "a name")
        if name is None:
            raise BadField(Reason.NO_QNAME, "no query_name")
        answers = value.get("answers")
        found = [
            (each.get("Type"), rdata)
            for each in (answers if isinstance(answers, list) else [])
            if isinstance(each, dict) and isinstance(rdata := each.get("Rdata"), str)
        ]
        more = Sightings(name)
        for kind, rdata in found:
            more.add_rdata(kind if isinstance(kind, str) else None, [rdata])
        seen = moment(value.get("query_timestamp"))
        rrtype = text_of(value.get("query_type"), "an rrtype")
        values = tuple(rdata for _, rdata in found) or None
        return Record(name, offset, rrtype, values, None, seen, seen, more.all())
