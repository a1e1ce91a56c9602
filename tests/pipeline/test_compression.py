"""Compression: by content, in bounded memory, and honest about damage (RELIABILITY 4.1)."""

from __future__ import annotations

import gzip
import io
import random
import sys
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.compression import CHUNK, WARN_RATIO, Decompressed, sniff
from pipeline.errors import DamagedStream

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"".join(b"host%06d.example.com\n" % number for number in range(40_000))
CHECKSUM: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
Pack = Callable[[bytes], bytes]


def unpack(
    data: bytes, max_ratio: float | None = None, *, twice: bool = False
) -> tuple[bytes, str]:
    """What comes out, and the reason why no more did; `twice`: as of a file, and not of a pipe."""
    parts = []
    whole = partial(io.BytesIO, data) if twice else None
    try:
        for chunk in Decompressed(io.BytesIO(data).read, max_ratio=max_ratio, whole=whole):
            assert 0 < len(chunk) <= CHUNK
            parts.append(chunk)
    except DamagedStream as damage:
        return b"".join(parts), str(damage.reason)
    return b"".join(parts), ""


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gz", "zst"])
def test_whole_streams_come_out_whole(pack: Pack) -> None:
    for text in (b"", b"a.com", TEXT):
        assert unpack(pack(text)) == (text, "")


def test_compression_is_told_by_content_alone() -> None:
    assert sniff(gzip.compress(b"a")) == "gzip"
    assert sniff(zstd.compress(b"a")) == "zstd"
    assert sniff(b"") is None
    assert sniff(b"(") is None


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gz", "zst"])
def test_members_and_frames_follow_each_other(pack: Pack) -> None:
    assert unpack(pack(TEXT) + pack(b"") + pack(b"last.com\n")) == (TEXT + b"last.com\n", "")


def test_gzip_may_be_padded_with_zeros_but_with_nothing_else() -> None:
    assert unpack(gzip.compress(TEXT) + bytes(1024)) == (TEXT, "")
    assert unpack(gzip.compress(TEXT) + b"junk") == (TEXT, "corrupt_stream")
    assert unpack(gzip.compress(TEXT) + b"\x1f") == (TEXT, "corrupt_stream")


def test_zstd_may_not_be_followed_by_junk() -> None:
    for junk in (b"j", b"junkjunkjunk", bytes(64)):
        assert unpack(zstd.compress(TEXT) + junk) == (TEXT, "corrupt_stream")


def test_skippable_zstd_frames_are_skipped() -> None:
    skippable = bytes.fromhex("532a4d18") + (300_000).to_bytes(4, "little") + bytes(300_000)
    empty = bytes.fromhex("502a4d18") + bytes(4)
    assert unpack(skippable + empty + zstd.compress(TEXT) + skippable) == (TEXT, "")


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["71-gz", "72-zst"])
def test_every_truncation_is_noticed(pack: Pack) -> None:
    packed = pack(TEXT)
    for size in [*range(4, 40), len(packed) // 2, len(packed) - 1]:
        text, reason = unpack(packed[:size])
        assert reason == "truncated_stream", size
        assert TEXT.startswith(text)


@pytest.mark.parametrize("level", [1, 3, 19])
def test_truncated_zstd_gives_all_its_whole_blocks(level: int) -> None:
    packed = zstd.compress(TEXT, level)
    plain = zstd.ZstdDecompressor().decompress(packed[: len(packed) * 2 // 3])
    text, reason = unpack(packed[: len(packed) * 2 // 3])
    assert (text, reason) == (plain, "truncated_stream")
    assert len(text) > len(TEXT) // 4


def test_case_73_a_wrong_crc_is_noticed_after_all_the_data() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-5] ^= 1
    assert unpack(bytes(packed)) == (TEXT, "corrupt_stream")
    packed = bytearray(zstd.compress(TEXT, options=CHECKSUM))
    packed[-1] ^= 1
    assert unpack(bytes(packed)) == (TEXT, "corrupt_stream")


def test_gzip_gives_every_byte_before_the_damage() -> None:
    packed = bytearray(gzip.compress(TEXT, 1))
    packed[len(packed) // 2 :] = random.Random(1).randbytes(len(packed) - len(packed) // 2)
    plain = zlib.decompressobj(31).decompress(bytes(packed[: len(packed) // 2]))
    text, reason = unpack(bytes(packed))
    assert reason == "corrupt_stream"
    assert text.startswith(plain)


def test_zstd_gives_every_block_before_the_damage() -> None:
    dice = random.Random(1)
    blocks = [dice.randbytes(100_000) for _ in range(8)]
    compressor = zstd.ZstdCompressor(options=CHECKSUM)
    parts = [compressor.compress(block, 1) for block in blocks]  # 1 is FLUSH_BLOCK
    parts += [compressor.flush()]
    parts[5] = parts[5][:3].replace(parts[5][:1], bytes([parts[5][0] | 6])) + parts[5][3:]
    text, reason = unpack(b"".join(parts))
    assert reason == "corrupt_stream"
    assert text == b"".join(blocks[:5])


def test_case_74_bombs_take_no_memory_and_can_be_stopped() -> None:
    for pack, ratio in ((gzip.compress, 900), (zstd.compress, 10_000)):
        bomb = pack(bytes(1 << 28))
        assert (1 << 28) / len(bomb) > ratio
        read = 0
        warnings: list[str] = []
        for chunk in Decompressed(io.BytesIO(bomb).read, warn=warnings.append):
            assert len(chunk) <= CHUNK
            read += len(chunk)
        assert read == 1 << 28
        assert warnings == [f"decompresses to more than {WARN_RATIO} times its size"]
        text, reason = unpack(bomb, max_ratio=300)
        assert reason == "ratio_exceeded"
        assert len(text) < 1 << 27


def test_case_75_one_layer_is_taken_off() -> None:
    inner = gzip.compress(TEXT)
    assert unpack(gzip.compress(inner)) == (inner, "")


def test_a_window_above_128_mib_is_refused_with_its_reason() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 28}
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(TEXT) + compressor.flush()
    assert unpack(packed) == (b"", "window_too_large")


@given(st.binary(max_size=200), st.integers(0, 3))
def test_no_bytes_make_it_raise_anything_else(data: bytes, kind: int) -> None:
    magic = (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18")[kind]
    unpack(magic + data)


@given(st.data(), st.sampled_from([gzip.compress, zstd.compress]))
def test_no_single_flipped_bit_makes_it_raise_anything_else(
    data: st.DataObject, pack: Pack
) -> None:
    packed = bytearray(pack(TEXT[:5000]))
    place = data.draw(st.integers(0, len(packed) * 8 - 1))
    packed[place // 8] ^= 1 << place % 8
    unpack(bytes(packed))
