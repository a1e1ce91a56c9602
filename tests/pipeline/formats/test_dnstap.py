"""dnstap in Frame Streams: frames as fstrm specifies them, fields as dnstap.proto does."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DamagedStream
from pipeline.formats.dnstap import Dnstap, FrameBatch
from pipeline.formats.guessing import guess
from pipeline.records import Reason, Record, Rejected, Skipped
from tests.pipeline.conftest import ScanFiles
from tests.pipeline.formats.test_dns_wire import MESSAGE
from tests.pipeline.samples import accounted

START = (
    b"\0\0\0\0" + struct.pack(">III", 34, 2, 1) + struct.pack(">I", 22) + b"protobuf:dnstap.Dnstap"
)
STOP = b"\0\0\0\0" + struct.pack(">II", 4, 3)
QUERY = b"\0" * 5 + b"\x01" + b"\0" * 6 + b"\x06paypa1\x03com\x00\x00\x1c\x00\x01"


def varint(number: int) -> bytes:
    octets = b""
    while number >= 0x80:
        octets += bytes([number & 0x7F | 0x80])
        number >>= 7
    return octets + bytes([number])


def text(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def tap(*message: bytes) -> bytes:
    """A frame: Dnstap with identity, type MESSAGE and that message."""
    made = text(1, b"ns1") + text(14, number(1, 6) + b"".join(message)) + number(15, 1)
    return struct.pack(">I", len(made)) + made


RESPONSE = tap(number(8, 1763786399), number(12, 1763786400), text(14, MESSAGE))
ASKED = tap(number(8, 1763786401), b"\x4d\1\2\3\4", text(10, QUERY))
STREAM = START + RESPONSE + ASKED + STOP


def test_names_of_queries_and_answers(scan: ScanFiles) -> None:
    result = scan(gzip.compress(STREAM))
    assert [
        (each["name"], each["seen_in"], each["rrname"], each["rrtype"], each["time_first"])
        for each in result.detections
    ] == [
        ("paypa1.com", "rdata", "www.example.com.", "CNAME", 1763786400),
        ("paypa1.com", "rrname", None, "AAAA", 1763786401),
    ]
    assert result.detections[1]["source"].endswith(f":{len(START + RESPONSE)}")
    assert result.outcome.counts.records == 2
    assert accounted(result)


def test_it_is_told_by_content() -> None:
    assert guess(STREAM) == "dnstap"


@pytest.mark.parametrize("cut", [1, 4, 20, len(RESPONSE) - 1])
def test_a_cut_stream_says_so_and_keeps_what_was_whole(scan: ScanFiles, cut: int) -> None:
    result = scan(START + ASKED + RESPONSE[:-cut])
    assert result.names == ["paypa1.com"]
    assert result.reasons == {"truncated_stream": 1}
    assert accounted(result)


@pytest.mark.parametrize(
    "rest",
    [
        b"\x7f\xff\xff\xff" + b"x" * 40,
        b"\0\0\0\0\x00\x01\x00\x00",
        START.replace(b"dnstap.D", b"other.Ot"),
    ],
)
def test_what_is_no_frame_ends_the_stream(scan: ScanFiles, rest: bytes) -> None:
    result = scan(START + ASKED + rest + ASKED)
    assert result.names == ["paypa1.com"]
    assert result.reasons == {"corrupt_stream": 1}


def test_streams_that_follow_each_other(scan: ScanFiles) -> None:
    assert scan(STREAM + STREAM).outcome.counts.records == 4


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (b"", Reason.BAD_MESSAGE),
        (b"\xff", Reason.BAD_MESSAGE),
        (b"\x0a\x05ab", Reason.BAD_MESSAGE),
        (text(14, text(10, b"\0" * 11)), Reason.BAD_MESSAGE),
        (text(14, text(10, QUERY[:-2])), Reason.BAD_MESSAGE),
        (number(15, 2), None),
        (text(14, number(1, 5)), None),
        (text(14, text(10, b"\0" * 12)), None),
    ],
)
def test_frames_without_a_name(frame: bytes, kind: Reason | None) -> None:
    read = Dnstap().parse(frame, 7)
    assert read.offset == 7
    if kind is None:
        assert isinstance(read, Skipped)
    else:
        assert isinstance(read, Rejected)
        assert read.reason == kind


def frames(data: bytes, sizes: list[int], start: int = 0) -> tuple[list[tuple[int, bytes]], int]:
    """All frames of a stream that comes in chunks of these sizes, and how many times it broke."""
    chunks, place = [], 0
    for size in [*sizes, len(data)]:
        chunks.append(data[place : place + size])
        place += size
    parts = list(Dnstap().frames(chunks, start))
    batches = [each for each in parts if isinstance(each, FrameBatch)]
    return [frame for each in batches for frame in each.frames], len(parts) - len(batches)


@given(st.lists(st.integers(0, 60), max_size=12))
def test_chunks_may_end_anywhere(sizes: list[int]) -> None:
    whole = frames(STREAM, [])
    assert frames(STREAM, sizes) == whole
    second = len(START + RESPONSE)
    assert frames(STREAM, sizes, second) == (whole[0][1:], 0)


@given(st.binary(max_size=60), st.integers(0, len(STREAM)))
def test_no_bytes_make_it_raise(noise: bytes, place: int) -> None:
    found, _ = frames(STREAM[:place] + noise + STREAM[place:], [])
    for offset, frame in found:
        assert isinstance(Dnstap().parse(frame, offset), Record | Rejected | Skipped)


def test_damage_underneath_comes_after_the_frames_before_it() -> None:
    def broken() -> Iterator[bytes]:
        yield START + ASKED
        raise DamagedStream(Reason.CORRUPT_STREAM, "checksum")

    first, gap = Dnstap().frames(broken(), 0)
    assert isinstance(first, FrameBatch)
    assert not isinstance(gap, FrameBatch)
    assert gap.rejected.reason == Reason.CORRUPT_STREAM
