"""Zone files (RFC 1035, 5): a resource record an entry, as registries and servers write them.

Read in order, since an entry may leave out its owner and what names are relative to. A state is the
origin and the last owner. ``$INCLUDE`` and BIND's ``$GENERATE`` are not followed but rejected.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.blocks import MAX_LINE, Block, Gap, oversize
from pipeline.formats.fields import BadField
from pipeline.formats.lines import BOM, screen_named
from pipeline.formats.pointing import pointed_at, points
from pipeline.records import Reason, Record, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

_FLAG = b"\xff"  # no name: the screen hands such a line over for sure
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|;[^\n]*|(?:[^\s";()\\]|\\.)+|[()]|\\', re.DOTALL)
_TTL: Final = re.compile(r"(?:\d+[smhdw]?)+", re.IGNORECASE)
_CLASSES: Final = frozenset({"IN", "CH", "HS", "CS"})
_ABSOLUTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\.$")
_PLAIN_NAME: Final = frozenset({b"ns", b"NS", b"cname", b"CNAME", b"ptr", b"PTR"})
_PLAIN_OTHER: Final = frozenset({b"a", b"A", b"aaaa", b"AAAA"})
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


class Zone:
    """The entries of a zone file."""

    name = "zone"

    def __init__(self) -> None:
        """Begin where nothing is known."""
        self.state = json.dumps(Place())

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`: an entry at the place of `state`."""
        return read_entry(Entry(offset, message.removeprefix(BOM), Place(*json.loads(self.state))))

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - entries may end anywhere
        """See `Format.finish`."""
        return None

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[ZoneBatch | Gap]:
        """See `Format.batches`."""
        place = Place(*json.loads(self.state))
        rest, end = b"", 0
        for block in blocks:
            if isinstance(block, Gap):
                if rest:
                    batch, _ = divided(rest, end - len(rest), place, final=True)
                    place = batch.place
                    yield batch
                rest = b""
                yield block
                continue
            batch, rest = divided(rest + block.data, block.offset - len(rest), place, final=False)
            place, end = batch.place, block.end
            yield batch
        if rest:
            yield divided(rest, end - len(rest), place, final=True)[0]


def divided(data: bytes, offset: int, place: Place, *, final: bool) -> tuple[ZoneBatch, bytes]:
    """Divide bytes that begin with an entry into entries.

    Args:
        data: whole lines.
        offset: where they begin.
        place: what holds there.
        final: nothing follows, so that an open parenthesis will not be closed any more.

    Returns:
        The entries, and the bytes of a last one that goes on in what follows.
    """
    entries: list[Entry] = []
    seen: list[tuple[int, bytes]] = []
    owner = b""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    number = 0
    while number < len(lines):
        if (plain := _plain(lines[number])) is not None:
            if plain[0] != owner:
                owner = plain[0]
                place = Place(place.origin, owner.decode())
            seen += [(len(entries), name) for name in plain]
            entries.append(Entry(offset, lines[number], place))
            offset += len(lines[number]) + 1
            number += 1
            continue
        owner = b""
        after = _entry_end(lines, number)
        if after is None and not final:
            break
        after = number + 1 if after is None or after < 0 else after
        whole = b"\n".join(lines[number:after])
        entry = Entry(offset, whole.removeprefix(BOM).rstrip(b"\r"), place)
        offset, number = offset + len(whole) + 1, after
        if entry.text.strip():
            place, names = _seen(entry)
            seen += [(len(entries), name) for name in names]
            entries.append(entry)
    rest = b"".join(line + b"\n" for line in lines[number:])
    end = offset if rest or data.endswith(b"\n") else offset - 1
    return ZoneBatch(entries, seen, place, end), rest if data.endswith(b"\n") else rest[:-1]


def _plain(line: bytes) -> tuple[bytes, ...] | None:
    """Give the names of a line as registries write nearly all of theirs, or None.

    Owner, TTL, class, type and one value, both names absolute: nine in ten lines of a zone, and a
    tenth of the time.
    """
    fields = line.split()
    if len(fields) != 5 or line[:1] in b" \t$;" or not fields[0].endswith(b"."):
        return None
    owner, ttl, kind, rrtype, value = fields
    if kind not in (b"in", b"IN") or not ttl.isdigit() or _ODD.search(line) or not line.isascii():
        return None
    if rrtype in _PLAIN_OTHER:
        return (owner,)
    return (owner, value) if rrtype in _PLAIN_NAME and value.endswith(b".") else None


def _entry_end(lines: list[bytes], place: int) -> int | None:
    """Give the number after the last line of an entry; None if it goes on in what follows.

    -1 if no line near by closes its parenthesis: it costs its own line and no more.
    """
    depth = size = 0
    for after in range(place, len(lines)):
        line = lines[after]
        size += len(line) + 1
        if b"(" in line or b")" in line:
            tokens = _TOKEN.findall(line.decode("utf-8", "replace"))
            depth += int(tokens.count("(")) - int(tokens.count(")"))
        if depth <= 0:
            return after + 1
        if size > MAX_LINE:
            return -1
    return None


def _seen(entry: Entry) -> tuple[Place, list[bytes]]:
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


class ZoneBatch(NamedTuple):
    """Some entries of a stream."""

    entries: list[Entry]
    """The entries, comments and directives among them."""

    lines: list[tuple[int, bytes]]
    """What the screen is to see: index of an entry, and a name in it."""

    place: Place
    """What holds after them."""

    end: int
    """See `Batch.end`."""

    @property
    def state(self) -> str:
        """See `Batch.state`."""
        return json.dumps(self.place)

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`; spans are (index, index + 1) of the entries."""
        return screen_named(screen, self.lines, len(self.entries))

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        for index, _ in hits.spans:
            yield read_entry(self.entries[index])
