"""Line formats: one message a line, screened where it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from pipeline.blocks import MAX_LINE, Block, Gap, oversize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Buffer

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message, Rejected

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

    def batches(self, blocks: Iterable[Block | Gap]) -> Iterator[LineBatch | Gap]:
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
