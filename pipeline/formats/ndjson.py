"""Passive DNS as JSON lines: COF (draft-dulaunoy-dnsop-passive-dns-cof) and DNSDB, flat or framed.

DNSDB API v2 wraps each record, ``{"obj": {...}}``, and frames the stream with ``{"cond": ...}``
lines; a framed stream that does not end with ``succeeded`` or ``limited`` is truncated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.shapes import COF
from pipeline.formats.fields import record_from
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.lines import BOM
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from pipeline.records import Message

_OPEN, _CLOSED = "open", "closed"


class Ndjson(JsonObjects):
    """COF and DNSDB lines, in any mixture."""

    name = "ndjson"
    shape = COF

    def __init__(self, head: bytes = b"") -> None:
        """Args: head: the beginning of the stream, which tells whether it is framed."""
        first = head.removeprefix(BOM).lstrip().partition(b"\n")[0]
        framed = first.startswith(b"{") and first[1:].lstrip().startswith((b'"cond"', b'"obj"'))
        self.state = _OPEN if framed else ""

    def parse(self, message: bytes, offset: int) -> Message:
        r"""See `Format.parse`.

        >>> cof = b'{"rrname":"xn--80ak6aa92e.com","rrtype":"A","count":12,"time_first":1763700000}'
        >>> record = Ndjson().parse(cof, 0)
        >>> record.name, record.rrtype, record.count, record.time_first
        ('xn--80ak6aa92e.com', 'A', 12, 1763700000)
        >>> Ndjson().parse(b'{"rrname": NaN}', 0).reason
        <Reason.BAD_JSON: 'bad_json'>
        """
        return super().parse(message, offset)

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`; what a framed stream says of itself is noted."""
        if "rrname" in value:
            return record_from(value, "rrname", offset)
        inner = value.get("obj")
        if "cond" in value:
            self.state = _CLOSED if value["cond"] in ("succeeded", "limited") else _OPEN
            if not isinstance(inner, dict):
                return Skipped(SkipReason.CONTROL, offset)
        if "num_results" in value:
            return Skipped(SkipReason.CONTROL, offset)  # DNSDB's summary of a lookup
        return record_from(inner if isinstance(inner, dict) else value, "rrname", offset)

    def finish(self, offset: int) -> Rejected | None:
        """See `Format.finish`."""
        if self.state != _OPEN:
            return None
        detail = 'the stream does not end with {"cond":"succeeded"} or {"cond":"limited"}'
        return Rejected(Reason.TRUNCATED_STREAM, detail, offset)
