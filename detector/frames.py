"""Frame Streams (fstrm): where the frames of a stream begin and end.

A frame is its length in four octets and that many more; a length of zero begins a control frame,
which is the same once more. This is what the kernel does, for where it is not compiled.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

CONTENT_TYPE: Final = b"protobuf:dnstap.Dnstap"
"""What a START frame says that the frames are."""

LARGEST: Final = 1 << 20
"""Octets of a frame: a DNS message has 64 KiB at most, and a frame two of them."""

_LARGEST_CONTROL: Final = 512
_START: Final = (2).to_bytes(4)


class FrameFault(IntEnum):
    """What is wrong with a frame."""

    NONE = 0
    TOO_LARGE = 1
    """It says that it is larger than any can be."""
    OF_OTHERS = 2
    """It says that what follows is not dnstap."""


def whole_frames(block: Buffer, /) -> tuple[int, int]:
    r"""Give how many octets whole frames have, and the `FrameFault` of what follows them.

    >>> whole_frames(b"\0\0\0\1a\0\0\0\2b")
    (5, <FrameFault.NONE: 0>)
    """
    data, at = bytes(block), 0
    while at + 4 <= len(data):
        begin, size, is_control = _frame_at(data, at)
        if is_control and begin > len(data):
            break
        if size > (_LARGEST_CONTROL if is_control else LARGEST):
            return at, FrameFault.TOO_LARGE
        if begin + size > len(data):
            break
        frame = data[begin : begin + size]
        if is_control and frame[:4] == _START and frame[4:] and CONTENT_TYPE not in frame[4:]:
            return at, FrameFault.OF_OTHERS
        at = begin + size
    return at, FrameFault.NONE


def frame_spans(data: bytes) -> Iterator[tuple[int, int]]:
    r"""Give where each frame of whole ones begins and ends; control frames are none.

    >>> list(frame_spans(b"\0\0\0\1a" + b"\0\0\0\0\0\0\0\4\0\0\0\3" + b"\0\0\0\1b"))
    [(0, 5), (17, 22)]
    """
    at = 0
    while at + 4 <= len(data):
        begin, size, is_control = _frame_at(data, at)
        if begin + size > len(data):
            break
        if not is_control:
            yield at, begin + size
        at = begin + size


def _frame_at(data: bytes, at: int) -> tuple[int, int, bool]:
    """Give where the content of a frame begins, its octets, and whether it is a control frame."""
    size = int.from_bytes(data[at : at + 4])
    if size:
        return at + 4, size, False
    return at + 8, int.from_bytes(data[at + 4 : at + 8]), True
