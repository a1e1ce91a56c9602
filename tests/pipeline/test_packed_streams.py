"""bzip2 and xz: whole, following each other, truncated, damaged, and bombs (RELIABILITY 4.1)."""

from __future__ import annotations

import bz2
import lzma
import random

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


def alike(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common from the first on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def by_octets(packed: bytes) -> bytes:
    """What the library gives of a stream when it gets an octet at a time, so that it drops none."""
    stream = bz2.BZ2Decompressor() if packed.startswith(b"BZ") else lzma.LZMADecompressor()
    parts = []
    try:
        for octet in packed:
            parts += [stream.decompress(bytes([octet]))]
    except (OSError, EOFError, lzma.LZMAError):
        pass
    return b"".join(parts)


@pytest.mark.parametrize("place", [0.63, 0.9])
@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bz2", "xz"])
def test_all_before_damage_is_read_of_what_can_be_read_twice(pack: Pack, place: float) -> None:
    dice = random.Random(place)
    text = b"".join(b"%032x\n" % dice.getrandbits(128) for _ in range(60_000))
    packed = bytearray(pack(text))
    packed[int(len(packed) * place)] ^= 0x10
    sound = alike(by_octets(bytes(packed)), text)
    assert 0 < sound < len(text)
    before = pack(TEXT)
    once, _ = unpack(before + packed)
    twice, reason = unpack(before + packed, twice=True)
    assert reason == "corrupt_stream"
    assert twice.startswith(once)
    assert alike(twice, TEXT + text) >= len(TEXT) + sound


def test_a_block_of_bzip2_is_not_lost_with_the_next() -> None:
    dice = random.Random(1)
    text = b"".join(b"%032x\n" % dice.getrandbits(128) for _ in range(60_000))
    packed = bz2.compress(text)
    bits = f"{int.from_bytes(packed, 'big'):0{8 * len(packed)}b}"
    second = bits.index(f"{0x314159265359:048b}", 100) // 8  # the mark that a block begins with
    broken = packed[: second + 2] + bytes(4) + packed[second + 6 :]
    assert len(unpack(broken)[0]) == 0
    kept, reason = unpack(broken, twice=True)
    assert (len(kept), reason) == (alike(by_octets(broken), text), "corrupt_stream")
    assert len(kept) > 850_000


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
