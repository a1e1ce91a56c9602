"""Line formats: one message a line, screened where it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from detector import screen as screens
from pipeline.blocks import MAX_LINE, Block, Gap, oversize
from pipeline.formats.fields import BadField
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Buffer

    from detector.shapes import LineShape
    from pipeline.formats.contract import Batch, Hits, Screen
    from pipeline.records import Message

BOM = b"\xef\xbb\xbf"


class LineFormat(ABC):
    """A format in which every line is a message."""

    name = "lines"
    state = ""

    @abstractmethod
    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`."""

    @abstractmethod
    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """Screen whole lines."""

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[Batch | Gap]:
        """See `Format.batches`."""
        for block in blocks:
            yield block if isinstance(block, Gap) else LineBatch(self, block)

    def finish(self, offset: int) -> Rejected | None:  # noqa: ARG002 - lines may end anywhere
        """See `Format.finish`."""
        return None


class LineBatch(NamedTuple):
    """The lines of one block."""

    format: LineFormat
    """Whose lines they are."""

    block: Block
    """Where they lie."""

    @property
    def end(self) -> int:
        """See `Batch.end`."""
        return self.block.end

    @property
    def state(self) -> str:
        """See `Batch.state`."""
        return self.format.state

    def screen(self, screen: Screen) -> Hits:
        """See `Batch.screen`."""
        return self.format.screen(screen, self.block.data)

    def messages(self, hits: Hits) -> Iterator[Message]:
        """See `Batch.messages`."""
        data, offset, parse = self.block.data, self.block.offset, self.format.parse
        for start, end in hits.spans:
            line = bytes(data[start:end])
            if end - start > MAX_LINE:
                yield oversize(line, offset + start)
            else:
                yield parse(line, offset + start)


class LogLines(LineFormat):
    """A text log: each line is an event, or none of ours."""

    shape: ClassVar[LineShape]
    """Where the compiled screen finds the name."""

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`."""
        line = message.removeprefix(BOM).rstrip(b"\r")
        if not line.strip():
            return Skipped(SkipReason.TOMBSTONE, offset)
        if line.startswith(b"#"):
            return Skipped(SkipReason.COMMENT, offset)
        try:
            return self.read(line.decode(), offset)
        except UnicodeDecodeError as error:
            detail = f"byte 0x{line[error.start]:02x} at {error.start} is not UTF-8"
            return Rejected(Reason.NOT_UTF8, detail, offset, message)
        except BadField as error:
            return Rejected(error.reason, str(error), offset, message)

    @abstractmethod
    def read(self, line: str, offset: int) -> Message:
        """Read one line.

        Raises:
            BadField: it cannot be used.
        """

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        return screen.columns(lines, self.shape)


def screen_named(screen: Screen, named: Sequence[tuple[int, bytes]], records: int) -> Hits:
    r"""Screen records by names that were read already.

    Args:
        screen: the screen.
        named: the index of a record and one of its names, by index; ``\xff`` hands it over.
        records: how many there are.

    Returns:
        Hits of which the spans are (index, index + 1).
    """
    hits = screen.lines(b"\n".join([*(name for _, name in named), b""]))
    found: set[int] = set()
    if hits.spans:
        starts = list(accumulate((len(name) + 1 for _, name in named), initial=0))
        found = {named[bisect_left(starts, start)][0] for start, _ in hits.spans}
    return screens.Hits(records, 0, [(index, index + 1) for index in sorted(found)])
