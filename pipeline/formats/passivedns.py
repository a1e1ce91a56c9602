"""The log of the sensor passivedns (gamelinux): fields divided by two bars.

``time||client||server||class||query||type||answer||ttl||count``; older ones have no count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.shapes import LineShape
from pipeline.formats.fields import BadField, count_of, moment
from pipeline.formats.lines import LogLines
from pipeline.formats.pointing import pointed_at
from pipeline.records import Reason, Record

if TYPE_CHECKING:
    from pipeline.records import Message

_FEWEST = 8


class PassiveDns(LogLines):
    """Answers that the sensor saw."""

    name = "passivedns"
    shape = LineShape(b"||", marked=False, own=4, width=9, rdata=6, number=8)

    def read(self, line: str, offset: int) -> Message:
        """See `LogLines.read`.

        >>> line = "1322849924.408858||10.1.1.1||8.8.8.8||IN||a.com.||CNAME||b.com.||43200||8"
        >>> record = PassiveDns().parse(line.encode(), 0)
        >>> record.name, record.count, [each.name for each in record.more]
        ('a.com.', 8, ['b.com.'])
        """
        fields = line.split("||")
        if len(fields) < _FEWEST or not fields[4]:
            raise BadField(Reason.BAD_LINE, f"{len(fields)} fields divided by two bars")
        seen, (name, rrtype, rdata) = moment(fields[0]), fields[4:7]
        count = count_of(fields[_FEWEST]) if len(fields) > _FEWEST else None
        more = pointed_at(name, rrtype, rdata)
        return Record(name, offset, rrtype, rdata or None, count, seen, seen, more)
