"""IDX: arrays in, files in the format of the MNIST database out, and back.

A file is two zero octets, one for the kind of number, one for the number of dimensions, the length
of each dimension in four octets, then the numbers in C order; everything is big-endian ("The MNIST
database", LeCun, Cortes and Burges). 60,000 pictures begin ``00 00 08 03 0000EA60 0000001C
0000001C``.

MNIST is four files: pictures and labels, to train and to test with. A glyph has no label of its
own, and how to split is the trainer's question; so an export is three parallel files, the code
point and the family standing where MNIST has the label, and a list of the families' names::

    glyphs-images-idx3-ubyte     (n, 28, 28)  octets, 0 paper, 255 ink
    glyphs-code-points-idx1-int  (n,)         four octets each
    glyphs-families-idx1-short   (n,)         two octets each: a line of the next, from 0
    glyphs-families.txt          one family's name a line, UTF-8
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glyphs.errors import BadIdx
from glyphs.writing import written_whole

if TYPE_CHECKING:
    from glyphs.store import GlyphStore

Array = np.ndarray[Any, np.dtype[Any]]

KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Kind of number -> its type."""

_CODES = {np.dtype(name).newbyteorder("="): kind for kind, name in KINDS.items()}


def encode_head(array_type: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """Write the head of a file.

    Args:
        array_type: a type that `KINDS` has, in any byte order.
        shape: up to 255 dimensions, each below 2**32.

    Raises:
        ValueError: the format cannot hold such an array.

    >>> encode_head(np.dtype(np.uint8), (60000, 28, 28)).hex(" ", 4)
    '00000803 0000ea60 0000001c 0000001c'
    """
    kind = _CODES.get(array_type.newbyteorder("="))
    if kind is None or len(shape) > 255 or any(length >= 1 << 32 for length in shape):
        msg = f"IDX holds no {array_type} of shape {shape}"
        raise ValueError(msg)
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, kind, len(shape), *shape)


def write_idx(path: Path, array: Array) -> None:
    """Write an array to a file.

    Raises:
        ValueError: see `encode_head`.
        OSError: it cannot be written.
    """
    head = encode_head(array.dtype, array.shape)
    with path.open("wb") as file:
        file.write(head)
        file.write(np.ascontiguousarray(array, array.dtype.newbyteorder(">")).data)


def read_idx(path: Path) -> Array:
    """Map a file into memory as an array that cannot be written.

    Raises:
        BadIdx: it cannot be read, or it is cut, too long, or no IDX file.
    """
    name = ascii(str(path))[1:-1]
    try:
        with path.open("rb") as file:
            first = file.read(4)
            if len(first) < 4 or first[:2] != b"\0\0" or first[2] not in KINDS:
                msg = f"{name}: is not in IDX format"
                raise BadIdx(msg)
            lengths = file.read(4 * first[3])
            size = file.seek(0, 2)
    except OSError as error:
        msg = f"{name}: cannot be read: {error.strerror or error}"
        raise BadIdx(msg) from error
    array_type = np.dtype(KINDS[first[2]])
    shape = struct.unpack(f">{len(lengths) // 4}I", lengths[: len(lengths) // 4 * 4])
    start = 4 + 4 * first[3]
    expected = start + array_type.itemsize * math.prod(shape)
    if len(lengths) != 4 * first[3] or size != expected:
        msg = f"{name}: is damaged: {size} octets instead of {expected}"
        raise BadIdx(msg)
    if size == start:
        return np.empty(shape, array_type)
    return np.memmap(path, array_type, "r", start, shape)


def export_idx(store: GlyphStore, folder: Path) -> tuple[Path, ...]:
    """Write a store as IDX files, for programs that read MNIST.

    Args:
        store: what to write.
        folder: a new folder, or an empty one.

    Returns:
        The four files, as the module's docstring names them.

    Raises:
        NotWritten: the folder holds something, or the disk is full; nothing is left behind.
    """
    with written_whole(folder) as place:
        write_idx(place / "glyphs-images-idx3-ubyte", store.images)
        write_idx(place / "glyphs-code-points-idx1-int", store.code_points)
        write_idx(place / "glyphs-families-idx1-short", store.families)
        names = "".join(f"{name}\n" for name in store.family_names)
        (place / "glyphs-families.txt").write_text(names, encoding="utf-8")
        written = sorted(path.name for path in place.iterdir())
    return tuple(folder / name for name in written)
