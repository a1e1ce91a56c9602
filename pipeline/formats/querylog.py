"""Query logs of BIND and Unbound: one line a query, among lines about other things.

BIND (ARM, "query logging"): ``client @0x7f01 192.0.2.10#53124 (NAME): query: NAME IN A +E(0)K``,
after a time and a category, or a syslog header, or nothing. Unbound (unbound.conf, ``log-queries``,
``log-replies``): ``[1763786400] unbound[12:0] info: 192.0.2.10 NAME A IN``; ``log-tag-queryreply``
puts ``query:`` or ``reply:`` for ``info:``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from detector.shapes import LineShape
from pipeline.formats.fields import BadField, moment
from pipeline.formats.lines import LogLines
from pipeline.records import Reason, Record, Skipped, SkipReason

if TYPE_CHECKING:
    from pipeline.records import Message

_CLASS: Final = re.compile(r"IN|CH|HS|ANY|NONE|CLASS\d+")
_BIND_TIME: Final = re.compile(r"(\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}:\d{2})(?:\.\d+)? ")
_ISO_TIME: Final = re.compile(r"(?:<\d+>1 )?(\d{4}-\d{2}-\d{2}T\S+) ")
_UNBOUND_TIME: Final = re.compile(r"\[(\d+)\] ")


class Bind(LogLines):
    """BIND's query log. Its own times have no zone: they are taken for UTC."""

    name = "bind"
    shape = LineShape(b"query: ", marked=True, own=0, width=1)

    def read(self, line: str, offset: int) -> Message:
        """See `LogLines.read`.

        >>> line = "22-Nov-2026 17:00:00.123 client @0x7 192.0.2.1#5 (a.com): query: a.com IN A +"
        >>> record = Bind().parse(line.encode(), 0)
        >>> record.name, record.rrtype, record.time_first
        ('a.com', 'A', 1795366800)
        """
        before, mark, rest = line.partition("query: ")
        if not mark:
            return Skipped(SkipReason.OTHER_EVENT, offset)
        words = rest.split(" ")
        if len(words) < 2 or not words[0] or not _CLASS.fullmatch(words[1]):
            raise BadField(Reason.BAD_LINE, "query: is not followed by name and class")
        seen, rrtype = _bind_time(before), words[2] if len(words) > 2 else None
        return Record(words[0], offset, rrtype, time_first=seen, time_last=seen)


def _bind_time(before: str) -> int | None:
    if found := _BIND_TIME.match(before):
        try:
            time = datetime.strptime(found[1], "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007 - the next line
        except ValueError:  # a leap second
            return None
        return int(time.replace(tzinfo=UTC).timestamp())
    found = _ISO_TIME.match(before)
    return moment(found[1]) if found else None


class Unbound(LogLines):
    """Unbound's log of queries, replies, or both; a reply is a line of its own."""

    name = "unbound"
    shape = LineShape(b"unbound", marked=True, own=2, width=2)

    def read(self, line: str, offset: int) -> Message:
        """See `LogLines.read`.

        >>> line = "[1763786400] unbound[12:0] info: 192.0.2.10 a.com. A IN"
        >>> record = Unbound().parse(line.encode(), 0)
        >>> record.name, record.rrtype, record.time_first
        ('a.com.', 'A', 1763786400)
        """
        before, _, rest = line.partition("unbound")
        words: list[str] = []  # number of process and thread, client, name, type, class
        said: list[str] = []
        for word in rest.split(" "):
            is_label = len(words) < 2 and word.find(":") == len(word) - 1 >= 0  # 2001:db8:: is none
            (said if is_label else words).append(word)
        if len(words) < 5 or not all(words[:5]) or not _CLASS.fullmatch(words[4]):
            if {"query:", "reply:"}.intersection(said):
                raise BadField(Reason.BAD_LINE, "no client, name, type and class")
            return Skipped(SkipReason.OTHER_EVENT, offset)
        found = _UNBOUND_TIME.match(before) or _ISO_TIME.match(before)  # log-time-iso
        seen = moment(found[1]) if found else None
        return Record(words[2], offset, words[3], time_first=seen, time_last=seen)
