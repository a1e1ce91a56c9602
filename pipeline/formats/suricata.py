"""Suricata's EVE log: events of type ``dns``, of versions 1, 2 and 3, and ``dns`` in alerts.

Version 1 has an event for every answer; 2 lists them, or groups them by type; 3 lists the questions
as well. Events without DNS are skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.shapes import JsonShape
from pipeline.formats.fields import BadField, moment, text_of, texts_of
from pipeline.formats.json_objects import JsonObjects
from pipeline.formats.pointing import POINTING, Sightings
from pipeline.records import Reason, Record, SeenIn, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.records import Message

_SECTIONS = ("answers", "authorities", "additionals")
_GROUPED = tuple(sorted(POINTING - {"SRV"}))  # of which SRV alone has objects
_ASKED = ("dns", "dns.queries[]", "dns.query[]", "dns.answer")
_ANSWERS = ("dns", "dns.answer")  # alerts of old have the answer's event below theirs


class Suricata(JsonObjects):
    """EVE events."""

    name = "suricata"
    shape = JsonShape.of(
        [f"{at}.rrname" for at in _ASKED],
        [
            "dns.rdata",
            *(f"{at}.{section}[].rdata" for at in _ANSWERS for section in _SECTIONS),
            *(f"{at}.{section}[].srv.name" for at in _ANSWERS for section in _SECTIONS),
            *(f"{at}.grouped.{kind}[]" for at in _ANSWERS for kind in _GROUPED),
            *(f"{at}.grouped.SRV[].name" for at in _ANSWERS),
        ],
        several=True,
        texts=[f"{at}.rrtype" for at in _ASKED],
    )

    def read(self, value: dict[str, Any], offset: int) -> Message:
        """See `JsonObjects.read`."""
        dns = value.get("dns")
        if not isinstance(dns, dict):
            dns = {}
        answer = dns.get("answer")
        questions = list(_questions(dns))
        if not questions and value.get("event_type") != "dns":
            return Skipped(SkipReason.OTHER_EVENT, offset)
        if not questions:
            raise BadField(Reason.NO_QNAME, "a dns event without rrname")
        name, rrtype = questions[0]
        more = Sightings(name)
        for other, kind in questions[1:]:
            more.add(other, SeenIn.RRNAME, kind)
        parts = [dns, answer] if isinstance(answer, dict) else [dns]
        answers = [each for part in parts for each in _answers(part)]
        for owner, kind, rdata in answers:
            more.add_rdata(kind, [rdata], owner)
        seen = moment(value.get("timestamp"))
        values = tuple(rdata for _, _, rdata in answers)
        return Record(name, offset, rrtype, values or None, None, seen, seen, more.all())


def _questions(dns: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Give names and types that were asked for."""
    answer = dns.get("answer")
    asked = [dns, *_objects(dns.get("queries")), *_objects(dns.get("query"))]
    asked += [answer] if isinstance(answer, dict) else []
    for each in asked:
        name = text_of(each.get("rrname"), "a name")
        if name is not None:
            yield name, text_of(each.get("rrtype"), "an rrtype")


def _answers(dns: dict[str, Any]) -> Iterator[tuple[str | None, str | None, str]]:
    """Give owner, type and rdata of everything in an answer that is one text."""
    own = [dns] if "rdata" in dns else []
    for each in [*own, *(each for part in _SECTIONS for each in _objects(dns.get(part)))]:
        owner, kind = each.get("rrname"), each.get("rrtype")
        service = each.get("srv")
        rdata = service.get("name") if isinstance(service, dict) else each.get("rdata")
        if isinstance(rdata, str):
            yield _text(owner), _text(kind), rdata
    grouped = dns.get("grouped")
    if isinstance(grouped, dict):
        for kind, values in grouped.items():
            for rdata in texts_of(values):
                yield None, kind if kind in _GROUPED else None, rdata
            if kind == "SRV":
                names = (each.get("name") for each in _objects(values))
                yield from ((None, kind, name) for name in names if isinstance(name, str))


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
