r"""DNS messages as they go over the wire (RFC 1035, 4): questions and what records point at.

Read strictly: every length is checked, and a compression pointer must point backwards, so reading
ends. Names come out in presentation form (RFC 1035, 5.1), with ``\DDD`` for what is not printable.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

MNEMONICS: Final = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    12: "PTR",
    15: "MX",
    16: "TXT",
    28: "AAAA",
    33: "SRV",
    35: "NAPTR",
    39: "DNAME",
    41: "OPT",
    43: "DS",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    52: "TLSA",
    64: "SVCB",
    65: "HTTPS",
    252: "AXFR",
    255: "ANY",
    257: "CAA",
}
"""Types by number (IANA, DNS parameters); others are written as RFC 3597 has them."""

_BEFORE_NAME: Final = {2: 0, 5: 0, 12: 0, 15: 2, 33: 6, 39: 0}
"""Octets that stand before the name in rdata of the types that point at one."""

_HEADER = 12
_LONGEST = 255
_MOST_POINTERS = 128  # a name has no more labels; without a limit a chain of them costs much
_PLAIN: Final = frozenset(range(0x21, 0x7F)) - frozenset(b'.\\"();@$')


class BadMessage(ValueError):
    """What was captured is no DNS message."""


class Answer(NamedTuple):
    """A resource record of an answer."""

    owner: str
    rrtype: str
    rdata: str | None
    """In presentation form, for addresses and types that point at a name; else None."""


class DnsMessage(NamedTuple):
    """What is read of a message."""

    questions: tuple[tuple[str, str], ...]
    """Names and types."""

    answers: tuple[Answer, ...]
    """Records of all sections, as far as they can be read."""


def rrtype_of(number: int) -> str:
    """Give the mnemonic of a type.

    >>> rrtype_of(28), rrtype_of(65280)
    ('AAAA', 'TYPE65280')
    """
    return MNEMONICS.get(number, f"TYPE{number}")


def read_message(data: bytes) -> DnsMessage:
    """Read a message.

    Raises:
        BadMessage: its header or questions cannot be read. Where only what follows breaks, what
            came before is kept.
    """
    if len(data) < _HEADER:
        msg = f"a DNS message of {len(data)} octets"
        raise BadMessage(msg)
    counts = [int.from_bytes(data[at : at + 2]) for at in range(4, _HEADER, 2)]
    place, questions = _HEADER, []
    for _ in range(counts[0]):
        name, place = read_name(data, place)
        if place + 4 > len(data):
            msg = "the question section is cut off"
            raise BadMessage(msg)
        questions.append((name, rrtype_of(int.from_bytes(data[place : place + 2]))))
        place += 4
    answers: list[Answer] = []
    try:
        for _ in range(sum(counts[1:])):
            answer, place = _read_answer(data, place)
            answers.append(answer)
    except BadMessage:
        pass
    return DnsMessage(tuple(questions), tuple(answers))


def _read_answer(data: bytes, place: int) -> tuple[Answer, int]:
    owner, place = read_name(data, place)
    number, size = int.from_bytes(data[place : place + 2]), data[place + 8 : place + 10]
    begin = place + 10
    end = begin + int.from_bytes(size)
    if len(size) < 2 or end > len(data):
        msg = "a record is cut off"
        raise BadMessage(msg)
    rdata = None
    if number in _BEFORE_NAME:
        name_at = begin + _BEFORE_NAME[number]
        name, after = read_name(data, name_at)
        if after > end:
            msg = "a name goes on after its rdata"
            raise BadMessage(msg)
        numbers = [str(int.from_bytes(data[at : at + 2])) for at in range(begin, name_at, 2)]
        rdata = " ".join([*numbers, name])
    elif number == 1 and end - begin == 4:
        rdata = str(IPv4Address(data[begin:end]))
    elif number == 28 and end - begin == 16:
        rdata = str(IPv6Address(data[begin:end]))
    return Answer(owner, rrtype_of(number), rdata), end


def read_name(data: bytes, place: int) -> tuple[str, int]:
    r"""Read a name, and give where it ends.

    >>> read_name(b"\x03a.b\x03com\x00", 0)
    ('a\\.b.com.', 9)

    Raises:
        BadMessage: it is longer than a name can be, cut off, or does not end.
    """
    labels: list[str] = []
    size, end, floor, pointers = 1, None, place, 0
    while True:
        if place >= len(data):
            msg = "a name is cut off"
            raise BadMessage(msg)
        length = data[place]
        if length >= 0xC0:  # a pointer (4.1.4)
            if place + 2 > len(data):
                msg = "a name is cut off"
                raise BadMessage(msg)
            end = place + 2 if end is None else end
            place = int.from_bytes(data[place : place + 2]) & 0x3FFF
            pointers += 1
            if place >= floor or pointers > _MOST_POINTERS:
                msg = "a name points forwards, or too often"
                raise BadMessage(msg)
            floor = place
            continue
        if length >= 0x40:
            msg = "a label of an unknown kind"
            raise BadMessage(msg)
        place += 1
        if not length:
            break
        size += length + 1
        if size > _LONGEST or place + length > len(data):
            msg = "a name is too long or cut off"
            raise BadMessage(msg)
        labels.append(_presented(data[place : place + length]))
        place += length
    return ".".join([*labels, ""]) or ".", place if end is None else end


def _presented(label: bytes) -> str:
    if _PLAIN.issuperset(label):
        return label.decode("ascii")
    return "".join(
        chr(octet)
        if octet in _PLAIN
        else (f"\\{chr(octet)}" if 0x21 <= octet < 0x7F else f"\\{octet:03}")
        for octet in label
    )
