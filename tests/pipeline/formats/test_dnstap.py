"""dnstap in Frame Streams: frames as fstrm specifies them, fields as dnstap.proto does."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.frames import frame_spans, whole_frames
from detector.screen import COMPILED, Everything
from detector.screen import whole_frames as compiled_whole_frames
from pipeline.engine import Engine
from pipeline.errors import DamagedStream
from pipeline.formats.dnstap import Dnstap, FrameBatch
from pipeline.formats.guessing import guess
from pipeline.records import Reason, Record, Rejected, Skipped
from tests.pipeline.conftest import ScanFiles, Scanned
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
SEEN = [
    ("paypa1.com", "rdata", "www.example.com.", "CNAME", 1763786400),
    ("paypa1.com", "rrname", None, "AAAA", 1763786401),
]
FIELDS = ("name", "seen_in", "rrname", "rrtype", "time_first")


def sightings(result: Scanned) -> list[tuple[object, ...]]:
    """Give of each detection the `FIELDS`."""
    return [tuple(each[field] for field in FIELDS) for each in result.detections]


def test_names_of_queries_and_answers(scan: ScanFiles) -> None:
    result = scan(gzip.compress(STREAM))
    assert sightings(result) == SEEN
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
    found = [
        (each.block.offset + start, bytes(each.block.data[start + 4 : stop]))
        for each in batches
        for start, stop in frame_spans(bytes(each.block.data))
    ]
    return found, len(parts) - len(batches)


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


compiled = pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
PARTS = st.one_of(
    st.sampled_from([START, STOP, RESPONSE, ASKED, b"\0\0\0\0", b"\0\0\0\1", b"\x7f\0\0\0"]),
    st.binary(max_size=20),
)


@compiled
@given(st.lists(PARTS, max_size=6).map(b"".join))
def test_the_kernel_divides_as_python_does(data: bytes) -> None:
    assert compiled_whole_frames(data) == whole_frames(data)


@compiled
@given(
    st.sampled_from([RESPONSE, ASKED]),
    st.lists(st.tuples(st.integers(4, 200), st.integers(0, 255)), max_size=3),
)
def test_what_the_kernel_takes_for_clean_is_a_record_without_lookalike(
    engine: Engine, frame: bytes, changes: list[tuple[int, int]]
) -> None:
    broken = bytearray(frame.replace(b"paypa1", b"paypal"))  # which is nobody's lookalike
    for place, octet in changes:
        broken[place % len(broken) if place % len(broken) > 3 else 4] = octet
    data = bytes(broken)
    said, expected = engine.screen.frames(data), Everything().frames(data)
    assert (said.records, said.blank) == (expected.records, expected.blank)
    if said.spans == expected.spans:
        return
    read = Dnstap().parse(data[4:], 0)
    assert isinstance(read, Record), read
    for name in (read.name, *(each.name for each in read.more)):
        assert engine.judge(name).detections == ()


@compiled
@pytest.mark.parametrize("name", [b"www", b"WwW", b"_dmarc"])
def test_plain_frames_are_not_handed_over(engine: Engine, name: bytes) -> None:
    wire = bytes([len(name)]) + name + b"\x07example\x03com\0"
    query = b"\0\0\1\0\0\1\0\1\0\0\0\0" + wire + b"\0\1\0\1"
    mx = b"\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0\x09\0\x0a\4mail\xc0" + bytes([13 + len(name)])
    assert engine.screen.frames(tap(text(14, query + mx))).spans == []
    lookalike = query + mx.replace(b"\4mail\xc0" + bytes([13 + len(name)]), b"\6paypa1\xc0\x18")
    assert len(engine.screen.frames(tap(text(14, lookalike))).spans) == 1
