"""Names and CSV, and how a format is told by its content."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.screen import Everything
from pipeline.blocks import MAX_LINE, Block, Gap
from pipeline.errors import UsageError
from pipeline.formats import FORMATS, make_format
from pipeline.formats.columns import name_column
from pipeline.formats.contract import Screen
from pipeline.formats.delimited import Delimited, RowBatch
from pipeline.formats.guessing import guess
from pipeline.formats.names import Names
from pipeline.records import Message, Record, Rejected, Skipped
from tests.pipeline.conftest import ScanFiles

SCREEN: Screen = Everything()


def rows_of(text: bytes, column: str | None = None, block: int = 1 << 20) -> list[Message]:
    """Every record of a CSV file that arrives in blocks of some whole lines."""
    reader = Delimited(text, column)
    blocks: list[Block | Gap] = []
    start = 0
    while start < len(text):
        end = text.find(b"\n", min(len(text) - 1, start + block)) + 1 or len(text)
        blocks.append(Block(text[start:end], start))
        start = end
    found: list[Message] = []
    end = 0
    for batch in reader.batches(blocks):
        assert isinstance(batch, RowBatch)
        assert batch.block.offset == end or not end  # the header is in no batch
        end = batch.end
        found += batch.messages(batch.screen(SCREEN))
    assert end == len(text)
    return found


def names_in(messages: list[Message]) -> list[str | bytes]:
    return [each.name for each in messages if isinstance(each, Record)]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "names"),
        (b"a.com\nb.com\n", "names"),
        (b"\n\n# comment, with a comma\na.com\n", "names"),
        (b'\xef\xbb\xbf{"rrname":"a.com"}\n', "ndjson"),
        (b"  [1,2]\n", "ndjson"),
        (b"rank,domain\n1,a.com\n", "csv"),
        (b'"domain";"count"\n', "csv"),
        (b"ts\tquery\n", "csv"),
        (b"PAR1\x15\x04", "parquet"),
    ],
)
def test_formats_are_told_by_content(head: bytes, name: str) -> None:
    assert guess(head) == name


def test_every_format_can_be_made() -> None:
    for name in (*FORMATS, "cof", "dnsdb"):
        made = make_format(name, b"rrname,count\n", None)
        assert made.name == {"cof": "ndjson", "dnsdb": "ndjson"}.get(name, name)


def test_names() -> None:
    parse = Names().parse
    assert (
        names_in([parse(line, 0) for line in (b"a.com", b" a.com \r", b"\xef\xbb\xbfa.com")])
        == [b"a.com"] * 3
    )
    assert isinstance(parse(b"# a.com", 0), Skipped)
    assert isinstance(parse(b"\xef\xbb\xbf# a.com", 0), Skipped)
    assert isinstance(parse(b" \r", 0), Skipped)


@given(st.binary())
def test_names_never_raise(line: bytes) -> None:
    Names().parse(line, 0)


def test_columns() -> None:
    assert name_column(["Count", "RRname"], None) == 1
    assert name_column(["rrname", "name"], None) == 0
    assert name_column(["ts", "query"], None) == 1
    assert name_column(["a", "b"], "B") == 1
    assert name_column(["a", "b"], "2") == 1
    assert name_column(["2", "b"], "2") == 0
    for header, wanted in (
        (["a", "b"], None),
        (["name", "domain"], None),
        (["a"], "b"),
        (["a"], "2"),
    ):
        with pytest.raises(UsageError):
            name_column(header, wanted)


def test_csv_has_the_fields_of_cof() -> None:
    text = b'count,rrname,rrtype,time_first,rdata\r\n3,a.com.,A,1763700000,"192.0.2.1, etc"\r\n'
    (record,) = rows_of(text)
    assert record == Record("a.com.", 38, "A", "192.0.2.1, etc", 3, 1763700000, None)


def test_csv_quoting_is_that_of_rfc_4180() -> None:
    text = b'domain,note\n"a.com","line\none"\nb.com,"a ""quote"""\n"c.com",\n'
    found = rows_of(text)
    assert names_in(found) == ["a.com", "b.com", "c.com"]
    assert [each.offset for each in found] == [
        text.index(part) for part in (b'"a.com', b"b.com", b'"c.com')
    ]


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_quoted_line_feeds_may_lie_across_blocks(block: int) -> None:
    text = b"n,domain\n" + b"".join(b'"%d\n\n\n",x%d.com\n' % (n, n) for n in range(50))
    assert names_in(rows_of(text, block=block)) == [f"x{n}.com" for n in range(50)]


