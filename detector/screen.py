"""The screen: which of millions of names the judge must see.

A compiled kernel (`detector._kernel`, C) reads names straight from a block of lines, a block of
JSON lines or Arrow string buffers: labels, public suffix, Punycode, key, one probe of the targets'
keys. It hands over every record whose name might be reported and every record that is unusual in
any way (escapes, odd octets, broken JSON, over a limit), and nothing else. It may hand over too
much; it never keeps back what the judge would report.

Where the kernel is not compiled, every record is handed over: slow, with the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import unicodedata2

from detector.delimited_rows import row_spans, unfinished_row
from detector.frames import frame_spans
from detector.shapes import COF
from detector.uts46 import mapping

if TYPE_CHECKING:
    import pyarrow as pa
    from typing_extensions import Buffer

    from detector.confusables import ConfusableMap
    from detector.shapes import JsonShape, LineShape, RowShape
    from detector.skeleton import Skeletonizer
    from detector.suffixes import SuffixList
    from detector.targets import TargetList

try:
    from detector._kernel import Kernel, keep_memory, odd_entries, unfinished, whole_frames
except ImportError:  # built where there was no C compiler
    Kernel = None  # type: ignore[assignment, misc]

    def keep_memory() -> None:
        """Let the process keep the memory that it frees, where the kernel is there."""

    from detector.frames import whole_frames

    def odd_entries(block: Buffer, /) -> list[tuple[int, int]]:
        """Give where lines of a zone file stand that are no plain entries: all, here."""
        length = memoryview(block).nbytes
        return [(0, length)] if length else []

    def unfinished(block: Buffer, final: bool, /) -> int:
        """Give where a last row begins that goes on in what follows (`unfinished_row`)."""
        return unfinished_row(bytes(block), final=final)


__all__ = [
    "COMPILED",
    "Everything",
    "Hits",
    "Screen",
    "every_line",
    "every_row",
    "is_stable",
    "keep_memory",
    "odd_entries",
    "unfinished",
    "whole_frames",
]

COMPILED: bool = Kernel is not None
"""True if the kernel is there; without it a scan is some hundred times slower."""

SCOPE_ALL, EMBEDDED, SUFFIX_SWAP, HOLD_PLAIN = 1, 2, 4, 8
_ASCII = 0x80

# Code points that may join the one before them under NFC although they are no marks (gc M):
# Hangul vowels and finals, and the vowels of Kirat Rai.
_JOINING = ((0x1100, 0x11FF), (0x16D40, 0x16D7F))


class Hits(NamedTuple):
    """What the screen found in one block."""

    records: int
    """Records seen, blank lines not counted."""

    blank: int
    """Empty lines."""

    spans: list[tuple[int, int]]
    """First and last-plus-one octet of each record for Python to look at, in order; of an Arrow
    array, its index and the next."""


class Screen:
    """A compiled list of targets; immutable, and safe to use from several threads at once."""

    def __init__(
        self,
        skeletonizer: Skeletonizer,
        suffixes: SuffixList,
        targets: TargetList,
        *,
        scope_all: bool = False,
        embedded: bool = False,
        suffix_swap: bool = False,
        hold_plain_letters: bool = False,
    ) -> None:
        """Compile the targets' keys: about a microsecond a target.

        Args:
            skeletonizer: gives the readings; it is asked for a code point when one is first met.
            suffixes: the public suffix list.
            targets: what is protected.
            scope_all: every label counts, not only the registrable one and IDN labels.
            embedded: tokens and affixes of a label count as well.
            suffix_swap: a target's own label under another suffix counts as well.
            hold_plain_letters: keep back most of what the brake `plain_letters` lowers to ``info``,
                for a judge that does not report that.
        """
        self._skeletonizer = skeletonizer
        self._kernel = None
        if Kernel is None:
            return
        self._kernel = Kernel(
            expansions=tuple(skeletonizer.expand(chr(n).lower()) for n in range(_ASCII)),
            fold="".join(skeletonizer.fold(chr(n).lower()) for n in range(_ASCII)).encode(),
            swaps="".join(pair + letter for pair, letter in skeletonizer.swaps).encode(),
            resolve=self._resolve,
            rules=list(suffixes.rules()),
            targets=targets.store,
            extra=[
                (position, key)
                for position, label in targets.idn_labels()
                for key in skeletonizer.target_keys(label)
            ],
            own="".join([f"{name}\n" for name in targets.own.owned]).encode(),
            flags=SCOPE_ALL * scope_all
            + EMBEDDED * embedded
            + SUFFIX_SWAP * suffix_swap
            + HOLD_PLAIN * hold_plain_letters,
            classes=_classes(skeletonizer.confusables),
            rows="".join(
                pair + reading.letters
                for pair, readings in skeletonizer.confusables.pairs.items()
                for reading in readings
            ).encode(),
        )

    def _resolve(self, number: int) -> tuple[tuple[str, ...], bool]:
        """Give the key parts of a code point, and whether UTS #46 and NFC leave it as it is."""
        char = chr(number)
        return self._skeletonizer.options(char), is_stable(char)

    def lines(self, block: Buffer) -> Hits:
        """Screen names, one a line; the block ends with a line feed, or with the input."""
        return Hits(*self._kernel.lines(block)) if self._kernel else every_line(block)

    def ndjson(self, block: Buffer, shape: JsonShape = COF) -> Hits:
        """Screen JSON objects, one a line, by the names that a shape points at."""
        return Hits(*self._kernel.ndjson(block, *shape)) if self._kernel else every_line(block)

    def columns(self, block: Buffer, shape: LineShape) -> Hits:
        """Screen the lines of a text log; a line that begins with ``#`` is always handed over."""
        return Hits(*self._kernel.columns(block, *shape)) if self._kernel else every_line(block)

    def rows(self, block: Buffer, shape: RowShape) -> Hits:
        """Screen rows of delimited text, of which the block ends none in its middle."""
        return Hits(*self._kernel.rows(block, *shape)) if self._kernel else every_row(block)

    def frames(self, block: Buffer) -> Hits:
        """Screen whole frames of dnstap."""
        return Hits(*self._kernel.frames(block)) if self._kernel else every_frame(block)

    def entries(self, block: Buffer) -> Hits:
        """Screen the plain entries of a zone file; lines of `odd_entries` are passed over."""
        return Hits(*self._kernel.entries(block)) if self._kernel else every_entry(block)

    def strings(self, array: pa.StringArray | pa.LargeStringArray) -> Hits:
        """Screen an Arrow array of names; nulls and empty strings are always handed over."""
        _, offsets, data = array.buffers()
        if self._kernel is None or data is None or offsets is None:
            return Everything().strings(array)
        wide = str(array.type) == "large_string"
        return Hits(*self._kernel.strings(offsets, data, array.offset, len(array), wide))

    def targets(self, key: str) -> list[int]:
        """Give the positions of the targets that have a key, and perhaps a few that have not.

        Raises:
            RuntimeError: the kernel is not compiled.
        """
        if self._kernel is None:
            msg = "the kernel is not compiled"
            raise RuntimeError(msg)
        return self._kernel.targets(key)


