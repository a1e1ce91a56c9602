"""Resource records: an event that carries several names, as passive DNS writes it down.

The Passive DNS Common Output Format has one owner a record. What was captured on the wire has
questions and a chain of answers; each of them is a record there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.formats.pointing import pointed_at, points
from pipeline.records import Record, SeenIn

if TYPE_CHECKING:
    from collections.abc import Iterator


def resource_records(record: Record) -> Iterator[Record]:
    """Give records of one owner each, in which every name of a record is seen where it was.

    >>> from pipeline.records import Sighting
    >>> asked = Record("www.a.com", 0, "A", "192.0.2.1", more=(Sighting("b.com"),))
    >>> [(each.name, each.rrtype, each.rdata) for each in resource_records(asked)]
    [('www.a.com', 'CNAME', ('b.com',))]

    Args:
        record: the record. If it points at other names than its own type and rdata say, it becomes
            as many records as have to be.
    """
    own = text_of(record.name)
    if record.more == pointed_at(own, record.rrtype, record.rdata):
        yield record
        return
    pointing: dict[tuple[str, str], list[str]] = {}
    asked = [(own, record.rrtype)]
    for each in record.more:
        name = text_of(each.name)
        if each.seen_in == SeenIn.RRNAME:
            asked.append((name, each.rrtype))
            continue
        kind = each.rrtype or record.rrtype
        # In an answer of a type that points at nothing, a name is where an alias leads.
        kind = kind if kind is not None and points(kind) else "CNAME"
        owner = own if each.owner is None else text_of(each.owner)
        pointing.setdefault((owner, kind), []).append(name)
    owners = {_plain(owner) for owner, _ in pointing}
    for name, kind in asked:
        if _plain(name) not in owners:  # else it is looked at as the owner of its alias
            yield record._replace(name=name, rrtype=kind, rdata=None, more=())
    for (owner, kind), names in pointing.items():
        rdata = tuple(names)
        more = pointed_at(owner, kind, rdata)
        yield record._replace(name=owner, rrtype=kind, rdata=rdata, more=more)


def text_of(name: str | bytes) -> str:
    r"""Give a name as text; octets that are not UTF-8 as ``\xNN``."""
    return name if isinstance(name, str) else name.decode("utf-8", "backslashreplace")


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()