def test_an_unclosed_quote_costs_its_own_line() -> None:
    filler = b"".join(b"x%d.com,\n" % number for number in range(20_000))
    text = b'domain,note\na.com,\nb.com,"open\n' + filler
    found = rows_of(text, block=1 << 16)
    assert [each.reason for each in found if isinstance(each, Rejected)] == ["bad_csv"]
    assert names_in(found) == ["a.com", *(f"x{number}.com" for number in range(20_000))]
    found = rows_of(b'domain\na.com\n"open\nb.com\n')
    assert [type(each) for each in found] == [Record, Rejected, Record]


def test_rows_without_a_name_are_rejected_with_their_bytes() -> None:
    text = b'ts,domain,x\n1\n2,,\n\n3,a.com,\n4,\xff.com,\n5,"a\nb",\n6,#a.com,\n7,"a"b,\n'
    found = rows_of(text)
    assert [getattr(each, "reason", None) for each in found] == [
        "no_qname",
        None,  # an empty name: the judge says so
        None,
        "not_utf8",
        None,
        None,
        "bad_csv",
    ]
    assert names_in(found) == ["", "a.com", "a\nb", "#a.com"]
    assert [each.original for each in found if isinstance(each, Rejected)] == [
        b"1",
        b"4,\xff.com,",
        b'7,"a"b,',
    ]


def test_a_column_can_be_named_by_its_number() -> None:
    assert names_in(rows_of(b"1,a.com\n2,b.com\n", "2")) == ["a.com", "b.com"]
    assert names_in(rows_of(b"rank,site\n1,a.com\n", "2")) == ["a.com"]
    assert names_in(rows_of(b"rank;site\n1;a.com\n", "site")) == ["a.com"]


def test_a_byte_order_mark_before_the_header() -> None:
    assert names_in(rows_of(b"\xef\xbb\xbfdomain,x\na.com,1\n")) == ["a.com"]


def test_an_oversize_row() -> None:
    (rejected,) = rows_of(b"domain,x\n" + b"\xff" * (MAX_LINE + 1) + b",1\n")
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "oversize_line"
    assert rejected.length == MAX_LINE + 3


CELLS = st.text(st.characters(codec="utf-8"), max_size=5)


@given(st.lists(st.tuples(CELLS, CELLS)), st.integers(1, 40))
def test_whatever_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str]], block: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("note", "domain"))
    writer.writerows(rows)
    found = rows_of(text.getvalue().encode(), block=block)
    assert names_in(found) == [name.strip(" \t\n\r\v\f") for _, name in rows]


@given(st.binary(), st.integers(1, 40))
def test_no_bytes_make_csv_raise(text: bytes, block: int) -> None:
    for each in rows_of(b"domain,count\n" + text, block=block):
        assert isinstance(each, Record | Rejected | Skipped)


def test_white_space_above_ascii_is_part_of_a_name(scan: ScanFiles) -> None:
    rows = "query,count\n\u2028paypa1.com,1\n \tpaypa1.com ,1\n\u00a0paypa1.com,1\n"
    result = scan(rows.encode())
    assert [each["source"].rpartition(":")[2] for each in result.detections] == ["28"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [(b"1\rx,a.com", "bad_csv"), (b"\x91,a.com", "not_utf8"), (b"1,a.com\r", None)],
)
def test_what_is_odd_elsewhere_in_a_row(scan: ScanFiles, row: bytes, reason: str | None) -> None:
    result = scan(b"ts,query\n" + row + b"\n2,b.com\n")
    assert result.reasons == ({} if reason is None else {reason: 1})
    assert result.outcome.counts.records == 2
