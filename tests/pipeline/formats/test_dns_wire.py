"""DNS messages by RFC 1035, and whatever else might come."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.dns_wire import Answer, BadMessage, read_message, read_name

# RFC 1035, 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
EXAMPLE = bytearray(93)
EXAMPLE[20:32] = b"\x01F\x03ISI\x04ARPA\x00"
EXAMPLE[40:46] = b"\x03FOO\xc0\x14"
EXAMPLE[64:66] = b"\xc0\x1a"

HEADER = b"\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x00"
QUESTION = b"\x03www\x07example\x03com\x00\x00\x01\x00\x01"
CNAME = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x0c\x06paypa1\x03com\x00"
MX = b"\xc0\x10\x00\x0f\x00\x01\x00\x00\x01\x2c\x00\x09\x00\x0a\x04mail\xc0\x10"
A = b"\xc0\x2d\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x07"
MESSAGE = HEADER + QUESTION + CNAME + MX + A


@pytest.mark.parametrize(
    ("place", "name", "end"),
    [(20, "F.ISI.ARPA.", 32), (40, "FOO.F.ISI.ARPA.", 46), (64, "ARPA.", 66), (92, ".", 93)],
)
def test_the_example_of_rfc_1035(place: int, name: str, end: int) -> None:
    assert read_name(bytes(EXAMPLE), place) == (name, end)


def test_a_response() -> None:
    read = read_message(MESSAGE)
    assert read.questions == (("www.example.com.", "A"),)
    assert read.answers == (
        Answer("www.example.com.", "CNAME", "paypa1.com."),
        Answer("example.com.", "MX", "10 mail.example.com."),
        Answer("paypa1.com.", "A", "192.0.2.7"),
    )


def test_what_can_be_read_of_a_cut_response_is_kept() -> None:
    assert [each.rrtype for each in read_message(MESSAGE[:-3]).answers] == ["CNAME", "MX"]


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"\x05a b.c\x00", r"a\032b\.c."),
        (b"\x04p\xd0\xb0y\x00", r"p\208\176y."),
        (b"\x03a\\b\x00", r"a\\b."),
        (b"\x03\n\x00\x7f\x00", r"\010\000\127."),
    ],
)
def test_odd_octets_are_escaped(octets: bytes, name: str) -> None:
    assert read_name(octets, 0)[0] == name


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x03ab",
        b"\xc0",
        b"\xc0\x00",  # points at itself
        b"\x80a\x00",
        b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\x00",  # 257 octets
    ],
)
def test_what_is_no_name(octets: bytes) -> None:
    with pytest.raises(BadMessage):
        read_name(octets, 0)


def test_pointers_that_run_in_a_circle() -> None:
    with pytest.raises(BadMessage, match="forwards"):
        read_name(b"\x01a\xc0\x06\x00\x00\x01b\xc0\x00", 6)


def test_a_chain_of_pointers_ends() -> None:
    # RFC 1035, 4.1.4 sets no limit; a name of 255 octets has 127 labels at most.
    places = [0, *(3 + 2 * n for n in range(3999))]
    chain = b"\x01a\x00" + b"".join((0xC000 + place).to_bytes(2) for place in places)
    assert read_name(chain, 3 + 2 * 127) == ("a.", 3 + 2 * 128)
    with pytest.raises(BadMessage, match="too often"):
        read_name(chain, 3 + 2 * 3999)


@given(st.binary(max_size=80), st.integers(0, 3))
def test_nothing_else_is_raised(octets: bytes, questions: int) -> None:
    head = b"\0" * 4 + bytes([0, questions, 0, 2, 0, 0, 0, 0])
    for data in (octets, head + octets):
        with suppress(BadMessage):
            read_message(data)


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=4))
def test_every_name_is_one_line_of_ascii(labels: list[bytes]) -> None:
    wire = b"".join(bytes([len(each)]) + each for each in labels) + b"\0"
    if len(wire) <= 255:
        name, end = read_name(wire, 0)
        assert end == len(wire)
        assert name.isascii()
        assert name.isprintable()
        assert " " not in name
