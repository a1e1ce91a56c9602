"""Zone files: what dnspython reads is what we read, wherever blocks end."""

from __future__ import annotations

import re

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import screen as screens
from detector.screen import COMPILED, Everything, Hits
from pipeline.blocks import Block
from pipeline.engine import Engine
from pipeline.formats import zone_entries
from pipeline.formats.guessing import guess
from pipeline.formats.zone import Zone, ZoneBatch
from pipeline.formats.zone_entries import EntryEnds, entry_end
from pipeline.records import Message, Record, Rejected
from tests.pipeline.conftest import ScanFiles
from tests.pipeline.samples import accounted

ZONE = rb"""$TTL 1h
$ORIGIN example.com.
@  IN SOA ns1 hostmaster.example.com. ( 2026112201 ; serial (of today)
        3600 600
        86400 300 )
        IN NS  ns1
   3600 IN NS  ns.paypa1.com.
www 300 IN CNAME paypa1.com.
mail IN 300 MX 10 mx
    IN A 192.0.2.7 ; another one of mail
txt IN TXT "a ; b ( c" "d\" e"
a\.b IN A 192.0.2.8
sub IN NS ns.sub
$ORIGIN sub.example.com.
ns A 192.0.2.9
_sip._udp SRV 0 5 5060 rnicrosoft.com.
; the end
"""
CZDS = (
    b"com.\t900\tin\tsoa\ta.gtld-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400\n"
    b"paypa1.com.\t172800\tin\tns\tns1.example.net.\n"
    b"example.com.\t172800\tin\tns\tns1.xn--pple-43d.com.\n"
    b"example.com.\t172800\tin\tns\tns2.example.net.\n"
)


def messages(data: bytes, sizes: list[int] = []) -> list[Message]:  # noqa: B006 - never changed
    """Everything in a file that comes in blocks of some whole lines."""
    lines = data.splitlines(keepends=True)
    blocks, place, offset = [], 0, 0
    for size in [*sizes, len(lines)]:
        part = b"".join(lines[place : place + size])
        place += size
        if part:
            blocks.append(Block(part, offset))
            offset += len(part)
    batches = list(Zone().batches(blocks))
    read: list[Message] = []
    for batch in batches:
        assert isinstance(batch, ZoneBatch)
        read += batch.messages(batch.screen(Everything()))  # which sees names
    return read


def everything(data: bytes) -> list[Message]:
    """Every entry, whatever the screen says."""
    return messages(data)


def test_owners_types_and_targets_are_those_of_dnspython() -> None:
    ours = [each for each in everything(ZONE) if isinstance(each, Record)]
    parsed = dns.zone.from_text(ZONE.decode(), "example.com.", relativize=False)
    theirs = sorted(
        (str(name), dns.rdatatype.to_text(rdata.rdtype), str(getattr(rdata, "target", "")))
        for name, _, rdata in parsed.iterate_rdatas()
    )
    assert sorted((str(each.name), str(each.rrtype)) for each in ours) == [
        (name, kind) for name, kind, _ in theirs
    ]
    pointed = {str(more.name) for each in ours for more in each.more}
    assert {target for _, _, target in theirs if target} <= pointed
    assert pointed == {
        *("ns1.example.com.", "ns.paypa1.com.", "paypa1.com.", "mx.example.com."),
        *("ns.sub.example.com.", "rnicrosoft.com."),
    }


def test_what_is_found(scan: ScanFiles) -> None:
    result = scan(ZONE)
    assert [(each["name"], each["rrname"], each["rrtype"]) for each in result.detections] == [
        ("ns.paypa1.com", "example.com.", "NS"),
        ("paypa1.com", "www.example.com.", "CNAME"),
        ("rnicrosoft.com", "_sip._udp.sub.example.com.", "SRV"),
    ]
    assert result.outcome.counts.skipped == {"comment": 4}
    assert result.outcome.counts.records == 15
    assert accounted(result)


def test_a_registry_s_zone(scan: ScanFiles) -> None:
    result = scan(CZDS)
    assert [(each["name"], each["seen_in"]) for each in result.detections] == [
        ("paypa1.com", "rrname"),
        ("ns1.xn--pple-43d.com", "rdata"),
    ]
    assert result.outcome.counts.records == 4


@pytest.mark.parametrize("data", [ZONE, CZDS, b"; a comment\n\n" + CZDS])
def test_it_is_told_by_content(data: bytes) -> None:
    assert guess(data) == "zone"


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"$INCLUDE other.zone\n", "directive"),
        (b"$GENERATE 1-9 h$ A 192.0.2.$\n", "directive"),
        (b"www IN A 192.0.2.1\n", r"no \$ORIGIN"),
        (b" IN A 192.0.2.1\n", "no owner"),
        (b"a.com. IN\n", "no type"),
        (b"a.com. IN SOA x. y. ( 1 2 3\n", "parenthesis"),
        (b"a.com. IN A 192.0.2.1 )\n", "parenthesis"),
        (b"\xff.com. IN A 192.0.2.1\n", "UTF-8"),
    ],
)
def test_what_is_no_record(data: bytes, detail: str) -> None:
    (read,) = everything(data)
    assert isinstance(read, Rejected)
    assert read.original.strip() == data.strip()
    assert re.search(detail, read.detail)


