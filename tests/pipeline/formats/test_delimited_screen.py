"""Rows of delimited text: that the kernel screens none away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.screen import COMPILED, every_row
from detector.shapes import RowShape
from pipeline.engine import Engine
from pipeline.formats.delimited import Delimited
from pipeline.records import Record

compiled = pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
TEXT = st.text('ab",;\t\n\r "', max_size=60).map(str.encode)


@compiled
@given(TEXT)
def test_the_kernel_counts_as_python_does(engine: Engine, data: bytes) -> None:
    shape = RowShape.of(",", 0)
    assert shape is not None
    said, expected = engine.screen.rows(data, shape), every_row(data)
    assert (said.records, said.blank) == (expected.records, expected.blank)
    assert set(said.spans) <= set(expected.spans)


CELLS = st.sampled_from(
    [
        *("", " ", "example.com", "paypa1.com", "xn--pple-43d.com", " paypa1.com", "paypa1.com."),
        *('"paypa1.com"', '"example.com"', '"a""b"', 'a"b', '"a"b', "p\u0430ypal.com", "\ufeff"),
        *("1", "-1", "1e9", "99999999999999999999", "1.5", ".", "many", "2026-11-22T17:00:00Z"),
        *("A", "CNAME", "10 paypa1.com.", "192.0.2.1", "\\112aypa1.com", "a\rb", '"open', "\r"),
    ]
)
COLUMNS = ("domain", "count", "time_first", "rrtype", "rdata", "note")


@compiled
@given(st.permutations(COLUMNS), st.lists(st.lists(CELLS, max_size=7), max_size=4))
def test_what_the_kernel_takes_for_clean_is_a_record_without_lookalike(
    engine: Engine,
    columns: list[str],
    rows: list[list[str]],
) -> None:
    reader = Delimited(",".join(columns).encode())
    data = "\n".join(",".join(cells) for cells in rows).encode()
    handed = set(reader.screen(engine.screen, data).spans)
    for start, stop in every_row(data).spans:
        if (start, stop) in handed:
            continue
        read = reader.parse(data[start:stop], start)
        assert isinstance(read, Record), (data, read)
        for name in (read.name, *(each.name for each in read.more)):
            assert engine.judge(name).detections == ()


@compiled
@pytest.mark.parametrize(
    "row",
    [
        b"example.com,5,1763786400,A,192.0.2.1,x",
        b'"example.com","5","2026-11-22T17:00:00Z","CNAME","www.example.org","x, y"',
        b"example.com,,,,,\r",
        "example.com,5,1.5,A,192.0.2.1,Zürich".encode(),
        b"www.example.com,0",
    ],
)
def test_plain_rows_are_not_handed_over(engine: Engine, row: bytes) -> None:
    reader = Delimited(b"domain,count,time_first,rrtype,rdata,note\n")
    assert reader.screen(engine.screen, row).spans == []


@compiled
@pytest.mark.parametrize("bad", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"])
def test_what_is_not_utf8_is_handed_over(engine: Engine, bad: bytes) -> None:
    reader = Delimited(b"domain,note\n")
    assert len(reader.screen(engine.screen, b"example.com," + bad).spans) == 1
