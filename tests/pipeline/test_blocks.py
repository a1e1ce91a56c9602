"""Blocks: whole lines in constant memory, split at line feeds and nowhere else."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from pipeline.blocks import BLOCK, KEPT, Block, Blocks, Gap
from pipeline.errors import DamagedStream
from pipeline.records import Reason


def test_blocks_end_with_lines_and_join_to_the_stream() -> None:
    text = b"".join(b"host%d.example.com\n" % number for number in range(1_000_000)) + b"last.com"
    chunks = [text[at : at + 300_000] for at in range(0, len(text), 300_000)]
    blocks = [block for block in Blocks(chunks) if isinstance(block, Block)]
    assert len(blocks) > 2
    assert b"".join(block.data for block in blocks) == text
    assert all(bytes(block.data).endswith(b"\n") for block in blocks[:-1])
    assert [block.offset for block in blocks[1:]] == [block.end for block in blocks[:-1]]


def test_case_68_only_a_line_feed_ends_a_line() -> None:
    text = "a.com\r\nb.com\rc.com\u2028d.com\x0be.com\x85f.com\n".encode()
    (block,) = Blocks([text])
    assert isinstance(block, Block)
    assert block.data == text


@given(st.lists(st.binary(max_size=9)), st.integers(0, 30))
def test_reading_from_an_offset_gives_the_rest(chunks: list[bytes], start: int) -> None:
    whole = b"".join(chunks)
    start = min(start, whole.rfind(b"\n") + 1)
    sought = list(Blocks([whole[start:]], start=start))
    skipped = list(Blocks(chunks, skip=start))
    assert join(sought) == join(skipped) == whole[start:]
    assert all(block.offset >= start for block in skipped if isinstance(block, Block))


def join(blocks: Iterable[Block | Gap]) -> bytes:
    return b"".join(block.data for block in blocks if isinstance(block, Block))


def test_case_69_a_line_without_end_is_hashed_and_never_held() -> None:
    piece = b"x" * (1 << 20)
    sha256 = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        yield b"first.com\n"
        for _ in range(300):
            sha256.update(piece)
            yield piece
        yield b"\nlast.com\n"

    tracemalloc.start()
    parts = list(Blocks(chunks()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
    assert join(parts) == b"first.com\nlast.com\n"
    (gap,) = (part for part in parts if isinstance(part, Gap))
    assert not gap.is_damage
    assert gap.rejected.reason is Reason.OVERSIZE_LINE
    assert (gap.rejected.offset, gap.rejected.length) == (10, 300 << 20)
    assert gap.rejected.sha256 == sha256.hexdigest()
    assert gap.rejected.original == piece[:KEPT]
    last = parts[-1]
    assert isinstance(last, Block)
    assert last.offset == gap.end == 10 + (300 << 20) + 1


def test_a_line_without_end_at_the_end_of_the_stream() -> None:
    parts = list(Blocks([b"a.com\n", b"x" * (2 * BLOCK)]))
    assert join(parts) == b"a.com\n"
    assert isinstance(parts[-1], Gap)
    assert parts[-1].end == 6 + 2 * BLOCK


def damaged(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise DamagedStream(Reason.CORRUPT_STREAM, "broke")


def test_whole_lines_before_the_damage_are_given_and_the_cut_one_is_not() -> None:
    parts = list(Blocks(damaged(b"a.com\nb.c", b"om\nc.co")))
    assert join(parts) == b"a.com\nb.com\n"
    assert isinstance(parts[-1], Gap)
    assert parts[-1].is_damage
    assert parts[-1].rejected.reason is Reason.CORRUPT_STREAM


def test_a_cut_last_line_of_a_growing_file_is_left() -> None:
    assert join(Blocks([b"a.com\nb.c"], is_cut=lambda: True)) == b"a.com\n"
    assert join(Blocks([b"a.com\nb.c"], is_cut=lambda: False)) == b"a.com\nb.c"