@given(st.lists(st.integers(0, 5), max_size=12))
def test_blocks_may_end_after_any_line(sizes: list[int]) -> None:
    assert messages(ZONE, sizes) == messages(ZONE)


@given(st.binary(max_size=60), st.integers(0, len(ZONE)))
def test_no_bytes_make_it_raise(noise: bytes, place: int) -> None:
    everything(ZONE[:place] + noise + ZONE[place:])


def test_it_goes_on_from_a_state() -> None:
    begin = ZONE.index(b"www")
    (batch,) = Zone().batches([Block(ZONE[:begin], 0)])
    resumed = Zone()
    resumed.state = batch.state  # type: ignore[union-attr]
    (rest,) = resumed.batches([Block(ZONE[begin:], begin)])
    assert isinstance(rest, ZoneBatch)
    found = list(rest.messages(rest.screen(Everything())))
    assert found == [each for each in everything(ZONE) if each.offset >= begin]


def test_a_parenthesis_that_is_never_closed_costs_its_line() -> None:
    rest = b"b.com. IN A 192.0.2.1\n" * 5_000
    first, *others = everything(b"a.com. IN TXT ( x\n" + rest)
    assert isinstance(first, Rejected)
    assert len(others) == 5_000
    assert all(isinstance(each, Record) for each in others)
    assert len(everything(b"a.com. IN TXT ( x\n" + rest[:220])) == 11


LINES = st.sampled_from(
    [
        *CZDS.splitlines(keepends=True),
        *ZONE.splitlines(keepends=True),
        b"paypa1.com. 300 IN MX 10 mail.paypa1.com.\r\n",
        b"paypa1.com. 300 in TYPE5 paypa1.net.\n",
        b"paypa1.com. 300 IN CNAME paypa1\n",
        b"paypa1.com. 300 IN DNAME .\n",
        b"paypa1.com. 300 IN IN A 192.0.2.1\n",
        b"paypa1.com. 1h IN A 192.0.2.1\n",
        b"paypa1.com. 300 IN\n",
        b"paypa1.com. 300 IN NS\n",
        b"@. 300 IN A 192.0.2.1\n",
        b"paypa1.com. 300 IN TXT (\n",
        b"p\xc3\xa4ypal.com. 300 IN A 192.0.2.1\n",
        b"\n",
    ]
)


@pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
@given(st.lists(LINES), st.lists(st.integers(0, 4), max_size=4))
def test_plain_lines_are_read_as_all_others(lines: list[bytes], sizes: list[int]) -> None:
    data = b"".join(lines)
    quick = messages(data, sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screens, "odd_entries", lambda data: [(0, len(data))] if data else [])
        assert messages(data, sizes) == quick


@pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
@given(st.lists(LINES))
def test_what_is_taken_for_clean_has_no_lookalike(engine: Engine, lines: list[bytes]) -> None:
    data = b"".join(lines)
    for batch in Zone().batches([Block(data, 0)]):
        assert isinstance(batch, ZoneBatch)
        said, whole = batch.screen(engine.screen), batch.screen(Everything())
        assert said.records == whole.records
        kept = sorted(set(whole.spans) - set(said.spans))
        for read in batch.messages(Hits(len(kept), 0, kept)):
            assert isinstance(read, Record)
            for name in (read.name, *(each.name for each in read.more)):
                assert engine.judge(name).detections == ()


@pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
def test_plain_lines_are_not_handed_over(engine: Engine) -> None:
    data = CZDS.split(b"\n", 1)[1].replace(b"paypa1", b"other").replace(b"xn--pple-43d", b"b")
    assert screens.odd_entries(data) == []
    assert engine.screen.entries(data) == Hits(3, 0, [])


@given(
    st.lists(st.sampled_from([b"a (\n", b") b\n", b"x\n", b"((\n", b"))) (\n", b'"("\n'])),
    st.booleans(),
)
def test_ends_found_together_are_those_found_one_by_one(lines: list[bytes], cut: bool) -> None:
    data = b"".join(lines)[: -1 if cut else None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zone_entries, "MAX_LINE", 9)
        ends = EntryEnds(data, 0)
        start = 0
        for line in lines:
            assert ends.after(start) == entry_end(data, start)
            start += len(line)


def test_parentheses_that_are_never_closed_take_no_square_of_time() -> None:
    data = b"a.com. IN TXT ( x\n" * 100_000  # one by one: more than ten minutes
    assert sum(isinstance(each, Rejected) for each in everything(data)) == 100_000
