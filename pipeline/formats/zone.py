"""Zone files (RFC 1035, 5): a resource record an entry, as registries and servers write them.

Lines with an absolute owner, a TTL, a class and nothing odd, which are nearly all of a registry's
zone, are screened where they lie. The others are read in order, since they may leave out what those
before them said. A state is the origin and the last owner.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from detector import screen as screens
from pipeline.blocks import Block, Gap
from pipeline.formats.lines import BOM, screen_named
from pipeline.formats.zone_entries import Entry, EntryEnds, Place, entry_end, read_entry, seen_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message, Rejected


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
                    division = Division(Block(rest, end - len(rest)), place, final=True)
                    yield from division.batches
                    place = division.place
                rest = b""
                yield block
                continue
            whole = Block(b"".join([rest, block.data]), block.offset - len(rest))
            division = Division(whole, place, final=False)
            yield from division.batches
            place, rest, end = division.place, division.rest, block.end
        if rest:
            yield from Division(Block(rest, end - len(rest)), place, final=True).batches


class OddEntry(NamedTuple):
    """An entry that is read for itself."""

    start: int
    """Where it begins in its batch's block."""

    end: int
    """Where it ends there."""

    entry: Entry
    """The entry."""


class Division:
    """Bytes that begin with an entry, divided into batches of entries."""

    def __init__(self, block: Block, place: Place, *, final: bool) -> None:
        """Divide.

        Args:
            block: whole lines.
            place: what holds where they begin.
            final: nothing follows, so that an open parenthesis will not be closed any more.
        """
        self.batches: list[ZoneBatch] = []
        """The batches, in order."""
        self.place = place
        """What holds after them."""
        self.rest = b""
        """The bytes of a last entry that goes on in what follows."""
        self._data, self._offset, self._final = bytes(block.data), block.offset, final
        self._begin = 0  # of the batch under way
        self._odd: list[OddEntry] = []
        self._seen: list[tuple[int, bytes]] = []
        self._ends: EntryEnds | None = None  # once an entry was not closed
        self._divide()

    def _divide(self) -> None:
        data, at = self._data, 0
        for begin, stop in screens.odd_entries(data):
            start = max(begin, at)
            if start > at:
                self._own(start)
            while start < stop:
                end = self._end(start)
                if end is None and not self._final:
                    self._close(start)
                    self.rest = data[start:]
                    return
                if end is None or end < 0:
                    end = data.find(b"\n", start)
                    end = len(data) if end < 0 else end
                if end > stop:  # what looks plain stands between its parentheses
                    self._close(start)
                    self._add(start, end)
                    self._close(end + 1, plain=False)
                else:
                    self._add(start, end)
                start = end + 1
            at = max(at, start)
        if at < len(data):
            self._own(len(data))
        self._close(len(data))

    def _end(self, start: int) -> int | None:
        """See `entry_end`."""
        if self._ends is not None:
            return self._ends.after(start)
        end = entry_end(self._data, start)
        if end == -1:
            self._ends = EntryEnds(self._data, start)
        return end

    def _own(self, until: int) -> None:
        """Note the owner of the plain line before a place."""
        line = self._data[self._data.rfind(b"\n", 0, until - 1) + 1 : until]
        self.place = self.place._replace(owner=line.split(None, 1)[0].decode("ascii"))

    def _add(self, start: int, end: int) -> None:
        """Add an entry that is read for itself, if it is not blank."""
        text = self._data[start:end].removeprefix(BOM).rstrip(b"\r")
        if text.strip():
            entry = Entry(self._offset + start, text, self.place)
            self.place, names = seen_in(entry)
            self._seen += [(len(self._odd), name) for name in names]
            self._odd.append(OddEntry(start - self._begin, end - self._begin, entry))

    def _close(self, end: int, *, plain: bool = True) -> None:
        """End the batch under way."""
        end = min(end, len(self._data))
        if end > self._begin:
            part = Block(self._data[self._begin : end], self._offset + self._begin)
            self.batches.append(ZoneBatch(part, self._odd, self._seen, self.place, plain))
        self._begin, self._odd, self._seen = end, [], []


class ZoneBatch(NamedTuple):
    """Some entries of a stream."""

    block: Block
    """Where they lie."""

    odd: list[OddEntry]
    """Those that were read already, comments and directives among them."""

    names: list[tuple[int, bytes]]
    """What the screen is to see of these: index of an entry, and a name in it."""

    place: Place
    """What holds after them."""

    plain: bool
    """Whether the other lines are entries; else there is but one, which has lines that look so."""

    @property
    def end(self) -> int:
        """See `Batch.end`."""
        return self.block.end

    @property
    def state(self) -> str:
        """See `Batch.state`."""
        return json.dumps(self.place)

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`."""
        found = screen_named(screen, self.names, len(self.odd))
        spans = [(self.odd[index].start, self.odd[index].end) for index, _ in found.spans]
        if not self.plain:
            return screens.Hits(found.records, 0, spans)
        hits = screen.entries(self.block.data)
        return screens.Hits(found.records + hits.records, 0, sorted([*hits.spans, *spans]))

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        data, offset = self.block.data, self.block.offset
        known = {each.start: each.entry for each in self.odd}
        for start, end in hits.spans:
            entry = known.get(start)
            if entry is None:  # which needs nothing of what stands before it
                entry = Entry(offset + start, bytes(data[start:end]).rstrip(b"\r"), Place())
            yield read_entry(entry)
