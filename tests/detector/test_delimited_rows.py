"""Rows of delimited text: where they end."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import screen as screens
from detector.delimited_rows import LONGEST_ROW, row_spans, unfinished_row
from detector.screen import COMPILED

compiled = pytest.mark.skipif(not COMPILED, reason="the kernel is not compiled here")
TEXT = st.text('ab",;\t\n\r "', max_size=60).map(str.encode)


def rows_of(data: bytes) -> list[bytes]:
    return [data[start:stop] for start, stop in row_spans(data)]


def test_rows_are_those_of_rfc_4180() -> None:
    # RFC 4180, section 2, rules 5 to 7.
    text = b'aaa,"b\nbb","ccc"\nzzz,yyy,xxx\n"aaa","b""bb","ccc"'
    assert rows_of(text) == [b'aaa,"b\nbb","ccc"', b"zzz,yyy,xxx", b'"aaa","b""bb","ccc"']


@given(st.lists(st.tuples(st.text('a",\n', max_size=5), st.text("b ", max_size=3)), min_size=1))
def test_what_a_writer_writes_is_divided_as_it_was(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    data = text.getvalue().encode()
    assert len(rows_of(data)) == len(rows)
    assert unfinished_row(data, final=False) == len(data)
    cut = data[: data.rstrip(b"\n").rfind(b"\n") + 1]  # as blocks end: with a line
    rest = unfinished_row(cut, final=False)
    assert rows_of(data)[: len(rows_of(cut[:rest]))] == rows_of(cut[:rest])


def test_an_open_quote_is_waited_for_64_kib_long() -> None:
    line = b"x" * 99 + b"\n"
    near, far = line * (LONGEST_ROW // 100 - 1), line * (LONGEST_ROW // 100 + 2)
    for data, rows in ((b'a,"\n' + near + b'"\nb\n', 2), (b'a,"\n' + far, 1 + len(far) // 100)):
        assert len(rows_of(data)) == rows
        assert unfinished_row(data, final=False) == len(data)
        if COMPILED:
            assert screens.unfinished(data, False) == len(data)
    assert unfinished_row(b'a,"\n' + near, final=False) == 0


@compiled
@given(TEXT, st.booleans())
def test_the_kernel_divides_as_python_does(data: bytes, final: bool) -> None:
    assert screens.unfinished(data, final) == unfinished_row(data, final=final)
