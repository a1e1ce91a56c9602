"""DNS-collector's text: words divided by spaces, in its default directives.

``timestamp identity operation rcode queryip queryport family protocol length qname qtype latency``
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.shapes import LineShape
from pipeline.formats.fields import BadField, moment
from pipeline.formats.lines import LogLines
from pipeline.records import Reason, Record, Skipped, SkipReason

if TYPE_CHECKING:
    from pipeline.records import Message

_WORDS = 12


class DnsCollectorText(LogLines):
    """Queries and responses that were captured."""

    name = "dnscollector"
    shape = LineShape(b" ", marked=False, own=9, width=_WORDS, unset=b"-")

    def read(self, line: str, offset: int) -> Message:
        """See `LogLines.read`."""
        words = line.split(" ")
        if len(words) != _WORDS or not words[9]:
            raise BadField(Reason.BAD_LINE, f"{len(words)} words, not {_WORDS}")
        if words[9] == "-":
            return Skipped(SkipReason.NO_NAME, offset)
        seen = moment(words[0])
        return Record(words[9], offset, words[10], time_first=seen, time_last=seen)
