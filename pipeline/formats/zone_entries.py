"""Entries of zone files (RFC 1035, 5): a resource record each, or a directive.

An entry may leave out its owner and what names are relative to, which stand in those before it.
``$INCLUDE`` and BIND's ``$GENERATE`` are not followed but rejected.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.blocks import MAX_LINE, oversize
from pipeline.formats.fields import BadField
from pipeline.formats.pointing import pointed_at, points
from pipeline.records import Reason, Record, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Message

_FLAG = b"\xff"  # no name: the screen hands such a line over for sure
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|;[^\n]*|(?:[^\s";()\\]|\\.)+|[()]|\\', re.DOTALL)
_TTL: Final = re.compile(r"(?:\d+[smhdw]?)+", re.IGNORECASE)
_CLASSES: Final = frozenset({"IN", "CH", "HS", "CS"})
_ABSOLUTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\.$")
_ODD: Final = re.compile(rb'[";()\\]')


class Place(NamedTuple):
    """What an entry may leave out."""

    origin: str = ""
    """What relative names end with, with its last full stop; empty if nothing has said."""

    owner: str = ""
    """The last owner, absolute."""


class Entry(NamedTuple):
    """One entry, and what held before it."""

    offset: int
    text: bytes
    place: Place


class ResourceRecord(NamedTuple):
    """What an entry says; names are absolute."""

    owner: str
    rrtype: str
    rdata: str


def entry_end(data: bytes, start: int) -> int | None:
    r"""Give where an entry ends: with its line, or with the one that closes its parentheses.

    >>> entry_end(b"a. SOA (\n1 )\nb.", 0), entry_end(b"a. SOA (\n1", 0)
    (12, None)

    Returns:
        None if it goes on in what follows; -1 if no line near by closes them: it costs its own line
        and no more.
    """
    depth, begin = 0, start
    while begin < len(data):
        stop = _line_end(data, begin)
        depth += _opened(data[begin:stop])
        if depth <= 0:
            return stop
        if stop - start >= MAX_LINE:
            return -1
        begin = stop + 1
    return None


class EntryEnds:
    """What `entry_end` gives for every line from one on, found in one pass.

    For where entries are not closed: to look for each one's end by itself would take the square of
    their number.
    """

    def __init__(self, data: bytes, start: int) -> None:
        """Look through the lines from `start` on."""
        self._starts: list[int] = []
        depths = [0]  # before each line, and after the last one
        begin = stop = start
        while begin < len(data):
            stop = _line_end(data, begin)
            self._starts.append(begin)
            depths.append(depths[-1] + _opened(data[begin:stop]))
            begin = stop + 1
        self._last = stop
        self._next = _next_as_shallow(depths)

    def after(self, start: int) -> int | None:
        """Give what `entry_end` gives for the line that begins there."""
        number = bisect_left(self._starts, start)
        after = self._next[number]
        if after is None:
            return None if self._last - start < MAX_LINE else -1
        if after > number + 1 and self._stop(after - 2) - start >= MAX_LINE:
            return -1
        return self._stop(after - 1)

    def _stop(self, number: int) -> int:
        """Give where a line ends."""
        following = self._starts[number + 1 : number + 2]
        return following[0] - 1 if following else self._last


def _next_as_shallow(depths: Sequence[int]) -> list[int | None]:
    """Give for each place the next one that is as shallow or shallower.

    >>> _next_as_shallow([0, 1, 2, 1, 0, 1])
    [4, 3, 3, 4, None, None]
    """
    found: list[int | None] = [None] * len(depths)
    waiting: list[int] = []
    for place in range(len(depths) - 1, -1, -1):
        while waiting and depths[waiting[-1]] > depths[place]:
            waiting.pop()
        found[place] = waiting[-1] if waiting else None
        waiting.append(place)
    return found


def _line_end(data: bytes, begin: int) -> int:
    stop = data.find(b"\n", begin)
    return len(data) if stop < 0 else stop


def _opened(line: bytes) -> int:
    """Give how many parentheses a line leaves open; below zero if it closes more."""
    if b"(" not in line and b")" not in line:
        return 0
    tokens = _TOKEN.findall(line.decode("utf-8", "replace"))
    return int(tokens.count("(")) - int(tokens.count(")"))


def seen_in(entry: Entry) -> tuple[Place, list[bytes]]:
    """Give what holds after an entry, and the names that the screen is to see."""
    try:
        read = _read(entry)
    except (BadField, UnicodeDecodeError):
        return entry.place, [_FLAG]
    if isinstance(read, Place):
        return read, [_FLAG]
    place = (
        entry.place if read.owner == entry.place.owner else entry.place._replace(owner=read.owner)
    )
    names = [read.owner.encode()]
    if points(read.rrtype):
        more = pointed_at(read.owner, read.rrtype, read.rdata)
        names += [str(each.name).encode() for each in more]
    return place, names


def read_entry(entry: Entry) -> Message:
    """Read one entry. Never raises, whatever the bytes are."""
    if len(entry.text) > MAX_LINE:
        return oversize(entry.text, entry.offset)
    try:
        read = _read(entry)
    except UnicodeDecodeError as error:
        detail = f"byte 0x{entry.text[error.start]:02x} at {error.start} is not UTF-8"
        return Rejected(Reason.NOT_UTF8, detail, entry.offset, entry.text)
    except BadField as error:
        return Rejected(error.reason, str(error), entry.offset, entry.text)
    if isinstance(read, Place):
        return Skipped(SkipReason.COMMENT, entry.offset)
    owner, rrtype, rdata = read
    more = pointed_at(owner, rrtype, rdata)
    return Record(owner, entry.offset, rrtype, rdata or None, more=more)


def _read(entry: Entry) -> ResourceRecord | Place:
    """Give the record of an entry; what holds after it, if it is a comment or a directive.

    Raises:
        BadField: it is no entry, or one that is not followed.
        UnicodeDecodeError: it is not UTF-8.
    """
    text, place = entry.text.decode(), entry.place
    if _ODD.search(entry.text):
        found = _TOKEN.findall(text)
        tokens = [each for each in found if each not in ("(", ")") and not each.startswith(";")]
        if found.count("(") != found.count(")"):
            raise BadField(Reason.BAD_LINE, "a parenthesis is not closed")
    else:
        tokens = text.split()
    if not tokens:
        return place
    if tokens[0].startswith("$"):
        return _directed(tokens, place)
    owner = place.owner if text[0] in " \t" else _absolute(tokens.pop(0), place.origin)
    while tokens and (tokens[0].upper() in _CLASSES or _TTL.fullmatch(tokens[0])):
        tokens.pop(0)
    if not owner or not tokens:
        raise BadField(Reason.BAD_LINE, "no owner, or no type")
    rrtype, values = tokens[0].upper(), tokens[1:]
    if values and points(rrtype):
        values[-1] = _absolute(values[-1], place.origin)
    return ResourceRecord(owner, rrtype, " ".join(values))


def _directed(tokens: list[str], place: Place) -> Place:
    word = tokens[0].upper()
    if word == "$ORIGIN" and len(tokens) > 1:
        return place._replace(origin=_absolute(tokens[1], place.origin))
    if word == "$TTL":
        return place
    raise BadField(Reason.BAD_LINE, "this directive is not followed")


def _absolute(name: str, origin: str) -> str:
    if name == "@":
        name = origin
    elif not _ABSOLUTE.search(name):
        name = f"{name}.{origin.lstrip('.')}" if origin else ""
    if not name:
        raise BadField(Reason.BAD_LINE, "a relative name, and no $ORIGIN before it")
    return name