def _classes(confusables: ConfusableMap) -> list[str]:
    """Give the members of each ASCII class, its representative first."""
    members: dict[str, str] = {}
    for source, reading in confusables.classes.items():
        members[reading.letters] = members.get(reading.letters, reading.letters) + source
    return list(members.values())


def is_stable(char: str) -> bool:
    """Tell whether a code point stays as it is under UTS #46 and NFC, whatever stands before it.

    >>> is_stable("а"), is_stable("А"), is_stable("ß"), is_stable(chr(0x301))
    (True, False, True, False)
    """
    number = ord(char)
    return (
        mapping(char) == char
        and unicodedata2.normalize("NFC", char) == char
        and not unicodedata2.category(char).startswith("M")
        and not any(first <= number <= last for first, last in _JOINING)
    )


class Everything:
    """The screen that lets everything through, for who wants each record and not what is found."""

    def lines(self, block: Buffer) -> Hits:
        """See `Screen.lines`."""
        return every_line(block)

    def ndjson(self, block: Buffer, shape: JsonShape = COF) -> Hits:  # noqa: ARG002 - of `Screen`
        """See `Screen.ndjson`."""
        return every_line(block)

    def columns(self, block: Buffer, shape: LineShape) -> Hits:  # noqa: ARG002 - of `Screen`
        """See `Screen.columns`."""
        return every_line(block)

    def rows(self, block: Buffer, shape: RowShape) -> Hits:  # noqa: ARG002 - of `Screen`
        """See `Screen.rows`."""
        return every_row(block)

    def frames(self, block: Buffer) -> Hits:
        """See `Screen.frames`."""
        return every_frame(block)

    def entries(self, block: Buffer) -> Hits:
        """See `Screen.entries`."""
        return every_entry(block)

    def strings(self, array: pa.StringArray | pa.LargeStringArray) -> Hits:
        """See `Screen.strings`."""
        return Hits(len(array), 0, [(place, place + 1) for place in range(len(array))])


def every_line(block: Buffer) -> Hits:
    """Hand over every line that is not blank: the screen that lets everything through."""
    text = bytes(block)
    spans, blank, start = [], 0, 0
    while start < len(text):
        stop = text.find(b"\n", start)
        stop = len(text) if stop < 0 else stop
        if text[start:stop].removesuffix(b"\r"):
            spans.append((start, stop))
        else:
            blank += 1
        start = stop + 1
    return Hits(len(spans), blank, spans)


def every_row(block: Buffer) -> Hits:
    """Hand over every row of delimited text that is not blank."""
    text = bytes(block)
    spans = list(row_spans(text))
    named = [(start, stop) for start, stop in spans if text[start:stop].strip()]
    return Hits(len(named), len(spans) - len(named), named)


def every_frame(block: Buffer) -> Hits:
    """Hand over every frame of a Frame Stream."""
    spans = list(frame_spans(bytes(block)))
    return Hits(len(spans), 0, spans)


def every_entry(block: Buffer) -> Hits:
    """Hand over every plain entry of a zone file."""
    data = bytes(block)
    spans: list[tuple[int, int]] = []
    at = 0
    for begin, stop in [*odd_entries(data), (len(data), len(data))]:
        spans += [(at + start, at + end) for start, end in every_line(data[at:begin]).spans]
        at = stop
    return Hits(len(spans), 0, spans)
