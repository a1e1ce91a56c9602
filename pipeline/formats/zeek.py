r"""Zeek's dns.log as JSON lines (``LogAscii::use_json``); for its fields see `zeek_tsv`.

A name's octets that are no printable ASCII are written ``\xNN``. Answers are texts of any type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detector.shapes import JsonShape
from pipeline.formats.fields import BadField, moment, text_of, texts_of
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.pointing import Sightings
from pipeline.records import Reason, Record, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Message

_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})|\\\\")


class ZeekJson(JsonObjects):
    """Zeek's JSON lines; other logs of Zeek's in the same stream are skipped."""

    name = "zeek"
    shape = JsonShape.of(["query"], ["answers[]"], texts=["qtype_name"])

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`."""
        if value.get("query", "") is None:  # an event without one has no such key
            raise BadField(Reason.NO_QNAME, "query is null")
        query = text_of(value.get("query"), "a name")
        answers = texts_of(value.get("answers"))
        return dns_record(query, value.get("qtype_name"), answers, value.get("ts"), offset)


def dns_record(
    query: str | None, rrtype: object, answers: Sequence[str], time: object, offset: int
) -> Record | Skipped:
    """Make the record of one line of dns.log; without a query it is about no name.

    Raises:
        BadField: a field cannot be used.
    """
    if not query:
        return Skipped(SkipReason.NO_NAME, offset)
    name = unescaped(query)
    seen = moment(time)
    more = Sightings(name)
    more.add_answers(unescaped(each) for each in answers)
    return Record(
        name,
        offset,
        rrtype=text_of(rrtype, "an rrtype") or None,
        rdata=tuple(answers) or None,
        time_first=seen,
        time_last=seen,
        more=more.all(),
    )


def unescaped(text: str) -> str:
    r"""Give the text that Zeek wrote with ``\xNN``.

    >>> unescaped(r"p\xd0\xb0ypal.com"), unescaped("paypal.com")
    ('pаypal.com', 'paypal.com')

    Raises:
        BadField: the octets are not UTF-8.
    """
    if "\\" not in text:
        return text
    octets = _ESCAPE.sub(
        lambda found: bytes([int(found[1], 16)]) if found[1] else b"\\", text.encode()
    )
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise BadField(Reason.NOT_UTF8, "the escaped octets of a name are not UTF-8") from error
