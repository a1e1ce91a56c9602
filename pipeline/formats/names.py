"""Plain names, one a line; lines that begin with ``#`` are comments, empty ones nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.formats.lines import BOM, LineFormat
from pipeline.records import Record, Skipped, SkipReason

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message


class Names(LineFormat):
    """A list of names."""

    name = "names"

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`.

        >>> Names().parse(b"paypal.com", 0).name
        b'paypal.com'
        >>> Names().parse(b"# top sites", 0).reason
        <SkipReason.COMMENT: 'comment'>
        """
        name = message.removeprefix(BOM).strip()
        if name.startswith(b"#"):
            return Skipped(SkipReason.COMMENT, offset)
        if not name:
            return Skipped(SkipReason.TOMBSTONE, offset)
        return Record(name, offset)

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        return screen.lines(lines)
