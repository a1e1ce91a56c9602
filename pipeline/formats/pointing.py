"""Pointing: which names a record points at, by what its rdata says.

Addresses, text and everything else are no names. What stands for none here is left out by the
compiled screen's rule as well (`screen_rdata`), or handed over needlessly; never the other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.records import SeenIn, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterable

POINTING: Final = frozenset({"CNAME", "DNAME", "NS", "PTR", "MX", "SRV"})
"""Types whose rdata is a name, or ends with one (RFC 1035, 2782, 6672)."""

NUMBERS: Final = frozenset({"2", "5", "12", "15", "33", "39"})
"""The same by number."""


def points(rrtype: str | None) -> bool:
    """Tell whether records of a type, by mnemonic or number, point at a name.

    >>> points("cname"), points("TYPE15"), points("A"), points(None)
    (True, True, False, False)
    """
    if rrtype is None:
        return False
    kind = rrtype.strip().upper()
    return kind in POINTING or kind.removeprefix("TYPE") in NUMBERS


def name_in(rdata: str) -> str | None:
    r"""Give the name that rdata of a type that points ends with.

    >>> name_in("10 mail.example.com."), name_in("0 ."), name_in('"v=spf1 -all"')
    ('mail.example.com.', None, None)
    """
    name = rdata.rpartition(" ")[2]
    if not name.strip(".") or rdata.startswith('"') or ":" in name or is_ipv4(name):
        return None
    return name


def is_ipv4(text: str) -> bool:
    """Tell whether a text has only digits and full stops."""
    return not text.strip("0123456789.")


class Sightings:
    """The names of a record beside its own, each once."""

    def __init__(self, own: str) -> None:
        """Begin with none."""
        self._known = {_plain(own)}
        self._found: list[Sighting] = []

    def add(
        self,
        name: str | None,
        seen_in: SeenIn = SeenIn.RDATA,
        rrtype: str | None = None,
        owner: str | None = None,
    ) -> None:
        """Add a name, unless it is None, or known."""
        if name is None or (plain := _plain(name)) in self._known:
            return
        self._known.add(plain)
        self._found.append(Sighting(name, seen_in, rrtype, owner))

    def add_rdata(self, rrtype: str | None, rdata: Iterable[str], owner: str | None = None) -> None:
        """Add the names that values of one type point at."""
        if points(rrtype):
            for value in rdata:
                self.add(name_in(value), rrtype=rrtype, owner=owner)

    def add_answers(self, values: Iterable[str]) -> None:
        """Add the names among values of unknown types: words with a full stop, and no address."""
        for value in values:
            if " " not in value and "." in value.strip("."):
                self.add(name_in(value))

    def all(self) -> tuple[Sighting, ...]:
        """Give them, in order."""
        return tuple(self._found)


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()


def pointed_at(
    own: str, rrtype: str | None, rdata: str | tuple[str, ...] | None
) -> tuple[Sighting, ...]:
    """Give the names that a record of passive DNS points at."""
    if rdata is None or not points(rrtype):
        return ()
    found = Sightings(own)
    found.add_rdata(rrtype, (rdata,) if isinstance(rdata, str) else rdata)
    return found.all()
