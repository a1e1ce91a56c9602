"""dnstap in base64: the frames of `test_dnstap`, one a line."""

from __future__ import annotations

import gzip
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.screen import Everything
from pipeline.blocks import MAX_LINE
from pipeline.engine import Engine
from pipeline.formats.dnstap import Dnstap
from pipeline.formats.dnstap_lines import DnstapLines
from pipeline.formats.guessing import guess
from pipeline.records import Reason, Record, Rejected, Skipped
from pipeline.scan import Request
from tests.pipeline.conftest import ScanFiles
from tests.pipeline.formats.test_dnstap import (
    ASKED,
    QUERY,
    RESPONSE,
    SEEN,
    START,
    number,
    sightings,
    tap,
    text,
)
from tests.pipeline.samples import accounted

FRAMES = [RESPONSE[4:], ASKED[4:]]
CAPTURED = b"".join(b64encode(frame) + b"\n" for frame in FRAMES)
CLEAN = tap(text(10, QUERY.replace(b"paypa1", b"paypal")))[4:]


def test_names_of_queries_and_answers(scan: ScanFiles) -> None:
    result = scan(gzip.compress(CAPTURED))
    assert sightings(result) == SEEN
    second = CAPTURED.index(b"\n") + 1
    assert result.detections[1]["source"].endswith(f":{second}")
    assert accounted(result)


@pytest.mark.parametrize("first", [b"", b"\xef\xbb\xbf", b"\n", b"# captured\r\n"])
def test_it_is_told_by_content(scan: ScanFiles, first: bytes) -> None:
    assert guess(first + CAPTURED) == "dnstap"
    lines = CAPTURED.replace(b"\n", b"\r\n") if first.endswith(b"\r\n") else CAPTURED
    assert scan(first + lines).names == ["paypa1.com"] * 2


@pytest.mark.parametrize(
    "line",
    [
        b"www.example.com",
        b"averylonglabelthatstandsaloneandisnobase64-",
        b64encode(b"some text of nobody, long enough to be looked at"),
        b64encode(number(15, 2) + text(1, b"a server's name, and no message")),
    ],
)
def test_names_are_not_taken_for_it(line: bytes) -> None:
    assert guess(line + b"\n") == "names"


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b"paypa1.com", "not base64"),
        (b64encode(FRAMES[0])[:-3], "not base64"),
        (b64encode(FRAMES[0])[:-8], "not a protobuf message"),
        (b64encode(FRAMES[0])[:40] + b" " + b64encode(FRAMES[0])[40:], "not base64"),
        (b64encode(b"\xff"), "not a protobuf message"),
        (b64encode(text(14, text(10, QUERY[:-2]))), "the question section is cut off"),
        (b"=", "not base64"),
    ],
)
def test_what_is_none_is_rejected_and_the_rest_read(
    scan: ScanFiles, line: bytes, detail: str
) -> None:
    result = scan(CAPTURED + line + b"\n" + CAPTURED)
    assert result.names == ["paypa1.com"] * 4
    assert result.reasons == {Reason.BAD_MESSAGE: 1}
    assert accounted(result)
    read = DnstapLines().parse(line, 7)
    assert isinstance(read, Rejected)
    assert (read.detail, read.offset, read.original) == (detail, 7, line)


def test_a_line_may_have_no_more_octets_than_other_lines(scan: ScanFiles) -> None:
    long = b64encode(CLEAN + text(1, b"x" * MAX_LINE)) + b"\n"
    result = scan(CAPTURED + long)
    assert result.reasons == {Reason.OVERSIZE_LINE: 1}
    assert accounted(result)


def test_a_format_that_was_named_is_told_by_its_first_octet(scan: ScanFiles) -> None:
    assert scan(CAPTURED, request=Request(format="dnstap")).names == ["paypa1.com"] * 2
    assert (
        scan(START + RESPONSE + ASKED, request=Request(format="dnstap")).names == ["paypa1.com"] * 2
    )


@given(
    st.lists(
        st.one_of(
            st.sampled_from([CLEAN, *FRAMES]).map(b64encode),
            st.binary(max_size=90).map(b64encode),
            st.binary(max_size=40).map(lambda noise: noise.replace(b"\n", b"")),
        ),
        max_size=8,
    )
)
def test_the_screen_hands_over_what_must_be_judged(engine: Engine, lines: list[bytes]) -> None:
    block = b"".join(line + b"\n" for line in lines)
    said = DnstapLines().screen(engine.screen, block)
    everything = Everything().lines(block)
    assert (said.records, said.blank) == (everything.records, everything.blank)
    assert set(said.spans) <= set(everything.spans)
    assert list(said.spans) == sorted(said.spans)
    for start, end in set(everything.spans) - set(said.spans):
        read = DnstapLines().parse(block[start:end], start)
        assert isinstance(read, Record), read
        for name in (read.name, *(each.name for each in read.more)):
            assert engine.judge(name).detections == ()


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(b64encode)))
def test_no_bytes_make_it_raise(line: bytes) -> None:
    assert isinstance(DnstapLines().parse(line, 3), Record | Rejected | Skipped)


@pytest.mark.parametrize("frame", [*FRAMES, CLEAN, number(15, 2)])
def test_a_line_is_read_as_its_frame_is(frame: bytes) -> None:
    assert DnstapLines().parse(b64encode(frame), 5) == Dnstap().parse(frame, 5)
