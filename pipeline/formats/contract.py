"""The contract of a format: what a scan, and later the stream, ask of it.

A format reads *messages*: one line, one row, one broker message. For the scan it also lays them
out in batches that the screen can run over, so that the clean ones never become Python objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Buffer

    from detector.shapes import JsonShape, LineShape, RowShape
    from pipeline.blocks import Block, Gap
    from pipeline.records import Message, Rejected


class Hits(Protocol):
    """What the screen says of a batch (`detector.screen.Hits`)."""

    @property
    def records(self) -> int:
        """Records that were looked at; blank ones are not counted."""

    @property
    def blank(self) -> int:
        """Empty lines."""

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """Where the records are that must be parsed and judged, in order; all others are clean."""


class Screen(Protocol):
    """The screen, as far as formats need it (`detector.screen.Screen`). Safe in many threads."""

    def lines(self, block: Buffer) -> Hits:
        """Screen plain names, one a line."""

    def ndjson(self, block: Buffer, shape: JsonShape) -> Hits:
        """Screen JSON objects, one a line, by the names that a shape points at."""

    def columns(self, block: Buffer, shape: LineShape) -> Hits:
        """Screen the lines of a text log."""

    def rows(self, block: Buffer, shape: RowShape) -> Hits:
        """Screen whole rows of delimited text."""

    def frames(self, block: Buffer) -> Hits:
        """Screen whole frames of dnstap."""

    def entries(self, block: Buffer) -> Hits:
        """Screen the plain entries of a zone file."""

    def strings(self, array: object) -> Hits:
        """Screen an Arrow array of names; spans are (index, index + 1)."""


class Batch(Protocol):
    """Some messages of a stream, in order."""

    @property
    def end(self) -> int:
        """Offset after the last of them: where a scan can resume."""

    @property
    def state(self) -> str:
        """The format's state there."""

    def screen(self, screen: Screen) -> Hits:
        """Screen the messages. Called once, in any thread."""

    def messages(self, hits: Hits) -> Iterator[Message]:
        """Parse the messages that `hits` points at. Called in the order of the stream."""


class Format(Protocol):
    """One way to write records down. An object serves one stream."""

    name: str
    """What ``--format`` calls it."""

    state: str
    """What must be known to go on in the middle of a stream; stored with the offset."""

    def parse(self, message: bytes, offset: int) -> Message:
        """Read one message. Never raises, whatever the bytes are."""

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[Batch | Gap]:
        """Lay the blocks out for the screen; gaps pass through."""

    def finish(self, offset: int) -> Rejected | None:
        """Called at the undamaged end of a stream: what is wrong with its end, if anything."""
