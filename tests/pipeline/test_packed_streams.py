"""bzip2 and xz: whole, following each other, truncated, damaged, and bombs (RELIABILITY 4.1)."""

from __future__ import annotations

import bz2
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.compression import sniff
from tests.pipeline.test_compression import TEXT, Pack, unpack

both = pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bz2", "xz"])


def test_compression_is_told_by_content_alone() -> None:
    assert sniff(bz2.compress(b"")) == sniff(bz2.compress(b"a")) == "bzip2"
    assert sniff(lzma.compress(b"")) == "xz"
    assert sniff(b"BZh9a.example.com") is None


@both
def test_streams_come_out_whole_one_after_another(pack: Pack) -> None:
    for text in (b"", b"a.com", TEXT):
        assert unpack(pack(text)) == (text, "")
    assert unpack(pack(TEXT) + pack(b"") + pack(b"last.com\n")) == (TEXT + b"last.com\n", "")


@both
def test_every_truncation_is_noticed(pack: Pack) -> None:
    packed = pack(TEXT)
    for size in [*range(10, 40), len(packed) // 2, len(packed) - 1]:
        text, reason = unpack(packed[:size])
        assert reason == "truncated_stream", size
        assert TEXT.startswith(text)


@both
def test_damage_is_noticed_after_what_came_before_it(pack: Pack) -> None:
    first = pack(TEXT)
    packed = bytearray(first + pack(TEXT))
    packed[len(first) + (len(packed) - len(first)) // 2] ^= 0xFF
    text, reason = unpack(bytes(packed))
    assert reason == "corrupt_stream"
    assert text.startswith(TEXT)
    assert unpack(first + b"junk, and more of it") == (TEXT, "corrupt_stream")


def test_xz_may_be_padded_with_zeros_four_by_four() -> None:
    packed = lzma.compress(TEXT)
    assert unpack(packed + bytes(1024) + packed) == (TEXT + TEXT, "")
    assert unpack(packed + bytes(1024)) == (TEXT, "")
    assert unpack(packed + bytes(3)) == (TEXT, "corrupt_stream")
    assert unpack(packed + bytes(3) + packed) == (TEXT, "corrupt_stream")


def test_an_xz_stream_may_not_ask_for_all_the_memory() -> None:
    huge = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}]
    assert unpack(lzma.compress(b"a.com", filters=huge)) == (b"", "corrupt_stream")
    assert unpack(lzma.compress(b"a.com", preset=9)) == (b"a.com", "")


@both
def test_case_74_a_bomb_is_stopped(pack: Pack) -> None:
    text, reason = unpack(pack(bytes(1 << 25)), max_ratio=200)
    assert reason == "ratio_exceeded"
    assert len(text) < 1 << 25


@both
@given(parts=st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
def test_what_was_packed_comes_out(pack: Pack, parts: list[bytes]) -> None:
    assert unpack(b"".join(map(pack, parts))) == (b"".join(parts), "")
